// What a spec needs: `test`, pages that fail the test when anything goes wrong in them, and axe.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { newContext, signedIn, signIn, watch } from './browser.mjs';
import { BINARY, DATA, SIMULATOR, startServer } from './server.mjs';

export { ACCOUNTS } from './accounts.mjs';
export { BINARY, DATA, SIMULATOR, assert, signIn, startServer };

/** For tests that must hold on SQLite and on PostgreSQL. Others run on SQLite. */
export const BOTH = ['sqlite', 'postgres'];

const tests = [];

/**
 * Registers a test.
 *
 * @param {string} name a sentence
 * @param {{engines?: string[], timeout?: number}} [options]
 * @param {(kit: Kit) => Promise<void>} body
 *
 * @typedef {object} Kit
 * @property {string} base the server's URL
 * @property {string} engine what the server's data is in: `sqlite` or `postgres`
 * @property {(path: string, init?: RequestInit) => Promise<Response>} get a request without a browser or cookies
 * @property {(wish: object, use: (page: import('playwright-core').Page) => Promise<void>) => Promise<void>} withPage
 *   opens a page, uses it, closes it, and fails when anything went wrong in it. The wish is that of `newContext` and:
 *   `as`, the account that is signed in; `at`, the URL of a server of the test's own; `allow`, patterns of problems
 *   that the test brings about on purpose, such as /status of 409/ when a conflict is shown.
 */
export function test(name, options, body) {
  if (typeof options === 'function') [options, body] = [{}, options];
  tests.push({ name, engines: ['sqlite'], timeout: 60_000, ...options, body });
}

/** The tests registered since this was last called. */
export function takeTests() {
  return tests.splice(0);
}

/** What a test is given. `shots` collects a picture of each page that was open when it failed. */
export function kit(browser, engine, base, shots) {
  const get = (path, init) => fetch(new URL(path, base), { redirect: 'manual', ...init });
  const withPage = async (wish, use) => {
    const { as, allow = [], at = base, ...rest } = wish;
    const state = as ? await signedIn(browser, at, as) : undefined;
    const context = await newContext(browser, at, { ...rest, state });
    const problems = watch(context, rest);
    const unwanted = () => problems.filter((problem) => !allow.some((pattern) => pattern.test(problem)));
    const page = await context.newPage();
    try {
      await use(page);
      await page.waitForLoadState('load');
      assert.ok(!unwanted().length, 'Something went wrong in the page.');
    } catch (error) {
      shots.push(await page.screenshot({ timeout: 5_000 }).catch(() => undefined));
      for (const problem of unwanted()) console.log(`  ! ${problem}`);
      throw error;
    } finally {
      await context.close();
    }
  };
  return { base, engine, get, withPage };
}

/** Waits until the page is awake: until scripts have taken it over. */
export async function hydrated(page) {
  await page.locator('[data-hydrated]').first().waitFor({ state: 'attached' });
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails when axe finds anything on the page as it is. */
export async function accessible(page) {
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => (await globalThis.axe.run()).violations);
  const lines = violations.flatMap(({ id, help, nodes }) => [
    `${id}: ${help}`,
    ...nodes.map((node) => `    ${node.target.join(' ')}  ${node.html.slice(0, 160)}`),
  ]);
  assert.ok(!violations.length, `axe finds at ${new URL(page.url()).pathname}:\n  ${lines.join('\n  ')}`);
}
