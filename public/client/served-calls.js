import { Code, PosternError } from "./error.js";

/** What stands before the handle and the method of a call through a reference. */
const invocation = "$/invokeProxy/";

/** The calls the server makes: names it may call here, functions it was lent, and the calls running now. */
export class ServedCalls {
  #handlers = new Map();
  #running = new Map();
  #references;
  #send;

  /**
   * @param {import("./references.js").References} references
   * @param {(message: object) => void} send
   */
  constructor(references, send) {
    this.#references = references;
    this.#send = send;
  }

  /** @param {string} method @param {(params: any, signal: AbortSignal) => any} handler */
  expose(method, handler) {
    this.#handlers.set(method, handler);
  }

  /** Runs one request of the server and answers it; what is not there gets "method not found" at once. */
  async serve({ id, method, params }) {
    const abort = new AbortController();
    this.#running.set(id, abort);
    try {
      const handler = this.#find(method);
      if (!handler) throw new PosternError(Code.methodNotFound, `no method ${method} here`, { executed: "no" });
      const result = (await handler(params, abort.signal)) ?? null;
      if (this.#running.get(id) === abort) this.#send({ jsonrpc: "2.0", id, result });
    } catch (error) {
      if (this.#running.get(id) !== abort) return;
      if (abort.signal.aborted) this.#refuse(id, Code.cancelled, "cancelled");
      else if (error instanceof PosternError) this.#refuse(id, error.code, error.message, error.data);
      else this.#refuse(id, -32000, "the handler failed");
    } finally {
      if (this.#running.get(id) === abort) this.#running.delete(id);
    }
  }

  /** Runs what the server tells, in order; a promise of its end, undefined when there is nothing of that name. */
  take({ method, params }) {
    const handler = this.#find(method);
    return handler && (async () => handler(params, new AbortController().signal))();
  }

  cancel(id) {
    this.#running.get(id)?.abort();
  }

  /** The connection is gone: handlers are told, and nothing is answered. */
  cancelAll() {
    for (const abort of this.#running.values()) abort.abort();
    this.#running.clear();
  }

  #find(method) {
    if (!method.startsWith(invocation)) return this.#handlers.get(method);
    const target = this.#references.find(method.slice(invocation.length));
    return target && ((params) => target(...list(params)));
  }

  #refuse(id, code, message, data) {
    this.#send({ jsonrpc: "2.0", id, error: { code, message, ...(data && { data }) } });
  }
}

/** Arguments by position; those by name are one object. */
export const list = (params) => (Array.isArray(params) ? params : params === undefined ? [] : [params]);
