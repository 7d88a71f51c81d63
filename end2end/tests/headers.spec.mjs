// What stands around every answer: headers, refusals of what is not ours, and text that stays text.

import { BOTH, assert, test } from '../harness.mjs';
import { fieldsOf, places, send } from '../places.mjs';

const HTML = { accept: 'text/html,application/xhtml+xml' };

/** Where scripts may come from, by the policy of an answer. */
function nonceOf(policy) {
  return /script-src [^;]*'nonce-([^']+)'/.exec(policy)?.[1];
}

test('every page runs only scripts that carry the nonce of its own answer', { timeout: 300_000 }, async (kit) => {
  const all = await places(kit);
  const seen = new Set();
  await kit.withPage({ as: 'owner', javascript: false }, async (page) => {
    for (const { path, status } of [...all, { path: '/nowhere/at/all', status: 404 }]) {
      const answer = await page.request.get(path, { headers: HTML });
      assert.equal(answer.status(), status, path);
      const headers = answer.headers();
      const nonce = nonceOf(headers['content-security-policy']);
      assert.ok(nonce && !seen.has(nonce), `${path} has no nonce of its own.`);
      seen.add(nonce);
      assert.doesNotMatch(headers['content-security-policy'], /unsafe-inline|'unsafe-eval'/);
      assert.equal(headers['cache-control'], 'no-store', path);
      assert.equal(headers['x-content-type-options'], 'nosniff', path);
      assert.equal(headers['referrer-policy'], 'same-origin', path);
      const html = await answer.text();
      for (const [tag, attributes, content] of html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)) {
        const isData = /type="application\/json"/.test(attributes);
        const isFile = /\ssrc="\//.test(attributes) && !content;
        assert.ok(isData || isFile || attributes.includes(`nonce="${nonce}"`), `${path} has ${tag.slice(0, 200)}`);
      }
      const markup = html.replaceAll(/<(script|textarea|pre)\b[\s\S]*?<\/\1>/g, '');
      assert.doesNotMatch(markup, /<[a-z][^>]*\s(style|on[a-z]+)="/, `${path} has inline style or handlers.`);
    }
  });
});

test('files of the site may be kept and pages may not', async ({ get }) => {
  const html = await (await get('/sign-in', { headers: HTML })).text();
  const sheet = /<link rel="stylesheet" href="([^"]+)"/.exec(html)[1];
  const answer = await get(sheet);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('cache-control'), /immutable/);
  assert.match(answer.headers.get('content-type'), /^text\/css/);
  assert.equal((await get('/sign-in')).headers.get('cache-control'), 'no-store');
});

const REFUSALS = [
  ['an address that is none', 404, { path: '/nowhere' }],
  ['a record that is none', 404, { path: '/customers/0192f0aa-0000-7000-8000-000000000000' }],
  ['an id that is none', 404, { path: '/customers/..%2f..%2fetc' }],
  ['a method that no page takes', 405, { path: '/customers', method: 'DELETE' }],
  ['a form that is too large', 413, { path: '/customers/new', method: 'POST', data: `x=${'y'.repeat(3_000_000)}` }],
  ['a form of another kind', 415, { path: '/customers/new', method: 'POST', data: '{}', type: 'application/json' }],
  ['a page one may not open', 403, { path: '/security', as: 'reader' }],
];

const FORM = 'application/x-www-form-urlencoded';

for (const [what, status, { path, method = 'GET', data, type = FORM, as = 'owner' }] of REFUSALS) {
  test(`${what} is answered ${status} by a page of ours with the request’s id`, async ({ base, withPage }) => {
    await withPage({ as, javascript: false }, async (page) => {
      const headers = { ...HTML, origin: base, ...(data && { 'content-type': type }) };
      const answer = await page.request.fetch(path, { method, data, headers, maxRedirects: 0 });
      assert.equal(answer.status(), status);
      assert.match(answer.headers()['content-type'], /^text\/html/);
      assert.ok(answer.headers()['content-security-policy']);
      assert.equal(answer.headers()['cache-control'], 'no-store');
      const html = await answer.text();
      assert.match(html, /<h1/);
      assert.match(html, /Keyfob<\/title>/);
      assert.ok(html.includes(`>${status} <`) || html.includes(`${status}`), 'The status is not told.');
      assert.doesNotMatch(html, /panicked|axum|leptos_router|sqlx|\.rs:\d/);
    });
  });
}

test('a program is told in a document what a person is told in a page', async ({ get }) => {
  const headers = { accept: 'application/json', 'sec-fetch-site': 'same-origin' };
  const answer = await get('/_fn/unknown', { method: 'POST', headers });
  assert.equal(answer.status, 404);
  assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
  const problem = await answer.json();
  assert.equal(problem.status, 404);
  assert.ok(problem.request_id);
});

