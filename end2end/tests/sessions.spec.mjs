// Signing in and out, and the sessions between.

import { ACCOUNTS, BOTH, assert, signIn, test } from '../harness.mjs';

const REFUSED = [/status of 4(01|22|03)/];

/** Tries to sign in and returns what the page says. */
async function attempt(page, email, password) {
  await page.goto('/sign-in');
  await page.locator('input[name="email"]').fill(email);
  await page.locator('input[name="password"]').fill(password);
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.locator('form:has(input[name="password"]) button[type="submit"]').click();
  const answer = await answered;
  await page.locator('.error-summary').waitFor();
  const text = await page.locator('.error-summary').innerText();
  return { status: answer.status(), text: text.replaceAll(/Request\s+\S+/g, '') };
}

test('a wrong password and an unknown account are answered alike', { engines: BOTH }, async ({ withPage }) => {
  await withPage({ javascript: false, allow: REFUSED }, async (page) => {
    const { email } = ACCOUNTS.integrations;
    const wrong = await attempt(page, email, 'not the password at all');
    const kept = await page.locator('input[name="email"]').inputValue();
    const secret = await page.locator('input[name="password"]').inputValue();
    const unknown = await attempt(page, 'nobody@demo.keyfob.example', 'not the password at all');
    assert.deepEqual(wrong, unknown);
    assert.match(wrong.text, /The address or the password is not right/);
    assert.ok(wrong.status >= 400 && wrong.status < 500, `${wrong.status}`);
    assert.equal(kept, email);
    assert.equal(secret, '');
    assert.match(await page.title(), /^Error: /);
  });
});

for (const javascript of [true, false]) {
  test(`signing out ends the session ${javascript ? 'with' : 'without'} JavaScript`, async ({ base, withPage }) => {
    await withPage({ javascript }, async (page) => {
      await signIn(page, 'integrations');
      const cookies = await page.context().cookies();
      await page.locator('summary.me').click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.waitForURL(/\/sign-in$/);
      await page.getByRole('status').filter({ hasText: 'You are signed out.' }).waitFor();
      await page.goto('/customers');
      assert.equal(new URL(page.url()).pathname, '/sign-in');
      // A cookie that somebody copied before is worth nothing now.
      const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
      const answer = await fetch(new URL('/customers', base), { headers: { cookie }, redirect: 'manual' });
      assert.equal(answer.status, 303);
    });
  });
}

test('signing in leads back to where one wanted to go, and never elsewhere', async ({ withPage }) => {
  await withPage({ javascript: false }, async (page) => {
    const wanted = [
      ['/fleet?state=workshop', '/fleet?state=workshop'],
      ['//evil.example/', '/'],
      ['https://evil.example/', '/'],
    ];
    for (const [next, expected] of wanted) {
      await page.goto(`/sign-in?${new URLSearchParams({ next })}`);
      await page.locator('input[name="email"]').fill(ACCOUNTS.reader.email);
      await page.locator('input[name="password"]').fill(ACCOUNTS.reader.password);
      await page.locator('form:has(input[name="password"]) button[type="submit"]').click();
      await page.waitForURL((url) => url.pathname !== '/sign-in');
      const { pathname, search } = new URL(page.url());
      assert.equal(pathname + search, expected);
      await page.context().clearCookies();
    }
  });
});

test('a browser ended under “My sessions” is out at its next click', { engines: BOTH }, async ({ withPage }) => {
  await withPage({}, async (first) => {
    await signIn(first, 'finance');
    await withPage({}, async (second) => {
      await signIn(second, 'finance');
      await second.goto('/plans');
      await first.goto('/settings/sessions');
      const rows = first.locator('main tbody tr');
      assert.ok((await rows.filter({ hasText: 'This one' }).count()) === 1);
      const others = await rows.getByRole('button', { name: /^End the session on/ }).count();
      assert.ok(others >= 1);
      await first.getByRole('button', { name: 'End all other sessions' }).click();
      await first.getByRole('status').filter({ hasText: 'signed out' }).waitFor();
      assert.equal(await rows.count(), 1);

      await second.goto('/plans');
      assert.equal(new URL(second.url()).pathname, '/sign-in');
    });
  });
});

test('one session of two is ended by its button', async ({ withPage }) => {
  await withPage({ javascript: false }, async (first) => {
    await signIn(first, 'integrations');
    await withPage({ javascript: false }, async (second) => {
      await signIn(second, 'integrations');
      await first.goto('/settings/sessions');
      const buttons = first.getByRole('button', { name: /^End the session on/ });
      const before = await buttons.count();
      await buttons.first().click();
      await first.getByRole('status').filter({ hasText: 'The session was ended.' }).waitFor();
      assert.equal(await buttons.count(), before - 1);
    });
  });
});

test('a page that runs says so when its session has ended', async ({ withPage }) => {
  await withPage({ allow: [/status of 401/] }, async (page) => {
    await signIn(page, 'integrations');
    await page.goto('/customers');
    await page.locator('[data-hydrated]').first().waitFor({ state: 'attached' });
    await page.context().clearCookies();
    await page.locator('nav.rail').getByRole('link', { name: 'Fleet' }).click();
    await page.getByText(/You are signed out|Sign in/).first().waitFor();
    assert.equal(await page.locator('main tbody tr').count(), 0);
  });
});

test('dark stays dark, and stands in the first answer already', async ({ withPage }) => {
  await withPage({ javascript: false, theme: 'light' }, async (page) => {
    await signIn(page, 'integrations');
    const first = async () => /<html[^>]*data-theme="(\w+)"/.exec(await (await page.request.get('/')).text())?.[1];
    for (const [name, theme] of [['Dark', 'dark'], ['System', 'system']]) {
      await page.locator('summary.me').click();
      await page.getByRole('button', { name, exact: true }).click();
      await page.waitForLoadState('load');
      assert.equal(await first(), theme);
      assert.equal(await page.locator('html').getAttribute('data-theme'), theme);
    }
  });
});

test('the session’s cookie is out of reach of scripts and of other sites', async ({ withPage }) => {
  await withPage({ javascript: false }, async (page) => {
    await signIn(page, 'integrations');
    const session = (await page.context().cookies()).find(({ name }) => /keyfob$/.test(name));
    assert.ok(session.httpOnly);
    assert.equal(session.sameSite, 'Lax');
    assert.equal(session.path, '/');
    assert.equal(session.expires, -1);
  });
});
