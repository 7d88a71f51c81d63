// The walk the portal is there for: find a customer by a plate, pause the subscription to a date, and see it everywhere
// it must be seen. With and without JavaScript, on both engines.

import { BOTH, assert, hydrated, signIn, test } from '../harness.mjs';

for (const javascript of [true, false]) {
  const how = javascript ? 'with JavaScript' : 'without JavaScript';
  const wish = { engines: BOTH, timeout: 120_000 };
  test(`a subscription found by a plate is paused to a date ${how}`, wish, async (kit) => {
    const wanted = await pausable(kit);
    await kit.withPage({ javascript }, (page) => walk(page, wanted, javascript));
  });
}

/** A car of the fleet that is on a subscription which can be paused. */
async function pausable({ withPage }) {
  let found;
  await withPage({ as: 'owner', javascript: false }, async (page) => {
    await page.goto('/fleet?state=on_subscription');
    for (const plate of await page.locator('main tbody .plate').allTextContents()) {
      await page.goto(`/subscriptions?${new URLSearchParams({ q: plate, state: 'active' })}`);
      const row = page.locator('main tbody tr').first();
      if (!(await row.count())) continue;
      const customer = await row.locator('td.who b').first().textContent();
      await page.goto(await row.locator('a.row-link').getAttribute('href'));
      const number = (await page.locator('h1').textContent()).trim().split(' ')[0];
      const canPause = await page.locator('.head a', { hasText: /^Pause$/ }).count();
      const isFree = await page.getByText('No hold is open.').count();
      const inPlan = await page.getByText(/^Up to \d+ days$/).count();
      const isPaid = !(await page.getByText('A payment is overdue.').count());
      if (canPause && isFree && inPlan && isPaid) {
        found = { plate, customer, number };
        return;
      }
    }
  });
  assert.ok(found, 'There is no car on a subscription that can be paused.');
  return found;
}

async function walk(page, { plate, customer, number }, javascript) {
  const heading = (name) => page.getByRole('heading', { level: 1, name }).waitFor();
  await signIn(page, 'owner');
  await page.locator('nav.rail').getByRole('link', { name: 'Customers' }).click();
  await heading('Customers');

  await page.locator('.tools input[type="search"]').fill(plate);
  await page.locator('.tools input[type="search"]').press('Enter');
  await page.waitForURL(/[?&]q=/);
  assert.ok((await page.locator('main tbody tr').count()) >= 1, 'The plate finds nobody.');
  await page.locator('main tbody').getByRole('link', { name: customer, exact: true }).first().click();
  await heading(customer);

  await page.locator('main').getByRole('link', { name: number, exact: true }).click();
  await heading(new RegExp(`^${number} `));
  if (javascript) await hydrated(page);
  await page.locator('.head').getByRole('link', { name: 'Pause', exact: true }).click();
  await heading('Pause subscription');

  const from = await page.getByLabel('Service stops on').inputValue();
  const until = later(from, 14);
  await page.getByLabel('Service goes on').fill(until);
  await page.getByRole('button', { name: 'Review' }).click();
  await page.waitForURL(/until=/);
  const review = page.locator('section.review');
  await review.getByRole('heading', { name: new RegExp(words(until)) }).waitFor();
  assert.ok((await review.locator('.consequences li').count()) > 0, 'The review names no consequence.');
  const change = page.locator('form:has(input[value="subscriptions/commit"])');
  const reason = `Abroad for two weeks ${javascript ? 'by train' : 'by boat'}`;
  await change.getByLabel('Reason').fill(reason);
  await change.getByRole('button', { name: 'Pause subscription' }).click();

  await heading(new RegExp(`^${number} Paused`));
  await page.getByRole('status').filter({ hasText: `Paused; will resume on ${words(until)}` }).waitFor();
  await seeTimelines(page, from, until);
  await seeEvent(page, number, reason, from, until);
}

/** Both timelines say the pause, in words, as a drawing and as a table. */
async function seeTimelines(page, from, until) {
  const panel = page.locator('section[aria-labelledby="timelines"]');
  const fact = (name) => panel.locator('dl.facts > div').filter({ hasText: name }).first().locator('dd').textContent();
  assert.match(await fact('Service'), new RegExp(`paused since ${words(from)}, will resume on ${words(until)}`));
  assert.match(await fact('Billing'), /a month since .+; nothing for /);
  assert.ok((await panel.locator('svg rect.pause').count()) > 0, 'The drawing shows no pause.');
  const table = panel.locator('details.as-table');
  await table.locator('summary').click();
  const rows = await table.locator('tbody tr').allTextContents();
  assert.ok(rows.some((row) => row.startsWith('Service') && row.includes(words(until))), rows.join('\n'));
  assert.ok(rows.some((row) => row.startsWith('Billing')), rows.join('\n'));
}

/** The timeline's entry leads to the audit event, which shows before and after, and back. */
async function seeEvent(page, number, reason, from, until) {
  const entry = page.locator('ol.timeline > li').first();
  assert.match(await entry.textContent(), new RegExp(`Paused; will resume on ${words(until)}.* by Ines Albrecht`));
  assert.ok((await entry.textContent()).includes(reason));
  await entry.getByRole('link', { name: 'Audit event' }).click();
  await page.getByRole('heading', { level: 1, name: /^Subscription paused/ }).waitFor();
  assert.ok((await page.locator('main').textContent()).includes(reason));
  const rows = await page.locator('section[aria-labelledby="changes"] tbody tr').evaluateAll((all) =>
    all.map((row) => [...row.cells].map((cell) => cell.textContent.trim())),
  );
  const changed = Object.fromEntries(rows.map(([field, ...values]) => [field, values]));
  assert.deepEqual(changed.state, ['active', 'paused']);
  assert.deepEqual(changed.pause, ['—', `${from}/${until}`]);
  await page.locator('section[aria-labelledby="facts"] a[href^="/subscriptions/"]').click();
  await page.getByRole('heading', { level: 1, name: new RegExp(`^${number} `) }).waitFor();
}

function later(date, days) {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
}

/** A date as the pages write it: 3 Jul 2026. */
function words(date) {
  const [year, month, day] = date.split('-').map(Number);
  const name = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][month - 1];
  return `${day} ${name} ${year}`;
}
