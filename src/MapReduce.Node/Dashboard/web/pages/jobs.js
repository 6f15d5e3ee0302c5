// All jobs that are known, to look through and to search.

import { Refusal, get } from '../api.js';
import { cluster } from '../cluster.js';
import { count } from '../format.js';
import { h } from '../dom.js';
import { command } from '../parts/command.js';
import { jobTable } from '../parts/jobtable.js';

const phases = ['', 'running', 'succeeded', 'failed', 'cancelled'];
const pageLength = 100;
const typingPause = 200;
const freshness = 2000;

export function jobs(context) {
  const asked = new URLSearchParams(location.search);
  const state = { search: asked.get('search') ?? '', phase: asked.get('phase') ?? '', from: 0, list: null, problem: null };
  let typing = 0;
  let asking = 0;
  let timer = 0;

  async function load() {
    const turn = ++asking;
    const query = new URLSearchParams({ from: state.from, search: state.search, phase: state.phase });
    try {
      const list = await get(`/v1/jobs?${query}`);
      if (turn === asking) Object.assign(state, { list, problem: null });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (turn === asking) state.problem = error.message;
    }
    context.update();
  }

  function look(change) {
    Object.assign(state, { from: 0 }, change);
    const query = new URLSearchParams(Object.entries({ search: state.search, phase: state.phase }).filter(([, value]) => value !== ''));
    history.replaceState(null, '', query.size > 0 ? `/jobs?${query}` : '/jobs');
    context.update();
    clearTimeout(typing);
    typing = setTimeout(load, 'search' in change ? typingPause : 0);
  }

  function start() {
    cluster.start();
    load();
    timer = setInterval(load, freshness);
  }

  function stop() {
    cluster.stop();
    clearInterval(timer);
    clearTimeout(typing);
  }

  return { title: 'Jobs', start, stop, hide: stop, wake: start, render };

  function render() {
    const { list } = state;
    return [
      h('h1', null, 'Jobs'),
      h('form.filter', { role: 'search', onsubmit: event => event.preventDefault() },
        h('label.unseen', { for: 'search' }, 'Search jobs by name, id or output'),
        h('input', { id: 'search', type: 'search', placeholder: 'Name, id or output  ( / )', value: state.search, oninput: event => look({ search: event.target.value }) }),
        h('div.choice', { role: 'group', 'aria-label': 'Phase' }, phases.map(phase => h('button', { type: 'button', 'aria-pressed': String(phase === state.phase), onclick: () => look({ phase }) }, phase || 'all'))),
        h('span.muted', { role: 'status' }, list ? count(list.total, 'job') : '')),
      state.problem && h('p.problem', { role: 'alert' }, state.problem),
      list && list.jobs.length > 0 && h('section.card', null, jobTable(list.jobs, 'Jobs')),
      list && list.jobs.length === 0 && (state.search || state.phase
        ? h('p.card.muted', null, 'No job is like that.')
        : h('section.card.empty', null, h('h2', null, 'No job has been submitted yet'), command('mr submit jobs/WordCount --input jobs/WordCount/sample --output out/words'))),
      list && list.total > pageLength && pager(list),
    ];
  }

  function pager(list) {
    const turn = from => () => {
      state.from = from;
      load();
    };
    return h('nav.pager', { 'aria-label': 'Pages of the list' },
      h('button', { type: 'button', disabled: state.from === 0, onclick: turn(Math.max(0, state.from - pageLength)) }, 'Newer'),
      h('span', null, `${state.from + 1}–${state.from + list.jobs.length} of ${list.total}`),
      h('button', { type: 'button', disabled: state.from + list.jobs.length >= list.total, onclick: turn(state.from + list.jobs.length) }, 'Older'));
  }
}
