// Windows over the page.

import { h } from '../dom.js';

/** Opens a window with a heading; it goes when it is closed. */
export function open(heading, ...content) {
  const dialog = h('dialog', { 'aria-label': heading },
    h('header', null, h('h2', null, heading), h('button.quiet', { type: 'button', 'aria-label': 'Close', onclick: () => dialog.close() }, '✕')),
    ...content);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('click', event => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Asks before something that cannot be undone. */
export function confirm(heading, text, action, act) {
  const told = h('p.problem', { role: 'alert' });
  const button = h('button.danger', { type: 'button' }, action);
  const dialog = open(heading, h('p', null, text), told, h('footer', null, h('button', { type: 'button', onclick: () => dialog.close() }, 'Keep it'), button));
  button.onclick = async () => {
    button.disabled = true;
    try {
      await act();
      dialog.close();
    } catch (error) {
      told.textContent = error.message;
      button.disabled = false;
    }
  };
}
