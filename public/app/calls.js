import { describe } from "./dom.js";
import { parseJSON, referencesIn, writeJSON } from "./json.js";

/** The number of calls that are kept, and the characters of a result that are kept over a reload. */
const keptCalls = 100;
const keptCharacters = 2000;

/**
 * @typedef {"pending" | "open" | "ok" | "error"} CallState `open` is a stream that is read.
 * @typedef {object} Call One call that was made from the page.
 * @property {string} name
 * @property {"call" | "notification" | "stream" | "topic"} kind
 * @property {unknown[] | object} [params]
 * @property {number} at The time of the call, in milliseconds since 1970.
 * @property {CallState} state
 * @property {string} text The result, the error or the last event, as the page shows it.
 * @property {string} status
 * @property {unknown} [progress] The last report.
 * @property {() => void} [cancel] Set while there is something to end: the call, its stream, or references to objects of
 *   the server that it has returned. They would be released when they are collected if the page did not hold them.
 */

/**
 * The calls of the session to one server, newest first. Dispatches `change` with a call whenever it has changed.
 */
export class Calls extends EventTarget {
  /** @type {Call[]} */
  list = [];
  #place;
  #timer;

  constructor(rpc, meter, events) {
    super();
    Object.assign(this, { rpc, meter, events });
    // Each server has its own, as a result of one is none of another.
    this.#place = `postern:calls:${rpc.url}`;
    this.list = load(this.#place);
    addEventListener("pagehide", () => this.#save());
  }

  /**
   * Starts a call and returns it at once.
   *
   * @param {{name: string, kind: Call["kind"], params?: unknown[] | object}} request
   * @param {unknown[] | object} [sent] The params with functions, which a call does not keep.
   * @returns {Call}
   */
  start({ name, kind, params }, sent = params) {
    const call = { name, kind, params, at: Date.now(), state: "pending", text: "…", status: "waiting" };
    this.list.unshift(call);
    if (kind === "call") this.#call(call, sent);
    else if (kind === "notification") this.#notify(call, sent);
    else this.#open(call, sent);
    this.#trim();
    this.#update(call, {});
    return call;
  }

  /** Returns the newest call of a method with the same arguments. */
  latest(name, params) {
    const wanted = writeJSON(params);
    return this.list.find((call) => call.name === name && writeJSON(call.params) === wanted);
  }

  clear() {
    this.list = this.list.filter((call) => call.cancel);
    this.#update(undefined, {});
  }

  /** Removes the oldest calls beyond the limit, but none that can still be ended. */
  #trim() {
    while (this.list.length > keptCalls) {
      const oldest = this.list.findLastIndex((call) => !call.cancel);
      if (oldest < 1) return;
      this.list.splice(oldest, 1);
    }
  }

  #call(call, params) {
    const controller = new AbortController();
    const start = performance.now();
    const took = () => `${(performance.now() - start).toFixed(1)} ms`;
    call.cancel = () => controller.abort();
    const options = { signal: controller.signal, timeoutMs: Infinity, onProgress: (progress) => this.#update(call, { progress }) };
    this.meter.call(this.rpc, call.name, params, options).then(
      (value) => this.#succeed(call, value, took()),
      (error) => this.#end(call, failure(error, took())));
  }

  #succeed(call, value, status) {
    const references = referencesIn(value);
    this.#end(call, { state: "ok", text: writeJSON(value ?? null, 2), status });
    if (references.length === 0) return;
    const release = () => {
      for (const reference of references) this.rpc.release(reference);
      this.#end(call, { status: "released" });
    };
    this.#update(call, { cancel: release });
  }

  #notify(call, params) {
    try {
      this.rpc.notify(call.name, params);
      Object.assign(call, { state: "ok", text: "sent", status: "a notification has no answer" });
    } catch (error) {
      Object.assign(call, failure(error));
    }
  }

  #open(call, params) {
    let received = 0;
    const key = this.events.open(call.kind, call.name, params, {
      onOpen: () => this.#update(call, { state: "open", ...(received ? {} : { text: "subscribed", status: "no event yet" }) }),
      onEvent: (value) => this.#update(call, { text: writeJSON(value, 2), status: `latest event ${(received += 1)}` }),
      onEnd: (error) => this.#end(call, error
        ? failure(error)
        : { state: "ok", status: `ended after ${received} ${received === 1 ? "event" : "events"}`, ...(received ? {} : { text: "ended" }) }),
    });
    call.cancel = () => this.events.close(key);
  }

  #end(call, outcome) {
    call.cancel = undefined;
    this.#update(call, outcome);
  }

  #update(call, changes) {
    if (call) Object.assign(call, changes);
    this.dispatchEvent(new CustomEvent("change", { detail: call }));
    this.#timer ??= setTimeout(() => this.#save(), 500);
  }

  #save() {
    this.#timer = undefined;
    const entries = this.list.map(({ cancel, progress, text, ...call }) => ({ ...call, text: text.slice(0, keptCharacters) }));
    try {
      sessionStorage.setItem(this.#place, writeJSON(entries));
    } catch {
      // Storage is full or blocked: the calls are kept until the page is closed.
    }
  }
}

/** Loads the calls of the session. Those that were not answered yet ended with the page that made them. */
function load(place) {
  try {
    const lost = { state: "error", text: "The page was loaded again before the answer came.", status: "unknown" };
    return parseJSON(sessionStorage.getItem(place) ?? "[]")
      .map((call) => (["pending", "open"].includes(call.state) ? { ...call, ...lost } : call));
  } catch {
    return [];
  }
}

function failure(error, took) {
  const data = error.data === undefined ? "" : `\n${writeJSON(error.data, 2)}`;
  const code = error.code === undefined ? undefined : `error ${error.code}`;
  const text = error.message ? `${error.message}${data}` : describe(error);
  return { state: "error", text, status: [code, took].filter(Boolean).join(" · ") || "not sent" };
}
