import { PosternError } from "./error.js";

/** How long an aborted call waits for the server's reply before it fails locally. */
const cancelGraceMs = 2000;

/**
 * @typedef {object} CallOptions
 * @property {number} [timeoutMs] The time limit for the reply, including the wait for a connection. The remaining
 *   time is sent to the server.
 * @property {AbortSignal} [signal] Aborting it sends `$/cancelRequest`. The call then settles with the server's reply,
 *   usually error -32800, or fails after two seconds.
 * @property {(value: any) => void} [onProgress] Called with each `$/progress` value until the reply arrives.
 * @property {object} [meta] Additional members of the request's `meta`.
 */

/** A request. It is sent at most once and settles exactly once. */
export class PendingCall {
  #done;
  #timer;
  #graceTimer;
  #deadline;
  #stopListening = () => {};

  /**
   * @param {number} id
   * @param {string} method
   * @param {unknown[] | object | undefined} params
   * @param {CallOptions} options
   * @param {(error: PosternError | undefined, value: any) => void} done Called exactly once.
   */
  constructor(id, method, params, options, done) {
    Object.assign(this, { id, method, params, options });
    this.sent = false;
    this.settled = false;
    this.#done = done;
    this.#deadline = performance.now() + (options.timeoutMs ?? Infinity);
  }

  /** Starts the timeout and observes the signal. `cancel` is called only for a request that was sent. */
  watch(cancel) {
    const { timeoutMs, signal } = this.options;
    if (timeoutMs !== undefined) this.#timer = setTimeout(() => this.#expire(cancel), timeoutMs);
    if (!signal) return;
    const abort = () => this.#abort(cancel);
    this.#stopListening = () => signal.removeEventListener("abort", abort);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort);
  }

  /** Returns the request to send, with the remaining time as its timeout. */
  message() {
    const message = { jsonrpc: "2.0", id: this.id, method: this.method };
    if (this.params !== undefined) message.params = this.params;
    const meta = { ...this.options.meta };
    if (this.options.onProgress) meta.progressToken = this.id;
    if (this.#deadline !== Infinity) meta.timeoutMs = Math.max(1, Math.ceil(this.#deadline - performance.now()));
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

  #expire(cancel) {
    if (this.sent) cancel(this.id);
    this.settle(PosternError.deadlineExceeded(this.executed, this.options.timeoutMs));
  }

  #abort(cancel) {
    if (!this.sent) return this.settle(PosternError.cancelled("no"));
    cancel(this.id);
    this.#graceTimer = setTimeout(() => this.settle(PosternError.cancelled("unknown")), cancelGraceMs);
  }
}
