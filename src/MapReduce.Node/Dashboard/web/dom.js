// Builds elements, and brings a tree on the page in line with a new one. Whatever is shown goes in as text: nothing is ever read as markup.

const svgNamespace = 'http://www.w3.org/2000/svg';
const handlers = ['onclick', 'oninput', 'onchange', 'onkeydown', 'onsubmit', 'onpointermove', 'onpointerleave', 'ontoggle'];

/** An HTML element: h('p.muted', { title: 'x' }, 'text', child). */
export const h = (tag, properties, ...children) => make(name => document.createElement(name), tag, properties, children);

/** An SVG element. */
export const s = (tag, properties, ...children) => make(name => document.createElementNS(svgNamespace, name), tag, properties, children);

function make(create, tag, properties, children) {
  const [name, ...classes] = tag.split('.');
  const node = create(name);
  if (classes.length > 0) node.setAttribute('class', classes.join(' '));
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === 'key') node.key = String(value);
    else if (key === 'keep') node.keep = true;
    else if (key === 'value') node.value = value;
    else if (key === 'class') node.setAttribute('class', [...classes, value].filter(Boolean).join(' '));
    else if (key === 'style') for (const [property, setting] of Object.entries(value)) node.style.setProperty(property, setting);
    else if (key.startsWith('on')) node[key] = value;
    else node.setAttribute(key, value === true ? '' : String(value));
  }
  append(node, children);
  return node;
}

/** Stands for an element that lives on by itself, such as a canvas: where it is on the page already it is not touched. */
export function stay(element) {
  if (!element.isConnected) return element;
  const mark = document.createElement('span');
  mark.stands = element;
  return mark;
}

function append(node, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(node, child);
    else node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Gives a node on the page these children, keeping the elements that stay, and with them focus, selection and scroll. */
export function fill(parent, children) {
  const fresh = document.createElement(parent.nodeName);
  append(fresh, [children]);
  morphChildren(parent, fresh);
}

function morph(old, fresh) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (old.keep) return;
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !isOwnedByUser(old, name)) old.removeAttribute(name);
  for (const { name, value } of [...fresh.attributes])
    if (name !== 'style' && !isOwnedByUser(old, name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  // A style attribute is refused by the policy of the page; its properties are not.
  if (old.style && old.style.cssText !== fresh.style.cssText) old.style.cssText = fresh.style.cssText;
  for (const handler of handlers) if (old[handler] !== fresh[handler]) old[handler] = fresh[handler];
  if (old.nodeName === 'OPTION') old.selected = fresh.selected;
  morphChildren(old, fresh);
}

const isOwnedByUser = (node, name) => name === 'style' || (name === 'open' && (node.nodeName === 'DETAILS' || node.nodeName === 'DIALOG'));

function morphChildren(old, fresh) {
  const keyed = new Map();
  for (const child of old.childNodes) if (child.key !== undefined) keyed.set(child.key, child);
  let at = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    let match = null;
    if (wanted.stands) {
      if (wanted.stands === at) at = at.nextSibling;
      else old.insertBefore(wanted.stands, at);
      continue;
    }
    if (wanted.key !== undefined) {
      match = keyed.get(wanted.key) ?? null;
      keyed.delete(wanted.key);
      if (match && match.nodeName !== wanted.nodeName) match = null;
    } else {
      for (let candidate = at; candidate; candidate = candidate.nextSibling)
        if (candidate.key === undefined) {
          match = candidate.nodeName === wanted.nodeName ? candidate : null;
          break;
        }
    }
    if (!match) {
      old.insertBefore(wanted, at);
      continue;
    }
    if (match === at) at = at.nextSibling;
    else old.insertBefore(match, at);
    morph(match, wanted);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}
