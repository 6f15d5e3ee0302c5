// One job: how far it is, how its attempts went, and why it failed if it did. The same page while it runs and long after.

import { Refusal, get, jobPath, post } from '../api.js';
import { Attempts, kinds, outcomes } from '../attempts.js';
import { Stream } from '../stream.js';
import { Tasks } from '../parts/tasks.js';
import { Timeline } from '../timeline.js';
import { ago, bytes, count, duration, firstLine, left, moment, number } from '../format.js';
import { badge } from '../parts/badges.js';
import { cluster } from '../cluster.js';
import { confirm } from '../parts/dialog.js';
import { failureGroups, verdict } from '../parts/failures.js';
import { h, stay } from '../dom.js';
import { hotKeys, partitionSizes, partitions } from '../parts/partitions.js';
import { openLog } from '../parts/log.js';
import { plan } from '../parts/plan.js';
import { stages } from '../parts/phases.js';

const freshness = 1000;

export function job(context, name) {
  let details = null;
  let problem = null;
  let failures = [];
  let timer = 0;
  let chosen = null;
  let isOver = false;
  let sizes = { built: -1, stages: [] };
  const attempts = new Attempts(name);
  const timeline = new Timeline(attempts, place => {
    chosen = place;
    context.update();
  });
  const tasks = new Tasks(name, attempts, () => context.update());
  const stream = new Stream(from => jobPath(attempts.job, `/events?from=${from}`), { job: take }, state => {
    if (state !== 'ended') return context.linked(state);
    // Nothing more will happen to this job; the cluster says from now on whether the connection lives.
    isOver = true;
    refresh();
    cluster.start();
  });

  /** An event that is not the next one means that some are missing: then all is loaded anew. */
  async function take(event) {
    const isNext = event.revision <= attempts.revision + 1;
    attempts.apply(event);
    if (!isNext) await load();
    if (event.event === 'AttemptFailed') stale.failures = true;
    stale.details = true;
    context.renew();
  }

  const stale = { details: false, failures: false };

  async function refresh() {
    try {
      details = await get(jobPath(attempts.job));
      if (stale.failures || isOver) await loadFailures();
      Object.assign(stale, { details: false, failures: false });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
    context.update();
  }

  async function loadFailures() {
    const found = [];
    while (true) {
      const page = await get(jobPath(attempts.job, `/failures?from=${found.length}`));
      found.push(...page.failures);
      if (page.failures.length === 0 || found.length >= page.total) break;
    }
    failures = found;
  }

  async function load() {
    try {
      details = await get(jobPath(name));
      tasks.job = attempts.job = details.id;
      document.title = `${details.name} · MapReduce`;
      await attempts.load();
      if (details.failedAttempts > 0) await loadFailures();
      problem = null;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problem = error;
    }
    context.update();
  }

  async function start() {
    await load();
    if (problem?.code === 'unreachable' || problem?.code === 'no-master') setTimeout(start, freshness);
    if (problem) return;
    wake();
  }

  function wake() {
    if (isOver) cluster.start();
    else if (details) stream.open(attempts.revision);
    clearInterval(timer);
    // Bytes and times go on between events.
    timer = setInterval(() => !isOver && details && (stale.details || details.runningAttempts > 0) && refresh(), freshness);
  }

  function hide() {
    stream.close();
    cluster.stop();
    clearInterval(timer);
  }

  const askToCancel = () => confirm(`Cancel ${details.name}?`, 'Its attempts are stopped and nothing of its output appears. What it has done so far is lost.', 'Cancel the job', async () => {
    await post(jobPath(attempts.job, '/cancel'));
    await refresh();
  });

  return { title: 'Job', start, stop: hide, hide, wake, render, drawn };

  function now() {
    return (details?.ended ? Date.parse(details.ended) : Date.now()) - attempts.base;
  }

  function drawn() {
    if (details && attempts.count > 0) timeline.draw(now());
  }

  function render() {
    if (problem) return [h('p.crumbs', null, h('a', { href: '/jobs' }, 'Jobs')), h('h1', null, 'Job'), h('p.callout.bad', { role: 'alert' }, problem.message)];
    if (!details) return [h('p.crumbs', null, h('a', { href: '/jobs' }, 'Jobs')), h('h1', null, 'Job'), h('p.muted', null, 'Asking for the job …')];
    if (sizes.built !== attempts.changes) sizes = { built: attempts.changes, stages: partitionSizes(attempts) };
    return [
      h('p.crumbs', null, h('a', { href: '/jobs' }, 'Jobs')),
      head(),
      verdict(details, failures),
      h('div.pair', null, h('section.card', { 'aria-label': 'Phases' }, stages(details)), figures()),
      lanes(),
      h('div.pair', null, partitions(details, sizes.stages), hotKeys(details) ?? counters()),
      h('div.pair', null, failureGroups(details, failures, reasonCounts()), hotKeys(details) && counters()),
      plan(details),
      tasks.render(waitingTasks()),
      order(),
    ];
  }

  function head() {
    return h('div.head', null,
      h('h1', null, details.name), badge(details.phase),
      h('span.muted', null, h('code', null, details.id.slice(0, 8)), ` · submitted ${ago(Date.parse(details.submitted), Date.now())}`, ` · revision ${number(attempts.revision)}`),
      h('span.space'),
      details.phase === 'running' && h('button.danger', { type: 'button', onclick: askToCancel }, 'Cancel…'));
  }

  function figures() {
    const took = (details.ended ? Date.parse(details.ended) : Date.now()) - Date.parse(details.submitted);
    const figure = (title, value, words) => h('div', { key: title }, h('dt', null, title), h('dd', null, value, words && h('small', null, words)));
    return h('section.card', { 'aria-label': 'Figures' }, h('dl.figures', null,
      figure('Took', duration(took), details.remainingSeconds ? left(details.remainingSeconds) : details.ended && moment(details.ended)),
      figure('Read', bytes(details.inputBytes), count(details.inputRecords, 'record')),
      figure('Shuffled', bytes(details.shuffleBytes)),
      figure('Spilled', bytes(details.spilledBytes), details.spilledBytes > 0 ? 'for want of memory' : 'all fitted into memory'),
      figure('Written', bytes(details.writtenBytes), count(details.writtenRows, 'row')),
      figure('Attempts', number(attempts.count), [details.runningAttempts > 0 && `${details.runningAttempts} run`, details.failedAttempts > 0 && `${details.failedAttempts} failed or lost`, details.skippedRecords > 0 && `${count(details.skippedRecords, 'bad record')} skipped`].filter(Boolean).join(', '))));
  }

  function lanes() {
    return h('section.card', { 'aria-labelledby': 'timeline' },
      h('div.head', null, h('h2', { id: 'timeline' }, 'Timeline'), h('span.muted', null, timeline.summary()), h('span.space'),
        h('div.choice', { role: 'group', 'aria-label': 'Part of the time' },
          h('button', { type: 'button', 'aria-label': 'Shorter', onclick: () => timeline.zoom(0.6) }, '+'),
          h('button', { type: 'button', 'aria-label': 'Longer', onclick: () => timeline.zoom(1.6) }, '−'),
          h('button', { type: 'button', onclick: () => timeline.fit() }, 'All'))),
      attempts.count > 0 ? stay(timeline.element) : h('p.muted', { key: 'none' }, 'No attempt has begun yet.'),
      h('ul.legend', { 'aria-hidden': 'true' }, ['plan', 'map', 'reduce', 'running', 'failed', 'lost', 'not needed'].map(kind => h('li', { class: kind.replace(' ', '-') }, kind))),
      h('p.unseen', { id: 'timeline-help' }, 'Arrows go from attempt to attempt, plus and minus change the part of the time that is shown, 0 shows all. The table of tasks below says the same.'),
      chosen !== null && chosen < attempts.count && attempt(chosen));
  }

  function attempt(place) {
    const id = attempts.name(place);
    const failure = failures.find(failure => failure.attempt === id);
    return h('div.chosen', { 'aria-label': `Attempt ${id}`, role: 'group' },
      h('code', null, id), badge(outcomes[attempts.outcome[place]]), attempts.isSpeculative(place) && badge('speculative'),
      h('span', null, `${kinds[attempts.kind[place]]} on ${attempts.nodes[attempts.node[place]]}, after ${duration(attempts.started[place])}, for ${duration(attempts.endOf(place, now()) - attempts.started[place])}`),
      failure && h('span.cause', null, firstLine(failure.message)),
      h('button', { type: 'button', onclick: () => openLog(attempts.job, id, failure && firstLine(failure.message)) }, 'Log'));
  }

  function counters() {
    const list = Object.entries(details.counters);
    return h('section.card', { 'aria-labelledby': 'counters' }, h('h2', { id: 'counters' }, 'Counters'),
      list.length === 0 ? h('p.muted', null, 'The job declares none.') : h('table.plain', null, h('caption.unseen', null, 'Counters'), h('tbody', null, list.map(([counter, value]) => h('tr', { key: counter }, h('th', { scope: 'row' }, counter), h('td.figure', null, number(value)))))));
  }

  function reasonCounts() {
    const counts = new Map();
    for (const reason of attempts.reason) if (reason > 0) counts.set(attempts.reasons[reason], (counts.get(attempts.reasons[reason]) ?? 0) + 1);
    return counts;
  }

  function waitingTasks() {
    if (details.ended) return 0;
    const all = details.stages.reduce((sum, stage) => sum + 1 + stage.maps + stage.reduces, 0);
    tasks.gather();
    return Math.max(0, all - tasks.tasks.length);
  }

  function order() {
    const line = (title, ...values) => h('div', { key: title }, h('dt', null, title), h('dd', null, values));
    const texts = values => values.map((value, index) => h('code', { key: index }, value));
    return h('section.card', { 'aria-labelledby': 'order' }, h('h2', { id: 'order' }, 'As it was submitted'), h('dl.order', null,
      line('Inputs', details.inputs.length > 0 ? texts(details.inputs) : 'none'),
      line('Output', texts([details.output])),
      line('Arguments', details.arguments.length > 0 ? texts(details.arguments) : 'none'),
      line('Owner', details.owner),
      line('Priority', number(details.priority)),
      line('Submitted', moment(details.submitted)),
      line('Id', texts([details.id]))));
  }
}
