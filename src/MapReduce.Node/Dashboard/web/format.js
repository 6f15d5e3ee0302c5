// Numbers, times and names as people read them.

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export function bytes(count) {
  let unit = 0;
  let value = count;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(value >= 10 ? 1 : 2)} ${units[unit]}`;
}

export const number = count => count.toLocaleString('en-US').replaceAll(',', '\u202f');

/** 1,2 with the right form of the word. */
export const count = (amount, one, many = `${one}s`) => `${number(amount)} ${amount === 1 ? one : many}`;

export function duration(milliseconds) {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return both(Math.floor(whole / 60), 'm', whole % 60, 's');
  if (whole < 86400) return both(Math.floor(whole / 3600), 'h', Math.floor(whole % 3600 / 60), 'm');
  return both(Math.floor(whole / 86400), 'd', Math.floor(whole % 86400 / 3600), 'h');
}

const both = (large, largeUnit, small, smallUnit) => `${large} ${largeUnit}${small > 0 ? ` ${small} ${smallUnit}` : ''}`;

/** How long something may yet take. */
export const left = seconds => (seconds < 1 ? 'under a second left' : `about ${duration(1000 * seconds)} left`);

export function ago(time, now) {
  const seconds = (now - time) / 1000;
  if (seconds < 5) return 'just now';
  if (seconds < 60) return `${Math.round(seconds)} s ago`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86400)} d ago`;
}

export const clock = time => new Date(time).toLocaleTimeString('en-GB');

export const moment = time => new Date(time).toLocaleString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' });

export const percent = share => `${Math.round(share * 100)} %`;

export const shortId = id => id.slice(0, 8);

export const firstLine = text => text.trimStart().split('\n', 1)[0];
