// Small charts, as SVG.

import { s, h } from './dom.js';

/** The next round number above, so that an axis ends at a value that people read. */
function round(value, base) {
  if (value <= 0) return 1;
  const unit = base ** Math.floor(Math.log(value) / Math.log(base));
  for (const step of base === 1024 ? [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] : [1, 2, 5, 10]) if (value <= step * unit) return step * unit;
  return value;
}

/**
 * A quantity over time: the latest value at the right end.
 * @param {{ values: number[], slots: number, format: (value: number) => string, label: string, base?: number, span: string, height?: number }} options
 */
export function area({ values, slots, format, label, base = 1000, span, height = 140 }) {
  const width = 720;
  const bottom = height - 1;
  const top = round(Math.max(...values, 0), base);
  const x = index => width - (values.length - 1 - index) * width / (slots - 1);
  const y = value => bottom - (bottom - 8) * value / top;
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`);
  const shares = [1, 0.5];
  const picture = s('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${label}: now ${format(values.at(-1) ?? 0)}, at most ${format(Math.max(...values, 0))}`, preserveAspectRatio: 'none' },
    shares.map(share => s('line', { class: 'rule', x1: 0, x2: width, y1: y(top * share), y2: y(top * share) })),
    points.length > 1 && s('polygon', { class: 'fill', points: `${x(0).toFixed(1)},${bottom} ${points.join(' ')} ${width},${bottom}` }),
    points.length > 1 && s('polyline', { class: 'stroke', points: points.join(' ') }),
    s('line', { class: 'rule', x1: 0, x2: width, y1: bottom, y2: bottom }));
  // Words are no part of the picture, which is stretched to the width that there is.
  return h('div.chart', null, picture,
    shares.map(share => h('span.mark', { 'aria-hidden': 'true', style: { top: `${y(top * share)}px` } }, format(top * share))),
    h('div.axis', { 'aria-hidden': 'true' }, h('span', null, span), h('span', null, 'now')));
}

/** A quantity over time, without axes, for a tile. */
export function spark({ values, slots, top, label, tone = '' }) {
  const width = 240;
  const height = 44;
  const points = values.map((value, index) => `${(width - (values.length - 1 - index) * width / (slots - 1)).toFixed(1)},${(height - 1 - (height - 3) * Math.min(1, value / (top || 1))).toFixed(1)}`);
  return s('svg.spark', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label, preserveAspectRatio: 'none', class: tone },
    points.length > 1 && s('polygon', { class: 'fill', points: `${points[0].split(',')[0]},${height} ${points.join(' ')} ${width},${height}` }),
    points.length > 1 && s('polyline', { class: 'stroke', points: points.join(' ') }));
}

/** Sizes side by side. Where there are too many for a bar each, a bar is the largest of some. */
export function columns({ values, middle, format, label, name, height = 120 }) {
  const width = 720;
  const most = 180;
  const each = Math.ceil(values.length / most);
  const bars = [];
  for (let from = 0; from < values.length; from += each) {
    let largest = from;
    for (let index = from; index < Math.min(values.length, from + each); index++) if (values[index] > values[largest]) largest = index;
    bars.push(largest);
  }
  const top = Math.max(...values, 1);
  const step = width / Math.max(bars.length, 12);
  const y = value => height - (height - 4) * value / top;
  return s('svg.columns', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label, preserveAspectRatio: 'none' },
    bars.map((index, position) => s('rect', { class: values[index] > 3 * middle ? 'heavy' : null, x: (position * step).toFixed(2), width: Math.max(0.8, step - Math.min(2, step / 4)).toFixed(2), y: y(values[index]).toFixed(1), height: Math.max(1, height - y(values[index])).toFixed(1) },
      s('title', null, `${name(index)}: ${format(values[index])}`))),
    middle > 0 && s('line', { class: 'middle', x1: 0, x2: width, y1: y(middle), y2: y(middle) }));
}

/** How much of something is done: a bar with words for those who do not see it. */
export function bar(done, total, label, tone = '') {
  const share = total > 0 ? done / total : 0;
  const inner = h('span');
  inner.style.setProperty('width', `${(100 * share).toFixed(2)}%`);
  return h('span.progress', { role: 'progressbar', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': Math.max(total, 1), 'aria-valuenow': done, class: tone }, inner);
}
