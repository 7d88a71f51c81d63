// A client library that nobody here wrote, oauth4webapi, discovers the authorization server, gets tokens in each way
// there is, calls with them, and checks them by the published keys.

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import * as oauth from 'oauth4webapi';

import { BINARY, DATA, assert, startServer, test } from '../harness.mjs';
import { enter } from '../portal.mjs';

const run = promisify(execFile);

// The tests' server speaks plain HTTP to this machine alone.
const plain = { [oauth.allowInsecureRequests]: true };

let started;

/** A server of the tests' own, its metadata as the library reads it, and an owner in its portal. */
function setting() {
  started ??= (async () => {
    const server = await startServer({ name: 'oauth' });
    const issuer = new URL(server.url);
    const answer = await oauth.discoveryRequest(issuer, { ...plain, algorithm: 'oauth2' });
    const as = await oauth.processDiscoveryResponse(issuer, answer);
    return { server, as, portal: await enter(server.url, 'owner') };
  })();
  return started;
}

/** Issues a client on the command line. */
async function issue({ server }, name, scopes, more = []) {
  const words = ['credential', 'issue', '--json', '--kind', 'oauth_client', '--partner', 'Our own tests'];
  const { stdout } = await run(BINARY, [...words, '--name', name, '--scopes', scopes.join(','), ...more], {
    env: { PATH: process.env.PATH, KEYFOB_DATA_DIR: server.data },
  });
  const { id, secret } = JSON.parse(stdout);
  return { client: { client_id: id }, secret };
}

/** A key pair and the file with its public half. */
async function keyPair(name, algorithm) {
  const pair = await oauth.generateKeyPair(algorithm, { extractable: true });
  const jwk = await crypto.subtle.exportKey('jwk', pair.publicKey);
  const keys = { keys: [{ ...jwk, key_ops: undefined, ext: undefined, kid: name, alg: algorithm, use: 'sig' }] };
  const file = join(DATA, `${name}.jwks.json`);
  writeFileSync(file, JSON.stringify(keys));
  return { key: pair.privateKey, kid: name, file, jwks: JSON.stringify(keys) };
}

async function token({ as }, client, authentication, scope, options = {}) {
  const parameters = scope ? { scope } : {};
  const answer = await oauth.clientCredentialsGrantRequest(as, client, authentication, parameters, {
    ...plain,
    ...options,
  });
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  return oauth.processClientCredentialsResponse(as, client, answer);
}

async function refusal(promise) {
  const error = await promise.then(() => assert.fail('It was not refused.'), (error) => error);
  if (error instanceof oauth.ResponseBodyError) return { error: error.error, status: error.status };
  assert.ok(error instanceof oauth.WWWAuthenticateChallengeError, String(error));
  return { error: (await error.response.json()).error, status: error.status };
}

/** Calls the partner API with a token and reads the answer. */
async function call({ server }, path, accessToken, options = {}) {
  const url = new URL(path, server.url);
  try {
    const answer = await oauth.protectedResourceRequest(accessToken, 'GET', url, undefined, undefined, {
      ...plain,
      ...options,
    });
    return { status: answer.status, body: await answer.json() };
  } catch (error) {
    if (!(error instanceof oauth.WWWAuthenticateChallengeError)) throw error;
    return { status: error.status, body: await error.response.json(), challenge: error.cause[0] };
  }
}

for (const [way, proof] of [
  ['Basic', oauth.ClientSecretBasic],
  ['form', oauth.ClientSecretPost],
]) {
  test(`a client gets a token by its secret in the ${way} way and calls with it`, async () => {
    const kit = await setting();
    const { client, secret } = await issue(kit, `By ${way}`, ['plans:read', 'customers:read']);
    const granted = await token(kit, client, proof(secret), 'plans:read');
    assert.deepEqual([granted.token_type, granted.expires_in, granted.scope], ['bearer', 600, 'plans:read']);
    assert.equal((await call(kit, '/api/v1/plans', granted.access_token)).status, 200);
    const narrow = await call(kit, '/api/v1/customers', granted.access_token);
    assert.equal(narrow.status, 403, 'A token does more than it was asked for.');
    assert.equal(narrow.challenge.parameters.error, 'insufficient_scope');

    const tooMuch = await refusal(token(kit, client, proof(secret), 'fleet:write'));
    assert.deepEqual(tooMuch, { error: 'invalid_scope', status: 400 });
    const wrong = await refusal(token(kit, client, proof(`${secret.slice(0, -1)}0`)));
    assert.equal(wrong.error, 'invalid_client');
  });
}

for (const algorithm of ['EdDSA', 'ES256', 'RS256', 'PS256']) {
  test(`a client that signs with ${algorithm} has no secret to lose`, async () => {
    const kit = await setting();
    const pair = await keyPair(`signs-${algorithm}`, algorithm);
    const { client, secret } = await issue(kit, `Signs with ${algorithm}`, ['plans:read'], ['--jwks', pair.file]);
    assert.equal(secret, null);
    const granted = await token(kit, client, oauth.PrivateKeyJwt(pair));
    assert.equal((await call(kit, '/api/v1/plans', granted.access_token)).status, 200);
    const stranger = await keyPair(`stranger-${algorithm}`, algorithm);
    const wrong = await refusal(token(kit, client, oauth.PrivateKeyJwt({ ...stranger, kid: pair.kid })));
    assert.deepEqual(wrong, { error: 'invalid_client', status: 401 });
  });
}

