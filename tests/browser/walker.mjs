// A person at a browser: counts its own clicks (a pointer press, or a form sent), and looks at each page on its way:
// axe in both themes and at two widths, a picture of each, no overflow, nothing refused by the page's own policy.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { shots } from './server.mjs';

const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const views = [['light', 1440, 900], ['dark', 1440, 900], ['light', 390, 844], ['dark', 390, 844]];

export class Walker {
  /** A fresh browser profile at `url`. */
  static async enter(browser, url, report) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const walker = new Walker(context, page, url, report);
    page.on('pageerror', (error) => walker.faults.push(`${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of (4|5)\d\d/.test(message.text())) walker.faults.push(`${page.url()}: ${message.text()}`);
    });
    return walker;
  }

  constructor(context, page, url, report) {
    Object.assign(this, { context, page, url, report, clicks: 0, faults: [] });
  }

  /** Opens an address that was typed, printed or mailed: not a click. */
  async open(address) {
    return this.page.goto(new URL(address, this.url).href);
  }

  async type(label, text) {
    await this.page.getByLabel(label, { exact: true }).first().fill(text);
  }

  /** One click on a button or link with these words. */
  async click(words, kind = 'button') {
    const target = typeof words === 'string' || words instanceof RegExp ? this.page.getByRole(kind, { name: words }).first() : words;
    this.clicks += 1;
    await target.click();
    await this.page.waitForLoadState('load');
  }

  /** Waits until this text can be seen. */
  async sees(text) {
    await this.page.getByText(text).first().waitFor();
  }

  /** The text of the first element that fits. */
  async read(selector) {
    return (await this.page.locator(selector).first().textContent()).trim();
  }

  /** Waits until the Send button's answer has ended, and gives it with its figures. */
  async answer() {
    await this.page.locator('[data-facts]:not(:empty)').first().waitFor();
    return { text: await this.read('[data-out]'), facts: await this.read('[data-facts]') };
  }

  /** Looks at the page it stands on. */
  async look(name) {
    const size = this.page.viewportSize();
    for (const [colorScheme, width, height] of views) {
      await this.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await this.page.setViewportSize({ width, height });
      fs.mkdirSync(shots, { recursive: true });
      await this.page.screenshot({ path: path.join(shots, `${name}-${width}-${colorScheme}.png`), fullPage: true });
      await this.judge(`${name} ${width} ${colorScheme}`);
    }
    await this.page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await this.page.setViewportSize(size);
  }

  /** A picture of the page as it is. */
  async picture(name) {
    fs.mkdirSync(shots, { recursive: true });
    await this.page.screenshot({ path: path.join(shots, `${name}.png`), fullPage: true });
  }

  async judge(name) {
    const over = await this.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    await this.page.evaluate(axe);
    const { violations } = await this.page.evaluate((runOnly) => window.axe.run({ runOnly }), rules);
    const said = violations.map((one) => `${one.id} at ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
    if (over > 0) said.push(`wider than the window by ${over} px`);
    this.report(`${name}: nothing for axe to say, no overflow`, said.length === 0, said.join('\n    '));
  }

  async leave() {
    this.report('no script error and nothing refused by the policy', this.faults.length === 0, this.faults.join('\n    '));
    await this.context.close();
  }
}
