/** Latencies kept of one interval; beyond that a call is counted only. */
const keptLatencies = 4096;

/** Counts the page's own calls and how long they took. */
export class Meter {
  #count = 0;
  #latencies = [];

  /** Calls and measures; a failed call counts as well. */
  async call(rpc, method, params, options) {
    const start = performance.now();
    try {
      return await rpc.call(method, params, options);
    } finally {
      this.#count += 1;
      if (this.#latencies.length < keptLatencies) this.#latencies.push(performance.now() - start);
    }
  }

  /** Calls and median latency in milliseconds since the last time this was asked. */
  take() {
    const sorted = this.#latencies.sort((a, b) => a - b);
    const taken = { count: this.#count, median: sorted[sorted.length >> 1] };
    this.#count = 0;
    this.#latencies = [];
    return taken;
  }
}
