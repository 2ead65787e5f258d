import { PosternError } from "./error.js";
import { checkMaximum, checkNames } from "./options.js";

const optionNames = ["bufferSize", "since", "onGap", "onOpen", "signal"];

/**
 * @typedef {{value: any, epoch?: string, seq?: number}} FeedEvent
 * @typedef {{from?: number, to?: number, dropped?: number, reason?: string}} Gap A run of missing events; `to` and
 * `dropped` are set only if their number is known.
 *
 * @typedef {object} FeedOptions
 * @property {number} [bufferSize] The maximum number of unread events, 256 by default. Beyond it, the oldest is
 *   dropped.
 * @property {{epoch: string, seq: number}} [since] The position to continue after. By default, only new events are
 *   read.
 * @property {(gap: Gap) => void} [onGap] Called for each run of missing events.
 * @property {(result: any) => void} [onOpen] Called whenever the server accepts the subscription, also after a
 *   reconnect.
 * @property {AbortSignal} [signal] Aborting it unsubscribes and ends the loop.
 */

/**
 * A subscription, read by one `for await` loop. Leaving the loop unsubscribes.
 *
 * The loop ends when the server ends the stream, and throws the error with which the server ends it. After a reconnect
 * the client subscribes again and, if the topic keeps a history, continues after the last position received.
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
  #guard;
  #abort = () => this.close();
  #wasOpened = false;
  /** The position of the last event that was received on this connection. */
  #received;
  #opened = Promise.withResolvers?.() ?? withResolvers();

  /**
   * @param {{method: string, params: any, topic?: string}} request
   * @param {FeedOptions} options
   * @param {(feed: Feed) => void} closed Called once, when the feed has ended on either side.
   * @param {(value: any) => void} dropped Called with each value that is not read.
   * @param {(step: () => void) => void} guard Runs a callback of the options, and reports what it throws.
   * @throws {TypeError} If an option is unknown, or `bufferSize` is no positive whole number.
   */
  constructor(request, options, closed, dropped, guard) {
    checkNames(options, optionNames);
    this.request = request;
    this.options = { ...options, bufferSize: options.bufferSize ?? 256 };
    checkMaximum("bufferSize", this.options.bufferSize);
    this.since = options.since;
    this.subscription = undefined;
    this.ended = false;
    this.#closed = closed;
    this.#dropped = dropped;
    this.#guard = guard;
    // `opened` is optional to await: without a handler, its rejection would be reported as unhandled.
    this.#opened.promise.catch(() => {});
    if (options.signal?.aborted) queueMicrotask(this.#abort);
    else options.signal?.addEventListener("abort", this.#abort);
  }

  /**
   * The server's first reply to the subscription: `{subscription, epoch?, seq?, recovered?}`. Rejected if the feed ends
   * before it arrives.
   */
  get opened() {
    return this.#opened.promise;
  }

  /** The members of the request's `meta`. */
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

  /** Unsubscribes; called when a `for await` loop is left early. */
  async return(value) {
    this.close();
    return { value, done: true };
  }

  /** Unsubscribes and drops the unread events. */
  close() {
    for (const { value } of this.#buffer.splice(0)) this.#dropped(value);
    this.end();
  }

  /** Records the reply with which the server accepted the subscription. */
  accept(result) {
    this.subscription = result.subscription;
    this.#received = undefined;
    if (this.#wasOpened && !this.since) this.reportGap({ reason: "reconnected" });
    this.#wasOpened = true;
    this.#advance(result);
    this.#opened.resolve(result);
    this.#guard(() => this.options.onOpen?.(result));
  }

  /** Calls `onGap`. */
  reportGap(gap) {
    this.#guard(() => this.options.onGap?.(gap));
  }

  /** Delivers a notification of this subscription. */
  receive(params) {
    if (this.ended) return this.#dropped(params.result);
    if (params.gap) {
      this.#advance(params);
      this.reportGap(params.gap);
    }
    if ("result" in params) {
      if (this.#isRepeated(params)) return this.#dropped(params.result);
      this.#advance(params);
      this.#received = params;
      this.#deliver({ value: params.result, epoch: params.epoch, seq: params.seq });
    }
  }

  /** Ends the feed. The reader receives the unread events first, and then the error, if there is one. */
  end(error) {
    if (this.ended) return;
    this.ended = true;
    this.options.signal?.removeEventListener("abort", this.#abort);
    // Without an effect if it was opened.
    this.#opened.reject(error ?? PosternError.cancelled("unknown"));
    const [first, ...others] = this.#readers.splice(0);
    if (error && first) first.reject(error);
    else {
      this.#error = error;
      first?.resolve({ value: undefined, done: true });
    }
    for (const reader of others) reader.resolve({ value: undefined, done: true });
    this.#closed(this);
  }

  #isRepeated({ epoch, seq }) {
    return seq !== undefined && epoch === this.#received?.epoch && seq <= this.#received.seq;
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
    this.reportGap({ dropped: this.#droppedHere, reason: "the reader was too slow" });
    this.#droppedHere = 0;
  }
}

function withResolvers() {
  const deferred = {};
  deferred.promise = new Promise((resolve, reject) => Object.assign(deferred, { resolve, reject }));
  return deferred;
}
