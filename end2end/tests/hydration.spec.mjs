// The browser takes pages over as the server made them, and a page whose WebAssembly never comes stays usable.

import { assert, hydrated, test } from '../harness.mjs';
import { GATES, PLACES, places } from '../places.mjs';

const allow = [/status of 404/];

for (const { name } of PLACES) {
  test(`${name} is taken over after a hard load`, async (kit) => {
    const place = (await places(kit)).find((place) => place.name === name);
    await kit.withPage({ as: 'owner', allow }, async (page) => {
      await page.goto(place.path);
      const served = await page.locator('h1').first().textContent();
      await hydrated(page);
      await page.waitForLoadState('networkidle');
      assert.equal(await page.locator('h1').count(), 1);
      assert.equal(await page.locator('h1').textContent(), served);
    });
  });
}

for (const { name, path } of GATES) {
  test(`${name} is taken over before sign-in`, async ({ withPage }) => {
    await withPage({ allow }, async (page) => {
      await page.goto(path);
      await hydrated(page);
      assert.equal(await page.locator('h1').count(), 1);
    });
  });
}

test('title, place in the rail and crumbs follow a click', async ({ withPage }) => {
  await withPage({ as: 'owner' }, async (page) => {
    await page.goto('/');
    await page.locator('nav.rail').getByRole('link', { name: 'Customers' }).click();
    await page.getByRole('heading', { level: 1, name: 'Customers' }).waitFor();
    const row = page.locator('main tbody a.row-link').first();
    const name = await row.textContent();
    await row.click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    assert.equal(await page.title(), `${name} · Keyfob`);
    assert.equal(await page.locator('nav.rail a[aria-current="page"]').textContent(), 'Customers');
    await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'Customers' }).click();
    await page.getByRole('heading', { level: 1, name: 'Customers' }).waitFor();
  });
});

test('a list is narrowed, sorted and left by clicks, and back brings it back', async ({ withPage }) => {
  await withPage({ as: 'reader' }, async (page) => {
    await page.goto('/subscriptions');
    await hydrated(page);
    await page.locator('ul.chips').getByRole('link', { name: 'Paused', exact: true }).click();
    await page.waitForURL(/state=paused/);
    await page.locator('ul.chips a[aria-current]', { hasText: 'Paused' }).waitFor();
    await page.locator('main thead').getByRole('link', { name: 'Customer' }).click();
    await page.waitForURL(/sort=-customer/);
    const first = await page.locator('main tbody tr').first().textContent();
    await page.locator('main tbody a.row-link').first().click();
    await page.getByRole('heading', { name: 'Service and billing' }).waitFor();
    await page.goBack();
    await page.locator('main tbody tr').first().waitFor();
    assert.equal(await page.locator('main tbody tr').first().textContent(), first);
  });
});

for (const what of ['wasm', 'js']) {
  test(`a page stays usable when its ${what} never comes`, async ({ withPage }) => {
    const missing = [/ERR_FAILED|ERR_BLOCKED|Failed to (fetch|load)|dynamically imported module/];
    await withPage({ as: 'owner', allow: missing }, async (page) => {
      await page.route(new RegExp(`\\.${what}(\\?|$)`), (route) => route.abort());
      await page.goto('/customers');
      assert.equal(await page.locator('[data-hydrated]').count(), 0);
      await page.locator('main tbody a.row-link').first().click();
      await page.getByRole('heading', { name: 'Contact' }).waitFor();
      await page.getByLabel('New note').fill('Written without WebAssembly');
      await page.getByRole('button', { name: 'Add note' }).click();
      await page.getByRole('status').filter({ hasText: 'Your note was added.' }).waitFor();
      assert.match(await page.locator('.note-text').first().textContent(), /Written without WebAssembly/);
    });
  });
}
