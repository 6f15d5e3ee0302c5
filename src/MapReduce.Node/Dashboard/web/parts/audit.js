// Who has changed what, for those who operate the cluster.

import { Refusal, get } from '../api.js';
import { ago, shortId } from '../format.js';
import { h } from '../dom.js';

const shown = 20;

// Who is not to know does not ask again and again: each refusal is a line in the log of the node.
let mayKnow = true;

/** The latest entries; null for those who are not to know, or where no node can be asked. */
export async function latest() {
  if (!mayKnow) return null;
  try {
    return (await get(`/v1/audit?last=${shown}`)).entries;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    mayKnow = error.code !== 'role';
    return null;
  }
}

/** @param {object[]} entries  the last first */
export function auditTable(entries) {
  const now = Date.now();
  return h('section.card', { 'aria-labelledby': 'audit' }, h('h2', { id: 'audit' }, 'Changed lately'),
    entries.length === 0 ? h('p.muted', null, 'Nobody has changed anything yet.') : h('div.scroll', { tabindex: 0, role: 'region', 'aria-label': 'Who has changed what' }, h('table', null,
      h('caption.unseen', null, 'Who has changed what'),
      h('thead', null, h('tr', null, ['When', 'User', 'Act', 'What', 'Result', 'From'].map(title => h('th', { scope: 'col' }, title)))),
      h('tbody', null, entries.map((entry, index) => h('tr', { key: `${entry.at} ${index}` },
        h('td', null, h('time', { datetime: entry.at, title: entry.at }, ago(Date.parse(entry.at), now))),
        h('td', null, entry.user),
        h('td', null, entry.act),
        h('td', null, entry.job ? h('a', { href: `/jobs/${encodeURIComponent(entry.job)}` }, shortId(entry.job)) : entry.target ?? (entry.digest && h('code', null, shortId(entry.digest)))),
        h('td', null, entry.result),
        h('td', null, entry.remote)))))));
}
