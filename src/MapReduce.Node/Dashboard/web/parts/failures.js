// The failures of a job's attempts, by kind, each with its log.

import { clock, count, firstLine } from '../format.js';
import { h } from '../dom.js';
import { openLog } from './log.js';
import { reasonAdvice, reasonMeaning } from './reasons.js';

const shownOfGroup = 20;

/** Why the job failed, at the top of its page. */
export function verdict(job, failures) {
  if (!job.failure) return null;
  const { reason, message, task } = job.failure;
  const last = failures?.findLast(failure => failure.attempt.startsWith(`${task}-`) && failure.reason === reason) ?? failures?.findLast(failure => failure.reason === reason);
  return h('section.callout.bad', { 'aria-labelledby': 'verdict' },
    h('h2', { id: 'verdict' }, reasonMeaning(reason)),
    h('p.cause', null, firstLine(message)),
    message.trim().includes('\n') && h('details', null, h('summary', null, 'All of the message'), h('pre', { tabindex: 0, 'aria-label': 'All of the message' }, message)),
    h('p', null, reasonAdvice(reason)),
    h('p.row', null, h('span.badge.bad', null, reason), task && h('code', null, task), last && logButton(job, last)));
}

const logButton = (job, failure) => h('button', { type: 'button', onclick: () => openLog(job.id, failure.attempt, firstLine(failure.message)) }, `Log of ${failure.attempt}`);

/** @param {Map<string, number>} counts  how many attempts failed for each reason */
export function failureGroups(job, failures, counts) {
  if (counts.size === 0) return null;
  return h('section.card', { 'aria-labelledby': 'groups' }, h('h2', { id: 'groups' }, 'Failed attempts'),
    [...counts].sort((left, right) => right[1] - left[1]).map(([reason, amount]) => {
      const known = (failures ?? []).filter(failure => failure.reason === reason);
      return h('details.group', { key: reason, open: counts.size === 1 },
        h('summary', null, h('span.badge', { class: reason === 'WorkerLost' || reason === 'FetchFailed' ? 'warn' : 'bad' }, reason), h('b', null, count(amount, 'attempt')), h('span.muted', null, reasonMeaning(reason))),
        h('ul', null, known.slice(0, shownOfGroup).map(failure => h('li', { key: failure.attempt },
          h('span.row', null, h('code', null, failure.attempt), h('span.muted', null, `${failure.node}, ${clock(failure.at)}`), h('button.quiet', { type: 'button', 'aria-label': `Log of ${failure.attempt}`, onclick: () => openLog(job.id, failure.attempt, firstLine(failure.message)) }, 'Log')),
          h('p.cause', null, firstLine(failure.message))))),
        amount > Math.min(known.length, shownOfGroup) && h('p.muted', null, `And ${amount - Math.min(known.length, shownOfGroup)} more; mr job events has all.`));
    }));
}
