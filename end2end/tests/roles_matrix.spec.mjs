// A role of one's own: made, given, widened and deleted, and each step says first whom it touches.

import { BOTH, assert, hydrated, test } from '../harness.mjs';
import { send, fieldsOf } from '../places.mjs';

const PASSWORD = 'a few words in a row';

for (const javascript of [true, false]) {
  const how = javascript ? 'with JavaScript' : 'without JavaScript';
  test(`a role is made, given, widened and deleted ${how}`, { engines: BOTH, timeout: 120_000 }, async (kit) => {
    await kit.withPage({ as: 'owner', javascript, allow: [/status of 403/] }, async (page) => {
      const role = `Night desk ${Date.now()}`;
      await make(page, role, javascript);
      const member = await join(kit, page, javascript);
      await give(page, member, role, true);
      await sees(kit, member, ['Customers', 'My account']);
      await widen(page, role);
      await sees(kit, member, ['Customers', 'Fleet', 'My account']);
      await give(page, member, role, false);
      await remove(page, role);
    });
  });
}

/** Makes a role through its review. */
async function make(page, role, javascript) {
  await page.goto('/settings/roles');
  await page.getByRole('link', { name: 'New role' }).click();
  await page.getByRole('heading', { level: 1, name: 'New role' }).waitFor();
  if (javascript) await hydrated(page);
  await page.getByLabel('Name', { exact: true }).fill(role);
  await page.locator('input[name="permissions[customers:read]"]').check();
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByRole('heading', { level: 1, name: `Review “${role}”` }).waitFor();
  const added = await page.locator('section[aria-labelledby="added"] li code').allTextContents();
  assert.deepEqual(added, ['customers:read']);
  assert.match(await page.locator('main').textContent(), /Nobody has this role yet/);
  await page.getByRole('button', { name: 'Create role' }).click();
  await page.getByRole('status').filter({ hasText: `The role “${role}” was created.` }).waitFor();
  const head = page.locator('main thead th').filter({ hasText: role });
  assert.match(await head.textContent(), /nobody.*custom/);
}

/** Invites somebody, who joins by the link. */
async function join(kit, page) {
  const email = `night-${Date.now()}@demo.keyfob.example`;
  await page.goto('/settings/staff/invite');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Name', { exact: true }).fill('Nora Nacht');
  await page.getByLabel('Role').selectOption({ label: 'Read-only' });
  await page.getByRole('button', { name: 'Make the link' }).click();
  const told = page.getByRole('status').filter({ hasText: '/join/' });
  await told.waitFor();
  const link = /\/join\/\S+/.exec(await told.locator('p').first().textContent())[0];
  await kit.withPage({ javascript: false }, async (guest) => {
    await guest.goto(link);
    await guest.getByLabel('Password').fill(PASSWORD);
    await guest.getByRole('button', { name: 'Set password' }).click();
    await guest.getByRole('status').filter({ hasText: 'Your password is set.' }).waitFor();
    const again = await guest.request.get(link);
    assert.ok(again.status() >= 400, 'The link works twice.');
  });
  await page.goto(`/settings/staff?${new URLSearchParams({ q: email })}`);
  const path = await page.locator('main tbody tr', { hasText: email }).locator('a.row-link').getAttribute('href');
  return { email, path };
}

/** Leaves somebody nothing but a role, or their first one. */
async function give(page, member, role, isGiven) {
  await page.goto(`${member.path}?act=roles`);
  await page.getByLabel(role, { exact: true }).setChecked(isGiven);
  await page.getByLabel('Read-only', { exact: true }).setChecked(!isGiven);
  await page.getByLabel('Reason').fill('Works at night');
  await page.getByRole('button', { name: 'Save roles' }).click();
  await page.getByRole('status').filter({ hasText: 'Their roles were changed.' }).waitFor();
  const held = await page.locator('section[aria-labelledby="roles"] li').allTextContents();
  assert.deepEqual(held, [isGiven ? role : 'Read-only']);
}

/** What stands in the rail of somebody who signs in anew. */
async function sees(kit, { email }, expected) {
  // Without the overview the first page after sign-in says so.
  await kit.withPage({ javascript: false, allow: [/status of 403/] }, async (page) => {
    await page.goto('/sign-in');
    await page.locator('input[name="email"]').fill(email);
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.locator('form:has(input[name="password"]) button[type="submit"]').click();
    await page.waitForURL((url) => url.pathname !== '/sign-in');
    await page.goto('/customers');
    const shown = await page.locator('nav.rail ul.nav a').allTextContents();
    assert.deepEqual(shown.map((name) => name.trim()), expected);
  });
}

