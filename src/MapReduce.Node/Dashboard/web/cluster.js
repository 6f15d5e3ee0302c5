// What is known of the cluster at a glance, live; shared by all pages that show some of it.

import { Stream } from './stream.js';

const samplesKept = 450;

export const cluster = {
  /** The latest status; null until there is one. */
  status: null,
  /** Why there is none at the moment; null where there is. */
  problem: null,
  bytes: [],
  tasks: [],
  busy: [],

  attach(context) {
    this.context = context;
    this.stream = new Stream(
      from => `/v1/cluster/events?from=${from}`,
      { cluster: status => this.take(status), problem: problem => this.fail(problem) },
      state => context.linked(state));
  },

  start() {
    this.stream.open();
  },

  stop() {
    this.stream.close();
  },

  take(status) {
    const { first, bytes, tasks, busy } = status.throughput;
    if (this.next !== undefined && first > this.next)
      for (let missing = this.next; missing < first && missing > first - samplesKept; missing++) this.add(0, 0, 0);
    if (this.next === undefined || first >= this.next) bytes.forEach((value, index) => this.add(value, tasks[index], busy[index]));
    this.next = Math.max(this.next ?? 0, first + bytes.length);
    this.status = status;
    this.problem = null;
    this.context.update();
  },

  add(bytes, tasks, busy) {
    this.bytes.push(bytes);
    this.tasks.push(tasks);
    this.busy.push(busy);
    if (this.bytes.length > samplesKept) for (const column of [this.bytes, this.tasks, this.busy]) column.shift();
  },

  fail(problem) {
    this.problem = problem;
    this.context.update();
  },

  /** One sentence, and how bad it is. */
  health() {
    if (this.problem) return { tone: 'bad', text: `No master: ${this.problem.message}` };
    if (!this.status) return { tone: 'idle', text: 'Asking the cluster …' };
    const { nodes, master, epoch } = this.status;
    const busy = nodes.reduce((sum, node) => sum + node.busy, 0);
    const slots = nodes.reduce((sum, node) => sum + (node.state === 'up' ? node.slots : 0), 0);
    const absent = nodes.filter(node => node.state === 'unreachable').map(node => node.name);
    const quarantined = nodes.filter(node => node.quarantined).map(node => node.name);
    const draining = nodes.filter(node => node.draining).map(node => node.name);
    const troubles = [
      absent.length > 0 && `${absent.join(', ')} unreachable`,
      quarantined.length > 0 && `${quarantined.join(', ')} quarantined`,
      draining.length > 0 && `${draining.join(', ')} draining`,
    ].filter(Boolean);
    const isHurt = absent.length > 0 || quarantined.length > 0;
    const parts = [`${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}`, ...troubles, `${busy} of ${slots} slots busy`, `master ${master}`, `epoch ${epoch}`];
    return { tone: isHurt ? 'warn' : 'good', text: `${isHurt ? 'Degraded' : 'Healthy'}: ${parts.join(', ')}` };
  },
};
