import { Code, PosternError } from "./error.js";

/** The prefix of the method name in calls of references, followed by the handle and the method. */
const invocation = "$/invokeProxy/";

/** Serves calls from the server: to registered methods, and to references that were passed to it. */
export class ServedCalls {
  #handlers = new Map();
  #running = new Map();
  #references;
  #send;
  #report;

  /**
   * @param {import("./references.js").References} references
   * @param {(message: object) => void} send
   * @param {(error: unknown) => void} report Called with what a handler throws, which the server is not told, and with
   *   the reason why an answer cannot be sent.
   */
  constructor(references, send, report) {
    this.#references = references;
    this.#send = send;
    this.#report = report;
  }

  /** The number of calls that have not been answered. */
  get count() {
    return this.#running.size;
  }

  /** @param {string} method @param {(params: any, signal: AbortSignal) => any} handler */
  expose(method, handler) {
    this.#handlers.set(method, handler);
  }

  /** Runs a request from the server and sends the reply; an unknown method is answered with "method not found". */
  async serve({ id, method, params }) {
    const abort = new AbortController();
    this.#running.set(id, abort);
    try {
      const handler = this.#find(method);
      if (!handler) throw new PosternError(Code.methodNotFound, `no method ${method} here`, { executed: "no" });
      const result = (await handler(params, abort.signal)) ?? null;
      // After a reconnect the id may belong to another request, to which this result is no reply.
      if (this.#running.get(id) === abort) this.#reply(id, { result });
    } catch (error) {
      if (this.#running.get(id) !== abort) return;
      if (abort.signal.aborted) this.#refuse(id, Code.cancelled, "cancelled");
      else if (error instanceof PosternError) this.#refuse(id, error.code, error.message, error.data);
      else this.#fail(id, error);
    } finally {
      if (this.#running.get(id) === abort) this.#running.delete(id);
    }
  }

  /** Runs a notification. Returns a promise of its completion; undefined if there is no handler for it. */
  take({ method, params }) {
    const handler = this.#find(method);
    return handler && (async () => handler(params, new AbortController().signal))();
  }

  cancel(id) {
    this.#running.get(id)?.abort();
  }

  /** Aborts all handlers and discards their results; called when the connection has ended. */
  cancelAll() {
    for (const abort of this.#running.values()) abort.abort();
    this.#running.clear();
  }

  #find(method) {
    if (!method.startsWith(invocation)) return this.#handlers.get(method);
    const target = this.#references.find(method.slice(invocation.length));
    return target && ((params) => target(...list(params)));
  }

  #fail(id, error) {
    this.#refuse(id, -32000, "the handler failed");
    this.#report(error);
  }

  #refuse(id, code, message, data) {
    this.#reply(id, { error: { code, message, ...(data && { data }) } });
  }

  /** Sends a reply. A result or error data that cannot be encoded is replaced, so that the server's call ends. */
  #reply(id, outcome) {
    try {
      this.#send({ jsonrpc: "2.0", id, ...outcome });
    } catch (cause) {
      const error = { code: Code.internal, message: "the answer of the handler cannot be sent" };
      this.#send({ jsonrpc: "2.0", id, error });
      this.#report(cause);
    }
  }
}

/** Returns the arguments of a call as an array; named arguments become one object. */
export const list = (params) => (Array.isArray(params) ? params : params === undefined ? [] : [params]);
