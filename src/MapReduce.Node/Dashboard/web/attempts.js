// All attempts of a job: loaded once as columns, and kept up to date by the job's events.

import { get, jobPath } from './api.js';

export const outcomes = ['running', 'succeeded', 'failed', 'lost', 'not needed', 'output lost'];
export const kinds = ['plan', 'map', 'reduce'];

const columnNames = ['stage', 'kind', 'index', 'number', 'node', 'slot', 'started', 'took', 'outcome', 'reason', 'read', 'written', 'spilled', 'rows'];
const [running, succeeded, failed, lost, revoked, outputLost] = outcomes.keys();
const blameless = ['WorkerLost', 'FetchFailed'];

export class Attempts {
  constructor(job) {
    this.job = job;
    this.loads = 0;
    this.clear();
  }

  get count() {
    return this.stage.length;
  }

  clear() {
    for (const name of columnNames) this[name] = [];
    this.nodes = [];
    this.reasons = {};
    this.reasonNumbers = new Map();
    this.places = new Map();
    this.base = 0;
    this.revision = 0;
    this.changes = 0;
    // Whoever has looked at all attempts need look at the new ones only, until they are loaded anew.
    this.loads++;
  }

  /** Loads all of them anew. */
  async load() {
    const pages = [];
    for (let from = 0; ;) {
      const page = await get(jobPath(this.job, `/attempts?from=${from}`));
      pages.push(page);
      from += page.stage.length;
      if (page.stage.length === 0 || from >= page.total) break;
    }
    this.clear();
    this.base = Date.parse(pages[0].base);
    this.revision = pages[0].revision;
    this.reasons = pages[0].reasons;
    for (const [reason, name] of Object.entries(this.reasons)) this.reasonNumbers.set(name, Number(reason));
    for (const page of pages) {
      const nodes = page.nodes.map(name => this.nodeNumber(name));
      for (let i = 0; i < page.stage.length; i++) {
        this.places.set(key(page.stage[i], page.kind[i], page.index[i], page.number[i]), this.count);
        for (const name of columnNames) this[name].push(name === 'node' ? nodes[page.node[i]] : page[name][i]);
      }
    }
    this.changes++;
  }

  nodeNumber(name) {
    const known = this.nodes.indexOf(name);
    return known >= 0 ? known : this.nodes.push(name) - 1;
  }

  /** Takes note of an event. One that is known already changes nothing. */
  apply(event) {
    if (event.revision > this.revision) this.revision = event.revision;
    const id = parse(event.attempt);
    if (!id) return;
    const at = Date.parse(event.at) - this.base;
    switch (event.event) {
      case 'AttemptStarted': return this.begin(id, event, at);
      case 'StagePlanned': return this.end(id, at, succeeded);
      case 'AttemptSucceeded': return this.end(id, at, succeeded, null, event.made);
      case 'AttemptFailed': return this.end(id, at, blameless.includes(event.reason) ? lost : failed, event.reason);
      case 'AttemptRevoked': return this.end(id, at, revoked);
      case 'MapOutputLost': case 'PartDamaged': case 'DatasetDamaged': return this.change(id, outputLost);
      case 'MapOutputFound': return this.change(id, succeeded);
    }
  }

  begin(id, event, at) {
    const place = key(id.stage, id.kind, id.index, id.number);
    if (this.places.has(place)) return;
    if (this.base === 0 || this.count === 0) {
      this.base = Date.parse(event.at);
      at = 0;
    }
    this.places.set(place, this.count);
    const values = { ...id, node: this.nodeNumber(event.node), slot: event.slot ?? -1, started: at, took: 0, outcome: running, reason: 0, read: 0, written: 0, spilled: 0, rows: 0 };
    for (const name of columnNames) this[name].push(values[name]);
    this.changes++;
  }

  end(id, at, outcome, reason, made) {
    const place = this.places.get(key(id.stage, id.kind, id.index, id.number));
    if (place === undefined || this.outcome[place] !== running) return;
    this.took[place] = Math.max(1, at - this.started[place]);
    this.outcome[place] = outcome;
    if (reason) this.reason[place] = this.reasonNumbers.get(reason) ?? 0;
    if (made) for (const name of ['read', 'written', 'spilled', 'rows']) this[name][place] = made[name];
    this.changes++;
  }

  change(id, outcome) {
    const place = this.places.get(key(id.stage, id.kind, id.index, id.number));
    if (place === undefined) return;
    this.outcome[place] = outcome;
    this.changes++;
  }

  name(place) {
    return `${this.task(place)}-a${this.number[place]}`;
  }

  task(place) {
    return `s${this.stage[place]}-${kinds[this.kind[place]][0]}${String(this.index[place]).padStart(5, '0')}`;
  }

  find(name) {
    const id = parse(name);
    return id ? this.places.get(key(id.stage, id.kind, id.index, id.number)) : undefined;
  }

  /** When an attempt ended, or now; in milliseconds after the job began. */
  endOf(place, now) {
    return this.outcome[place] === running ? Math.max(now, this.started[place]) : this.started[place] + this.took[place];
  }

  /** Whether the attempt began beside another of the same task that still ran. */
  isSpeculative(place) {
    if (this.number[place] === 0) return false;
    const before = this.places.get(key(this.stage[place], this.kind[place], this.index[place], this.number[place] - 1));
    return before !== undefined && this.endOf(before, Infinity) > this.started[place];
  }
}

const key = (stage, kind, index, number) => `${stage}.${kind}.${index}.${number}`;

function parse(name) {
  const match = /^s(\d+)-([pmr])(\d+)-a(\d+)$/.exec(name ?? '');
  return match && { stage: Number(match[1]), kind: 'pmr'.indexOf(match[2]), index: Number(match[3]), number: Number(match[4]) };
}
