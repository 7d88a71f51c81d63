// Forms: the server decides, nothing typed is lost, nothing is made twice, and nobody overwrites somebody unseen.

import { BOTH, assert, hydrated, test } from '../harness.mjs';
import { fieldsOf, send } from '../places.mjs';

const REFUSED = [/status of 422/];
const CONFLICT = [/status of 409/];

for (const javascript of [true, false]) {
  const how = javascript ? 'with JavaScript' : 'without JavaScript';
  test(`a customer with wrong input is refused and nothing typed is lost ${how}`, async ({ withPage }) => {
    await withPage({ as: 'agent', javascript, allow: REFUSED }, async (page) => {
      await page.goto('/customers/new');
      if (javascript) await hydrated(page);
      await page.getByLabel('Name', { exact: true }).fill('');
      await page.getByLabel('E-mail').fill('nobody at all');
      await page.getByLabel('City').fill('Köln & Umgebung "links"');
      await page.getByLabel('Kind').selectOption('company');
      const answered = page.waitForResponse((response) => response.request().method() === 'POST');
      await page.getByRole('button', { name: 'Create customer' }).click();
      assert.equal((await answered).status(), 422);
      await page.getByRole('heading', { name: 'There is a problem' }).waitFor();
      if (javascript) await hydrated(page);

      assert.match(await page.title(), /^Error: /);
      assert.equal(new URL(page.url()).pathname, '/customers/new');
      assert.equal(await page.getByLabel('E-mail').inputValue(), 'nobody at all');
      assert.equal(await page.getByLabel('City').inputValue(), 'Köln & Umgebung "links"');
      assert.equal(await page.getByLabel('Kind').inputValue(), 'company');
      await summaryLeadsToFields(page, ['name', 'email'], javascript);
    });
  });
}

/** The summary has the focus, and names and links each wrong field in the field's own words. */
async function summaryLeadsToFields(page, names, javascript) {
  const summary = page.locator('.error-summary');
  if (javascript) {
    const hasFocus = await summary.evaluate((element) => element === document.activeElement);
    assert.ok(hasFocus, 'The summary has no focus.');
  }
  const links = await summary
    .locator('li a')
    .evaluateAll((all) => all.map((a) => [a.getAttribute('href'), a.textContent]));
  assert.deepEqual(links.map(([href]) => href), names.map((name) => `#f-${name}`));
  for (const [href, message] of links) {
    const field = page.locator(href);
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    const described = (await field.getAttribute('aria-describedby')).split(' ');
    assert.ok(described.includes(`${href.slice(1)}-error`), described.join(' '));
    assert.ok((await page.locator(`${href}-error`).textContent()).includes(message));
  }
  const right = page.locator('#f-city');
  assert.equal(await right.getAttribute('aria-invalid'), null);
  await summary.locator('li a').first().click();
  assert.equal(new URL(page.url()).hash, links[0][0]);
}

test('a form that is sent twice makes one customer', { engines: BOTH }, async ({ withPage }) => {
  await withPage({ as: 'agent' }, async (page) => {
    await page.goto('/customers/new');
    const name = `Twice ${Date.now()}`;
    const typed = { 'form[name]': name, 'form[email]': 'twice@example.org' };
    const fields = { ...(await fieldsOf(page, 'customers/create')), ...typed };
    const both = await Promise.all([send(page, '/customers/new', fields), send(page, '/customers/new', fields)]);
    const again = await send(page, '/customers/new', fields);
    const places = [...both, again].map((answer) => `${answer.status()} ${answer.headers().location}`);
    assert.match(places[0], /^303 \/customers\/[0-9a-f-]{36}$/);
    assert.deepEqual(new Set(places).size, 1, places.join('\n'));
    await page.goto(`/customers?${new URLSearchParams({ q: name })}`);
    assert.equal(await page.locator('main tbody tr').filter({ hasText: name }).count(), 1);
  });
});

/** A new customer, and the path of its page. */
async function newCustomer(page, name) {
  await page.goto('/customers/new');
  const typed = {
    'form[name]': name,
    'form[email]': 'two@example.org',
    'form[city]': 'Bonn',
    'form[phone]': '+49 228 12345',
  };
  const answer = await send(page, '/customers/new', { ...(await fieldsOf(page, 'customers/create')), ...typed });
  assert.equal(answer.status(), 303);
  return answer.headers().location;
}

for (const javascript of [true, false]) {
  const how = javascript ? 'with JavaScript' : 'without JavaScript';
  test(`two people edit one customer and one press keeps both ${how}`, { engines: BOTH }, async ({ withPage }) => {
    await withPage({ as: 'agent', javascript, allow: CONFLICT }, async (mine) => {
      const name = `Conflict ${Date.now()}`;
      const path = await newCustomer(mine, name);
      await mine.goto(`${path}/edit`);
      if (javascript) await hydrated(mine);
      await withPage({ as: 'administrator', javascript }, async (theirs) => {
        await theirs.goto(`${path}/edit`);
        await theirs.getByLabel('City').fill('Cologne');
        await theirs.getByRole('button', { name: 'Save changes' }).click();
        await theirs.getByRole('status').filter({ hasText: 'Your changes were saved.' }).waitFor();
      });
      await mine.getByLabel('Phone').fill('+49 30 99999');
      const answered = mine.waitForResponse((response) => response.request().method() === 'POST');
      await mine.getByRole('button', { name: 'Save changes' }).click();
      assert.equal((await answered).status(), 409);

      const panel = mine.locator('section[aria-labelledby="conflict"]');
      await panel.getByRole('heading', { name: 'Bastian Kroll saved first' }).waitFor();
      assert.deepEqual(await rows(panel), [
        ['Phone', '+49 228 12345', '+49 228 12345', '+49 30 99999'],
        ['City', 'Bonn', 'Cologne', 'Bonn'],
      ]);
      await panel.getByRole('button', { name: 'Keep both sets of changes' }).click();
      await mine.getByRole('status').filter({ hasText: 'Your changes were saved.' }).waitFor();
      const contact = await mine.locator('section[aria-labelledby="contact"]').textContent();
      assert.ok(contact.includes('Cologne') && contact.includes('+49 30 99999'), contact);
    });
  });
}

