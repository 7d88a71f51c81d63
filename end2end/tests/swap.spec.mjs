// A customer gets another car: chosen from those on offer, reviewed, and told on both cars' pages.

import { BOTH, assert, hydrated, test } from '../harness.mjs';

for (const javascript of [true, false]) {
  const how = javascript ? 'with JavaScript' : 'without JavaScript';
  // The second walk may meet the car of the first.
  const [back, out] = javascript ? ['2800000', '2900000'] : ['2910000', '2920000'];
  test(`the car of a subscription is swapped ${how}`, { engines: BOTH }, async (kit) => {
    await kit.withPage({ as: 'fleet', javascript }, async (page) => {
      const old = await swappable(page);
      const path = new URL(page.url()).pathname;
      if (javascript) await hydrated(page);
      await page.locator('.head').getByRole('link', { name: 'Swap the car' }).click();
      await page.getByRole('heading', { level: 1, name: 'Swap the car' }).waitFor();
      const choices = await page.getByLabel('The car they get').locator('option').allTextContents();
      assert.equal(choices[0], 'Choose a car');
      const fill = async (odometer) => {
        await page.getByLabel('The car they get').selectOption({ index: 1 });
        await page.getByLabel('Odometer of the car that comes back').fill(odometer);
        await page.getByLabel('Odometer of the car that goes out').fill(out);
        await page.getByRole('button', { name: 'Review' }).click();
      };
      await fill('0');
      await page.getByRole('alert').filter({ hasText: /was at [\d ]+ km last/ }).waitFor();
      assert.equal(await page.getByLabel('Odometer of the car that goes out').inputValue(), out);
      await fill(back);
      const plate = choices[1].split(' · ')[0];
      await page.getByText(`${plate} goes to the customer at ${out} km`).waitFor();
      await page.getByLabel('Reason').fill('The car has to go to the workshop');
      await page.locator('main').getByRole('button', { name: 'Swap the car' }).click();
      await page.getByRole('status').filter({ hasText: 'Swapped the car' }).waitFor();
      assert.equal(new URL(page.url()).pathname, path);
      assert.match(await page.locator('main').textContent(), new RegExp(plate));
      await page.goto(old.href);
      await page.getByText('At inspection').or(page.getByText('Inspection')).first().waitFor();
    });
  });
}

/** Opens a subscription whose car can be swapped: the link of that car. */
async function swappable(page) {
  await page.goto('/subscriptions?state=active');
  const rows = await page.locator('main tbody a.row-link').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  for (const href of rows) {
    await page.goto(href);
    const canSwap = await page.locator('.head a', { hasText: 'Swap the car' }).count();
    const isFree = await page.getByText('No hold is open.').count();
    const car = page.locator('main dd a[href^="/fleet/"]').first();
    if (canSwap && isFree && (await car.count())) return { href: await car.getAttribute('href') };
  }
  return assert.fail('There is no subscription whose car can be swapped.');
}
