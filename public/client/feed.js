/**
 * @typedef {{value: any, epoch?: string, seq?: number}} FeedEvent
 * @typedef {{from?: number, to?: number, dropped?: number, reason?: string}} Gap `to` and `dropped` only where it is
 * known how many events are missing.
 *
 * @typedef {object} FeedOptions
 * @property {number} [bufferSize] Events kept for a slow reader, 256 by default; then the oldest are dropped.
 * @property {{epoch: string, seq: number}} [since] Start after this position instead of now.
 * @property {(gap: Gap) => void} [onGap] Told of each run of events that will not come.
 * @property {(result: any) => void} [onOpen] Told each time the server accepts, after a reconnect again.
 * @property {AbortSignal} [signal] Aborting ends the loop and unsubscribes.
 */

/**
 * One subscription, read with one `for await`; leaving the loop unsubscribes.
 *
 * Ends when the server says `done`, throws what the server sends as `error`, and is opened again after a
 * reconnect, from the last position seen where the feed has history.
 *
 * @implements {AsyncIterableIterator<FeedEvent>}
 */
export class Feed {
  #buffer = [];
  #readers = [];
  #droppedHere = 0;
  #error;
  #closed;
  #dropped;
  #wasOpened = false;
  #opened = Promise.withResolvers?.() ?? withResolvers();

  /**
   * @param {{method: string, params: any, topic?: string}} request
   * @param {FeedOptions} options
   * @param {(feed: Feed) => void} closed Called once, when nobody reads any more or the server ended it.
   * @param {(value: any) => void} dropped Receives what no reader takes.
   */
  constructor(request, options, closed, dropped) {
    this.request = request;
    this.options = { bufferSize: 256, ...options };
    this.since = options.since;
    this.subscription = undefined;
    this.ended = false;
    this.#closed = closed;
    this.#dropped = dropped;
    this.#opened.promise.catch(() => {});
    if (options.signal?.aborted) queueMicrotask(() => this.close());
    else options.signal?.addEventListener("abort", () => this.close(), { once: true });
  }

  /** The server's first answer to the subscription: `{subscription, epoch?, seq?, recovered?}`. */
  get opened() {
    return this.#opened.promise;
  }

  /** What goes into the request's `meta`. */
  get meta() {
    return this.since ? { since: this.since } : {};
  }

  /** @returns {AsyncIterableIterator<FeedEvent>} */
  [Symbol.asyncIterator]() {
    return this;
  }

  /** @returns {Promise<IteratorResult<FeedEvent>>} */
  async next() {
    if (this.#droppedHere > 0) this.#reportDropped();
    if (this.#buffer.length > 0) return { value: this.#buffer.shift(), done: false };
    if (this.#error) {
      const error = this.#error;
      this.#error = undefined;
      throw error;
    }
    if (this.ended) return { value: undefined, done: true };
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
  }

  /** Leaving a `for await` loop ends up here. */
  async return(value) {
    this.close();
    return { value, done: true };
  }

  /** Unsubscribes; events not read yet are dropped. */
  close() {
    for (const { value } of this.#buffer.splice(0)) this.#dropped(value);
    this.end();
  }

  /** The server accepted. */
  accept(result) {
    this.subscription = result.subscription;
    if (this.#wasOpened && !this.since) this.options.onGap?.({ reason: "reconnected" });
    this.#wasOpened = true;
    this.#advance(result);
    this.#opened.resolve(result);
    this.options.onOpen?.(result);
  }

  /** One notification of this subscription. */
  receive(params) {
    if (this.ended) return this.#dropped(params.result);
    if (params.gap) {
      this.#advance(params);
      this.options.onGap?.(params.gap);
    }
    if ("result" in params) {
      this.#advance(params);
      this.#deliver({ value: params.result, epoch: params.epoch, seq: params.seq });
    }
  }

  /** No more events; with an error the reader gets it after what is buffered. */
  end(error) {
    if (this.ended) return;
    this.ended = true;
    if (error) this.#opened.reject(error);
    const [first, ...others] = this.#readers.splice(0);
    if (error && first) first.reject(error);
    else {
      this.#error = error;
      first?.resolve({ value: undefined, done: true });
    }
    for (const reader of others) reader.resolve({ value: undefined, done: true });
    this.#closed(this);
  }

  #advance({ epoch, seq }) {
    if (epoch !== undefined && seq !== undefined) this.since = { epoch, seq };
  }

  #deliver(event) {
    const reader = this.#readers.shift();
    if (reader) return reader.resolve({ value: event, done: false });
    this.#buffer.push(event);
    if (this.#buffer.length <= this.options.bufferSize) return;
    this.#dropped(this.#buffer.shift().value);
    this.#droppedHere += 1;
  }

  #reportDropped() {
    this.options.onGap?.({ dropped: this.#droppedHere, reason: "the reader was too slow" });
    this.#droppedHere = 0;
  }
}

function withResolvers() {
  const deferred = {};
  deferred.promise = new Promise((resolve, reject) => Object.assign(deferred, { resolve, reject }));
  return deferred;
}
