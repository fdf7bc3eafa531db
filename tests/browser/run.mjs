// The journeys in a real browser: node tests/browser/run.mjs [NAME…]. Each starts its own Portico. CHROMIUM names the
// browser, PORTICO_BIN the server. Pictures of every page land in target/screenshots. The last line counts.
import { chromium } from 'playwright-core';
import { portico } from './server.mjs';
import { Walker } from './walker.mjs';
import * as setUp from './j1-set-up.mjs';
import * as developer from './j2-developer.mjs';
import * as approval from './j3-approval.mjs';
import * as diagnosis from './j4-diagnosis.mjs';
import * as rotation from './j5-rotation.mjs';
import * as pages from './pages.mjs';

const journeys = { ...setUp.journeys, ...developer.journeys, ...approval.journeys, ...diagnosis.journeys, ...rotation.journeys, ...pages.journeys };
const count = { passed: 0, failed: 0 };

function reporter(journey) {
  return (what, good, detail = '') => {
    count[good ? 'passed' : 'failed'] += 1;
    console.log(`${good ? 'ok  ' : 'FAIL'} ${journey}: ${what}${good || !detail ? '' : `\n    ${detail}`}`);
  };
}

async function run(browser, name, journey) {
  const report = reporter(name);
  const server = await portico();
  const walkers = [];
  const enter = async () => {
    const walker = await Walker.enter(browser, server.url, report);
    walkers.push(walker);
    return walker;
  };
  try {
    await journey({ server, enter, report });
    for (const walker of walkers) await walker.leave();
  } catch (error) {
    report('came to its end', false, `${error.stack}\n--- the server said\n${server.say()}`);
    for (const walker of walkers) {
      console.log(`    stood at ${walker.page.url()}`);
      console.log(`    ${(await walker.read('main').catch(() => '')).replace(/\s+/g, ' ').slice(0, 600)}`);
      await walker.context.close();
    }
  } finally {
    await server.stop();
  }
}

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
const wanted = process.argv.slice(2);
for (const [name, journey] of Object.entries(journeys)) {
  if (wanted.length === 0 || wanted.some((word) => name.includes(word))) await run(browser, name, journey);
}
await browser.close();
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exit(count.failed === 0 ? 0 : 1);
