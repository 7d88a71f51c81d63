// Takes the pictures in `docs/screenshots/`: each page in light, in dark, and as wide as a telephone.
//
//   node screenshots.mjs [NAME…]     only pages of these names

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { launch, newContext, signedIn, watch } from './browser.mjs';
import { startServer } from './server.mjs';

/** What is pictured. `open` is a link to follow from there; `as: null` is somebody who isn't signed in. */
const PAGES = [
  { name: 'sign-in', path: '/sign-in', as: null },
  { name: 'overview', path: '/' },
  { name: 'customers', path: '/customers' },
  { name: 'customer', path: '/customers', open: 'main tbody tr:first-child a' },
  { name: 'fleet', path: '/fleet' },
  { name: 'vehicle', path: '/fleet', open: 'main tbody tr:first-child a' },
  { name: 'plans', path: '/plans' },
  { name: 'subscriptions', path: '/subscriptions' },
  { name: 'subscription', path: '/subscriptions', open: 'main tbody tr:first-child a' },
  { name: 'staff', path: '/staff' },
  { name: 'roles', path: '/roles' },
  { name: 'sessions', path: '/sessions' },
  { name: 'audit', path: '/audit' },
];

const VARIANTS = [
  { name: 'light', theme: 'light', width: 1280, height: 800 },
  { name: 'dark', theme: 'dark', width: 1280, height: 800 },
  { name: 'phone', theme: 'light', width: 390, height: 844 },
];

const FOLDER = fileURLToPath(new URL('../docs/screenshots', import.meta.url));

const names = process.argv.slice(2);
const unknown = names.filter((name) => !PAGES.some((page) => page.name === name));
if (unknown.length) {
  console.error(`No page is called ${unknown.join(', ')}. There are: ${PAGES.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
mkdirSync(FOLDER, { recursive: true });
const server = await startServer({ name: 'screenshots' });
const browser = await launch();
let failed = 0;
for (const page of PAGES.filter(({ name }) => !names.length || names.includes(name))) {
  for (const variant of VARIANTS) {
    failed += (await take(page, variant)) ? 0 : 1;
  }
}
await browser.close();
await server.stop();
process.exit(failed ? 1 : 0);

async function take({ name, path, open, as = 'owner' }, variant) {
  const state = as ? await signedIn(browser, server.url, as) : undefined;
  const context = await newContext(browser, server.url, { ...variant, state });
  const file = join(FOLDER, `${name}-${variant.name}.png`);
  try {
    const problems = watch(context);
    const page = await context.newPage();
    let answer = await page.goto(path, { waitUntil: 'networkidle' });
    if (open) {
      const href = await page.locator(open).first().getAttribute('href', { timeout: 5_000 });
      answer = await page.goto(href, { waitUntil: 'networkidle' });
    }
    if (answer.status() !== 200) problems.push(`${page.url()} answers ${answer.status()}`);
    if (problems.length) throw new Error(problems.join('; '));
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    await page.screenshot({ path: file });
    console.log(file);
    return true;
  } catch (error) {
    console.error(`${name} in ${variant.name} could not be taken: ${error.message}`);
    return false;
  } finally {
    await context.close();
  }
}
