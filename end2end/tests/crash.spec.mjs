// The server is killed in the middle of writes, again and again: what it has said is done is done, and the audit log
// holds.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

import { ACCOUNTS, BINARY, assert, startServer, test } from '../harness.mjs';

const KILLS = 100;
const WRITERS = 6;

test('kill -9 in the middle of writes loses nothing that was acknowledged', { timeout: 600_000 }, async () => {
  let server = await startServer({ name: 'crash' });
  const { port, data } = server;
  const portal = await signIn(server.url);
  const customers = [...(await portal.ids('/customers')), ...(await portal.ids('/customers?sort=-created'))];
  const acknowledged = [];
  let refused = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const customer = customers[kill % customers.length];
    let isUp = true;
    const writer = async (number) => {
      for (let count = 0; isUp; count += 1) {
        const body = `Note ${kill}-${number}-${count}.`;
        const status = await portal.note(customer, body).catch(() => 0);
        if (status === 303) acknowledged.push({ customer, body });
        else if (status) refused += 1;
      }
    };
    const writers = Array.from({ length: WRITERS }, (_, number) => writer(number));
    await pause(20 + Math.random() * 120);
    const ended = once(server.process, 'exit');
    server.process.kill('SIGKILL');
    await ended;
    isUp = false;
    await Promise.all(writers);
    server = await startServer({ name: 'crash', port });
  }
  console.log(`  ${acknowledged.length} writes acknowledged over ${KILLS} kills, ${refused} refused`);
  assert.ok(acknowledged.length > KILLS, `Only ${acknowledged.length} writes went through: too few to show anything.`);
  assert.equal(refused, 0);

  for (const customer of new Set(acknowledged.map((note) => note.customer))) {
    const page = await portal.text(`/customers/${customer}`);
    const lost = acknowledged.filter((note) => note.customer === customer && !page.includes(note.body));
    assert.ok(!lost.length, `Acknowledged and lost: ${lost.map((note) => note.body).join(', ')}`);
  }
  await server.stop();
  const { stdout } = await promisify(execFile)(BINARY, ['audit', 'verify'], { env: { KEYFOB_DATA_DIR: data } });
  assert.match(stdout, /sound|verified|ok/i);
});

/** Signs in without a browser, and writes as forms do. The session outlives the server: it is in the database. */
async function signIn(base) {
  const hidden = (html, name) => html.match(new RegExp(`name="${name}" value="([^"]*)"`))[1];
  const cookies = new Map();
  const ask = async (path, form) => {
    const answer = await fetch(base + path, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; '), accept: 'text/html', origin: base },
      body: form && new URLSearchParams(form),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/);
      cookies.set(name, value);
    }
    return answer;
  };
  const text = async (path) => (await ask(path)).text();
  const { email, password } = ACCOUNTS.owner;
  const gate = { _fn: 'gate/sign_in', _form: hidden(await text('/sign-in'), '_form'), next: '', email, password };
  assert.equal((await ask('/sign-in', gate)).status, 303);
  const form = hidden(await text('/customers'), '_form');
  return {
    text,
    ids: async (path) => {
      const links = (await text(path)).matchAll(/<a href="[^"]*?([0-9a-f-]{36})" class="row-link"/g);
      return [...links].map(([, id]) => id);
    },
    note: async (id, body) => {
      const fields = { _fn: 'notes/add', _form: form, subject: 'customer', id, body };
      const answer = await ask(`/customers/${id}`, fields);
      await answer.arrayBuffer();
      return answer.status;
    },
  };
}
