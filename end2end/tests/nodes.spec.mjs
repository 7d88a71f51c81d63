// Two servers on one PostgreSQL are one portal: sessions, changes and throttles are shared through the database.

import { join } from 'node:path';

import { ACCOUNTS, DATA, assert, hydrated, signIn, startServer, test } from '../harness.mjs';

const database = process.env.KEYFOB_TEST_POSTGRES_DATABASE;

test('what one node does, the other knows', { engines: ['postgres'] }, async ({ base, withPage }) => {
  const other = await startServer({
    name: 'second-node',
    database,
    env: { KEYFOB_KEY_FILE: join(DATA, 'postgres', 'master.key') },
  });
  try {
    await withPage({ allow: [/status of 429/] }, async (page) => {
      await signIn(page, 'fleet');
      // The cookie is the browser's for the host, whatever the port: one portal behind one name.
      await page.goto(`${other.url}/fleet`);
      await hydrated(page);
      await page.locator('main tbody a.row-link').first().click();
      await page.getByLabel('New note').fill('Written at the second node');
      await page.getByRole('button', { name: 'Add note' }).click();
      await page.getByRole('status').filter({ hasText: 'Your note was added.' }).waitFor();
      const path = new URL(page.url()).pathname;
      await page.goto(base + path);
      assert.match(await page.locator('.note-text').first().textContent(), /Written at the second node/);

      await page.locator('details.menu summary.me').click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(/\/sign-in/);
      await page.goto(`${other.url}/fleet`);
      assert.equal(new URL(page.url()).pathname, '/sign-in', 'A session that one node ended lives on at the other.');
    });
  } finally {
    await other.stop();
  }
});

test('wrong passwords are counted over both nodes', { engines: ['postgres'] }, async ({ base }) => {
  const other = await startServer({
    name: 'second-node',
    database,
    env: { KEYFOB_KEY_FILE: join(DATA, 'postgres', 'master.key') },
  });
  try {
    const wrong = async (at) => {
      const body = new URLSearchParams({
        _fn: 'gate/sign_in', _form: '', next: '', email: ACCOUNTS.integrations.email, password: 'wrong as can be',
      });
      const answer = await fetch(`${at}/sign-in`, {
        method: 'POST', body, redirect: 'manual', headers: { origin: at, accept: 'text/html' },
      });
      return answer.status;
    };
    const answers = [];
    for (let count = 0; count < 20 && !answers.includes(429); count += 1) {
      answers.push(await wrong(count % 2 ? base : other.url));
    }
    assert.equal(answers.at(-1), 429, `Nobody was stopped: ${answers}`);
    assert.equal(await wrong(answers.length % 2 ? base : other.url), 429);
    assert.equal(await wrong(answers.length % 2 ? other.url : base), 429, 'The other node still lets one try.');
  } finally {
    await other.stop();
  }
});
