// A command to copy.

import { h } from '../dom.js';

export function command(text) {
  const button = h('button.quiet', { type: 'button', 'aria-label': `Copy: ${text}` }, 'Copy');
  button.onclick = async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  };
  return h('div.command', { key: `command ${text}`, keep: true }, h('code', null, text), button);
}
