// A stream of server-sent events that goes on where it was after a lost connection, and says when it is down.
// The node says something at least every two seconds, so longer silence is a loss, too.

const longestSilence = 6000;
const firstPause = 300;
const longestPause = 4000;

export class Stream {
  /**
   * @param {(from: number) => string} address  where the events after a number are
   * @param {Record<string, (data: any, number: number) => void>} on  what to do with each kind of event
   * @param {(state: 'live' | 'lost' | 'ended') => void} tell  how the connection is
   */
  constructor(address, on, tell) {
    this.address = address;
    this.on = on;
    this.tell = tell;
    this.last = 0;
    this.pause = firstPause;
    this.isLive = false;
  }

  open(from = this.last) {
    this.close();
    this.last = from;
    const source = this.source = new EventSource(this.address(this.last));
    source.onopen = () => this.heard();
    source.onerror = () => this.lose();
    source.addEventListener('waiting', () => this.heard());
    source.addEventListener('end', () => {
      this.close();
      this.tell('ended');
    });
    for (const [name, handle] of Object.entries(this.on)) {
      source.addEventListener(name, event => {
        this.heard();
        const number = Number(event.lastEventId);
        if (event.lastEventId !== '') this.last = number;
        handle(JSON.parse(event.data), number);
      });
    }
    this.heardAt = performance.now();
    this.watch(longestSilence);
  }

  close() {
    this.source?.close();
    this.source = null;
    this.isLive = false;
    clearTimeout(this.silence);
    clearTimeout(this.retry);
  }

  /** Called for each event, of which there may be thousands a second. */
  heard() {
    this.heardAt = performance.now();
    if (this.isLive) return;
    this.isLive = true;
    this.pause = firstPause;
    this.tell('live');
  }

  /** Looks after a while whether anything was heard in it. */
  watch(pause) {
    this.silence = setTimeout(() => {
      const left = this.heardAt + longestSilence - performance.now();
      if (left > 0) this.watch(left);
      else this.lose();
    }, pause);
  }

  lose() {
    this.close();
    this.tell('lost');
    this.retry = setTimeout(() => this.open(), this.pause);
    this.pause = Math.min(2 * this.pause, longestPause);
  }
}
