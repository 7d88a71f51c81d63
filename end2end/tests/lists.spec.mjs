// Lists: what is shown stands in the address, and every way through them is a link.

import { BOTH, assert, test } from '../harness.mjs';

const rowsOf = (page) => page.locator('main tbody tr');
const linksOf = (page) =>
  page.locator('main tbody a.row-link').evaluateAll((all) => all.map((a) => a.getAttribute('href')));

test('a view narrows the list and stands in the address', async ({ withPage }) => {
  await withPage({ as: 'reader', javascript: false }, async (page) => {
    await page.goto('/subscriptions');
    await page.locator('ul.chips').getByRole('link', { name: 'Paused', exact: true }).click();
    assert.equal(new URL(page.url()).searchParams.get('state'), 'paused');
    const states = await page.locator('main tbody .badge').allTextContents();
    assert.ok(states.length > 0);
    assert.ok(states.every((state) => state.trim() === 'Paused'), states.join(', '));
    assert.equal(await page.locator('ul.chips a[aria-current]').filter({ hasText: 'Paused' }).count(), 1);
    await page.locator('ul.chips').getByRole('link', { name: 'All', exact: true }).click();
    assert.equal(new URL(page.url()).search, '');
  });
});

test('the fleet is narrowed by state and fuel together', async ({ withPage }) => {
  await withPage({ as: 'reader', javascript: false }, async (page) => {
    await page.goto('/fleet');
    const filters = page.locator('form.filters');
    await filters.getByLabel('State').selectOption('available');
    await filters.getByLabel('Fuel').selectOption('electric');
    await filters.getByRole('button', { name: 'Apply' }).click();
    const { searchParams } = new URL(page.url());
    assert.deepEqual([searchParams.get('state'), searchParams.get('fuel')], ['available', 'electric']);
    const rows = await rowsOf(page).allTextContents();
    assert.ok(rows.length > 0);
    assert.ok(rows.every((row) => row.includes('Available') && row.includes('Electric')), rows[0]);
    await filters.getByRole('link', { name: 'Clear' }).click();
    assert.equal(new URL(page.url()).search, '');
  });
});

test('a search keeps the view, and a view keeps the search', async ({ withPage }) => {
  await withPage({ as: 'reader', javascript: false }, async (page) => {
    await page.goto('/customers?status=active');
    await page.locator('.tools input[type="search"]').fill('mar');
    await page.locator('.tools input[type="search"]').press('Enter');
    await page.waitForURL(/q=mar/);
    assert.equal(new URL(page.url()).searchParams.get('status'), 'active');
    await page.locator('ul.chips').getByRole('link', { name: 'Blocked', exact: true }).click();
    const { searchParams } = new URL(page.url());
    assert.deepEqual([searchParams.get('q'), searchParams.get('status')], ['mar', 'blocked']);
  });
});

for (const javascript of [true, false]) {
  test(`a heading sorts both ways and says so ${javascript ? 'with' : 'without'} JavaScript`, async ({ withPage }) => {
    await withPage({ as: 'reader', javascript }, async (page) => {
      await page.goto('/customers');
      const heading = page.locator('main thead th', { hasText: 'Name' });
      const first = () => page.locator('main tbody tr td.who b').first().textContent();
      assert.equal(await heading.getAttribute('aria-sort'), 'ascending');
      const ascending = await first();
      await heading.getByRole('link').click();
      await page.waitForURL(/sort=-name/);
      await page.locator('main thead th[aria-sort="descending"]', { hasText: 'Name' }).waitFor();
      assert.notEqual(await first(), ascending);
      await page.locator('main thead th', { hasText: 'Created' }).getByRole('link').click();
      await page.waitForURL(/sort=created/);
      await page.locator('main thead th[aria-sort="ascending"]', { hasText: 'Created' }).waitFor();
      assert.equal(await page.locator('main thead th[aria-sort]').count(), 1);
      await page.goBack();
      await page.locator('main thead th[aria-sort="descending"]', { hasText: 'Name' }).waitFor();
    });
  });
}

const PAGED = [
  '/customers', '/customers?sort=-created', '/fleet', '/subscriptions', '/subscriptions?sort=created', '/security',
];

for (const path of PAGED) {
  test(`paging through ${path} repeats nothing and comes back`, { engines: BOTH }, async ({ withPage }) => {
    await withPage({ as: 'auditor', javascript: false }, async (page) => {
      await page.goto(path);
      const pages = [await linksOf(page)];
      assert.equal(await page.locator('.pager a[rel="prev"]').count(), 0);
      for (let turn = 0; turn < 3; turn += 1) {
        await page.locator('.pager a[rel="next"]').click();
        pages.push(await linksOf(page));
      }
      const all = pages.flat();
      assert.equal(new Set(all).size, all.length, 'A row stands on two pages.');
      for (const expected of pages.slice(0, -1).reverse()) {
        await page.locator('.pager a[rel="prev"]').click();
        assert.deepEqual(await linksOf(page), expected);
      }
      assert.equal(await page.locator('.pager a[rel="prev"]').count(), 0, 'There is something before the first page.');
    });
  });
}

