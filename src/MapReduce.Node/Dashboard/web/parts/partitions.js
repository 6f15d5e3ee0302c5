// How evenly the data of a job falls into its partitions, and which keys weigh most.

import { bytes, number, percent } from '../format.js';
import { columns } from '../chart.js';
import { h } from '../dom.js';

const heavySkew = 3;
const reduce = 2;
const succeeded = 1;

/** The sizes of the partitions of each stage, as far as they are known. */
export function partitionSizes(attempts) {
  const stages = new Map();
  for (let place = 0; place < attempts.count; place++) {
    if (attempts.kind[place] !== reduce || attempts.outcome[place] !== succeeded) continue;
    const stage = attempts.stage[place];
    if (!stages.has(stage)) stages.set(stage, []);
    stages.get(stage)[attempts.index[place]] = attempts.read[place];
  }
  return [...stages].sort(([left], [right]) => left - right).map(([stage, sizes]) => ({ stage, ...measure(Array.from(sizes, size => size ?? 0)) }));
}

function measure(sizes) {
  const sorted = [...sizes].sort((left, right) => left - right);
  const largest = sizes.indexOf(sorted.at(-1));
  return { sizes, largest, middle: sorted[Math.floor(sorted.length / 2)], total: sizes.reduce((sum, size) => sum + size, 0) };
}

export function partitions(job, stages) {
  const shown = stages.filter(stage => stage.total > 0);
  return h('section.card', { 'aria-labelledby': 'partitions' }, h('h2', { id: 'partitions' }, 'Partitions'),
    shown.length === 0 && h('p.muted', null, job.ended ? 'The job has shuffled nothing.' : 'Sizes are known as reduce tasks end.'),
    shown.map(({ stage, sizes, largest, middle, total }) => {
      const skew = middle > 0 ? sizes[largest] / middle : Infinity;
      const words = sizes.length === 1 ? `One partition of ${bytes(total)}.`
        : `${number(sizes.length)} partitions of ${bytes(middle)} in the middle. The largest, ${largest}, has ${bytes(sizes[largest])}${Number.isFinite(skew) ? `: ${skew < 10 ? skew.toFixed(1) : Math.round(skew)} times that` : ''}, and ${percent(sizes[largest] / total)} of all.`;
      return h('div', { key: stage }, job.stages.length > 1 && h('h3', null, `Stage ${stage + 1}`),
        columns({ values: sizes, middle, format: bytes, label: words, name: index => `Partition ${index}` }),
        h('p', { class: sizes.length > 1 && skew > heavySkew ? 'warned' : 'muted' }, words, sizes.length > 1 && skew > heavySkew && ' That is uneven: look at the hottest keys.'));
    }));
}

export function hotKeys(job) {
  if (job.hotKeys.length === 0) return null;
  const most = job.hotKeys[0].weight;
  return h('section.card', { 'aria-labelledby': 'hot' }, h('h2', { id: 'hot' }, 'Hottest keys'),
    h('ol.keys', null, job.hotKeys.map(({ key, weight }, index) => {
      const share = h('i', { 'aria-hidden': 'true' });
      share.style.setProperty('width', `${Math.max(1, 100 * weight / most)}%`);
      return h('li', { key: index }, share, h('code', null, key), h('span.figure', null, number(weight)));
    })),
    h('p.muted', null, 'By the number of values, or by the sum where values are summed.'));
}
