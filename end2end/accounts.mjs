// The accounts that the demo data comes with, one for each built-in role, and what that role may do. The server prints
// the same ones when it starts with `--demo`.

export const PASSWORD = 'demo-keys-on-the-hook';

const READS = ['overview:read', 'customers:read', 'fleet:read', 'plans:read', 'subscriptions:read'];
const SERVES = ['customers:write', 'subscriptions:write', 'subscriptions:pause', 'subscriptions:end', 'holds:operate'];
const RUNS = [
  ...SERVES, 'fleet:write', 'plans:write', 'subscriptions:approve', 'subscriptions:hand_over', 'holds:risk',
  'staff:read', 'staff:manage', 'roles:read', 'roles:manage', 'audit:read',
];
const CONNECTS = [
  'partners:read', 'partners:manage', 'access:read', 'access:manage', 'limits:manage', 'webhooks:manage',
  'integrations:read', 'integrations:manage', 'integrations:operate', 'assessments:write', 'disclosures:read',
  'patches:manage',
];

const account = (name, may) => ({ email: `${name}@demo.keyfob.example`, password: PASSWORD, may: new Set(may) });

export const ACCOUNTS = {
  owner: account('owner', [...READS, ...RUNS, ...CONNECTS, 'access:approve', 'assessments:decide', 'subscriptions:settle']),
  administrator: account('administrator', [...READS, ...RUNS, ...CONNECTS, 'access:approve', 'assessments:decide']),
  agent: account('agent', [...READS, ...SERVES]),
  fleet: account('fleet', [...READS, 'fleet:write', 'subscriptions:hand_over', 'holds:operate']),
  finance: account('finance', [...READS, 'plans:write', 'subscriptions:approve', 'subscriptions:settle', 'holds:risk']),
  integrations: account('integrations', [...READS, ...CONNECTS]),
  auditor: account('auditor', [
    ...READS, 'audit:read', 'staff:read', 'roles:read', 'access:read', 'partners:read', 'integrations:read',
    'disclosures:read', 'assessments:decide',
  ]),
  reader: account('reader', READS),
};
