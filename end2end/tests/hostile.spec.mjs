// Nonsense in any address and in any field: a clear refusal, and never a failure of ours.

import { BOTH, assert, test } from '../harness.mjs';
import { enter } from '../portal.mjs';

const NONSENSE = [
  '', 'x', '-1', '0', '999999999999999999999', '\u0000', '🚗', `'"<script>`, 'a'.repeat(500), 'é'.repeat(100), '..%2f..',
  '2026-02-31', '2026-13-01', '0000-00-00', '-0001-01-01', '9999-12-31', 'null', '[]', 'a:b:c', '%', '%zz',
];

const LISTS = {
  '/customers': ['q', 'status', 'sort', 'after', 'before', 'col'],
  '/fleet': ['q', 'state', 'fuel', 'sort', 'after', 'before', 'col'],
  '/plans': ['q', 'status', 'sort', 'after', 'before'],
  '/subscriptions': ['q', 'state', 'sort', 'after', 'before', 'attention'],
  '/security': ['q', 'area', 'actor', 'target', 'address', 'from', 'until', 'stream', 'outcome', 'after', 'before', 'sort'],
  '/settings/staff': ['q', 'status', 'sort', 'after', 'before'],
  '/settings/roles/review': ['name', 'p', 'id', 'description'],
  '/subscriptions/new': ['customer'],
  '/search': ['q'],
};

const CHANGES = [
  'submit', 'approve', 'decline', 'record_signature', 'record_payment', 'hand_over', 'pause', 'begin_pause', 'resume',
  'call_off_pause', 'give_notice', 'withdraw_notice', 'begin_return', 'return', 'close', 'cancel', 'expire', 'place_hold',
  'release_hold', 'nonsense',
];

/** What each form sends, by its server function; `:id` is the first record of the list. */
const FORMS = {
  'customers/create': ['/customers/new', 'token form[name] form[email] form[kind] form[status] form[country] form[zone] form[currency]'],
  'customers/edit': ['/customers/:id/edit', 'id version base form[name] form[email]'],
  'fleet/create': ['/fleet/new', 'token form[vin] form[plate] form[make] form[model] form[model_year] form[odometer_km]'],
  'plans/create': ['/plans/new', 'token form[name] form[price] form[currency] form[effective_from]'],
  'plans/publish': ['/plans/:id', 'id version reason'],
  'plans/retire': ['/plans/:id', 'id version confirmed reason'],
  'subscriptions/create': ['/subscriptions/new', 'token customer plan_version vehicle service_from'],
  'subscriptions/commit': ['/subscriptions/:id/change/pause', 'id change hash reason from until'],
  'notes/add': ['/customers/:id', 'subject id body'],
  'notes/remove': ['/customers/:id', 'subject id note restore'],
  'tags/add': ['/customers/:id', 'subject id tag'],
  'staff/invite': ['/settings/staff/invite', 'email name role'],
  'staff/disable': ['/settings/staff/:id', 'id reason'],
  'staff/set_roles': ['/settings/staff/:id', 'id reason roles[x]'],
  'roles/review': ['/settings/roles/new', 'name description permissions[x]'],
  'roles/save': ['/settings/roles/new', 'id name description version hash permissions'],
  'account/theme': ['/', 'theme back'],
  'account/preferences': ['/settings/account', 'theme density single_keys'],
};

/** Asks, and complains of anything that is neither an answer nor a refusal. */
function watched() {
  const failures = [];
  const see = async (what, asked) => {
    const { status, text } = await asked;
    if (status >= 500) failures.push(`${what.slice(0, 160)}: ${status} ${text.slice(0, 80)}`);
  };
  return { failures, see };
}

test('nonsense in addresses never makes a page fail', { engines: BOTH, timeout: 300_000 }, async ({ base }) => {
  const portal = await enter(base, 'owner');
  const { failures, see } = watched();
  const get = (path) => see(path, portal.get(path));
  for (const word of NONSENSE.map(encodeURIComponent)) {
    for (const [path, names] of Object.entries(LISTS)) {
      for (const name of names) await get(`${path}?${name}=${word}`);
    }
    for (const area of ['customers', 'fleet', 'plans', 'subscriptions', 'security/events', 'settings/staff']) {
      await get(`/${area}/${word}`);
    }
  }
  const [subscription] = await portal.ids('/subscriptions?state=active');
  const names = ['from', 'until', 'on', 'starts_on', 'ends_on', 'odometer_km', 'kind', 'scope', 'hold', 'review_on'];
  for (const change of CHANGES) {
    for (const word of NONSENSE) {
      const query = new URLSearchParams(names.map((name) => [name, word]));
      await get(`/subscriptions/${subscription}/change/${change}?${query}`);
    }
  }
  assert.deepEqual(failures, []);
});

test('nonsense in forms never makes a change fail', { engines: BOTH, timeout: 300_000 }, async ({ base }) => {
  const portal = await enter(base, 'administrator');
  const { failures, see } = watched();
  for (const [name, [page, fields]] of Object.entries(FORMS)) {
    const [list] = page.split('/:id');
    const path = page.includes(':id') ? page.replace(':id', (await portal.ids(list))[0]) : page;
    await see(name, portal.send(path, name, {}));
    for (const word of NONSENSE) {
      const sent = Object.fromEntries(fields.split(' ').map((field) => [field, word]));
      await see(`${name} ${word}`, portal.send(path, name, sent));
    }
  }
  assert.deepEqual(failures, []);
});
