// The plan of a job as a small graph: what is read, the stages in order, what is written.

import { h, s } from '../dom.js';
import { count } from '../format.js';

const boxWidth = 188;
const boxHeight = 58;
const gapX = 44;
const gapY = 16;
const longestLine = 27;

const cut = text => (text.length <= longestLine ? text : `…${text.slice(1 - longestLine)}`);

export function plan(job) {
  const { boxes, edges } = layOut(job);
  const width = Math.max(...boxes.map(box => box.x)) + boxWidth + 2;
  const height = Math.max(...boxes.map(box => box.y)) + boxHeight + 2;
  const words = boxes.map(box => `${box.title}: ${box.lines.join(', ')}`).join('; ');
  return h('section.card', { 'aria-labelledby': 'plan' }, h('h2', { id: 'plan' }, 'Plan'),
    h('div.scroll', { tabindex: 0, role: 'region', 'aria-label': 'Plan' }, s('svg.plan', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': words },
      edges.map(([from, to]) => s('path', { d: curve(from, to) })),
      boxes.map(box => s('g', { class: box.kind, transform: `translate(${box.x} ${box.y})` },
        s('title', null, [box.title, ...box.whole].join('\n')),
        s('rect', { width: boxWidth, height: boxHeight, rx: 6 }),
        s('text', { class: 'title', x: 10, y: 19 }, cut(box.title)),
        box.lines.slice(0, 2).map((line, index) => s('text', { x: 10, y: 35 + 14 * index }, cut(line))))))));
}

/** Columns by depth: inputs, then each stage right of all that it reads, then outputs. */
function layOut(job) {
  const depth = [];
  job.stages.forEach((stage, index) => (depth[index] = 1 + Math.max(0, ...stage.dependsOn.map(other => depth[other]))));
  const last = Math.max(...depth) + 1;
  const boxes = [];
  const rows = new Map();
  const place = (column, box) => {
    const row = rows.get(column) ?? 0;
    rows.set(column, row + 1);
    boxes.push(Object.assign(box, { x: 1 + column * (boxWidth + gapX), y: 1 + row * (boxHeight + gapY), whole: box.lines }));
    return box;
  };
  const edges = [];
  const stages = job.stages.map((stage, index) => place(depth[index], { kind: 'stage', title: `Stage ${index + 1}${stage.steps.length > 0 ? `: ${stage.steps.join(', ')}` : ''}`, lines: tasks(stage) }));
  job.stages.forEach((stage, index) => {
    for (const other of stage.dependsOn) edges.push([stages[other], stages[index]]);
    const reads = stage.reads.filter(text => !/^stage \d+$/.test(text));
    if (reads.length > 0 || (stage.dependsOn.length === 0 && stage.reads.length === 0)) {
      const lines = reads.length > 0 ? reads : job.inputs;
      edges.push([place(0, { kind: 'input', title: 'Input', lines: lines.length > 2 ? [lines[0], `and ${lines.length - 1} more`] : [...lines] }), stages[index]]);
    }
    const writes = stage.writes.length > 0 || index < job.stages.length - 1 ? stage.writes : [''];
    if (writes.length > 0) edges.push([stages[index], place(last, { kind: 'output', title: 'Output', lines: writes.map(name => name || job.output) })]);
  });
  return { boxes, edges };
}

function tasks(stage) {
  if (!stage.planned) return ['not planned yet'];
  return [count(stage.maps, 'map task'), stage.reduces > 0 ? count(stage.reduces, 'reduce task') : 'no shuffle'];
}

function curve(from, to) {
  const [x1, y1, x2, y2] = [from.x + boxWidth, from.y + boxHeight / 2, to.x, to.y + boxHeight / 2];
  const bend = Math.max(20, (x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