test('two people who change the same field choose which one stays', async ({ withPage }) => {
  await withPage({ as: 'agent', allow: CONFLICT }, async (mine) => {
    const path = await newCustomer(mine, `Clash ${Date.now()}`);
    await mine.goto(`${path}/edit`);
    await withPage({ as: 'administrator' }, async (theirs) => {
      await theirs.goto(`${path}/edit`);
      await theirs.getByLabel('City').fill('Cologne');
      await theirs.getByRole('button', { name: 'Save changes' }).click();
      await theirs.getByRole('status').waitFor();
    });
    await mine.getByLabel('City').fill('Aachen');
    await mine.getByRole('button', { name: 'Save changes' }).click();
    const panel = mine.locator('section[aria-labelledby="conflict"]');
    await panel.waitFor();
    assert.deepEqual(await rows(panel), [['City', 'Bonn', 'Cologne', 'Aachen']]);
    assert.ok(await panel.getByRole('radio', { name: 'Aachen' }).isChecked());
    await panel.getByRole('radio', { name: 'Cologne' }).check();
    await panel.getByRole('button', { name: 'Save what is chosen' }).click();
    await mine.getByRole('status').filter({ hasText: 'Your changes were saved.' }).waitFor();
    assert.ok((await mine.locator('section[aria-labelledby="contact"]').textContent()).includes('Cologne'));
  });
});

test('what one saves below a conflict never takes back what the other saved unseen', async ({ withPage }) => {
  await withPage({ as: 'agent', allow: CONFLICT }, async (mine) => {
    const path = await newCustomer(mine, `Below ${Date.now()}`);
    await mine.goto(`${path}/edit`);
    await withPage({ as: 'administrator' }, async (theirs) => {
      await theirs.goto(`${path}/edit`);
      await theirs.getByLabel('City').fill('Cologne');
      await theirs.getByRole('button', { name: 'Save changes' }).click();
      await theirs.getByRole('status').waitFor();
    });
    await mine.getByLabel('Phone').fill('+49 30 99999');
    await mine.getByRole('button', { name: 'Save changes' }).click();
    await mine.locator('section[aria-labelledby="conflict"]').waitFor();
    const below = mine.getByRole('button', { name: 'Save changes' });
    if (await below.count()) {
      await below.click();
      await mine.waitForLoadState('load');
    }
    await mine.goto(path);
    const contact = await mine.locator('section[aria-labelledby="contact"]').textContent();
    assert.ok(contact.includes('Cologne'), `What the other saved is gone: ${contact}`);
  });
});

function rows(panel) {
  return panel
    .locator('tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent.trim())));
}

test('leaving with unsaved changes asks first', async ({ withPage }) => {
  await withPage({ as: 'agent' }, async (page) => {
    await page.goto('/customers/new');
    await hydrated(page);
    await page.getByLabel('Name', { exact: true }).fill('Half a name');
    const asked = [];
    page.on('dialog', async (dialog) => {
      asked.push(dialog.message());
      await (asked.length === 1 ? dialog.dismiss() : dialog.accept());
    });
    await page.locator('nav.rail').getByRole('link', { name: 'Fleet' }).click();
    assert.equal(new URL(page.url()).pathname, '/customers/new');
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'Half a name');
    await page.locator('nav.rail').getByRole('link', { name: 'Fleet' }).click();
    await page.getByRole('heading', { level: 1, name: 'Fleet' }).waitFor();
    assert.equal(asked.length, 2);
  });
});

test('a note and a tag that were removed come back by one press', { engines: BOTH }, async ({ withPage }) => {
  await withPage({ as: 'agent', javascript: false }, async (page) => {
    await page.goto(await newCustomer(page, `Undo ${Date.now()}`));
    const done = (text) => page.getByRole('status').filter({ hasText: text }).waitFor();
    await page.getByLabel('New note').fill('Rings back on Monday');
    await page.getByRole('button', { name: 'Add note' }).click();
    await done('Your note was added.');
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await done('The note was removed.');
    assert.equal(await page.locator('.note-text').count(), 0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await done('The note is back.');
    assert.equal(await page.locator('.note-text').textContent(), 'Rings back on Monday');

    await page.getByLabel('New tag').fill('vip');
    await page.getByRole('button', { name: 'Add tag' }).click();
    await done('was added');
    await page.locator('.tag button').click();
    await done('was removed');
    await page.getByRole('button', { name: 'Undo' }).click();
    await done('was added');
    assert.match(await page.locator('.tag').textContent(), /vip/);
  });
});
