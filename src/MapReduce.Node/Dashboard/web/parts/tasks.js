// The tasks of a job in a table, some at a time.

import { bytes, count, duration } from '../format.js';
import { badge } from './badges.js';
import { h } from '../dom.js';
import { openLog } from './log.js';
import { outcomes } from '../attempts.js';

const pageLength = 25;
const running = 0;
const succeeded = 1;

/** The list's own state: which tasks, and from which on. */
export class Tasks {
  constructor(job, attempts, update) {
    Object.assign(this, { job, attempts, update, from: 0, state: '', search: '', loads: -1, gathered: 0, tasks: [], byTask: new Map(), repeated: [] });
  }

  /** Gathers the attempts that are new by task: the one that counts speaks for it, else the last. */
  gather() {
    const { attempts, byTask } = this;
    if (this.loads !== attempts.loads) {
      byTask.clear();
      Object.assign(this, { loads: attempts.loads, gathered: 0, tasks: [], repeated: [] });
    }
    let isSorted = true;
    for (; this.gathered < attempts.count; this.gathered++) {
      const place = this.gathered;
      const key = (attempts.stage[place] * 3 + attempts.kind[place]) * 16777216 + attempts.index[place];
      const known = byTask.get(key);
      if (known) {
        if (known.places.push(place) === 2) this.repeated.push(known);
        continue;
      }
      const task = { key, place, places: [place] };
      byTask.set(key, task);
      isSorted &&= this.tasks.length === 0 || this.tasks.at(-1).key < key;
      this.tasks.push(task);
    }
    if (!isSorted) this.tasks.sort((left, right) => left.key - right.key);
    for (const task of this.repeated) task.place = task.places.find(place => attempts.outcome[place] === succeeded) ?? task.places.at(-1);
  }

  stateOf(task) {
    const outcome = this.attempts.outcome[task.place];
    return outcome === running ? 'running' : outcome === succeeded ? 'done' : outcomes[outcome];
  }

  look(change) {
    Object.assign(this, { from: 0 }, change);
    this.update();
  }

  render(waiting) {
    this.gather();
    const states = ['', 'running', 'done', 'failed', 'repeated'];
    const matching = this.tasks.filter(task => (this.state === '' || (this.state === 'repeated' ? task.places.length > 1 : this.stateOf(task) === this.state))
      && (this.search === '' || this.attempts.task(task.place).includes(this.search.toLowerCase())));
    const from = Math.min(this.from, Math.max(0, matching.length - 1));
    const shown = matching.slice(from, from + pageLength);
    return h('section.card', { 'aria-labelledby': 'tasks' },
      h('h2', { id: 'tasks' }, 'Tasks'),
      h('div.filter', null,
        h('label.unseen', { for: 'find-task' }, 'Search tasks by name'),
        h('input', { id: 'find-task', type: 'search', placeholder: 'Such as s0-r00003', value: this.search, oninput: event => this.look({ search: event.target.value }) }),
        h('div.choice', { role: 'group', 'aria-label': 'State' }, states.map(state => h('button', { type: 'button', 'aria-pressed': String(state === this.state), onclick: () => this.look({ state }) }, state || 'all'))),
        h('span.muted', { role: 'status' }, `${count(matching.length, 'task')}${waiting > 0 ? `; ${waiting} wait` : ''}`)),
      h('div.scroll', { tabindex: 0, role: 'region', 'aria-label': 'Tasks' }, h('table', null,
        h('caption.unseen', null, 'Tasks of the job'),
        h('thead', null, h('tr', null, ['Task', 'State', 'Attempts', 'Node', 'Took', 'Read', 'Made', 'Spilled', 'Log'].map((title, index) => h('th', { scope: 'col', class: index === 2 || (index > 3 && index < 8) ? 'figure' : null }, title)))),
        h('tbody', null, shown.map(task => this.row(task))))),
      matching.length > pageLength && h('nav.pager', { 'aria-label': 'Pages of the tasks' },
        h('button', { type: 'button', disabled: from === 0, onclick: () => this.look({ from: Math.max(0, from - pageLength) }) }, 'Back'),
        h('span', null, `${from + 1}–${from + shown.length} of ${matching.length}`),
        h('button', { type: 'button', disabled: from + shown.length >= matching.length, onclick: () => this.look({ from: from + pageLength }) }, 'On')));
  }

  row(task) {
    const { attempts } = this;
    const { place } = task;
    const name = attempts.name(place);
    const size = value => (value > 0 ? bytes(value) : '—');
    return h('tr', { key: task.key },
      h('td', null, h('code', null, attempts.task(place))),
      h('td', null, badge(this.stateOf(task))),
      h('td.figure', null, task.places.length),
      h('td', null, attempts.nodes[attempts.node[place]]),
      h('td.figure', null, attempts.outcome[place] === running ? '…' : duration(attempts.took[place])),
      h('td.figure', null, size(attempts.read[place])),
      h('td.figure', null, size(attempts.written[place])),
      h('td.figure', null, size(attempts.spilled[place])),
      h('td', null, h('button.quiet', { type: 'button', 'aria-label': `Log of ${name}`, onclick: () => openLog(this.job, name) }, 'Log')));
  }
}
