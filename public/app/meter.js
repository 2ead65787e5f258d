/** The maximum number of latencies recorded in an interval. Further calls are only counted. */
const keptLatencies = 4096;

/** Counts the calls of the page and records their latencies. */
export class Meter {
  #count = 0;
  #latencies = [];

  /** Makes a call and measures it. Failed calls count as well. */
  async call(rpc, method, params, options) {
    const start = performance.now();
    try {
      return await rpc.call(method, params, options);
    } finally {
      this.#count += 1;
      if (this.#latencies.length < keptLatencies) this.#latencies.push(performance.now() - start);
    }
  }

  /** Returns the number of calls and the median latency in milliseconds since the previous call of this method. */
  take() {
    const sorted = this.#latencies.sort((a, b) => a - b);
    const taken = { count: this.#count, median: sorted[sorted.length >> 1] };
    this.#count = 0;
    this.#latencies = [];
    return taken;
  }
}
