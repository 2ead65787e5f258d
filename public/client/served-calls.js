import { Code, PosternError } from "./error.js";

/** The calls the server makes: names it may call here, and the ones running now. */
export class ServedCalls {
  #handlers = new Map();
  #running = new Map();
  #send;

  /** @param {(message: object) => void} send */
  constructor(send) {
    this.#send = send;
  }

  /** @param {string} method @param {(params: any, signal: AbortSignal) => any} handler */
  expose(method, handler) {
    this.#handlers.set(method, handler);
  }

  /** Runs one request of the server and answers it; what is not exposed gets "method not found" at once. */
  async serve({ id, method, params }) {
    const handler = this.#handlers.get(method);
    if (!handler) return this.#refuse(id, Code.methodNotFound, `no method ${method} here`);
    const abort = new AbortController();
    this.#running.set(id, abort);
    try {
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

  cancel(id) {
    this.#running.get(id)?.abort();
  }

  /** The connection is gone: handlers are told, and nothing is answered. */
  cancelAll() {
    for (const abort of this.#running.values()) abort.abort();
    this.#running.clear();
  }

  #refuse(id, code, message, data) {
    this.#send({ jsonrpc: "2.0", id, error: { code, message, ...(data && { data }) } });
  }
}
