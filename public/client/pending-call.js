import { PosternError } from "./error.js";

/** How long a cancelled call waits for the server's own answer before it fails here. */
const cancelGraceMs = 2000;

/**
 * @typedef {object} CallOptions
 * @property {number} [timeoutMs] Time for the reply, waiting for the connection included; the server is told.
 * @property {AbortSignal} [signal] Aborting sends `$/cancelRequest`; the call then settles with the server's
 *   answer, normally error -32800, at the latest two seconds later.
 * @property {(value: any) => void} [onProgress] Receives each `$/progress` value; none after the reply.
 * @property {object} [meta] Further members of the request's `meta`.
 */

/** One request: waits in the outbox, is sent at most once, settles exactly once. */
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

  /** Starts the clock and listens to the signal; `cancel` tells the server about a request that was sent. */
  watch(cancel) {
    const { timeoutMs, signal } = this.options;
    if (timeoutMs !== undefined) this.#timer = setTimeout(() => this.#expire(cancel), timeoutMs);
    if (!signal) return;
    const abort = () => this.#abort(cancel);
    this.#stopListening = () => signal.removeEventListener("abort", abort);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort);
  }

  /** The request as it leaves now, with the time that is left. */
  message() {
    const message = { jsonrpc: "2.0", id: this.id, method: this.method };
    if (this.params !== undefined) message.params = this.params;
    const meta = { ...this.options.meta };
    if (this.options.onProgress) meta.progressToken = this.id;
    if (this.#deadline !== Infinity) meta.timeoutMs = Math.max(1, Math.ceil(this.#deadline - performance.now()));
    if (Object.keys(meta).length > 0) message.meta = meta;
    return message;
  }

  /** Whether the handler can have run. */
  get executed() {
    return this.sent ? "unknown" : "no";
  }

  /** Later calls of this are ignored: the first outcome stands. */
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
