// The slots of a node, a mark each, as long as they can be told apart.

import { h } from '../dom.js';

const mostMarks = 16;

export function slots(node) {
  const words = `${node.busy} of ${node.slots} slots busy`;
  if (node.slots === 0 || node.slots > mostMarks) return h('span.slots', null, node.slots === 0 ? 'no slots' : words);
  return h('span.slots', { role: 'img', 'aria-label': words, title: words }, Array.from({ length: node.slots }, (_, index) => h('i', { class: index < node.busy ? 'busy' : null })));
}
