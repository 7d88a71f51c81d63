// axe finds nothing: on any page, in light and dark, in both densities of lists, and on a telephone.

import { accessible, assert, hydrated, test } from '../harness.mjs';
import { GATES, PLACES, places } from '../places.mjs';

const PHONE = [
  'overview', 'customers', 'customer', 'new customer', 'subscription', 'review of a pause', 'security', 'roles',
  'keys', 'key', 'new key', 'hygiene', 'limits', 'usage', 'refusals', 'operation', 'partner',
];

/** What a page may be refused for here: its own status. */
const allow = [/status of 4(04|22)/];

async function look(kit, name, wish, change = (path) => path) {
  const place = (await places(kit)).find((place) => place.name === name);
  await kit.withPage({ as: 'owner', allow, ...wish }, async (page) => {
    const answer = await page.goto(change(place.path));
    assert.equal(answer.status(), place.status);
    await hydrated(page);
    await accessible(page);
    await nothingSticksOut(page);
  });
}

/** Nothing but tables and code in their own scrolling boxes is wider than the window. */
async function nothingSticksOut(page) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(over <= 0, `The page is ${over} pixels wider than the window.`);
}

for (const theme of ['light', 'dark']) {
  for (const { name, isList } of PLACES) {
    test(`${name} is accessible in ${theme}`, (kit) => look(kit, name, { theme }));
    if (isList) {
      const compact = (path) => `${path}${path.includes('?') ? '&' : '?'}density=compact`;
      test(`${name} is accessible in ${theme}, compact`, (kit) => look(kit, name, { theme }, compact));
    }
  }

  for (const { name, path, status = 200 } of GATES) {
    test(`${name} is accessible in ${theme} before sign-in`, async ({ withPage }) => {
      await withPage({ theme, allow }, async (page) => {
        const answer = await page.goto(path);
        assert.equal(answer.status(), status);
        await accessible(page);
      });
    });
  }

  test(`a refused form is accessible in ${theme}`, async ({ withPage }) => {
    await withPage({ as: 'owner', theme, allow }, async (page) => {
      await page.goto('/customers/new');
      await page.getByRole('button', { name: 'Create customer' }).click();
      await page.locator('.error-summary').waitFor();
      await hydrated(page);
      await accessible(page);
    });
  });

  test(`the palette and the list of shortcuts are accessible in ${theme}`, async ({ withPage }) => {
    await withPage({ as: 'owner', theme }, async (page) => {
      await page.goto('/');
      await hydrated(page);
      await page.keyboard.press('Control+k');
      await page.locator('dialog.palette[open]').waitFor();
      await accessible(page);
      await page.keyboard.press('Escape');
      await page.waitForFunction(() => document.activeElement === document.body);
      await page.keyboard.press('?');
      await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
      await accessible(page);
    });
  });
}

for (const name of PHONE) {
  test(`${name} is accessible on a telephone`, (kit) => look(kit, name, { width: 390, height: 844 }));
}

test('a very long name sticks out nowhere', async ({ withPage }) => {
  await withPage({ as: 'agent', javascript: false }, async (page) => {
    const name = `${'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbau'.repeat(2)} ${Date.now()}`;
    await page.goto('/customers/new');
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('E-mail').fill(`${'a'.repeat(60)}@${'b'.repeat(60)}.example.org`);
    await page.getByRole('button', { name: 'Create customer' }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    const record = new URL(page.url()).pathname;
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      for (const path of [record, `${record}/edit`, '/customers?q=Donaudampf']) {
        await page.goto(path);
        await nothingSticksOut(page);
      }
    }
  });
});

test('the menu of a telephone opens without scripts and leads on', async ({ withPage }) => {
  await withPage({ as: 'owner', javascript: false, width: 390, height: 844 }, async (page) => {
    await page.goto('/');
    await page.locator('details.nav-drawer summary').click();
    await page.locator('nav.drawer').getByRole('link', { name: 'Fleet' }).click();
    await page.getByRole('heading', { level: 1, name: 'Fleet' }).waitFor();
  });
});

test('the skip link comes first and the main part takes the focus', async ({ withPage }) => {
  await withPage({ as: 'owner' }, async (page) => {
    await page.goto('/customers');
    await hydrated(page);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to content');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement.id === 'main' || location.hash === '#main');
  });
});

test('after a click the focus is on the new page’s heading', async ({ withPage }) => {
  await withPage({ as: 'owner' }, async (page) => {
    await page.goto('/customers');
    await hydrated(page);
    await page.locator('nav.rail').getByRole('link', { name: 'Fleet' }).click();
    await page.getByRole('heading', { level: 1, name: 'Fleet' }).waitFor();
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1', undefined, { timeout: 5_000 });
  });
});
