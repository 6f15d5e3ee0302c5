// How far a job is, in bars.

import { bar } from '../chart.js';
import { number } from '../format.js';
import { h } from '../dom.js';

/** Map and reduce of all stages, for a list. */
export function phases(job) {
  const progress = job.progress;
  if (!progress || progress.maps + progress.reduces === 0) return h('span.muted', null, job.phase === 'running' ? 'planning' : '—');
  return h('span.phases', null,
    phase('Map', progress.mapsDone, progress.maps, 'map'),
    progress.reduces > 0 && phase('Reduce', progress.reducesDone, progress.reduces, 'reduce'));
}

export const phase = (name, done, total, tone) => h('span.phase', null, h('span.name', null, name), bar(done, total, `${name}: ${done} of ${total} tasks`, tone), h('span.figure', null, `${number(done)}/${number(total)}`));

/** Each stage by itself, for the page of a job. */
export function stages(job) {
  const isOnly = job.stages.length === 1;
  return h('div.stages', null, job.stages.map((stage, index) => h('div.stage', { key: index },
    h('h3', null, isOnly ? 'Phases' : `Stage ${index + 1}`),
    stage.planned
      ? [phase('Plan', 1, 1, 'plan'), stage.maps > 0 && phase('Map', stage.mapsDone, stage.maps, 'map'), stage.reduces > 0 && phase('Reduce', stage.reducesDone, stage.reduces, 'reduce')]
      : phase('Plan', 0, 1, 'plan'))),
  h('div.stage', { key: 'commit' }, isOnly ? null : h('h3', null, 'Output'), phase('Commit', job.phase === 'succeeded' ? 1 : 0, 1, 'commit')));
}
