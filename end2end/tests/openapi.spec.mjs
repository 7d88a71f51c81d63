// Schemathesis makes calls of its own from the OpenAPI document, good and bad ones, and holds every answer against it:
// nothing undocumented, no failure of ours, nothing accepted that the document forbids.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { BINARY, assert, startServer, test } from '../harness.mjs';
import { enter } from '../portal.mjs';

const run = promisify(execFile);
const SETTINGS = fileURLToPath(new URL('../schemathesis.toml', import.meta.url));

/** Widens a limit in the portal, which holds for the next call. */
async function widen(portal, name) {
  const { text } = await portal.get('/access/limits');
  const [, id] = text.match(new RegExp(`/access/limits/([0-9a-f-]{36})"[^>]*><b>${name}<`)) ?? [];
  assert.ok(id, `There is no limit ${name}.`);
  const form = (await portal.get(`/access/limits/${id}`)).text;
  const [, version] = form.match(/name="version" value="(\d+)"/);
  const fields = { id, version, 'form[name]': name, 'form[subject]': 'credential', 'form[windows]': '90000/1s' };
  fields['form[when_away]'] = 'open';
  fields['form[is_default]'] = 'yes';
  const saved = await portal.send(`/access/limits/${id}`, 'limits/edit', fields);
  assert.equal(saved.status, 303, `The limit ${name} was not saved.`);
}

test('every answer of the partner API is one that its document foretells', { timeout: 600_000 }, async () => {
  const schemathesis = process.env.KEYFOB_SCHEMATHESIS;
  assert.ok(schemathesis, 'KEYFOB_SCHEMATHESIS names no Schemathesis: run this through `cargo xtask test browser`.');
  const wide = { KEYFOB_API__ADDRESS_PER_SECOND: '100000', KEYFOB_API__ADDRESS_BURST: '100000' };
  const server = await startServer({ name: 'openapi', env: wide });
  const portal = await enter(server.url, 'owner');
  for (const limit of ['standard', 'changes']) await widen(portal, limit);
  const words = ['credential', 'issue', '--json', '--name', 'Schemathesis', '--partner', 'Our own tests'];
  const issued = await run(BINARY, words, { env: { PATH: process.env.PATH, KEYFOB_DATA_DIR: server.data } });
  const { secret } = JSON.parse(issued.stdout);
  // The document's own numbers are not to be tried for hours: some examples of each operation, always the same ones.
  // One worker: Python 3.11 reads source in two threads at once with a fault of its own, which ends a run now and then.
  const calls = ['--checks', 'all', '--max-examples', '15', '--seed', '1', '--workers', '1'];
  const header = ['-H', `Authorization: Bearer ${secret}`];
  const settings = ['--config-file', SETTINGS];
  const end = (text) => text.replaceAll(secret, '…').split('\n').slice(-400).join('\n');
  try {
    const { stdout } = await run(
      schemathesis,
      [...settings, 'run', `${server.url}/api/v1/openapi.json`, ...header, ...calls],
      { cwd: server.data, env: { ...process.env, NO_COLOR: '1' }, maxBuffer: 64 * 1024 * 1024 },
    );
    const summary = stdout.split('\n').filter((line) => /generated|Tested|passed/.test(line));
    console.log(`  ${summary.map((line) => line.trim()).join('; ')}`);
  } catch (error) {
    assert.fail(`Schemathesis found something:\n${end(error.stdout ?? String(error))}`);
  } finally {
    await server.stop();
  }
});
