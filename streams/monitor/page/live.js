/** The live stream. The browser itself comes back after a break and says where it broke off. */

export class Live {
  /** @param {{reset: Function, stories: Function, alerts: Function, pulse: Function, state: Function, refused: Function}} told */
  constructor(told) {
    this.told = told;
    this.source = null;
    this.timer = 0;
  }

  /** @param {URLSearchParams} query */
  open(query) {
    this.close();
    const url = `/api/live?${query}`;
    const source = (this.source = new EventSource(url));
    const hear = (name) => source.addEventListener(name, (event) => this.told[name](JSON.parse(event.data)));
    ["reset", "stories", "alerts", "pulse"].forEach(hear);
    source.onopen = () => this.told.state("live");
    source.onerror = () => {
      this.told.state("reconnecting");
      if (source.readyState === EventSource.CLOSED) this.#find_out(url, query);
    };
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  /** The browser gives up for good on an answer that is no stream: says why, or tries again. */
  async #find_out(url, query) {
    const asked = this.source;
    const stop = new AbortController();
    try {
      const answer = await fetch(url, { signal: stop.signal });
      if (answer.status === 400) {
        const { error } = await answer.json();
        if (asked === this.source) this.told.refused(error);
        return;
      }
    } catch { /* not there: again below */ } finally {
      stop.abort();
    }
    if (asked === this.source) this.timer = setTimeout(() => this.open(query), 1500);
  }
}
