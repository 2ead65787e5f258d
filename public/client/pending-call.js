import { PosternError } from "./error.js";
import { checkNames } from "./options.js";
import { timeLimit } from "./time-limit.js";

/** How long an aborted call waits for the server's reply before it fails locally. */
const cancelGraceMs = 2000;

const optionNames = ["timeoutMs", "signal", "onProgress", "meta"];

/**
 * @typedef {object} CallOptions
 * @property {number | null} [timeoutMs] The time limit for the reply, including the wait for a connection. The
 *   remaining time is sent to the server. `null` and `Infinity` are no limit. By default, the client's `timeoutMs`,
 *   which is not sent, and which every `$/progress` value starts again.
 * @property {AbortSignal} [signal] Aborting it sends `$/cancelRequest`. The call then settles with the server's reply,
 *   usually error -32800, or fails after two seconds.
 * @property {(value: any) => void} [onProgress] Called with each `$/progress` value until the reply arrives.
 * @property {object} [meta] Additional members of the request's `meta`.
 */

/** A request. It settles exactly once, and it is sent again only if the server refused to run it. */
export class PendingCall {
  #done;
  #timer;
  #graceTimer;
  /** The time limit, in milliseconds; undefined for none. */
  #limitMs;
  #isRenewable;
  #startedAt = performance.now();
  #stopListening = () => {};
  #obstacle = () => undefined;

  /**
   * @param {number} id
   * @param {string} method
   * @param {unknown[] | object | undefined} params
   * @param {CallOptions} options
   * @param {number | null} defaultTimeoutMs The time limit if the options have none.
   * @param {(error: PosternError | undefined, value: any) => void} done Called exactly once.
   * @throws {TypeError} If an option is unknown, or the time limit is not a number.
   */
  constructor(id, method, params, options, defaultTimeoutMs, done) {
    checkNames(options, optionNames);
    Object.assign(this, { id, method, params, options });
    this.sent = false;
    this.settled = false;
    this.#done = done;
    this.#isRenewable = options.timeoutMs === undefined;
    this.#limitMs = timeLimit(this.#isRenewable ? defaultTimeoutMs : options.timeoutMs);
  }

  /**
   * Starts the time limit and observes the signal.
   *
   * @param {(id: number) => void} cancel Called only for a request that was sent.
   * @param {() => string | undefined} obstacle Returns why there is no connection; undefined if there is one.
   */
  watch(cancel, obstacle) {
    this.#obstacle = obstacle;
    const { signal } = this.options;
    if (signal) {
      const abort = () => this.#abort(cancel);
      signal.addEventListener("abort", abort);
      this.#stopListening = () => signal.removeEventListener("abort", abort);
      if (signal.aborted) return abort();
    }
    if (this.#limitMs === 0) this.#expire(cancel);
    else if (this.#limitMs !== undefined) this.#timer = setTimeout(() => this.#check(cancel), this.#limitMs);
  }

  /** Reports progress. The default time limit starts again. */
  progress(value) {
    if (this.#isRenewable) this.#startedAt = performance.now();
    this.options.onProgress(value);
  }

  /** Returns the request to send, with the remaining time as its timeout. */
  message() {
    const message = { jsonrpc: "2.0", id: this.id, method: this.method };
    if (this.params !== undefined) message.params = this.params;
    const meta = { ...this.options.meta };
    if (this.options.onProgress) meta.progressToken = this.id;
    if (!this.#isRenewable && this.#limitMs !== undefined) {
      // The sum of the remaining time may be rounded up to more than the limit.
      meta.timeoutMs = Math.max(1, Math.ceil(Math.min(this.#remainingMs, this.#limitMs)));
    }
    if (Object.keys(meta).length > 0) message.meta = meta;
    return message;
  }

  /** Whether the handler may have run: "no" before the request was sent, "unknown" after. */
  get executed() {
    return this.sent ? "unknown" : "no";
  }

  /** Settles the call with an error or a value. Only the first call has an effect. */
  settle(error, value) {
    if (this.settled) return;
    this.settled = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#graceTimer);
    this.#stopListening();
    this.#done(error, value);
  }

  get #remainingMs() {
    return this.#startedAt + this.#limitMs - performance.now();
  }

  /** Ends the call, unless progress has started its time limit again since the timer was set. */
  #check(cancel) {
    if (this.#isRenewable && this.#remainingMs > 1) {
      this.#timer = setTimeout(() => this.#check(cancel), this.#remainingMs);
    } else this.#expire(cancel);
  }

  #expire(cancel) {
    if (this.sent) cancel(this.id);
    const obstacle = this.sent ? undefined : this.#obstacle();
    this.settle(PosternError.deadlineExceeded(this.executed, this.#limitMs, obstacle));
  }

  #abort(cancel) {
    if (!this.sent) return this.settle(PosternError.cancelled("no"));
    cancel(this.id);
    this.#graceTimer = setTimeout(() => this.settle(PosternError.cancelled("unknown")), cancelGraceMs);
  }
}
