// Calls of the API. The browser's session goes along by itself; a header says that the call is one of ours.

const headers = { 'X-MapReduce-Dashboard': '1' };

/** A refusal of the API, with a sentence for people. */
export class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

async function call(method, path) {
  let response;
  try {
    response = await fetch(path, { method, headers });
  } catch {
    throw new Refusal('unreachable', 'The node does not answer.');
  }
  if (response.status === 401) {
    // The session is over: the page itself asks to sign in.
    location.reload();
    throw new Refusal('session', 'The session is over.');
  }
  if (response.ok) return response;
  let error = { code: 'protocol', message: `The node answers ${response.status}.` };
  try {
    error = await response.json();
  } catch {
    // Not an answer of ours.
  }
  throw new Refusal(error.code, error.message);
}

export const get = async path => (await call('GET', path)).json();

export async function text(path) {
  const response = await call('GET', path);
  return response.status === 204 ? null : response.text();
}

export const post = async path => {
  const response = await call('POST', path);
  return response.status === 204 ? null : response.json();
};

export const jobPath = (job, rest = '') => `/v1/jobs/${encodeURIComponent(job)}${rest}`;

export const nodePath = (node, rest = '') => `/v1/nodes/${encodeURIComponent(node)}${rest}`;
