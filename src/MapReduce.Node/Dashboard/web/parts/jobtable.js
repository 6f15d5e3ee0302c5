// Jobs in a table.

import { ago, bytes, duration, left, shortId } from '../format.js';
import { h } from '../dom.js';
import { badge } from './badges.js';
import { phases } from './phases.js';

/** Who has the token of the cluster; of clusters without other users it need not be said. */
const ownerOfCluster = 'owner';

const took = (job, now) => duration((job.ended ? Date.parse(job.ended) : now) - Date.parse(job.submitted));

export const jobLink = job => h('a.job', { href: `/jobs/${job.id}` }, h('b', null, job.name), h('code', null, shortId(job.id)), job.owner && job.owner !== ownerOfCluster && h('small', null, `by ${job.owner}`));

/** @param {object[]} jobs  @param {string} caption  what they are, for those who do not see the page */
export function jobTable(jobs, caption) {
  const now = Date.now();
  return h('div.scroll', { tabindex: 0, role: 'region', 'aria-label': caption }, h('table.jobs', null,
    h('caption.unseen', null, caption),
    h('thead', null, h('tr', null, ['Job', 'Phase', 'Progress', 'Read', 'Took', 'Submitted'].map(title => h('th', { scope: 'col', class: title === 'Read' || title === 'Took' ? 'figure' : null }, title)))),
    h('tbody', null, jobs.map(job => h('tr', { key: job.id },
      h('td', null, jobLink(job)),
      h('td', null, badge(job.phase)),
      h('td', null, job.failure ? h('span.cause', null, h('b', null, job.failure.reason), ' ', job.failure.message) : phases(job)),
      h('td.figure', null, job.progress?.inputBytes ? bytes(job.progress.inputBytes) : '—'),
      h('td.figure', null, took(job, now), !job.ended && job.progress?.remainingSeconds && h('small', null, left(job.progress.remainingSeconds))),
      h('td', null, h('time', { datetime: job.submitted, title: job.submitted }, ago(Date.parse(job.submitted), now))))))));
}
