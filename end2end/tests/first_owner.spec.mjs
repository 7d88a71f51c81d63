// A portal without anybody: the first owner comes by a one-time link, sets up a second factor, and invites.

import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import { assert, startServer, test } from '../harness.mjs';

const OWNER = { email: 'first@keyfob.example', name: 'Frida First', password: 'a lamp beside the harbour' };

/** The six digits of a moment, by RFC 6238 with SHA-1 and steps of 30 seconds, from a secret in base 32. */
function digits(secret, at = Date.now()) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replaceAll(/\s|=/g, '')].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0'));
  const key = Buffer.from(bits.join('').match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac('sha1', key).update(step).digest();
  const number = mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

async function signIn(page) {
  await page.goto(new URL('/sign-in', page.url()).href);
  await page.getByLabel('E-mail').fill(OWNER.email);
  await page.getByLabel('Password').fill(OWNER.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

async function signOut(page) {
  await page.locator('summary.me').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
}

/** The token of the link that the server prints, soon after it answers. */
async function printed(log) {
  for (let tries = 0; tries < 100; tries += 1) {
    const [, token] = readFileSync(log, 'utf8').match(/http:\S+\/join\/(\S+)/) ?? [];
    if (token) return token;
    await pause(100);
  }
  assert.fail('The server prints no link for the first owner.');
}

test('the first owner sets up the portal, and nobody else does', { timeout: 120_000 }, async ({ withPage }) => {
  const server = await startServer({ name: 'first-owner', words: [] });
  try {
    const link = await printed(server.log);
    await withPage({ javascript: false, allow: [/status of (404|422)/] }, async (page) => {
      const go = (path) => page.goto(server.url + path);
      await go('/');
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();

      await go(`/join/${link}`);
      await page.getByLabel('E-mail').fill(OWNER.email);
      await page.getByLabel('Your name').fill(OWNER.name);
      await page.getByLabel('Password').fill('short');
      await page.getByRole('button', { name: 'Set password' }).click();
      await page.locator('.error-summary').waitFor();
      assert.equal(await page.getByLabel('Your name').inputValue(), OWNER.name);
      await page.getByLabel('Password').fill(OWNER.password);
      await page.getByRole('button', { name: 'Set password' }).click();
      await page.getByRole('status').filter({ hasText: 'Your password is set.' }).waitFor();
      assert.equal((await go(`/join/${link}`)).status(), 404, 'The link works twice.');

      // Who can change something must have a second factor first: nothing else opens until then.
      await signIn(page);
      await page.getByRole('heading', { level: 1, name: 'Second factor' }).waitFor();
      await go('/customers');
      assert.equal(new URL(page.url()).pathname, '/settings/second-factor');
      await page.getByRole('button', { name: 'Begin' }).click();
      const secret = await page.locator('.secret code').textContent();
      await page.getByLabel('Code', { exact: true }).fill('000000');
      await page.getByRole('button', { name: 'Turn on' }).click();
      await page.locator('.error-summary').waitFor();
      const used = digits(secret);
      await page.getByLabel('Code', { exact: true }).fill(used);
      await page.getByRole('button', { name: 'Turn on' }).click();
      await page.getByRole('status').filter({ hasText: 'Your second factor is on.' }).waitFor();
      const codes = await page.locator('.codes code').allTextContents();
      assert.equal(codes.length, 10);
      await go('/settings/second-factor');
      assert.equal(await page.locator('.codes code').count(), 0, 'Recovery codes are shown once.');
      await go('/customers');
      await page.getByRole('heading', { level: 1, name: 'Customers' }).waitFor();
      await signOut(page);

      // A code that was used is used up; a recovery code works once.
      const answer = async (code) => {
        await signIn(page);
        await page.getByLabel('Code', { exact: true }).fill(code);
        await page.getByRole('button', { name: 'Continue' }).click();
        await page.waitForLoadState('load');
        return new URL(page.url()).pathname === '/';
      };
      assert.ok(!(await answer(used)), 'A code works twice.');
      assert.ok(await answer(codes[0]), 'A recovery code does not work.');
      await signOut(page);
      assert.ok(!(await answer(codes[0])), 'A recovery code works twice.');
      assert.ok(await answer(digits(secret, Date.now() + 30_000)), 'The code of the next step does not work.');

      // Without data every list says so, and what to do.
      for (const path of ['/', '/customers', '/fleet', '/plans', '/subscriptions']) {
        const here = await go(path);
        assert.equal(here.status(), 200, path);
      }
      await go('/customers');
      await page.getByText('Nothing here yet').waitFor();
    });
  } finally {
    await server.stop();
  }
});
