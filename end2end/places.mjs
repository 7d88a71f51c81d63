// Every page of the portal, with the permission it needs and how to come to an address of it that shows something.

/** A civil day some days from now, as dates stand in addresses. */
export function day(fromNow) {
  return new Date(Date.now() + fromNow * 86_400_000).toISOString().slice(0, 10);
}

/**
 * The pages behind sign-in. `:id` stands for the record behind the first link `link` on the page `of`; `of` is only a
 * name where that page is itself behind the first link on the page `through`. `needs` is
 * missing where everybody who is signed in may look.
 */
export const PLACES = [
  { name: 'overview', path: '/', needs: 'overview:read' },
  { name: 'customers', path: '/customers', needs: 'customers:read', isList: true },
  { name: 'new customer', path: '/customers/new', needs: 'customers:write' },
  { name: 'customer', path: '/customers/:id', of: '/customers', needs: 'customers:read' },
  { name: 'edit customer', path: '/customers/:id/edit', of: '/customers', needs: 'customers:write' },
  { name: 'fleet', path: '/fleet', needs: 'fleet:read', isList: true },
  { name: 'new vehicle', path: '/fleet/new', needs: 'fleet:write' },
  { name: 'vehicle', path: '/fleet/:id', of: '/fleet', needs: 'fleet:read' },
  { name: 'edit vehicle', path: '/fleet/:id/edit', of: '/fleet', needs: 'fleet:write' },
  { name: 'plans', path: '/plans', needs: 'plans:read', isList: true },
  { name: 'new plan', path: '/plans/new', needs: 'plans:write' },
  { name: 'plan', path: '/plans/:id', of: '/plans', needs: 'plans:read' },
  { name: 'edit plan', path: '/plans/:id/edit', of: '/plans', needs: 'plans:write' },
  { name: 'subscriptions', path: '/subscriptions', needs: 'subscriptions:read', isList: true },
  { name: 'new subscription', path: '/subscriptions/new', needs: 'subscriptions:write' },
  { name: 'subscription', path: '/subscriptions/:id', of: '/subscriptions?state=active', needs: 'subscriptions:read' },
  {
    name: 'pause',
    path: '/subscriptions/:id/change/pause',
    of: '/subscriptions?state=active',
    needs: 'subscriptions:pause',
  },
  {
    name: 'review of a pause',
    path: `/subscriptions/:id/change/pause?from=${day(2)}&until=${day(20)}`,
    of: '/subscriptions?state=active',
    needs: 'subscriptions:pause',
  },
  {
    name: 'review of a cancellation',
    path: '/subscriptions/:id/change/cancel',
    of: '/subscriptions?state=requested',
    needs: 'subscriptions:end',
  },
  {
    name: 'place a hold',
    path: '/subscriptions/:id/change/place_hold',
    of: '/subscriptions?state=active',
    needs: ['holds:operate', 'holds:risk'],
  },
  { name: 'keys', path: '/access/keys', needs: 'access:read', isList: true },
  { name: 'new key', path: '/access/keys/new', needs: 'access:manage' },
  { name: 'new client', path: '/access/keys/new?kind=oauth_client', needs: 'access:manage' },
  { name: 'key', path: '/access/keys/:id', of: '/access/keys?kind=api_key', needs: 'access:read' },
  { name: 'client', path: '/access/keys/:id', of: '/access/keys?kind=oauth_client', needs: 'access:read' },
  { name: 'edit key', path: '/access/keys/:id/edit', of: '/access/keys?kind=api_key', needs: 'access:manage' },
  {
    name: 'rotation of a key',
    path: '/access/keys/:id?act=rotate',
    of: '/access/keys?state=active',
    needs: 'access:read',
  },
  {
    name: 'revocation of a key',
    path: '/access/keys/:id?act=revoke',
    of: '/access/keys?state=active',
    needs: 'access:read',
  },
  { name: 'revoke many keys', path: '/access/revoke', needs: 'access:manage' },
  { name: 'hygiene', path: '/access/hygiene', needs: 'access:read' },
  { name: 'leaks', path: '/access/leaks', needs: 'access:read' },
  { name: 'approvals', path: '/access/approvals', needs: 'access:read' },
  { name: 'limits', path: '/access/limits', needs: 'access:read' },
  { name: 'new limit', path: '/access/limits/new', needs: 'limits:manage' },
  {
    name: 'limit',
    path: '/access/limits/:id',
    of: '/access/limits',
    link: 'main tbody a[href^="/access/limits/"]',
    needs: 'limits:manage',
  },
  { name: 'usage', path: '/access/usage', needs: 'access:read' },
  { name: 'usage of a year', path: '/access/usage?range=year', needs: 'access:read' },
  { name: 'refusals', path: '/access/refusals', needs: 'access:read' },
  { name: 'versions', path: '/access/versions', needs: 'access:read' },
  { name: 'reference', path: '/access/reference', needs: 'access:read' },
  { name: 'operation', path: '/access/reference?operation=listPlans', needs: 'access:read' },
  { name: 'webhooks', path: '/access/webhooks', needs: 'access:read', isList: true },
  { name: 'new webhook endpoint', path: '/access/webhooks/new', needs: 'webhooks:manage' },
  { name: 'event catalogue', path: '/access/webhooks/events', needs: 'access:read' },
  { name: 'webhook endpoint', path: '/access/webhooks/:id', of: '/access/webhooks', needs: 'access:read' },
  { name: 'edit webhook endpoint', path: '/access/webhooks/:id/edit', of: '/access/webhooks', needs: 'webhooks:manage' },
  { name: 'recovery of a webhook', path: '/access/webhooks/:id?act=recover', of: '/access/webhooks', needs: 'access:read' },
  {
    name: 'delivery',
    path: '/access/webhooks/deliveries/:id',
    through: '/access/webhooks?trouble=yes',
    of: 'an endpoint with trouble',
    needs: 'access:read',
  },
  // Updates and patches.
  { name: 'updates', path: '/integrations/updates', needs: 'integrations:read', isList: true },
  { name: 'import advisories', path: '/integrations/updates/import', needs: 'patches:manage' },
  { name: 'inventory', path: '/integrations/updates/components', needs: 'integrations:read', isList: true },
  { name: 'new component', path: '/integrations/updates/components/new', needs: 'patches:manage' },
  {
    name: 'edit component',
    path: '/integrations/updates/components/:id/edit',
    of: '/integrations/updates/components?kind=connector',
    needs: 'patches:manage',
  },
  { name: 'update', path: '/integrations/updates/:id', of: '/integrations/updates', needs: 'integrations:read' },
  {
    name: 'exception of an update',
    path: '/integrations/updates/:id?act=except',
    of: '/integrations/updates',
    needs: 'integrations:read',
  },
  // Messages in from partners.
  { name: 'messages in', path: '/integrations/messages', needs: 'integrations:read', isList: true },
  {
    name: 'message in',
    path: '/integrations/messages/:id',
    of: '/integrations/messages',
    link: 'main tbody a[href^="/integrations/messages/"]',
    needs: 'integrations:read',
  },
  {
    name: 'skipping of a message in',
    path: '/integrations/messages/:id?act=skip',
    of: '/integrations/messages?state=parked',
    link: 'main tbody a[href^="/integrations/messages/"]',
    needs: 'integrations:read',
  },
  { name: 'partners', path: '/partners', needs: 'partners:read', isList: true },
  { name: 'new partner', path: '/partners/new', needs: 'partners:manage' },
  { name: 'partner', path: '/partners/:id', of: '/partners', needs: 'partners:read' },
  { name: 'edit partner', path: '/partners/:id/edit', of: '/partners', needs: 'partners:manage' },
  { name: 'integrations', path: '/integrations', needs: 'integrations:read' },
  { name: 'health of an integration', path: '/integrations/:id/health', of: '/integrations', needs: 'integrations:read' },
  { name: 'incidents', path: '/integrations/incidents', needs: 'integrations:read', isList: true },
  { name: 'incident', path: '/integrations/incidents/:id', of: '/integrations/incidents', needs: 'integrations:read' },
  // Register of integrations, and operating the gateway.
  { name: 'new integration', path: '/integrations/new', needs: 'integrations:manage' },
  { name: 'test of a connection', path: '/integrations/test', needs: 'integrations:manage' },
  { name: 'waiting calls', path: '/integrations/calls', needs: 'integrations:read', isList: true },
  { name: 'given-up calls', path: '/integrations/calls?state=dead', needs: 'integrations:read' },
  { name: 'send a range of calls again', path: '/integrations/calls/replay', needs: 'integrations:operate' },
  { name: 'calls to partners', path: '/integrations/log', needs: 'integrations:read', isList: true },
  { name: 'kill switches', path: '/integrations/switches', needs: 'integrations:read' },
  { name: 'choice of a kill switch', path: '/integrations/switches?act=throw', needs: 'integrations:read' },
  { name: 'waiting call', path: '/integrations/calls/:id', of: '/integrations/calls', needs: 'integrations:read' },
  { name: 'integration', path: '/integrations/:id', of: '/integrations', needs: 'integrations:read' },
  { name: 'edit integration', path: '/integrations/:id/edit', of: '/integrations', needs: 'integrations:manage' },
  { name: 'drill of an integration', path: '/integrations/:id?act=drill', of: '/integrations', needs: 'integrations:read' },
  { name: 'credential of an integration', path: '/integrations/:id?act=secret', of: '/integrations', needs: 'integrations:read' },
  { name: 'retirement of an integration', path: '/integrations/:id?act=retire', of: '/integrations', needs: 'integrations:read' },
  { name: 'new operation', path: '/integrations/:id/operations/new', of: '/integrations', needs: 'integrations:manage' },
  // Assessments and the gate.
  { name: 'assessments', path: '/integrations/assessments', needs: 'integrations:read', isList: true },
  { name: 'questionnaires', path: '/integrations/assessments/templates', needs: 'integrations:read' },
  {
    name: 'questionnaire',
    path: '/integrations/assessments/templates?show=short/1',
    needs: 'integrations:read',
  },
  {
    name: 'assessment file',
    path: '/integrations/assessments/partners/:id',
    of: '/integrations/assessments?standing=current',
    needs: 'integrations:read',
  },
  {
    name: 'profile of a partner',
    path: '/integrations/assessments/partners/:id?act=profile',
    of: '/integrations/assessments?standing=current',
    needs: 'integrations:read',
  },
  {
    name: 'assessment',
    path: '/integrations/assessments/:id',
    through: '/integrations/assessments?standing=current',
    of: 'a partner that was assessed',
    needs: 'integrations:read',
  },
  {
    name: 'gate',
    path: '/integrations/:id/gate',
    of: '/integrations/assessments#gates',
    link: '#gates tbody a.row-link',
    needs: 'integrations:read',
  },
  // Contracts and disclosures.
  { name: 'contracts', path: '/integrations/contracts', needs: 'integrations:read', isList: true },
  { name: 'contract', path: '/integrations/contracts/:id', of: '/integrations/contracts', needs: 'integrations:read' },
  {
    name: 'edit contract',
    path: '/integrations/contracts/:id/edit',
    of: '/integrations/contracts',
    needs: 'partners:manage',
  },
  { name: 'disclosures', path: '/integrations/disclosures', needs: 'disclosures:read', isList: true },
  { name: 'search', path: '/search?q=mar' },
  { name: 'security', path: '/security', needs: 'audit:read', isList: true },
  { name: 'audit event', path: '/security/events/:id', of: '/security', needs: 'audit:read' },
  { name: 'staff', path: '/settings/staff', needs: 'staff:read', isList: true },
  { name: 'invite somebody', path: '/settings/staff/invite', needs: 'staff:manage' },
  { name: 'member of staff', path: '/settings/staff/:id', of: '/settings/staff', needs: 'staff:read' },
  { name: 'roles', path: '/settings/roles', needs: 'roles:read' },
  { name: 'new role', path: '/settings/roles/new', needs: 'roles:manage' },
  {
    name: 'review of a role',
    path: '/settings/roles/review?name=Night+desk&description=&p=customers%3Aread',
    needs: 'roles:manage',
  },
  {
    name: 'role',
    path: '/settings/roles/:id/edit',
    of: '/settings/roles',
    link: 'thead a[href$="/edit"]',
    needs: 'roles:manage',
  },
  { name: 'account', path: '/settings/account' },
  { name: 'sessions', path: '/settings/sessions' },
  { name: 'second factor', path: '/settings/second-factor' },
  { name: 'nothing', path: '/nowhere', status: 404 },
];