test('an address that the list can’t read answers 422 and says why', async ({ withPage }) => {
  await withPage({ as: 'auditor', javascript: false, allow: [/status of 422/] }, async (page) => {
    const wrong = [
      '/customers?stauts=active', '/customers?status=happy', '/customers?sort=shoe', '/customers?cursor=nonsense',
      '/fleet?fuel=love', '/plans?colour=red', '/subscriptions?state=unknown', '/security?from=yesterday',
      '/settings/staff?shoe=1',
    ];
    for (const path of wrong) {
      const answer = await page.goto(path);
      assert.equal(answer.status(), 422, path);
      await page.getByRole('heading', { level: 1, name: 'This address can’t be read' }).waitFor();
    }
  });
});

test('columns and density stand in the address and survive a reload', async ({ withPage }) => {
  await withPage({ as: 'reader', javascript: false }, async (page) => {
    await page.goto('/customers?status=active');
    await page.locator('details.menu summary', { hasText: 'Columns' }).click();
    const chooser = page.locator('form.chooser');
    await chooser.getByLabel('City').uncheck();
    await chooser.getByLabel('Phone').check();
    await chooser.getByRole('button', { name: 'Show these' }).click();
    await page.waitForURL(/col=/);
    const headings = async () => (await page.locator('main thead th').allTextContents()).map((text) => text.trim());
    const chosen = ['Name', 'Number', 'Status', 'Phone', 'Created'];
    assert.deepEqual(await headings(), chosen);
    assert.equal(new URL(page.url()).searchParams.get('status'), 'active');
    await page.getByRole('navigation', { name: 'Density' }).getByRole('link', { name: 'Compact' }).click();
    await page.waitForURL(/density=compact/);
    const height = () => rowsOf(page).first().evaluate((row) => row.getBoundingClientRect().height);
    const compact = await height();
    await page.reload();
    assert.deepEqual(await headings(), chosen);
    assert.equal(await page.locator('section.panel[data-density="compact"]').count(), 1);
    assert.equal(await height(), compact);
    await page.getByRole('navigation', { name: 'Density' }).getByRole('link', { name: 'Comfortable' }).click();
    assert.ok((await height()) > compact);
  });
});

test('density keeps the page of the list', async ({ withPage }) => {
  await withPage({ as: 'reader', javascript: false }, async (page) => {
    await page.goto('/customers');
    await page.locator('.pager a[rel="next"]').click();
    const second = await linksOf(page);
    await page.getByRole('navigation', { name: 'Density' }).getByRole('link', { name: 'Compact' }).click();
    assert.deepEqual(await linksOf(page), second);
  });
});

test('a list that is empty because of its filters offers to clear them', async ({ withPage }) => {
  await withPage({ as: 'reader', javascript: false }, async (page) => {
    for (const area of ['customers', 'fleet', 'subscriptions', 'plans']) {
      const answer = await page.goto(`/${area}?q=zzzzqqqq`);
      assert.equal(answer.status(), 200);
      await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
      await page.getByRole('link', { name: 'Clear all filters' }).click();
      assert.equal(new URL(page.url()).search, '');
      assert.ok((await rowsOf(page).count()) > 0);
    }
  });
});

test('a plate is found however it is typed', { engines: BOTH }, async ({ withPage }) => {
  await withPage({ as: 'reader', javascript: false }, async (page) => {
    await page.goto('/fleet');
    const plate = await page.locator('main tbody .plate').first().textContent();
    for (const typed of [plate, plate.toLowerCase(), plate.replaceAll(/[^\p{L}\d]/gu, ''), plate.replace('-', ' ')]) {
      await page.goto(`/fleet?${new URLSearchParams({ q: typed })}`);
      assert.equal(await page.locator('main tbody .plate').first().textContent(), plate, typed);
      await page.goto(`/search?${new URLSearchParams({ q: typed })}`);
      await page.locator('main ul.feed').getByText(plate, { exact: true }).first().waitFor();
    }
  });
});

test('a table is a real table', async ({ withPage }) => {
  await withPage({ as: 'auditor', javascript: false }, async (page) => {
    for (const path of ['/customers', '/fleet', '/plans', '/subscriptions', '/security', '/settings/staff']) {
      await page.goto(path);
      const table = page.locator('main table.table').first();
      assert.ok((await table.locator('caption').textContent()).trim(), path);
      assert.equal(await table.locator('thead th:not([scope="col"])').count(), 0, path);
    }
  });
});
