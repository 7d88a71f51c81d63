// The server is killed in the middle of writes, again and again: what it has said is done is done, and the audit log
// holds.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

import { BINARY, assert, startServer, test } from '../harness.mjs';
import { enter } from '../portal.mjs';

const KILLS = 100;
const WRITERS = 6;
/** A record shows its newest 50 notes: no more than that are written to one. */
const MOST_EACH = 8;

test('kill -9 in the middle of writes loses nothing that was acknowledged', { timeout: 600_000 }, async () => {
  let server = await startServer({ name: 'crash' });
  const { port, data } = server;
  const portal = await enter(server.url, 'owner');
  const lists = ['/customers', '/customers?sort=-created', '/customers?sort=created'];
  const customers = [...new Set((await Promise.all(lists.map(portal.ids))).flat())];
  assert.ok(customers.length >= KILLS, 'Too few customers: each is written to after one start only.');
  const acknowledged = [];
  let refused = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const customer = customers[kill];
    let isUp = true;
    const writer = async (number) => {
      for (let count = 0; isUp && count < MOST_EACH; count += 1) {
        const body = `Note ${kill}-${number}-${count}.`;
        const fields = { subject: 'customer', id: customer, body };
        const { status } = await portal.send(`/customers/${customer}`, 'notes/add', fields).catch(() => ({ status: 0 }));
        if (status === 303) acknowledged.push({ customer, body });
        else if (status) refused += 1;
      }
    };
    const writers = Array.from({ length: WRITERS }, (_, number) => writer(number));
    await pause(10 + Math.random() * 90);
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
    const { text } = await portal.get(`/customers/${customer}`);
    const lost = acknowledged.filter((note) => note.customer === customer && !text.includes(note.body));
    assert.ok(!lost.length, `Acknowledged and lost: ${lost.map((note) => note.body).join(', ')}`);
  }
  await server.stop();
  const { stdout } = await promisify(execFile)(BINARY, ['audit', 'verify'], { env: { KEYFOB_DATA_DIR: data } });
  assert.match(stdout, /sound|verified|ok/i);
});
