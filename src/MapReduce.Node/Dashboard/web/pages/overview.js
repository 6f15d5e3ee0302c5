// The first glance: is the cluster well, what does it do, what has failed.

import { ago, bytes, duration, number } from '../format.js';
import { area } from '../chart.js';
import { cluster } from '../cluster.js';
import { command } from '../parts/command.js';
import { h } from '../dom.js';
import { jobTable } from '../parts/jobtable.js';
import { slots } from '../parts/slots.js';

export const overview = context => ({
  title: 'Overview',
  start: () => cluster.start(),
  stop: () => cluster.stop(),
  hide: () => cluster.stop(),
  wake: () => cluster.start(),
  render,
});

function render() {
  const health = cluster.health();
  const status = cluster.status;
  return [
    h('h1.health', { class: health.tone }, h('span.dot', { 'aria-hidden': 'true' }), health.text),
    status && h('div.grid', null,
      throughput(status),
      h('section.card.nodes', { 'aria-labelledby': 'nodes' }, h('h2', { id: 'nodes' }, 'Nodes'), status.nodes.map(node => h('a.node', { href: `/nodes/${encodeURIComponent(node.name)}`, key: `${node.name} ${node.http}` },
        h('span.dot', { class: node.state === 'up' ? node.quarantined || node.draining ? 'warn' : 'good' : 'bad', 'aria-hidden': 'true' }),
        h('b', null, node.name), h('span.muted', null, [node.state !== 'up' && node.state, node.master && 'master', node.draining && 'draining', node.quarantined && 'quarantined'].filter(Boolean).join(', ')),
        slots(node))))),
    status && status.jobs === 0 && empty(),
    status && status.runningJobs > 0 && h('section.card', { 'aria-labelledby': 'running' },
      h('h2', { id: 'running' }, status.runningJobs > status.running.length ? `Running: the newest ${status.running.length} of ${status.runningJobs}` : 'Running'), jobTable(status.running, 'Jobs that run')),
    status && status.failed.length > 0 && failures(status.failed),
    status && status.recent.length > 0 && h('section.card', { 'aria-labelledby': 'recent' }, h('h2', { id: 'recent' }, 'Ended lately'), jobTable(status.recent, 'Jobs that have ended lately')),
  ];
}

function throughput(status) {
  const { intervalSeconds } = status.throughput;
  const rates = cluster.bytes.map(value => value / intervalSeconds);
  const lately = cluster.tasks.slice(-5);
  const tasks = lately.length > 0 ? lately.reduce((sum, value) => sum + value, 0) / lately.length / intervalSeconds : 0;
  // A young reign has little to show: the picture grows with it, up to a quarter of an hour.
  const slots = [60, 150, 450].find(width => width >= rates.length) ?? 450;
  return h('section.card.throughput', { 'aria-labelledby': 'throughput' },
    h('h2', { id: 'throughput' }, 'Throughput'),
    h('p.big', null, `${bytes(rates.at(-1) ?? 0)}/s`, h('small', null, `${tasks > 0 && tasks < 10 ? tasks.toFixed(1) : number(Math.round(tasks))} tasks/s`)),
    area({ values: rates, slots, format: value => `${bytes(value)}/s`, label: 'Throughput', base: 1024, span: `${duration(1000 * slots * intervalSeconds)} ago` }));
}

const failures = jobs => h('section.card', { 'aria-labelledby': 'failures' },
  h('h2', { id: 'failures' }, 'Failures'),
  h('ul.failures', null, jobs.map(job => h('li', { key: job.id },
    h('a', { href: `/jobs/${job.id}` }, h('b', null, job.name), h('span.badge.bad', null, job.failure?.reason ?? 'failed'), h('span.cause', null, job.failure?.message ?? 'No cause is known.')),
    h('time.muted', { datetime: job.ended }, ago(Date.parse(job.ended), Date.now()))))));

const empty = () => h('section.card.empty', null,
  h('h2', null, 'No job has been submitted yet'),
  h('p', null, 'This counts the words of a small text. Run it in the folder of the repository, and watch it here:'),
  command('mr submit jobs/WordCount --input jobs/WordCount/sample --output out/words'));

