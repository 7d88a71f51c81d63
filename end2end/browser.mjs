// Chromium, and pages in it that report everything that goes wrong in them.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { chromium } from 'playwright-core';

import { ACCOUNTS } from './accounts.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-quic',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the system's Chromium. */
export function launch() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
  const executablePath = process.env.KEYFOB_TEST_CHROMIUM ?? found;
  if (!executablePath) throw new Error('Chromium is not there. Install it, or name it in KEYFOB_TEST_CHROMIUM.');
  return chromium.launch({ executablePath, args: QUIET });
}

/**
 * A browser context as a person would have it.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {string} base the server's URL
 * @param {object} [wish]
 * @param {boolean} [wish.javascript] whether scripts run
 * @param {'light'|'dark'} [wish.theme] what the system prefers
 * @param {number} [wish.width] of the window, in CSS pixels
 * @param {number} [wish.height] of the window, in CSS pixels
 * @param {object} [wish.state] cookies to begin with, from `signedIn`
 */
export function newContext(browser, base, wish = {}) {
  const { javascript = true, theme = 'light', width = 1280, height = 900, state } = wish;
  return browser.newContext({
    baseURL: base,
    javaScriptEnabled: javascript,
    colorScheme: theme,
    viewport: { width, height },
    storageState: state,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
  });
}

/**
 * Collects what goes wrong in a context, which has scripts or not: errors on the console (refusals by the content security policy are among
 * them), exceptions that nobody caught, and requests that got no answer.
 */
export function watch(context, { javascript = true } = {}) {
  const problems = [];
  const at = (page) => new URL(page.url(), 'about:').pathname;
  const follow = (page) => {
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(`console at ${at(page)}: ${message.text()}`);
    });
    page.on('pageerror', (error) => problems.push(`exception at ${at(page)}: ${error.message}`));
    page.on('requestfailed', (request) => {
      // A page that is left lets go of what it was still loading, and one without scripts never fetches them.
      const reason = request.failure()?.errorText ?? '';
      const isExpected = reason === 'net::ERR_ABORTED' || (!javascript && reason === 'csp');
      if (!isExpected) problems.push(`request for ${request.url()} at ${at(page)}: ${reason}`);
    });
  };
  context.pages().forEach(follow);
  context.on('page', follow);
  return problems;
}

const states = new Map();

/**
 * The cookies of somebody signed in. Signs in once for each account and server: tests are many, and sign-ins are
 * throttled as they should be. A test that signs out or ends sessions signs in for itself, with `signIn`.
 */
export async function signedIn(browser, base, who) {
  const key = `${base} ${who}`;
  if (!states.has(key)) {
    const context = await newContext(browser, base, { javascript: false });
    try {
      await signIn(await context.newPage(), who);
      states.set(key, await context.storageState());
    } finally {
      await context.close();
    }
  }
  return states.get(key);
}

/** Signs in by the form, as one of the demo accounts. */
export async function signIn(page, who) {
  const account = ACCOUNTS[who];
  if (!account) throw new Error(`There is no demo account “${who}”.`);
  await page.goto('/sign-in');
  await page.locator('input[name="email"]').fill(account.email);
  await page.locator('input[name="password"]').fill(account.password);
  await page.locator('form:has(input[name="password"]) button[type="submit"]').click();
  await page.waitForURL((url) => url.pathname !== '/sign-in');
}
