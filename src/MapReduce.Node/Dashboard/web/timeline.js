// The attempts of a job over time, a lane for each slot, drawn on a canvas: there may be very many.

import { bytes, count, duration, number } from './format.js';
import { fill, h } from './dom.js';
import { kinds, outcomes } from './attempts.js';

const axisHeight = 20;
const tallest = 22;
const highest = 420;
const shortestSpan = 50;
const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];

/** How far marks on the axis may lie apart, in milliseconds. */
const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, ...[1, 2, 5, 10, 15, 30].map(count => count * second), ...[1, 2, 5, 10, 15, 30].map(count => count * minute), ...[1, 2, 3, 6, 12, 24].map(count => count * hour)];

export class Timeline {
  /** @param {(place: number) => void} choose  told of the attempt that the user opens */
  constructor(attempts, choose) {
    this.attempts = attempts;
    this.choose = choose;
    this.lanes = [];
    this.byName = new Map();
    this.loads = -1;
    this.placed = 0;
    this.view = null;
    this.selected = null;
    this.canvas = h('canvas', {
      tabindex: 0, role: 'application', 'aria-roledescription': 'timeline', 'aria-label': 'Attempts over time, by slot', 'aria-describedby': 'timeline-help',
      onkeydown: event => this.onKey(event), onpointermove: event => this.onMove(event), onpointerleave: () => this.point(null),
    });
    this.canvas.addEventListener('pointerdown', event => this.onDown(event));
    this.canvas.addEventListener('pointerup', () => this.onUp());
    this.canvas.addEventListener('wheel', event => this.onWheel(event), { passive: false });
    this.tip = h('div.tip', { hidden: true });
    this.said = h('p.unseen', { role: 'status' });
    this.element = h('div.timeline', { keep: true, key: 'timeline' }, this.canvas, this.tip, this.said);
  }

  /** Draws what there is now. @param {number} now  milliseconds after the job began */
  draw(now) {
    this.now = now;
    this.place();
    const width = this.element.clientWidth;
    if (width === 0) return;
    this.laneHeight = Math.max(3, Math.min(tallest, Math.floor(highest / Math.max(1, this.lanes.length))));
    const height = this.lanes.length * this.laneHeight + axisHeight;
    const ratio = devicePixelRatio || 1;
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    this.canvas.style.setProperty('height', `${height}px`);
    this.gutter = this.laneHeight >= 11 ? Math.min(110, width / 4) : 0;
    const pen = this.canvas.getContext('2d');
    pen.scale(ratio, ratio);
    this.paint(pen, width, height);
  }

  /** Puts the attempts that are new into their lanes. */
  place() {
    const { attempts, byName } = this;
    if (this.loads !== attempts.loads) {
      byName.clear();
      Object.assign(this, { loads: attempts.loads, placed: 0, lanes: [] });
    }
    for (; this.placed < attempts.count; this.placed++) {
      const node = attempts.nodes[attempts.node[this.placed]];
      const slot = attempts.slot[this.placed];
      const name = `${node}\u0000${slot}`;
      let lane = byName.get(name);
      if (!lane) byName.set(name, lane = { node, slot, places: [] });
      lane.places.push(this.placed);
    }
    if (this.lanes.length === byName.size) return;
    this.lanes = [...byName.values()].sort((left, right) => (left.node === right.node ? left.slot - right.slot : left.node < right.node ? -1 : 1));
  }

  get whole() {
    let end = 1;
    const { attempts } = this;
    for (let place = 0; place < attempts.count; place++) end = Math.max(end, attempts.endOf(place, this.now));
    return { from: 0, to: end * 1.01 };
  }

