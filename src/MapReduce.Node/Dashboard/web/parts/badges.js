// Words with a colour.

import { h } from '../dom.js';

const tones = { running: 'live', committing: 'live', succeeded: 'good', failed: 'bad', cancelled: 'idle', up: 'good', unreachable: 'bad', joining: 'live', leaving: 'warn', exiting: 'warn', waiting: 'idle', done: 'good', lost: 'warn', 'not needed': 'idle', 'output lost': 'warn' };

export const badge = (text, tone = tones[text] ?? 'idle') => h('span.badge', { class: tone }, text);
