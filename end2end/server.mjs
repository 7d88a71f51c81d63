// Starts release servers for the tests, each on a port and with data of its own, and stops them again; and, for all of them,
// the simulator that plays their partners.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const BINARY = process.env.KEYFOB_TEST_BINARY ?? fileURLToPath(new URL('../target/release/keyfob', import.meta.url));

const PARTNERS =
  process.env.KEYFOB_TEST_SIMULATOR ?? fileURLToPath(new URL('../target/release/keyfob-simulator', import.meta.url));

/** Filling the demo data is part of what a server does before it answers. */
const PATIENCE = 60_000;

const running = new Set();

/** A folder for data and logs: the task's own, which stays to be looked at, or a passing one. */
export const DATA = process.env.KEYFOB_TEST_DATA ?? mkdtempSync(join(tmpdir(), 'keyfob-end2end-'));
mkdirSync(DATA, { recursive: true });

/**
 * Starts `keyfob serve` and waits until it is well.
 *
 * @param {object} wish
 * @param {string} wish.name what its log and the folder of its data are called
 * @param {string} [wish.database] the URL of its database; a SQLite file in that folder unless said otherwise
 * @param {string[]} [wish.words] arguments after `serve`
 * @param {Record<string, string>} [wish.env] more of its environment
 * @param {number} [wish.port] a port to come back on; a free one unless said otherwise
 * @returns {Promise<{url: string, port: number, process: import('node:child_process').ChildProcess, data: string, log: string, stop: () => Promise<void>}>}
 */
export async function startServer({ name, database, words = ['--demo'], env = {}, port }) {
  port ??= await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log = join(DATA, `${name}.log`);
  const data = join(DATA, name);
  const output = openSync(log, 'a');
  // What whoever runs the tests has set for a portal of their own means that one, and not this.
  const child = spawn(BINARY, ['serve', ...words], {
    stdio: ['ignore', output, output],
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KEYFOB_'))),
      KEYFOB_DATA_DIR: data,
      ...(database && { KEYFOB_DATABASE_URL: database }),
      KEYFOB_HTTP__LISTEN: `127.0.0.1:${port}`,
      // Tests come faster than people, and all from one address.
      KEYFOB_THROTTLE__PER_SECOND: '1000',
      KEYFOB_THROTTLE__BURST: '10000',
      // The demo's partners are played here.
      KEYFOB_DEMO_SIMULATOR: SIMULATOR,
      KEYFOB_OUTBOUND__ALLOWED_HOSTS: '127.0.0.1',
      ...env,
    },
  });
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', resolve);
  });
  running.add(child);
  ended.then(() => running.delete(child));
  await well(`${url}/healthz`, child, BINARY, log);
  const stop = async () => {
    child.kill('SIGTERM');
    const inTime = await Promise.race([ended.then(() => true), pause(30_000, false, { ref: false })]);
    if (!inTime) child.kill('SIGKILL');
    await ended;
  };
  return { url, port, process: child, data, log, stop };
}

async function well(url, child, binary, log) {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    if (!running.has(child)) {
      throw new Error(`${binary} ended at once. It said:\n${readFileSync(log, 'utf8')}`);
    }
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.status === 200) return;
    await pause(50);
  }
  throw new Error(`The server did not answer within a minute; see ${log}.`);
}

/** Starts the partner simulator, for as long as this process lives, and gives its origin. */
async function startSimulator() {
  const port = await freePort();
  const log = join(DATA, 'simulator.log');
  const output = openSync(log, 'a');
  const child = spawn(PARTNERS, ['--listen', `127.0.0.1:${port}`, '--with-parent'], { stdio: ['ignore', output, output] });
  running.add(child);
  const ended = () => running.delete(child);
  child.once('exit', ended);
  child.once('error', ended);
  const origin = `http://127.0.0.1:${port}`;
  await well(`${origin}/health`, child, PARTNERS, log);
  child.unref();
  return origin;
}

function freePort() {
  return new Promise((resolve, reject) => {
    const listener = createServer();
    listener.once('error', reject);
    listener.listen(0, '127.0.0.1', () => {
      const { port } = listener.address();
      listener.close(() => resolve(port));
    });
  });
}

// Whatever way this ends, no server stays behind.
process.once('exit', () => {
  running.forEach((child) => child.kill('SIGKILL'));
  if (!process.env.KEYFOB_TEST_DATA) rmSync(DATA, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => process.exit(130));
}

/** Where the demo's partners are played, for all servers of this process. See docs/simulator.md for how it is steered. */
export const SIMULATOR = await startSimulator();
