// Takes the pictures in `docs/screenshots/`: each page in light, in dark, and as wide as a telephone.
//
//   node screenshots.mjs [NAME…]     only pages of these names

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { launch, newContext, signedIn, watch } from './browser.mjs';
import { day } from './places.mjs';
import { startServer } from './server.mjs';

/** The first record of a list. */
const FIRST = 'main tbody a.row-link';

/**
 * What is pictured. `open` is a link to follow from there, `then` is added to its address, `status` is what it answers,
 * and `as: null` is somebody who isn't signed in.
 */
const PAGES = [
  { name: 'sign-in', path: '/sign-in', as: null },
  { name: 'overview', path: '/' },
  { name: 'search', path: '/search?q=mar' },
  { name: 'customers', path: '/customers' },
  { name: 'customer', path: '/customers', open: FIRST },
  { name: 'new-customer', path: '/customers/new' },
  { name: 'fleet', path: '/fleet' },
  { name: 'vehicle', path: '/fleet?state=on_subscription', open: FIRST },
  { name: 'plans', path: '/plans' },
  { name: 'plan', path: '/plans', open: FIRST },
  { name: 'subscriptions', path: '/subscriptions' },
  { name: 'subscription', path: '/subscriptions?state=paused', open: FIRST },
  { name: 'new-subscription', path: '/subscriptions/new' },
  {
    name: 'pause',
    path: '/subscriptions?state=active',
    open: FIRST,
    then: `/change/pause?from=${day(2)}&until=${day(20)}`,
  },
  { name: 'security', path: '/security' },
  { name: 'audit-event', path: '/security?q=subscription.handed_over', open: FIRST },
  { name: 'staff', path: '/settings/staff' },
  { name: 'member-of-staff', path: '/settings/staff', open: FIRST },
  { name: 'roles', path: '/settings/roles' },
  { name: 'new-role', path: '/settings/roles/new' },
  { name: 'account', path: '/settings/account' },
  { name: 'sessions', path: '/settings/sessions' },
  { name: 'second-factor', path: '/settings/second-factor' },
  { name: 'nothing-matches', path: '/customers?q=zzzzqqqq' },
  { name: 'refused', path: '/security', as: 'reader', status: 403 },
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

async function take({ name, path, open, then = '', status = 200, as = 'owner' }, variant) {
  const state = as ? await signedIn(browser, server.url, as) : undefined;
  const context = await newContext(browser, server.url, { ...variant, state });
  const file = join(FOLDER, `${name}-${variant.name}.png`);
  try {
    const problems = watch(context);
    const page = await context.newPage();
    let answer = await page.goto(path, { waitUntil: 'networkidle' });
    if (open) {
      const href = await page.locator(open).first().getAttribute('href', { timeout: 5_000 });
      answer = await page.goto(href + then, { waitUntil: 'networkidle' });
    }
    if (answer.status() !== status) problems.push(`${page.url()} answers ${answer.status()}`);
    // The console repeats the status that is wanted here.
    const unwanted = problems.filter((problem) => status === 200 || !problem.includes(`status of ${status}`));
    if (unwanted.length) throw new Error(unwanted.join('; '));
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
