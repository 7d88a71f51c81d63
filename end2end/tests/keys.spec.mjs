// The life of a key: issued in the portal, used by a machine, rotated, revoked, and each refusal explained. With and
// without JavaScript, on both engines.

import { setTimeout as pause } from 'node:timers/promises';

import { PASSWORD } from '../accounts.mjs';
import { BOTH, assert, hydrated, test } from '../harness.mjs';

/** A call of a machine: its status, the code of its problem, and the answer's headers. */
async function call(base, secret, path = '/api/v1/me') {
  const answer = await fetch(base + path, { headers: { authorization: `Bearer ${secret}` } });
  const body = await answer.json();
  return { status: answer.status, code: body.code, body, headers: answer.headers };
}

/** Loads a page again until it says what is waited for. */
async function until(page, path, says) {
  for (let tries = 0; tries < 40; tries += 1) {
    await page.goto(path);
    if (await page.getByText(says).count()) return;
    await pause(100);
  }
  assert.fail(`${path} never says ${says}.`);
}

for (const javascript of [true, false]) {
  const how = javascript ? 'with JavaScript' : 'without JavaScript';
  test(`a key is issued, used, rotated and revoked ${how}`, { engines: BOTH, timeout: 120_000 }, async (kit) => {
    const { base } = kit;
    await kit.withPage({ as: 'administrator', javascript, allow: [/status of 422/] }, async (page) => {
      const name = `Walk ${how}`;
      const press = (label) => page.locator('main').getByRole('button', { name: label }).click();
      await page.goto('/access/keys');
      await page.getByRole('link', { name: 'New API key' }).click();
      await page.getByRole('heading', { level: 1, name: 'New API key' }).waitFor();
      if (javascript) await hydrated(page);
      await page.locator('[name="form[name]"]').fill(name);
      await page.locator('[name="form[partner]"]').selectOption({ index: 1 });
      await page.locator('[name="form[environment]"]').selectOption('test');
      await page.locator('[name="scopes[customers:read]"]').check();
      await press(/Issue/);
      await page.getByRole('heading', { name: 'Its secret' }).waitFor();
      const key = new URL(page.url()).pathname;
      const first = await page.locator('.secret code').textContent();
      await page.goto(key);
      assert.equal(await page.locator('.secret').count(), 0, 'The secret is shown a second time.');

      const used = await call(base, first, '/api/v1/customers?limit=1');
      assert.equal(used.status, 200);
      assert.match(used.headers.get('ratelimit'), /"standard-1m";r=\d+/);
      assert.equal((await call(base, first, '/api/v1/vehicles')).code, 'scope.missing');
      await until(page, key, /GET \/api\/v1\/customers/);

      await page.getByRole('link', { name: 'Rotate secret …' }).click();
      await page.locator('[name="grace"]').selectOption('0');
      await page.locator('[name="reason"]').fill('The walk rotates it.');
      await press(/secret/i);
      await page.getByRole('heading', { name: 'Its secret' }).waitFor();
      const second = await page.locator('.secret code').textContent();
      assert.notEqual(second, first);
      assert.equal((await call(base, first)).status, 200, 'The old secret works until the new one is used.');
      assert.equal((await call(base, second)).status, 200);
      const old = await call(base, first);
      assert.deepEqual([old.status, old.code], [401, 'credential.secret_retired']);

      await page.goto(`${key}?act=revoke`);
      await page.locator('[name="reason"]').fill('The walk is over.');
      await press(/Revoke/);
      await page.locator('.error-summary').waitFor();
      await page.locator('[name="typed"]').fill(name);
      await press(/Revoke/);
      await page.locator('h1 .badge', { hasText: 'Revoked' }).waitFor();
      const gone = await call(base, second);
      assert.deepEqual([gone.status, gone.code], [401, 'credential.revoked']);

      const request = gone.headers.get('x-request-id');
      await until(page, `/access/refusals?request=${request}`, 'This key was revoked.');
      assert.ok(!(await page.content()).includes(second.slice(22)), 'The explanation holds the secret.');
    });
  });
}

test('who may not see keys is told what is missing, and a scanner’s find is traced', async (kit) => {
  await kit.withPage({ as: 'reader', allow: [/status of 403/] }, async (page) => {
    const answer = await page.goto('/access/keys');
    assert.equal(answer.status(), 403);
    await page.getByText('access:read').first().waitFor();
  });
  await kit.withPage({ as: 'auditor', javascript: false }, async (page) => {
    await page.goto('/access/keys');
    const shown = await page.locator('td.who span').first().textContent();
    const [, id] = shown.match(/_([0-9A-Za-z]{12})/);
    await page.goto('/access/leaks');
    await page.locator('[name="found"]').fill(`it stood in a log: kfk_live_${id}_`);
    await page.locator('main').getByRole('button').first().click();
    await page.waitForURL(new RegExp(`/access/leaks\\?id=${id}`));
  });
});

test('a call is tried from the reference with a test key, and never with a live one', async (kit) => {
  await kit.withPage({ as: 'owner', javascript: false, allow: [/status of 422/] }, async (page) => {
    const issue = async (environment) => {
      await page.goto('/access/keys/new?kind=api_key');
      await page.locator('[name="form[name]"]').fill(`Trial ${environment}`);
      await page.locator('[name="form[partner]"]').selectOption({ index: 1 });
      await page.locator('[name="form[environment]"]').selectOption(environment);
      await page.locator('[name="scopes[plans:read]"]').check();
      // Asked for when the sign-in is a while ago.
      const again = page.locator('[name="confirmation"]');
      if (await again.count()) await again.fill(PASSWORD);
      await page.locator('main').getByRole('button', { name: /Issue/ }).click();
      return page.locator('.secret code').textContent();
    };
    const [test, live] = [await issue('test'), await issue('live')];
    const call = async (secret) => {
      await page.goto('/access/reference?operation=listPlans');
      await page.locator('[name="key"]').fill(secret);
      await page.locator('main').getByRole('button', { name: 'Call' }).click();
    };
    await call(live);
    await page.getByText('Use a test key').first().waitFor();
    await call(test);
    await page.locator('#tried', { hasText: '200 OK' }).waitFor();
    assert.match(await page.locator('#tried pre').first().textContent(), /"object": "plan"/);
  });
});
