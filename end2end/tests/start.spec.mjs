// The server is there, and somebody who comes to it finds the door.

import { BOTH, accessible, assert, test } from '../harness.mjs';

test('the server says that it is well', { engines: BOTH }, async ({ get }) => {
  const answer = await get('/healthz');
  assert.equal(answer.status, 200);
});

for (const theme of ['light', 'dark']) {
  test(`the sign-in page has a heading and is accessible in ${theme}`, async ({ withPage }) => {
    await withPage({ theme }, async (page) => {
      const answer = await page.goto('/sign-in');
      assert.equal(answer.status(), 200);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await accessible(page);
    });
  });
}

test('the sign-in page needs no scripts', async ({ withPage }) => {
  await withPage({ javascript: false }, async (page) => {
    await page.goto('/sign-in');
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.ok(await page.locator('form input[name="password"]').isVisible());
  });
});
