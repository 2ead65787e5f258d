/**
 * A client for Postern: JSON-RPC 2.0 over one WebSocket, for browsers and for Node 22 or newer.
 *
 *     const rpc = new Postern();
 *     await rpc.call("calculator.add", [1, 2]);             // 3
 *     await rpc.call("calculator.add", { a: 1, b: 2 });     // 3
 *     for await (const { value } of rpc.subscribe("chat.room")) console.log(value);
 *
 * Calls made before the connection is open, or between two connections, wait in order. Calls in flight when it
 * is lost fail and are never repeated; subscriptions are opened again.
 *
 * A function travels by reference: given as an argument it stays here, and the server calls it. What the server
 * lends arrives as an object whose methods are calls to it, or as an async function:
 *
 *     const monitor = await rpc.call("files.watch", ["/tmp/x", (old, current) => console.log(old, current)]);
 *     await monitor.stop();
 *     monitor.release();
 *     rpc.references;                                       // what is lent and held now
 *
 * What is held is given back by `release()`, or with the connection; after a reconnect it has to be asked for again.
 * An object of the page travels by value, or with `lend(object)` by reference.
 *
 * Whole numbers beyond 2^53 lose digits in `JSON.parse`; a `bigint` argument is always sent exactly.
 */
import { CallTable } from "./client/call-table.js";
import { encode } from "./client/encoding.js";
import { Code, PosternError } from "./client/error.js";
import { Feed } from "./client/feed.js";
import { FeedTable } from "./client/feed-table.js";
import { Heartbeat } from "./client/heartbeat.js";
import { Link } from "./client/link.js";
import { PendingCall } from "./client/pending-call.js";
import { lend, References } from "./client/references.js";
import { list, ServedCalls } from "./client/served-calls.js";

export { Code, lend, PosternError };

/** @typedef {import("./client/pending-call.js").CallOptions} CallOptions */
/** @typedef {import("./client/feed.js").FeedOptions} FeedOptions */

const defaults = {
  /** Shortest and longest wait before the next attempt to connect. */
  minimumDelayMs: 250,
  maximumDelayMs: 15000,
  /** Messages that may wait for a connection. */
  maximumWaiting: 1000,
  /** Entries in one batch; the server's own default limit. */
  maximumBatch: 1000,
  /** After this much silence the server is pinged; 0 never pings. */
  pingAfterMs: 30000,
};

/**
 * Events, all `CustomEvent`s: `open`; `close` with `detail` `{code, reason, retryInMs?}` (no `retryInMs`: it stays
 * closed); `frame` with `{direction: "in" | "out", text}`; `notification` with a message that belongs to no
 * subscription; `fault` with the reason something from the server, or a listener, had to be ignored.
 */
export class Postern extends EventTarget {
  #options;
  #link;
  #calls;
  #feeds;
  #served;
  #references;
  #heartbeat;
  #nextID = 1;

