// What a role may not do is not offered to it, and its address says which permission is missing.

import { ACCOUNTS, assert, test } from '../harness.mjs';
import { mayOpen, places } from '../places.mjs';

const RAIL = {
  Overview: 'overview:read',
  Customers: 'customers:read',
  Fleet: 'fleet:read',
  Subscriptions: 'subscriptions:read',
  Plans: 'plans:read',
  'API access': 'access:read',
  Partners: 'partners:read',
  Integrations: 'integrations:read',
  Security: 'audit:read',
  Staff: 'staff:read',
  Roles: 'roles:read',
  'My account': undefined,
};

for (const [who, account] of Object.entries(ACCOUNTS)) {
  test(`the rail shows ${who} what they may open and nothing else`, async ({ withPage }) => {
    await withPage({ as: who, javascript: false }, async (page) => {
      await page.goto('/');
      const shown = await page.locator('nav.rail ul.nav a').allTextContents();
      const expected = Object.entries(RAIL).filter(([, needs]) => mayOpen(account, { needs })).map(([name]) => name);
      assert.deepEqual(shown.map((name) => name.trim()), expected);
    });
  });

  test(`every page is open to ${who} or says what is missing`, { timeout: 300_000 }, async (kit) => {
    const all = await places(kit);
    await kit.withPage({ as: who, javascript: false }, async (page) => {
      const wrong = [];
      for (const place of all) {
        const answer = await page.request.get(place.path, { headers: { accept: 'text/html' }, maxRedirects: 0 });
        const expected = mayOpen(account, place) ? place.status : 403;
        const text = await answer.text();
        const names = expected !== 403 || [place.needs].flat().some((permission) => text.includes(permission));
        if (answer.status() !== expected || !names) {
          const unnamed = names ? '' : ', and names no permission';
          wrong.push(`${place.name} at ${place.path} answers ${answer.status()}, not ${expected}${unnamed}`);
        }
      }
      assert.ok(!wrong.length, wrong.join('\n'));
    });
  });
}

test('nobody is sent to the door from every page, and comes back to it', { timeout: 180_000 }, async (kit) => {
  for (const place of await places(kit)) {
    const answer = await kit.get(place.path, { headers: { accept: 'text/html' } });
    assert.equal(answer.status, 303, place.path);
    const location = new URL(answer.headers.get('location'), kit.base);
    assert.equal(location.pathname, '/sign-in', place.path);
    assert.equal(location.searchParams.get('next') ?? '/', place.path);
    assert.equal((await answer.text()).length, 0);
  }
});

test('a reader is offered nothing that changes anything', { timeout: 180_000 }, async (kit) => {
  const all = await places(kit);
  await kit.withPage({ as: 'reader', javascript: false, allow: [/status of 404/] }, async (page) => {
    const own = ['/settings/account', '/settings/sessions', '/settings/second-factor'];
    for (const place of all.filter((place) => mayOpen(ACCOUNTS.reader, place) && !own.includes(place.path))) {
      await page.goto(place.path);
      assert.equal(await page.locator('main form[method="post"]').count(), 0, `There is a form at ${place.path}.`);
      const links = await page.locator('main a').evaluateAll((all) => all.map((a) => new URL(a.href).pathname));
      const writing = links.filter((path) => /\/(new|edit)$|\/change\//.test(path));
      assert.deepEqual(writing, [], place.path);
    }
  });
});

test('a refused page names the permission and who can give it', async ({ withPage }) => {
  await withPage({ as: 'reader', allow: [/status of 403/] }, async (page) => {
    const answer = await page.goto('/security');
    assert.equal(answer.status(), 403);
    await page.getByRole('heading', { level: 1, name: 'You can’t open this page' }).waitFor();
    const text = await page.locator('main').textContent();
    assert.match(text, /audit:read/);
    assert.match(text, /Ask somebody who manages roles/);
    assert.match(text, /Request/);
  });
});

test('an auditor sees the log and can open an event', async ({ withPage }) => {
  await withPage({ as: 'auditor', javascript: false }, async (page) => {
    await page.goto('/security');
    await page.locator('main tbody a.row-link').first().click();
    await page.getByRole('heading', { name: 'What happened' }).waitFor();
    await page.getByRole('heading', { name: 'Its place in the log' }).waitFor();
  });
});

test('confirmations of what somebody may not do are closed to them as well', async (kit) => {
  const member = (await places(kit)).find(({ name }) => name === 'member of staff').path;
  const plan = (await places(kit)).find(({ name }) => name === 'plan').path;
  await kit.withPage({ as: 'auditor', javascript: false, allow: [/status of 403/] }, async (page) => {
    const acts = ['disable', 'reset', 'roles', 'sessions'].map((act) => `${member}?act=${act}`);
    for (const path of [...acts, `${plan}?review=retire`]) {
      await page.goto(path);
      assert.equal(await page.locator('main form[method="post"]').count(), 0, `There is a form at ${path}.`);
    }
  });
});
