// A portal without a browser: pages are asked for and forms are sent as a browser without scripts would.

import assert from 'node:assert/strict';

import { ACCOUNTS } from './accounts.mjs';

/**
 * Signs in as one of the demo accounts. The session is in the server's database, so it outlives the server.
 *
 * @param {string} base the server's URL
 * @param {string} who a key of `ACCOUNTS`
 */
export async function enter(base, who) {
  const cookies = new Map();
  const ask = async (path, fields) => {
    const answer = await fetch(base + path, {
      method: fields ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; '), accept: 'text/html', origin: base },
      body: fields && new URLSearchParams(fields),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = cookie.match(/^([^=]+)=([^;]*)/);
      cookies.set(name, value);
    }
    return { status: answer.status, location: answer.headers.get('location'), text: await answer.text() };
  };
  const { email, password } = ACCOUNTS[who];
  const gate = await ask('/sign-in', { _fn: 'gate/sign_in', _form: '', next: '', email, password });
  assert.equal(gate.status, 303, `${who} could not sign in.`);
  const { text } = await ask('/settings/account');
  const token = text.match(/name="_form" value="([^"]*)"/)[1];
  return {
    /** A page: its status, where it leads, and its text. */
    get: (path) => ask(path),
    /** Sends a form to a page; the form is named by its server function. */
    send: (path, name, fields) => ask(path, { _fn: name, _form: token, ...fields }),
    /** The ids of the records on a list. */
    ids: async (path) => {
      const links = (await ask(path)).text.matchAll(/<a href="[^"]*?([0-9a-f-]{36})" class="row-link"/g);
      return [...links].map(([, id]) => id);
    },
  };
}
