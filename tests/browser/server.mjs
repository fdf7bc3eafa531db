// A Portico of its own for each journey: temporary data folder, free port, ended by its own process id.
import { spawn, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const target = process.env.CARGO_TARGET_DIR ?? path.join(root, 'target');
const bin = process.env.PORTICO_BIN ?? path.join(target, 'debug/portico');

export const shots = path.join(root, 'target/screenshots');

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Starts Portico and waits until it is ready. */
export async function portico() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'portico-browser-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const flags = ['--data', path.join(folder, 'data'), '--listen', `127.0.0.1:${port}`];
  const log = fs.openSync(path.join(folder, 'log'), 'w');
  const child = spawn(bin, [...flags, 'serve'], { cwd: folder, stdio: ['ignore', log, log] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const say = () => fs.readFileSync(path.join(folder, 'log'), 'utf8').slice(-3000);

  await until(async () => {
    if (child.exitCode !== null) throw new Error(`portico ended at its start:\n${say()}`);
    return (await fetch(`${url}/readyz`).catch(() => null))?.ok;
  }, 'the server to be ready');

  return {
    url,
    say,
    /** Runs a command of the same installation and gives what it printed. */
    command: (...words) => execFileSync(bin, [...flags, ...words], { cwd: folder, encoding: 'utf8' }).trim(),
    async stop() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await ended;
      clearTimeout(late);
      fs.closeSync(log);
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits for a condition, at most 20 seconds. */
export async function until(condition, what) {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    const value = await condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited 20 s for ${what}`);
}
