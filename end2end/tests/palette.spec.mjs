// The keyboard: the palette, the list of shortcuts, and single keys that never fire while one types.

import { assert, hydrated, test } from '../harness.mjs';

const isOpen = (page) => page.locator('dialog.palette').evaluate((dialog) => dialog.open);

test('Ctrl-K finds a plate and opens it with the keyboard alone', async ({ withPage }) => {
  await withPage({ as: 'reader' }, async (page) => {
    await page.goto('/fleet');
    const plate = await page.locator('main tbody .plate').nth(3).textContent();
    await page.goto('/');
    await hydrated(page);
    await page.keyboard.press('Control+k');
    await page.locator('dialog.palette[open]').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'combobox');
    await page.keyboard.type(plate.toLowerCase());
    const option = page.locator('.palette-item').filter({ hasText: plate });
    await option.first().waitFor();
    assert.equal(await option.first().getAttribute('aria-selected'), 'true');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/fleet\/[0-9a-f-]{36}$/);
    await page.getByRole('heading', { level: 1, name: plate }).waitFor();
    assert.ok(!(await isOpen(page)));
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  });
});

test('arrows walk through what was found, and Escape closes', async ({ withPage }) => {
  await withPage({ as: 'owner' }, async (page) => {
    await page.goto('/');
    await hydrated(page);
    await page.keyboard.press('Control+k');
    await page.locator('dialog.palette[open]').waitFor();
    const chosen = () => page.locator('.palette-item[aria-selected="true"]').textContent();
    const first = await chosen();
    await page.keyboard.press('ArrowDown');
    assert.notEqual(await chosen(), first);
    const active = await page.evaluate(() => document.activeElement.getAttribute('aria-activedescendant'));
    assert.equal(await page.locator(`#${active}`).getAttribute('aria-selected'), 'true');
    await page.keyboard.press('ArrowUp');
    assert.equal(await chosen(), first);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowDown');
    assert.equal(await chosen(), first);
    await page.keyboard.type('qqqqzzzz');
    await page.getByText('Nothing matches.').waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    assert.ok(!(await isOpen(page)));
    assert.equal(new URL(page.url()).pathname, '/');
  });
});

test('a late answer to an older query never replaces a newer one', async ({ withPage }) => {
  await withPage({ as: 'reader' }, async (page) => {
    await page.goto('/');
    await hydrated(page);
    await page.route('**/_fn/search/everywhere', async (route) => {
      const isOld = new URLSearchParams(route.request().postData()).get('query') === 'ma';
      if (isOld) await new Promise((resolve) => setTimeout(resolve, 800));
      await route.continue();
    });
    await page.keyboard.press('Control+k');
    await page.keyboard.type('ma');
    await page.waitForTimeout(100);
    await page.keyboard.type('rta');
    const items = page.locator('.palette-item');
    await items.filter({ hasText: /Marta/ }).first().waitFor();
    await page.waitForTimeout(1_200);
    const found = await items.allTextContents();
    assert.ok(found.every((title) => /marta/i.test(title)), found.join(', '));
  });
});

test('the palette offers a reader nothing that they may not do', async ({ withPage }) => {
  await withPage({ as: 'reader' }, async (page) => {
    await page.goto('/');
    await hydrated(page);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('new');
    await page.waitForTimeout(300);
    const offered = await page.locator('.palette-item b').allTextContents();
    assert.ok(!offered.some((title) => /^New /.test(title)), offered.join(', '));
  });
});

test('? lists the shortcuts', async ({ withPage }) => {
  await withPage({ as: 'reader' }, async (page) => {
    await page.goto('/customers');
    await hydrated(page);
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await dialog.waitFor();
    assert.match(await dialog.textContent(), /g c.*Go to Customers/);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  });
});

test('g and then c goes to the customers', async ({ withPage }) => {
  await withPage({ as: 'reader' }, async (page) => {
    await page.goto('/');
    await hydrated(page);
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.getByRole('heading', { level: 1, name: 'Customers' }).waitFor();
    assert.equal(new URL(page.url()).pathname, '/customers');
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.waitForTimeout(300);
    assert.equal(new URL(page.url()).pathname, '/customers', 'A shortcut led where the reader may not go.');
  });
});

test('single keys never fire while one types', async ({ withPage }) => {
  await withPage({ as: 'agent' }, async (page) => {
    await page.goto('/customers/new');
    await hydrated(page);
    const name = page.getByLabel('Name', { exact: true });
    await name.click();
    await page.keyboard.type('g c ? /');
    assert.equal(await name.inputValue(), 'g c ? /');
    assert.equal(new URL(page.url()).pathname, '/customers/new');
    assert.equal(await page.locator('dialog[open]').count(), 0);
  });
});

test('single keys can be switched off and on again', async ({ withPage }) => {
  await withPage({ as: 'integrations' }, async (page) => {
    const turn = async (on) => {
      await page.goto('/settings/account');
      await page.getByLabel(/^Single keys are shortcuts/).setChecked(on);
      await page.getByRole('button', { name: 'Save preferences' }).click();
      await page.getByRole('status').filter({ hasText: 'Your preferences were saved.' }).waitFor();
      await hydrated(page);
    };
    await turn(false);
    await page.keyboard.press('?');
    await page.waitForTimeout(200);
    assert.equal(await page.locator('dialog[open]').count(), 0);
    await page.keyboard.press('Control+k');
    assert.ok(await isOpen(page), 'Ctrl-K is no single key.');
    await turn(true);
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
  });
});

test('the palette offers what can be done on the page, and does it', async ({ withPage }) => {
  await withPage({ as: 'agent' }, async (page) => {
    await page.goto('/customers');
    await page.locator('main tbody a.row-link').first().click();
    await page.getByRole('heading', { name: 'Contact' }).waitFor();
    await hydrated(page);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('edit');
    const option = page.locator('.palette-item').filter({ hasText: 'On this page' });
    assert.equal(await option.locator('b').textContent(), 'Edit');
    assert.equal(await option.getAttribute('aria-selected'), 'true');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/customers\/[0-9a-f-]{36}\/edit$/);
  });
});