  paint(pen, width, height) {
    const look = getComputedStyle(document.documentElement);
    const colour = name => look.getPropertyValue(`--${name}`).trim();
    const colours = { plan: colour('plan'), map: colour('map'), reduce: colour('reduce'), failed: colour('bad'), lost: colour('warn'), ground: colour('surface'), line: colour('line'), text: colour('muted'), ink: colour('text') };
    const view = this.shown = this.view ?? this.whole;
    const scale = (width - this.gutter) / (view.to - view.from);
    const x = time => this.gutter + (time - view.from) * scale;
    pen.font = '11px ui-sans-serif, system-ui, sans-serif';
    pen.textBaseline = 'middle';
    this.paintAxis(pen, colours, x, view, width, height);
    pen.save();
    pen.beginPath();
    pen.rect(this.gutter, 0, width - this.gutter, height);
    pen.clip();
    this.lanes.forEach((lane, row) => {
      const y = row * this.laneHeight;
      const inner = this.laneHeight - (this.laneHeight > 6 ? 3 : 1);
      for (const place of lane.places) {
        const left = x(this.attempts.started[place]);
        const right = x(this.attempts.endOf(place, this.now));
        if (right < this.gutter || left > width) continue;
        this.paintAttempt(pen, colours, place, left, y + 1, Math.max(1, right - left - (right - left > 4 ? 1 : 0)), inner);
      }
    });
    pen.restore();
    if (this.gutter === 0) return;
    pen.fillStyle = colours.text;
    let last = '';
    this.lanes.forEach((lane, row) => {
      const text = `${lane.node === last ? '' : lane.node}${lane.slot >= 0 ? ` · ${lane.slot}` : ''}`;
      last = lane.node;
      pen.textAlign = 'right';
      pen.fillText(text, this.gutter - 8, row * this.laneHeight + this.laneHeight / 2, this.gutter - 10);
    });
  }

  paintAxis(pen, colours, x, view, width, height) {
    const wanted = (view.to - view.from) / Math.max(2, Math.floor((width - this.gutter) / 110));
    const step = steps.find(candidate => candidate >= wanted) ?? Math.ceil(wanted / day) * day;
    pen.strokeStyle = colours.line;
    pen.fillStyle = colours.text;
    pen.textAlign = 'center';
    pen.lineWidth = 1;
    for (let time = Math.ceil(view.from / step) * step; time <= view.to; time += step) {
      const at = Math.round(x(time)) + 0.5;
      pen.beginPath();
      pen.moveTo(at, 0);
      pen.lineTo(at, height - axisHeight);
      pen.stroke();
      if (at > this.gutter + 12 && at < width - 16) pen.fillText(time === 0 ? '0' : duration(time), at, height - axisHeight / 2 + 1);
    }
  }

  /** What was in vain is hollow: lost races in the colour of their kind, failures red, losses amber. */
  paintAttempt(pen, colours, place, left, top, width, height) {
    const outcome = outcomes[this.attempts.outcome[place]];
    const own = colours[kinds[this.attempts.kind[place]]];
    const tone = outcome === 'failed' ? colours.failed : outcome === 'lost' ? colours.lost : own;
    pen.globalAlpha = 1;
    pen.fillStyle = pen.strokeStyle = tone;
    if (outcome === 'not needed' && width > 3 && height > 4) {
      pen.globalAlpha = 0.25;
      pen.fillRect(left, top, width, height);
      pen.globalAlpha = 1;
      pen.setLineDash([3, 2]);
      pen.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
      pen.setLineDash([]);
    } else {
      pen.globalAlpha = outcome === 'running' ? 0.55 : outcome === 'not needed' ? 0.4 : 1;
      pen.fillRect(left, top, width, height);
      pen.globalAlpha = 1;
      if (outcome === 'running') pen.fillRect(left + width - Math.min(3, width), top, Math.min(3, width), height);
    }
    if (outcome === 'output lost') {
      pen.fillStyle = colours.lost;
      pen.fillRect(left, top + height - Math.max(2, height / 4), width, Math.max(2, height / 4));
    }
    if (this.attempts.number[place] > 0 && height > 8 && width > 8) {
      // Which attempt it is: a tick for each before it.
      pen.fillStyle = colours.ground;
      for (let tick = 0; tick < Math.min(3, this.attempts.number[place]) && 3 + 4 * tick < width - 3; tick++) pen.fillRect(left + 3 + 4 * tick, top + 3, 2, height - 6);
    }
    if (place === this.selected) {
      pen.strokeStyle = colours.ink;
      pen.lineWidth = 2;
      pen.strokeRect(left, top, Math.max(3, width), height);
      pen.lineWidth = 1;
    }
  }

