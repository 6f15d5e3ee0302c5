// What an attempt wrote, opened where the trouble is.

import { jobPath, text } from '../api.js';
import { fill, h } from '../dom.js';
import { open } from './dialog.js';

const tail = 256 * 1024;
const mostLines = 4000;
const troubles = /exception|error|fatal|overflow|out of memory|unhandled/i;

export async function openLog(job, attempt, message = '') {
  const body = h('div.log', null, h('p.muted', null, 'Asking for the log …'));
  open(`Log of ${attempt}`, message && h('p.cause', null, message), body);
  try {
    const log = await text(jobPath(job, `/attempts/${encodeURIComponent(attempt)}/log?tail=${tail}`));
    if (log === null || log === '') fill(body, [h('p.muted', null, 'The attempt wrote nothing, or ran on a node that is gone.')]);
    else show(body, log, message);
  } catch (error) {
    fill(body, [h('p.problem', null, error.message)]);
  }
}

function show(body, log, message) {
  const lines = log.replace(/\n$/, '').split('\n');
  const from = Math.max(0, lines.length - mostLines);
  const shown = lines.slice(from);
  const place = trouble(shown, message);
  const list = h('pre', { tabindex: 0, 'aria-label': 'Lines of the log' },
    shown.map((line, index) => h('span', { class: index === place ? 'here' : null, 'data-line': from + index + 1 }, `${line}\n`)));
  fill(body, [from > 0 && h('p.muted', null, `The last ${mostLines} of ${lines.length} lines.`), list]);
  const target = place >= 0 ? list.children[place] : list.lastElementChild;
  target?.scrollIntoView({ block: 'center' });
}

/** The line that has to do with the failure: one that says the same, else the first that sounds like trouble. */
function trouble(lines, message) {
  const words = /:\s*([A-Z]\w*(?:Exception|Error))\b/.exec(message)?.[1];
  const same = words ? lines.findIndex(line => line.includes(words)) : -1;
  return same >= 0 ? same : lines.findIndex(line => troubles.test(line));
}
