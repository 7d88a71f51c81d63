// Runs the specs in `tests/` against release servers with demo data.
//
//   node run.mjs [WORD]     only specs whose file, or tests whose name, has WORD in it
//
// KEYFOB_TEST_SQLITE_BASE and KEYFOB_TEST_POSTGRES_BASE name servers that run already; otherwise one is started on a
// fresh SQLite file and, if KEYFOB_TEST_POSTGRES_DATABASE is the URL of an empty database, one on that.

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { launch } from './browser.mjs';
import { kit, takeTests } from './harness.mjs';
import { startServer } from './server.mjs';

const SPECS = fileURLToPath(new URL('./tests/', import.meta.url));
const RESULTS = fileURLToPath(new URL('./test-results/', import.meta.url));

const word = process.argv[2]?.toLowerCase();
const planned = await plan();
const engines = new Set(planned.flatMap(({ test }) => test.engines));
const { bases, servers } = await start(engines);
const browser = await launch();
const result = { passed: 0, failed: 0, skipped: 0 };
rmSync(RESULTS, { recursive: true, force: true });
for (const { spec, test } of planned) {
  for (const engine of test.engines) {
    result[await carryOut(spec, test, engine)] += 1;
  }
}
await browser.close();
await Promise.all(servers.map((server) => server.stop()));
const skipped = result.skipped ? `, ${result.skipped} skipped` : '';
console.log(`\n${result.passed} passed, ${result.failed} failed${skipped}`);
process.exit(result.failed || !result.passed ? 1 : 0);

/** The tests to be run, in the order of the files' names. */
async function plan() {
  const planned = [];
  for (const spec of readdirSync(SPECS).filter((name) => name.endsWith('.spec.mjs')).sort()) {
    await import(new URL(`./tests/${spec}`, import.meta.url));
    for (const test of takeTests()) {
      const text = `${spec} ${test.name}`.toLowerCase();
      if (!word || text.includes(word)) planned.push({ spec, test });
    }
  }
  return planned;
}

/** Servers for the engines that are wanted and to be had. */
async function start(engines) {
  const bases = { sqlite: process.env.KEYFOB_TEST_SQLITE_BASE, postgres: process.env.KEYFOB_TEST_POSTGRES_BASE };
  const databases = { sqlite: { database: undefined }, postgres: { database: process.env.KEYFOB_TEST_POSTGRES_DATABASE } };
  const servers = [];
  for (const engine of engines) {
    const { database } = databases[engine];
    if (bases[engine] || (engine === 'postgres' && !database)) continue;
    const began = Date.now();
    const server = await startServer({ name: engine, database });
    console.log(`A server on ${engine} with demo data is up after ${seconds(began)}.`);
    bases[engine] = server.url;
    servers.push(server);
  }
  return { bases, servers };
}

/** Runs one test on one engine and tells how it ended. */
async function carryOut(spec, test, engine) {
  const title = `${spec.replace('.spec.mjs', '')}: ${test.name} (${engine})`;
  if (!bases[engine]) {
    console.log(`- ${title}: skipped, because KEYFOB_TEST_POSTGRES_DATABASE is not set`);
    return 'skipped';
  }
  const began = Date.now();
  const shots = [];
  let timer;
  const late = new Promise((_, reject) => {
    const say = () => reject(new Error(`It did not end within ${test.timeout / 1000} s.`));
    timer = setTimeout(say, test.timeout);
  });
  try {
    await Promise.race([test.body(kit(browser, engine, bases[engine], shots)), late]);
    console.log(`✓ ${title}: ${seconds(began)}`);
    return 'passed';
  } catch (error) {
    console.log(`✗ ${title}: ${seconds(began)}\n${indented(error.stack ?? String(error))}`);
    keep(title, shots);
    return 'failed';
  } finally {
    clearTimeout(timer);
    // A test that was given up leaves pages open; they must not disturb the next one.
    await Promise.all(browser.contexts().map((context) => context.close().catch(() => {})));
  }
}

function keep(title, shots) {
  const name = title.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 120);
  for (const [index, shot] of shots.filter(Boolean).entries()) {
    mkdirSync(RESULTS, { recursive: true });
    const path = join(RESULTS, `${name}${index || ''}.png`);
    writeFileSync(path, shot);
    console.log(`    See ${path}`);
  }
}

function seconds(began) {
  return `${((Date.now() - began) / 1000).toFixed(1)} s`;
}

function indented(text) {
  return text.split('\n').map((line) => `    ${line}`).join('\n');
}