/** The pages before sign-in. */
export const GATES = [
  { name: 'sign in', path: '/sign-in' },
  { name: 'second factor of sign-in', path: '/sign-in/second-factor' },
  { name: 'a link that was used', path: '/join/used-already', status: 404 },
];

const known = new Map();

/**
 * The address of every place on a server, each with its permission and the status it answers an owner.
 *
 * @param {{base: string, withPage: Function}} kit
 * @returns {Promise<{name: string, path: string, needs?: string | string[], isList?: boolean, status: number}[]>}
 */
export async function places({ base, withPage }) {
  if (!known.has(base)) {
    await withPage({ as: 'owner', javascript: false }, async (page) => {
      const ids = new Map();
      const found = [];
      for (const { of, through, link = 'main tbody a.row-link', ...place } of PLACES) {
        if (of && !ids.has(of)) {
          await page.goto(through ?? of);
          if (through) await page.goto(await page.locator(link).first().getAttribute('href', { timeout: 5_000 }));
          const href = await page.locator(link).first().getAttribute('href', { timeout: 5_000 });
          ids.set(of, href.match(/[0-9a-f]{8}-[0-9a-f-]{27}/)[0]);
        }
        found.push({ status: 200, ...place, path: place.path.replace(':id', ids.get(of)) });
      }
      known.set(base, found);
    });
  }
  return known.get(base);
}

/** Whether an account may open a place. */
export function mayOpen(account, { needs }) {
  return !needs || [needs].flat().some((permission) => account.may.has(permission));
}

/** Sends a form to a page as a browser would, without following the answer. */
export function send(page, path, form) {
  const headers = { origin: new URL(page.url()).origin, accept: 'text/html' };
  return page.request.post(path, { form, headers, maxRedirects: 0 });
}

/** What a form on the page would send as it stands; the form is named by its server function. */
export function fieldsOf(page, name) {
  const form = page.locator(`form:has(> input[name="_fn"][value="${name}"])`).first();
  return form.evaluate((element) => Object.fromEntries(new FormData(element)));
}