test('a token is checked by the published keys, and by asking', async () => {
  const kit = await setting();
  const { server, as } = kit;
  const { client, secret } = await issue(kit, 'Is checked', ['plans:read']);
  const other = await issue(kit, 'Is curious', ['plans:read']);
  const proof = oauth.ClientSecretBasic(secret);
  const granted = await token(kit, client, proof);
  const request = new Request(server.url, { headers: { authorization: `Bearer ${granted.access_token}` } });
  const claims = await oauth.validateJwtAccessToken(as, request, `${server.url}/api/v1`, plain);
  assert.deepEqual([claims.client_id, claims.sub, claims.scope], [client.client_id, client.client_id, 'plans:read']);

  const ask = async (client, proof, about = granted.access_token) => {
    const answer = await oauth.introspectionRequest(as, client, proof, about, plain);
    return oauth.processIntrospectionResponse(as, client, answer);
  };
  const known = await ask(client, proof);
  assert.deepEqual([known.active, known.client_id, known.scope], [true, client.client_id, 'plans:read']);
  assert.deepEqual(await ask(other.client, oauth.ClientSecretBasic(other.secret)), { active: false });
  assert.deepEqual(await ask(client, proof, 'anything else'), { active: false });

  const revoke = async (about) => {
    const answer = await oauth.revocationRequest(as, client, proof, about, plain);
    await oauth.processRevocationResponse(answer);
  };
  await revoke('anything else');
  await revoke(granted.access_token);
  assert.deepEqual(await ask(client, proof), { active: false });
  assert.equal((await call(kit, '/api/v1/plans', granted.access_token)).status, 401);
});

test('a token that is bound to a key is of no use to a thief', async () => {
  const kit = await setting();
  const { as, portal } = kit;
  const pair = await keyPair('bound', 'ES256');
  // In the portal, where a client can be told to bind its tokens.
  const form = (await portal.get('/access/keys/new?kind=oauth_client')).text;
  const field = (name) => form.match(new RegExp(`name="${name}" value="([^"]*)"`))[1];
  const [, partner] = form.match(/name="form\[partner\]"[\s\S]*?<option[^>]* value="([0-9a-f-]{36})"/);
  const issued = await portal.send('/access/keys/new?kind=oauth_client', 'access/issue', {
    kind: 'oauth_client',
    token: field('token'),
    'form[name]': 'Binds its tokens',
    'form[partner]': partner,
    'form[environment]': 'test',
    'form[api_version]': form.match(/<option[^>]* value="(\d{4}-\d{2}-\d{2})"/)[1],
    'form[not_before]': '',
    'form[expires_on]': '',
    'form[networks]': '',
    'form[authentication]': 'private_key_jwt',
    'form[jwks]': pair.jwks,
    'form[requires_dpop]': 'yes',
    'scopes[plans:read]': 'yes',
    confirmation: '',
  });
  assert.equal(issued.status, 303, issued.text.match(/error-summary[\s\S]{0,400}/)?.[0]);
  const list = (await portal.get('/access/keys?q=Binds')).text;
  const client = { client_id: list.match(/_test_([0-9A-Za-z]{12})_/)[1] };

  const unbound = await refusal(token(kit, client, oauth.PrivateKeyJwt(pair)));
  assert.equal(unbound.error, 'invalid_dpop_proof');
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'));
  const granted = await token(kit, client, oauth.PrivateKeyJwt(pair), undefined, { DPoP });
  assert.equal(granted.token_type, 'dpop');
  assert.equal((await call(kit, '/api/v1/plans', granted.access_token, { DPoP })).status, 200);
  assert.equal((await call(kit, '/api/v1/plans', granted.access_token)).status, 401, 'It works without its key.');
  const thief = oauth.DPoP(client, await oauth.generateKeyPair('ES256'));
  assert.equal((await call(kit, '/api/v1/plans', granted.access_token, { DPoP: thief })).status, 401);
  const answer = await oauth.introspectionRequest(as, client, oauth.PrivateKeyJwt(pair), granted.access_token, plain);
  const known = await oauth.processIntrospectionResponse(as, client, answer);
  assert.equal(known.cnf.jkt, await DPoP.calculateThumbprint());
});

test('the tokens of a revoked client die with it', async () => {
  const kit = await setting();
  const { client, secret } = await issue(kit, 'Is revoked', ['plans:read']);
  const proof = oauth.ClientSecretBasic(secret);
  const granted = await token(kit, client, proof);
  assert.equal((await call(kit, '/api/v1/plans', granted.access_token)).status, 200);
  await run(BINARY, ['credential', 'revoke', client.client_id, '--reason', 'The test is over.'], {
    env: { PATH: process.env.PATH, KEYFOB_DATA_DIR: kit.server.data },
  });
  // Another process revoked it: the server has a second to hear of it.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const dead = await call(kit, '/api/v1/plans', granted.access_token);
  assert.deepEqual([dead.status, dead.body.code], [401, 'credential.revoked']);
  assert.equal((await refusal(token(kit, client, proof))).error, 'invalid_client');
});
