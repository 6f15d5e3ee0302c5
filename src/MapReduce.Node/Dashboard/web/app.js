// The shell: which page is shown, and whether what it shows is live.

import { clock } from './format.js';
import { post } from './api.js';
import { fill, h } from './dom.js';
import { cluster } from './cluster.js';
import { overview } from './pages/overview.js';
import { jobs } from './pages/jobs.js';
import { job } from './pages/job.js';
import { nodes } from './pages/nodes.js';
import { node } from './pages/node.js';

const main = document.getElementById('main');
const link = document.getElementById('link');
const lost = document.getElementById('lost');

/** How much of the time drawing may take, and how often it may be done, for what happens by itself. */
const mostOfTime = 0.2;
const shortestPause = 100;

let page = null;
let drawing = false;
let down = null;
let later = 0;
let drawn = { at: 0, took: 0 };

const routes = [
  [/^\/$/, () => overview(context)],
  [/^\/jobs$/, () => jobs(context)],
  [/^\/jobs\/([^/]+)$/, id => job(context, id)],
  [/^\/nodes$/, () => nodes(context)],
  [/^\/nodes\/([^/]+)$/, name => node(context, name)],
];

const context = {
  /** Draws the page anew, soon: somebody has clicked, or waits. */
  update() {
    clearTimeout(later);
    later = 0;
    if (drawing) return;
    drawing = true;
    requestAnimationFrame(() => {
      drawing = false;
      draw();
    });
  },

  /** Draws the page anew for what happens by itself, which may be hundreds of times a second: clicks and keys must find the page free. */
  renew() {
    if (drawing || later) return;
    const pause = Math.max(shortestPause, drawn.took / mostOfTime) - (performance.now() - drawn.at);
    later = setTimeout(() => context.update(), Math.max(0, pause));
  },

  /** Goes to another page. */
  go(path) {
    history.pushState(null, '', path);
    show();
  },

  /** How the connection that the page lives by is. */
  linked(state) {
    const before = down;
    down = state === 'lost' ? down ?? { since: Date.now() } : null;
    link.dataset.state = state;
    link.textContent = { live: 'Live', lost: 'Not connected', ended: 'Ended', idle: '' }[state];
    lost.hidden = !down;
    if (down && !before) fill(lost, [h('b', null, 'The connection is lost.'), ` This is how things were at ${clock(down.since)}. It is tried again until it is there; nothing will be missing then.`]);
  },
};

function draw() {
  if (!page) return;
  const begun = performance.now();
  fill(main, page.render());
  page.drawn?.();
  const at = performance.now();
  drawn = { at, took: at - begun };
}

function show() {
  page?.stop?.();
  const path = location.pathname;
  const [pattern, make] = routes.find(([pattern]) => pattern.test(path)) ?? routes[0];
  page = make(...(pattern.exec(path) ?? []).slice(1).map(decodeURIComponent));
  for (const anchor of document.querySelectorAll('header nav a')) {
    const target = anchor.getAttribute('href');
    if (target === path || (target !== '/' && path.startsWith(target))) anchor.setAttribute('aria-current', 'page');
    else anchor.removeAttribute('aria-current');
  }
  document.title = `${page.title} · MapReduce`;
  fill(main, []);
  scrollTo(0, 0);
  draw();
  page.start?.();
}

document.addEventListener('click', event => {
  const anchor = event.target.closest?.('a[href^="/"]');
  if (!anchor || anchor.target || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (anchor.getAttribute('href') !== location.pathname) {
    context.go(anchor.getAttribute('href'));
    main.focus({ preventScroll: true });
  }
});

document.addEventListener('keydown', event => {
  const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.nodeName);
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (location.pathname !== '/jobs') context.go('/jobs');
  document.getElementById('search')?.focus();
});

document.getElementById('leave').addEventListener('click', async () => {
  await post('/logout');
  location.assign('/');
});

document.addEventListener('themechange', () => context.update());
addEventListener('resize', () => context.update());
addEventListener('popstate', show);
// A page that nobody looks at needs no connection: a browser has few for each node.
document.addEventListener('visibilitychange', () => (document.hidden ? page?.hide?.() : page?.wake?.()));

// What is told as "3 s ago" goes on by itself.
setInterval(() => context.renew(), 1000);

cluster.attach(context);
show();
