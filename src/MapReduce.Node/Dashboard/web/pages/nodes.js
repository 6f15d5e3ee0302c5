// The nodes, side by side.

import { bytes, percent } from '../format.js';
import { auditTable, latest } from '../parts/audit.js';
import { bar } from '../chart.js';
import { badge } from '../parts/badges.js';
import { cluster } from '../cluster.js';
import { get, nodePath } from '../api.js';
import { h } from '../dom.js';
import { slots } from '../parts/slots.js';

const freshness = 2000;

export function nodes(context) {
  const vitals = new Map();
  let timer = 0;
  let asked = false;
  let audit = null;

  /** How each node is; one that does not answer has no figures. */
  async function ask() {
    const up = (cluster.status?.nodes ?? []).filter(node => node.state === 'up');
    await Promise.all(up.map(async node => {
      try {
        vitals.set(node.name, await get(nodePath(node.name)));
      } catch {
        vitals.delete(node.name);
      }
    }));
    context.update();
    audit = await latest();
    if (audit) context.update();
  }

  function start() {
    cluster.start();
    timer = setInterval(ask, freshness);
  }

  function stop() {
    cluster.stop();
    clearInterval(timer);
  }

  return { title: 'Nodes', start, stop, hide: stop, wake: start, render };

  function render() {
    const health = cluster.health();
    const list = cluster.status?.nodes ?? [];
    if (list.length > 0 && !asked) {
      asked = true;
      ask();
    }
    return [
      h('h1', null, 'Nodes'),
      h('p.health', { class: health.tone }, h('span.dot', { 'aria-hidden': 'true' }), health.text),
      list.length > 0 && h('section.card', null, h('div.scroll', { tabindex: 0, role: 'region', 'aria-label': 'Nodes' }, h('table', null,
        h('caption.unseen', null, 'Nodes'),
        h('thead', null, h('tr', null, ['Node', 'State', 'Slots', 'Processors', 'Memory', 'Disk'].map(title => h('th', { scope: 'col' }, title)))),
        h('tbody', null, list.map(node => row(node, vitals.get(node.name))))))),
      audit && auditTable(audit),
    ];
  }
}

const row = (node, vitals) => h('tr', { key: `${node.name} ${node.http}` },
  h('td', null, h('a.job', { href: `/nodes/${encodeURIComponent(node.name)}` }, h('b', null, node.name), node.master && h('span.badge', null, 'master'))),
  h('td', null, badge(node.state), node.draining && badge('draining', 'warn'), node.quarantined && badge('quarantined', 'bad')),
  h('td', null, slots(node)),
  h('td', null, vitals && use(vitals.cpu.at(-1) ?? 0, 1, percent(vitals.cpu.at(-1) ?? 0), `Processors of ${node.name}`, 'plain')),
  h('td', null, vitals && use(vitals.memory.at(-1) ?? 0, vitals.memoryTotal, `${bytes(vitals.memory.at(-1) ?? 0)} of ${bytes(vitals.memoryTotal)}`, `Memory of ${node.name}`)),
  h('td', null, vitals && use(vitals.diskTotal - vitals.diskFree, vitals.diskTotal, `${bytes(vitals.diskFree)} free`, `Disk of ${node.name}`)));

/** Processors may well be busy; a full memory or disk is a trouble. */
const use = (amount, total, words, label, tone = amount > 0.9 * total ? 'bad' : 'plain') => h('span.use', null, bar(amount, total, label, tone), h('span', null, words));
