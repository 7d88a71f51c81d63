// The life of an endpoint: registered in the portal, tried, told of what happens, rotated, sent to again, stopped. The
// receiver checks each message by the published library of Standard Webhooks, which nobody here wrote.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

import { Webhook } from 'standardwebhooks';

import { assert, hydrated, startServer, test } from '../harness.mjs';
import { fieldsOf, send } from '../places.mjs';
import { enter } from '../portal.mjs';

const KILLS = 8;
const CHANGES = 400;

/** A receiver that keeps what it gets and answers with `answer.status`, after `answer.wait` milliseconds. */
async function receiver() {
  const got = [];
  const answer = { status: 200, wait: 0 };
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      got.push({ path: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
      const say = () => response.writeHead(answer.status, { 'content-type': 'text/plain' }).end('heard you');
      setTimeout(say, answer.wait);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const until = async (count) => {
    for (let tries = 0; tries < 200 && got.length < count; tries += 1) await pause(50);
    assert.equal(got.length, count, `${count} messages should have come.`);
    return got.at(-1);
  };
  return { url: `http://127.0.0.1:${server.address().port}`, got, answer, until, stop: () => server.close() };
}

let started;

/** A server that may call this machine. */
function setting() {
  started ??= startServer({ name: 'webhooks', env: { KEYFOB_OUTBOUND__ALLOWED_HOSTS: '127.0.0.1' } });
  return started;
}

for (const javascript of [true, false]) {
  const how = javascript ? 'with JavaScript' : 'without JavaScript';
  test(`an endpoint is registered, tried, told, rotated and stopped ${how}`, { timeout: 120_000 }, async (kit) => {
    const server = await setting();
    const hooks = await receiver();
    const allow = [/status of 4(09|22)/];
    await kit.withPage({ at: server.url, as: 'integrations', javascript, allow }, async (page) => {
      const press = (label) => page.locator('main').getByRole('button', { name: label }).click();
      const act = async (link, button) => {
        await page.getByRole('link', { name: link }).click();
        if (await page.locator('[name="reason"]').count()) {
          await page.locator('[name="reason"]').fill('The walk does it.');
        }
        await press(button);
      };
      await page.goto('/access/webhooks');
      await page.getByRole('link', { name: 'New endpoint' }).click();
      await page.getByRole('heading', { level: 1, name: 'New endpoint' }).waitFor();
      if (javascript) await hydrated(page);
      await page.locator('[name="form[partner]"]').selectOption({ index: 1 });
      await page.locator('[name="form[url]"]').fill('https://169.254.169.254/latest');
      await page.locator('[name="types[customer.created]"]').check();
      await press('Register endpoint');
      await page.getByRole('alert').getByText('the address is link-local').waitFor();
      assert.ok(await page.locator('[name="types[customer.created]"]').isChecked(), 'What was chosen is lost.');
      await page.locator('[name="form[url]"]').fill(`${hooks.url}/${javascript ? 'awake' : 'plain'}`);
      await press('Register endpoint');
      const endpoint = new URL(page.url()).pathname;
      const [, secret] = await page.locator('.secret code').allTextContents();
      assert.match(secret, /^whsec_/);
      await page.goto(endpoint);
      assert.equal(await page.locator('.secret').count(), 0, 'The secret is shown a second time.');

      await act('Send a test …', 'Send test');
      const tried = await hooks.until(1);
      assert.equal(new Webhook(secret).verify(tried.body, tried.headers).type, 'webhook_endpoint.tested');
      assert.throws(() => new Webhook(secret).verify(`${tried.body} `, tried.headers), 'A changed body passes.');
      await until(page, () => page.getByText('Delivered', { exact: true }).count());
      await page.getByText('heard you').waitFor();

      await kit.withPage({ at: server.url, as: 'agent', javascript: false }, async (desk) => {
        await desk.goto('/customers/new');
        const fields = await fieldsOf(desk, 'customers/create');
        const name = `Told ${how}`;
        const answer = await send(desk, '/customers/new', {
          ...fields,
          'form[name]': name,
          'form[email]': 'told@example.org',
        });
        assert.equal(answer.status(), 303);
      });
      const told = await hooks.until(2);
      const message = new Webhook(secret).verify(told.body, told.headers);
      assert.equal(message.type, 'customer.created');
      assert.ok(!told.body.includes('told@example.org'), 'A message says more than which record.');

      await page.goto(endpoint);
      await act('Rotate secret …', 'Rotate secret');
      const [, fresh] = await page.locator('.secret code').allTextContents();
      await act('Send a test …', 'Send test');
      const both = await hooks.until(3);
      for (const one of [secret, fresh]) new Webhook(one).verify(both.body, both.headers);

      hooks.answer.status = 500;
      await page.goto(endpoint);
      await act('Send a test …', 'Send test');
      await hooks.until(4);
      await until(page, () => page.getByText('answered 500').count());
      hooks.answer.status = 200;
      await press('Send again');
      const repeated = await hooks.until(5);
      assert.equal(repeated.headers['webhook-id'], hooks.got[3].headers['webhook-id']);

      hooks.answer.status = 410;
      await page.goto(endpoint);
      await act('Send a test …', 'Send test');
      await hooks.until(6);
      await until(page, async () => {
        await page.goto(endpoint);
        return page.getByText('It answered 410 Gone').count();
      });
      hooks.answer.status = 200;
      await act('Enable …', 'Enable');
      await page.getByText('Enabled', { exact: true }).first().waitFor();
      await act('Send again …', 'Send again');
      await page.getByRole('status').waitFor();
      await act('Delete …', 'Delete');
      assert.equal(new URL(page.url()).pathname, '/access/webhooks');
      assert.equal(await page.getByText(hooks.url).count(), 0);
    });
    hooks.stop();
  });
}

test('kill -9 while messages are on their way loses none of them', { timeout: 300_000 }, async () => {
  const name = 'webhooks-crash';
  const env = { KEYFOB_OUTBOUND__ALLOWED_HOSTS: '127.0.0.1' };
  let server = await startServer({ name, env });
  const hooks = await receiver();
  hooks.answer.wait = 400;
  const portal = await enter(server.url, 'owner');
  const form = (await portal.get('/access/webhooks/new')).text;
  const registered = await portal.send('/access/webhooks/new', 'webhooks/create', {
    token: form.match(/name="token" value="([^"]*)"/)[1],
    'form[partner]': form.match(/<option[^>]* value="([0-9a-f-]{36})"/)[1],
    'form[environment]': 'live',
    'form[scheme]': 'v1',
    'form[url]': `${hooks.url}/crash`,
    'types[customer.created]': 'yes',
  });
  assert.equal(registered.status, 303, registered.text.match(/error-summary[\s\S]{0,400}/)?.[0]);

  const page = (await portal.get('/customers/new')).text;
  const base = Object.fromEntries([...page.matchAll(/name="(form\[[a-z_]+\])"/g)].map(([, field]) => [field, '']));
  const chosen = {};
  for (const [, field, options] of page.matchAll(/<select[^>]* name="(form\[[a-z_]+\])"[^>]*>([\s\S]*?)<\/select>/g)) {
    const value = options.match(/<option[^>]* value="([^"]*)"[^>]* selected/) ?? options.match(/value="([^"]+)"/);
    chosen[field] = value[1];
  }
  const customers = [];
  for (let nth = 0; nth < CHANGES; nth += 1) {
    const made = await portal.send('/customers/new', 'customers/create', {
      ...base,
      ...chosen,
      'form[name]': `Crash ${nth}`,
      'form[email]': 'crash@example.org',
      'form[country]': 'DE',
      'form[zone]': 'Europe/Berlin',
      token: crypto.randomUUID(),
    });
    assert.equal(made.status, 303, made.text.match(/error-summary[\s\S]{0,600}/)?.[0]);
    customers.push(made.location.match(/[0-9a-f-]{36}/)[0]);
    if (nth % Math.ceil(CHANGES / KILLS) === 0) {
      const ended = once(server.process, 'exit');
      server.process.kill('SIGKILL');
      await ended;
      server = await startServer({ name, env, port: server.port });
    }
  }
  const ids = new Map();
  for (let tries = 0; tries < 600 && ids.size < CHANGES; tries += 1) {
    await pause(100);
    for (const { body, headers } of hooks.got) {
      const { subject } = JSON.parse(body).data;
      ids.set(subject.id, (ids.get(subject.id) ?? new Set()).add(headers['webhook-id']));
    }
  }
  const lost = customers.filter((id) => !ids.has(id));
  console.log(`  ${hooks.got.length} messages of ${CHANGES} changes over ${KILLS} kills`);
  assert.equal(lost.length, 0, `${lost.length} events never came.`);
  assert.ok([...ids.values()].every((of) => of.size === 1), 'A repeat has another id.');
  hooks.stop();
  await server.stop();
});

/** Loads a page again until it says what is waited for. */
async function until(page, says) {
  for (let tries = 0; tries < 60; tries += 1) {
    if (await says()) return;
    await pause(100);
    await page.reload();
  }
  assert.fail(`${page.url()} never says what is waited for.`);
}