  /** The attempt at a point; the next one where it is a hair's breadth off. */
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const lane = this.lanes[Math.floor((event.clientY - box.top) / this.laneHeight)];
    if (!lane || event.clientX - box.left < this.gutter) return null;
    const scale = (this.shown.to - this.shown.from) / (box.width - this.gutter);
    const time = this.shown.from + (event.clientX - box.left - this.gutter) * scale;
    let best = null;
    let least = 4 * scale;
    for (const place of lane.places) {
      const off = Math.max(this.attempts.started[place] - time, time - this.attempts.endOf(place, this.now), 0);
      if (off < least) [best, least] = [place, off];
    }
    return best;
  }

  describe(place) {
    const { attempts } = this;
    const parts = [`${outcomes[attempts.outcome[place]]}${attempts.reason[place] ? `: ${attempts.reasons[attempts.reason[place]]}` : ''}`,
      `${attempts.nodes[attempts.node[place]]}${attempts.slot[place] >= 0 ? `, slot ${attempts.slot[place]}` : ''}`,
      duration(attempts.endOf(place, this.now) - attempts.started[place])];
    if (attempts.isSpeculative(place)) parts.push('beside another attempt');
    if (attempts.read[place] > 0) parts.push(`read ${bytes(attempts.read[place])}`);
    return parts.join(' · ');
  }

  point(place, event) {
    this.tip.hidden = place === null;
    if (place === null) return;
    fill(this.tip, [h('b', null, this.attempts.name(place)), h('span', null, this.describe(place))]);
    const box = this.element.getBoundingClientRect();
    this.tip.style.setProperty('left', `${Math.max(0, Math.min(event.clientX - box.left + 12, box.width - this.tip.offsetWidth))}px`);
    this.tip.style.setProperty('top', `${event.clientY - box.top + 16}px`);
  }

  select(place) {
    this.selected = place;
    this.said.textContent = place === null ? '' : `${this.attempts.name(place)}: ${this.describe(place)}`;
    this.choose(place);
    this.draw(this.now);
  }

  onMove(event) {
    if (this.dragging) {
      const span = this.dragging.to - this.dragging.from;
      const moved = (event.clientX - this.dragging.x) * span / (this.canvas.clientWidth - this.gutter);
      if (Math.abs(event.clientX - this.dragging.x) > 3) this.dragging.moved = true;
      if (this.dragging.moved && this.view) this.look(this.dragging.from - moved, this.dragging.to - moved);
      return;
    }
    this.point(this.at(event), event);
  }

  onDown(event) {
    this.dragging = { x: event.clientX, ...this.shown, hit: this.at(event) };
    if (event.pointerType === 'mouse') this.canvas.setPointerCapture(event.pointerId);
  }

  onUp() {
    if (this.dragging && !this.dragging.moved && this.dragging.hit !== null) this.select(this.dragging.hit);
    this.dragging = null;
  }

  onWheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = this.canvas.getBoundingClientRect();
    this.zoom(event.deltaY < 0 ? 0.8 : 1.25, (event.clientX - box.left - this.gutter) / (box.width - this.gutter));
  }

  /** Shows a part of the time, or more. @param {number} around  where the middle is, from 0 to 1 */
  zoom(factor, around = 0.5) {
    const { from, to } = this.shown;
    const span = Math.max(shortestSpan, (to - from) * factor);
    const middle = from + (to - from) * Math.min(1, Math.max(0, around));
    this.look(middle - span * around, middle + span * (1 - around));
  }

  look(from, to) {
    const whole = this.whole;
    const span = to - from;
    if (span >= whole.to) return this.fit();
    const start = Math.min(Math.max(0, from), whole.to - span);
    this.view = { from: start, to: start + span };
    this.draw(this.now);
  }

  fit() {
    this.view = null;
    this.draw(this.now);
  }

  onKey(event) {
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    if (event.key === '+' || event.key === '=') this.zoom(0.6);
    else if (event.key === '-') this.zoom(1.6);
    else if (event.key === '0') this.fit();
    else if (event.key === 'Escape') this.select(null);
    else if (steps[event.key]) this.step(...steps[event.key]);
    else return;
    event.preventDefault();
  }

  step(lanes, places) {
    if (this.lanes.length === 0) return;
    if (this.selected === null) return this.select(this.lanes[0].places[0]);
    const row = this.lanes.findIndex(lane => lane.places.includes(this.selected));
    const lane = this.lanes[Math.min(this.lanes.length - 1, Math.max(0, row + lanes))];
    if (lanes !== 0) {
      const start = this.attempts.started[this.selected];
      return this.select(lane.places.reduce((best, place) => (Math.abs(this.attempts.started[place] - start) < Math.abs(this.attempts.started[best] - start) ? place : best)));
    }
    const index = lane.places.indexOf(this.selected) + places;
    if (lane.places[index] !== undefined) this.select(lane.places[index]);
  }

  /** What there is, in one sentence. */
  summary() {
    // Also before anything is drawn.
    this.place();
    const counts = outcomes.map(() => 0);
    for (const outcome of this.attempts.outcome) counts[outcome]++;
    const parts = outcomes.map((name, index) => (counts[index] > 0 ? `${number(counts[index])} ${name}` : null)).filter(Boolean);
    return `${count(this.attempts.count, 'attempt')} on ${count(this.lanes.length, 'slot')}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
  }
}
