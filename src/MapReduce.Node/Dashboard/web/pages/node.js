// One node: what it uses, what runs on it, and letting it go.

import { bytes, duration, moment, percent, shortId } from '../format.js';
import { badge } from '../parts/badges.js';
import { cluster } from '../cluster.js';
import { confirm } from '../parts/dialog.js';
import { get, nodePath, post } from '../api.js';
import { h } from '../dom.js';
import { spark } from '../chart.js';

const freshness = 2000;
const fewest = 30;

export function node(context, name) {
  let vitals = null;
  let problem = null;
  let drain = null;
  let timer = 0;

  async function ask() {
    try {
      vitals = await get(nodePath(name));
      problem = null;
    } catch (error) {
      problem = error.message;
    }
    context.update();
  }

  function start() {
    cluster.start();
    ask();
    timer = setInterval(ask, freshness);
  }

  function stop() {
    cluster.stop();
    clearInterval(timer);
  }

  const askToDrain = () => confirm(`Drain ${name}?`, 'It finishes what runs and takes no more work, until it is started again. Its map outputs stay as long as jobs need them.', 'Drain', async () => {
    drain = await post(nodePath(name, '/drain'));
    await ask();
  });

  return { title: name, start, stop, hide: stop, wake: start, render };

  function render() {
    const member = cluster.status?.nodes.findLast(other => other.name === name);
    const isDraining = member?.draining || vitals?.draining;
    return [
      h('p.crumbs', null, h('a', { href: '/nodes' }, 'Nodes')),
      h('div.head', null,
        h('h1', null, name), member && badge(member.state), member?.master && badge('master'), isDraining && badge('draining', 'warn'), member?.quarantined && badge('quarantined', 'bad'),
        h('span.space'),
        member && h('button', { type: 'button', disabled: isDraining, onclick: askToDrain }, isDraining ? 'Draining' : 'Drain…')),
      vitals && h('p.muted', null, `${member?.http ?? ''} · version ${vitals.version.split('+')[0]} · up ${duration(Date.now() - Date.parse(vitals.started))} · process ${vitals.process}`),
      cluster.status && !member && h('p.callout.bad', { role: 'alert' }, 'This node is not a member of the cluster now.'),
      member?.quarantinedUntil && h('p.callout.warn', null, `It gets no work until ${moment(member.quarantinedUntil)}, because attempts on it failed for reasons of its own. See its disk and its log.`),
      isDraining && h('p.callout.warn', { role: 'status' }, draining(vitals, drain)),
      problem && h('p.callout.bad', { role: 'alert' }, problem),
      vitals && tiles(vitals),
      vitals && running(vitals),
    ];
  }
}

const draining = (vitals, drain) => {
  const left = vitals?.running.length ?? 0;
  const needed = drain?.needed ? ` ${drain.needed} jobs still needed its map outputs when it was asked.` : '';
  return left > 0 ? `It takes no more work, and finishes ${left === 1 ? 'one attempt' : `${left} attempts`}.${needed}` : `Nothing runs here any more. It can be stopped, or started again to take work.${needed}`;
};

function tiles(vitals) {
  const cpu = vitals.cpu.at(-1) ?? 0;
  const memory = vitals.memory.at(-1) ?? 0;
  return h('div.tiles', null,
    tile('Processors', percent(cpu), `${vitals.processors} processors, the whole machine`, spark({ values: vitals.cpu, slots: Math.max(fewest, vitals.cpu.length), top: 1, label: `Use of processors in the last minutes, now ${percent(cpu)}` })),
    tile('Memory', bytes(memory), `of ${bytes(vitals.memoryTotal)}; the node itself ${bytes(vitals.ownMemory)}`, spark({ values: vitals.memory, slots: Math.max(fewest, vitals.memory.length), top: vitals.memoryTotal, label: `Use of memory in the last minutes, now ${bytes(memory)}` })),
    tile('Disk', `${bytes(vitals.diskFree)} free`, `of ${bytes(vitals.diskTotal)}, at ${vitals.folder}`),
    tile('Executors', String(vitals.running.filter(attempt => attempt.process).length), `at work, ${vitals.spareExecutors} waiting`));
}

export const tile = (title, value, words, chart) => h('section.card.tile', null, h('h2', null, title), h('p.big', null, value), h('p.muted', null, words), chart);

const running = vitals => h('section.card', null,
  h('h2', null, `Slots: ${vitals.running.length} of ${vitals.slots} busy`),
  h('div.scroll', { tabindex: 0, role: 'region', 'aria-label': 'Slots' }, h('table', null,
    h('caption.unseen', null, 'What runs in the slots of the node'),
    h('thead', null, h('tr', null, ['Attempt', 'Job', 'For', 'Done', 'Executor', 'Memory', 'Threads'].map(title => h('th', { scope: 'col', class: ['For', 'Done', 'Memory', 'Threads'].includes(title) ? 'figure' : null }, title)))),
    h('tbody', null,
      vitals.running.map(attempt => h('tr', { key: attempt.job + attempt.attempt },
        h('td', null, h('code', null, attempt.attempt)),
        h('td', null, h('a', { href: `/jobs/${attempt.job}` }, shortId(attempt.job))),
        h('td.figure', null, duration(Math.max(0, Date.now() - Date.parse(attempt.since)))),
        h('td.figure', null, bytes(attempt.bytes)),
        h('td', null, attempt.process ? `process ${attempt.process}` : 'starting'),
        h('td.figure', null, attempt.memory ? bytes(attempt.memory) : '—'),
        h('td.figure', null, attempt.threads || '—'))),
      Array.from({ length: Math.max(0, vitals.slots - vitals.running.length) }, (_, index) => h('tr.idle', { key: `idle ${index}` }, h('td.muted', { colspan: 7 }, vitals.draining ? 'takes no more work' : 'free')))))));