test('an unknown function is no more than nothing', async ({ base, withPage }) => {
  await withPage({ as: 'owner', javascript: false }, async (page) => {
    for (const method of ['GET', 'POST']) {
      const headers = { ...HTML, origin: base };
      const answer = await page.request.fetch('/_fn/unknown', { method, headers, maxRedirects: 0 });
      assert.equal(answer.status(), 404);
      assert.doesNotMatch(await answer.text(), /server function|register|endpoint|leptos|#\[/i);
    }
  });
});

test('a form for an unknown function, or for one that only reads, is refused', async ({ withPage }) => {
  await withPage({ as: 'owner', javascript: false }, async (page) => {
    await page.goto('/customers/new');
    const fields = await fieldsOf(page, 'customers/create');
    for (const name of ['customers/destroy', 'customers/list', '../healthz', '']) {
      const answer = await send(page, '/customers/new', { ...fields, _fn: name });
      assert.equal(answer.status(), 400, name);
    }
  });
});

test('a change that another site sends is refused', async ({ withPage }) => {
  await withPage({ as: 'owner', javascript: false }, async (page) => {
    await page.goto('/customers/new');
    const typed = { 'form[name]': 'From elsewhere', 'form[email]': 'a@example.org' };
    const form = { ...(await fieldsOf(page, 'customers/create')), ...typed };
    const foreign = [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { origin: 'null' }, {}];
    for (const headers of foreign) {
      const wish = { form, headers: { ...HTML, ...headers }, maxRedirects: 0 };
      const answer = await page.request.post('/customers/new', wish);
      assert.equal(answer.status(), 403, JSON.stringify(headers));
      assert.match(await answer.text(), /request\.cross_site/);
    }
    const stale = await send(page, '/customers/new', { ...form, _form: '0'.repeat(form._form.length) });
    assert.equal(stale.status(), 403);
    assert.match(await stale.text(), /From elsewhere/, 'What was typed is lost.');
    await page.goto('/customers?q=elsewhere');
    assert.equal(await page.locator('main tbody tr').filter({ hasText: 'From elsewhere' }).count(), 0);
  });
});

test('a function that changes something can’t be called without the form’s token', async ({ base, withPage }) => {
  await withPage({ as: 'owner', javascript: false }, async (page) => {
    await page.goto('/');
    const headers = { origin: base, accept: 'application/json' };
    const answer = await page.request.post('/_fn/account/sign_out', { form: {}, headers, maxRedirects: 0 });
    assert.equal(answer.status(), 403);
    assert.equal((await page.request.get('/customers', { maxRedirects: 0 })).status(), 200);
  });
});

const HOSTILE =
  `</textarea><script>document.title='owned'</script> "Anna" & 'Bo' <img src=x onerror=alert(1)> 🚗 {{7*7}}`;

for (const javascript of [true, false]) {
  const how = javascript ? 'with JavaScript' : 'without JavaScript';
  test(`hostile text in a name and a note stays text ${how}`, { engines: BOTH }, async ({ withPage }) => {
    await withPage({ as: 'agent', javascript, allow: [/status of 422/] }, async (page) => {
      await page.goto('/customers/new');
      await page.getByLabel('Name', { exact: true }).fill(HOSTILE);
      await page.getByLabel('E-mail').fill('text@example.org');
      await page.getByLabel('Street').fill('</script><b>7</b>');
      await page.getByRole('button', { name: 'Create customer' }).click();
      await page.waitForURL(/\/customers\/[0-9a-f-]{36}$/);
      await page.getByRole('heading', { level: 1 }).waitFor();
      assert.ok((await page.locator('h1').textContent()).startsWith(HOSTILE));
      assert.ok((await page.title()).startsWith(HOSTILE));

      await page.getByLabel('New note').fill(`\n${HOSTILE}\nsecond line`);
      await page.getByRole('button', { name: 'Add note' }).click();
      await page.locator('.note-text').first().waitFor();
      const note = (await page.locator('.note-text').first().textContent()).replaceAll('\r', '');
      assert.ok(note.includes(`${HOSTILE}\nsecond line`), note);

      // What is refused comes back into the field itself.
      const long = `${HOSTILE}${'x'.repeat(4_000)}`;
      await page.getByLabel('New note').fill(long);
      await page.getByRole('button', { name: 'Add note' }).click();
      await page.locator('.error-summary').waitFor();
      assert.equal(await page.getByLabel('New note').inputValue(), long);
      assert.equal(await page.locator('main img, main script, main b:text-is("7")').count(), 0);

      await page.goto('/customers?sort=-created');
      assert.ok((await page.locator('main tbody tr').first().textContent()).includes(HOSTILE));
      assert.ok(!(await page.title()).includes('owned'));
    });
  });
}