  /**
   * Starts to connect at once.
   *
   * @param {string} [url] Default: `/rpc` on the host the page came from.
   * @param {Partial<typeof defaults> & {WebSocket?: typeof WebSocket}} [options]
   */
  constructor(url = sameOrigin(), options = {}) {
    super();
    this.#options = { WebSocket: globalThis.WebSocket, ...defaults, ...options };
    this.#calls = new CallTable(this.#options.maximumWaiting);
    this.#feeds = new FeedTable((method, params, meta, done) => this.#start(method, params, { meta }, done));
    this.#references = new References(
      (method, params) => this.call(method, params), (message) => this.#sendNow(message));
    this.#served = new ServedCalls(this.#references, (message) => this.#sendNow(message));
    this.#link = new Link(url, this.#options, {
      opened: () => this.#opened(),
      received: (text) => this.#received(text),
      closed: (end) => this.#lost(end),
    });
    this.#heartbeat = new Heartbeat(this.#options.pingAfterMs, {
      ping: () => this.call("rpc.ping", undefined, { timeoutMs: 10000 }),
      silent: () => this.#link.drop("the server does not answer"),
    });
    this.#link.dial();
  }

  get url() {
    return this.#link.url;
  }

  /** @returns {"connecting" | "open" | "waiting" | "closed"} */
  get state() {
    return this.#link.state;
  }

  /** Connects now instead of after the back-off, or again after `close()`. */
  connect() {
    this.#link.dial();
  }

  /**
   * Calls one method and gives its result.
   *
   * @param {string} method
   * @param {unknown[] | object} [params] By position or by name.
   * @param {CallOptions} [options]
   * @returns {Promise<any>} Rejects with a `PosternError`.
   */
  call(method, params, options = {}) {
    return new Promise((resolve, reject) => {
      this.#start(method, params, options, (error, value) => (error ? reject(error) : resolve(value)));
    });
  }

  /**
   * Sends a call nobody waits for: neither its result nor its error ever comes back.
   *
   * @throws {TypeError} for functions and other references: nobody would say whether they are held.
   */
  notify(method, params) {
    this.#refuseReferences(params);
    this.#enqueue([{ jsonrpc: "2.0", method, params }], false);
  }

  /**
   * Sends many calls in one message.
   *
   * @param {{method: string, params?: unknown[] | object, notify?: boolean}[]} entries
   * @param {CallOptions} [options] For each of them.
   * @returns {Promise<PromiseSettledResult<any>[]>} In the order of the entries; notifications have no value.
   */
  async batch(entries, options = {}) {
    if (entries.length === 0) return [];
    if (entries.length > this.#options.maximumBatch) throw new RangeError(`a batch of ${entries.length} is too large`);
    const group = [];
    const results = entries.map(({ method, params, notify }) => {
      if (notify) this.#refuseReferences(params);
      if (notify) return void group.push({ jsonrpc: "2.0", method, params });
      return new Promise((resolve, reject) => {
        group.push(this.#pending(method, params, options, (error, value) => (error ? reject(error) : resolve(value))));
      });
    });
    const settled = Promise.allSettled(results);
    this.#enqueue(group, true);
    return settled;
  }

  /**
   * Reads a topic.
   *
   * @param {string} topic
   * @param {FeedOptions} [options]
   */
  subscribe(topic, options = {}) {
    return this.#feed({ method: "rpc.subscribe", params: { topic }, topic }, options);
  }

  /**
   * Reads the stream a method returns.
   *
   * @param {string} method
   * @param {unknown[] | object} [params]
   * @param {FeedOptions} [options]
   */
  stream(method, params, options = {}) {
    return this.#feed({ method, params }, options);
  }

  /** Lets the server call `method` here; `handler` gets the params and an `AbortSignal`. */
  expose(method, handler) {
    this.#served.expose(method, handler);
  }

  /**
   * Lets the server call these functions by their names, with its arguments in order.
   *
   *     rpc.serve({ confirm: (question) => window.confirm(question) });
   *
   * @param {Record<string, (...args: any[]) => any>} methods
   */
  serve(methods) {
    for (const [name, method] of Object.entries(methods)) this.expose(name, (params) => method(...list(params)));
  }

  /**
   * What the server holds of this page, and this page of the server.
   *
   * @returns {{direction: "lent" | "held", handle: number, kind: "function" | "object", count: number, value: any}[]}
   */
  get references() {
    return this.#references.entries;
  }

  /** Gives back what the server lent, as its own `release()` does; a second time does nothing. */
  release(reference) {
    this.#references.release(reference);
  }

  /** @returns {Promise<number>} Milliseconds to the server and back. */
  async ping(options) {
    const start = performance.now();
    await this.call("rpc.ping", undefined, options);
    return performance.now() - start;
  }

  /** Ends the connection, every call and every subscription. */
  close(code = 1000, reason = "") {
    this.#link.close(code, reason);
  }

  #refuseReferences(params) {
    if (this.#references.areIn(params)) throw new TypeError("a notification cannot hold functions");
  }

  #feed(request, options) {
    const feed = new Feed(
      request, options, (ended) => this.#feeds.remove(ended), (value) => this.#references.drop(value));
    if (this.state === "closed") feed.end(PosternError.connectionLost("no", "the client is closed"));
    else this.#feeds.add(feed);
    return feed;
  }

  #start(method, params, options, done) {
    const call = this.#pending(method, params, options, done);
    try {
      this.#enqueue([call], false);
    } catch (error) {
      call.settle(error);
    }
  }

  #pending(method, params, options, done) {
    const id = this.#nextID++;
    const call = new PendingCall(id, method, params, options, (error, value) => {
      this.#calls.forget(id);
      done(error, value);
    });
    call.watch((id) => this.#sendNow({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id } }));
    return call;
  }

  #enqueue(entries, isBatch) {
    if (this.state === "closed") throw PosternError.connectionLost("no", "the client is closed");
    this.#calls.enqueue(entries, isBatch);
    if (this.state === "open") this.#flush();
  }

  #flush() {
    this.#calls.flush((message) => this.#sendNow(message));
  }

  /** What has no meaning on a later connection is dropped when there is none. */
  #sendNow(message) {
    if (this.state !== "open") return;
    const text = encode(message, this.#references);
    this.#link.send(text);
    this.#emit("frame", { direction: "out", text });
  }

  #opened() {
    this.#heartbeat.start();
    this.#emit("open");
    this.#feeds.reopen();
    this.#guard(() => this.#flush());
  }

  #lost(end) {
    this.#heartbeat.stop();
    const forGood = end.retryInMs === undefined;
    const reason = end.reason || `the connection was closed (${end.code})`;
    this.#served.cancelAll();
    this.#references.clear();
    this.#feeds.detach();
    this.#calls.fail(reason, forGood);
    if (forGood) this.#feeds.endAll(end.code === 1000 ? undefined : PosternError.connectionLost("unknown", reason));
    this.#emit("close", end);
  }

  #received(text) {
    this.#heartbeat.heard();
    this.#emit("frame", { direction: "in", text });
    let messages = [];
    this.#guard(() => (messages = [this.#references.parse(text)].flat()));
    for (const message of messages) this.#guard(() => this.#take(message));
  }

  /** One bad message, or one listener that throws, harms nothing else. */
  #guard(step) {
    try {
      step();
    } catch (error) {
      this.#emit("fault", error);
    }
  }

  #take(message) {
    const { method, params, id } = message;
    if (method === undefined) {
      if (id === null) this.#emit("fault", PosternError.from(message.error));
      else if (!this.#calls.receive(message)) this.#references.drop(message.result);
    } else if (id !== undefined) this.#served.serve(message);
    else if (method === "$/progress") this.#takeProgress(params);
    else if (method === "$/cancelRequest") this.#served.cancel(params?.id);
    else if (method === "$/releaseMarshaledObject") this.#references.takeBack(params);
    else if (!this.#feeds.receive(params)) this.#takeNotification(message);
  }

  #takeProgress(params) {
    const report = this.#calls.get(params?.token)?.options.onProgress;
    if (report) report(params.value);
    else this.#references.drop(params?.value);
  }

  #takeNotification(message) {
    const told = this.#served.take(message);
    if (told) return void told.catch((error) => this.#emit("fault", error));
    this.#emit("notification", message);
    // An event that was on its way when its subscription ended.
    if (message.params?.subscription !== undefined) this.#references.drop(message.params.result);
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function sameOrigin() {
  const { protocol, host } = globalThis.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/rpc`;
}
