// The choice of light or dark: the system's, unless the user has chosen. Runs before the page is drawn.
(() => {
  const key = 'mapreduce-theme';
  const names = { auto: 'Auto', light: 'Light', dark: 'Dark' };
  const order = ['auto', 'light', 'dark'];
  let now = order.includes(localStorage.getItem(key)) ? localStorage.getItem(key) : 'auto';

  const show = () => {
    document.documentElement.dataset.theme = now;
    const button = document.getElementById('theme');
    if (!button) return;
    button.textContent = names[now];
    button.setAttribute('aria-label', `Colours: ${names[now]}. Change`);
    button.title = 'Colours: as the system has them, light, or dark';
  };

  show();
  document.addEventListener('DOMContentLoaded', () => {
    show();
    document.getElementById('theme')?.addEventListener('click', () => {
      now = order[(order.indexOf(now) + 1) % order.length];
      localStorage.setItem(key, now);
      show();
      document.dispatchEvent(new CustomEvent('themechange'));
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => document.dispatchEvent(new CustomEvent('themechange')));
  });
})();