/** Widens a role through its review, which counts whom it touches. */
async function widen(page, role) {
  await page.goto('/settings/roles');
  await page.getByRole('link', { name: role, exact: true }).click();
  await page.getByRole('heading', { level: 1, name: `Edit ${role}` }).waitFor();
  const deletion = await page.locator('section[aria-labelledby="delete"]').textContent();
  assert.match(deletion, /can’t be deleted while it is held by 1 person/);
  await page.locator('input[name="permissions[fleet:read]"]').check();
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByRole('heading', { level: 1, name: `Review the change of “${role}”` }).waitFor();
  const text = await page.locator('main').textContent();
  assert.match(text, /This lets 1 person do what they can’t do now\./);
  assert.match(text, /Who has this role: Nora Nacht/);
  assert.deepEqual(await page.locator('section[aria-labelledby="added"] li code').allTextContents(), ['fleet:read']);
  assert.equal(await page.locator('section[aria-labelledby="removed"]').count(), 0);
  await page.getByLabel('Reason').fill('They hand out keys at night');
  await page.getByRole('button', { name: 'Save role' }).click();
  await page.getByRole('status').filter({ hasText: 'It took effect at once.' }).waitFor();
}

async function remove(page, role) {
  await page.goto('/settings/roles');
  await page.getByRole('link', { name: role, exact: true }).click();
  await page.getByRole('button', { name: 'Delete role' }).click();
  await page.getByRole('status').filter({ hasText: 'The role was deleted.' }).waitFor();
  assert.equal(await page.locator('main thead th').filter({ hasText: role }).count(), 0);
}

test('a role without a name or a permission is refused with what was chosen', async ({ withPage }) => {
  await withPage({ as: 'owner', javascript: false, allow: [/status of 422/] }, async (page) => {
    await page.goto('/settings/roles/new');
    await page.getByLabel('What it is for').fill('Nothing yet');
    await page.getByRole('button', { name: 'Review' }).click();
    const summary = page.locator('.error-summary');
    await summary.waitFor();
    const links = await summary.locator('li a').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
    assert.deepEqual(links, ['#f-name', '#f-permissions']);
    assert.equal(await page.getByLabel('What it is for').inputValue(), 'Nothing yet');
  });
});

test('nobody gives a role that holds more than they do', async ({ withPage }) => {
  await withPage({ as: 'administrator', javascript: false }, async (page) => {
    await page.goto('/settings/roles/new');
    assert.ok(await page.locator('input[name="permissions[subscriptions:settle]"]').isDisabled());
    const wanted = { name: `Too much ${Date.now()}`, 'permissions[subscriptions:settle]': 'yes' };
    const fields = { ...(await fieldsOf(page, 'roles/review')), ...wanted, _fn: 'roles/save', version: '0' };
    const answer = await send(page, '/settings/roles/review', fields);
    assert.ok([403, 409, 422].includes(answer.status()), `${answer.status()}`);
    await page.goto('/settings/roles');
    assert.ok(!(await page.locator('main thead').textContent()).includes('Too much'));
  });
});

test('a built-in role can’t be changed, and can be copied', async ({ withPage }) => {
  await withPage({ as: 'owner', javascript: false }, async (page) => {
    await page.goto('/settings/roles');
    await page.locator('main thead').getByRole('link', { name: 'Support agent', exact: true }).click();
    assert.equal(await page.locator('main form[method="post"]').count(), 0);
    await page.getByRole('link', { name: 'Copy as a new role' }).click();
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Support agent (copy)');
    assert.ok(await page.locator('input[name="permissions[subscriptions:pause]"]').isChecked());
    assert.ok(!(await page.locator('input[name="permissions[staff:manage]"]').isChecked()));
  });
});

test('nobody changes their own roles', async ({ withPage }) => {
  await withPage({ as: 'owner', javascript: false }, async (page) => {
    await page.goto('/settings/staff?q=owner%40demo.keyfob.example');
    await page.goto(await page.locator('main tbody a.row-link').first().getAttribute('href'));
    await page.getByText('this is you').first().waitFor();
    assert.equal(await page.getByRole('link', { name: /Change roles|Disable|Reset/ }).count(), 0);
  });
});
