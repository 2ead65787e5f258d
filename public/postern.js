/**
 * A client for Postern: JSON-RPC 2.0 over one WebSocket, for browsers and for Node 22 or newer.
 *
 *     const rpc = new Postern();
 *     await rpc.call("calculator.add", [1, 2]);             // 3
 *     await rpc.call("calculator.add", { a: 1, b: 2 });     // 3
 *     for await (const { value } of rpc.subscribe("chat.room")) console.log(value);
 *
 * Calls made while there is no open connection are queued and sent in order once it opens. Calls in flight when the
 * connection is lost are rejected and never retried; subscriptions are reopened.
 *
 * Functions are passed by reference: a function in the arguments stays in the page, and the server calls it. A
 * reference to a server-side function arrives as an async function; a reference to a server-side object arrives as a
 * proxy whose methods are remote calls:
 *
 *     const monitor = await rpc.call("files.watch", ["/tmp/x", (old, current) => console.log(old, current)]);
 *     await monitor.stop();
 *     monitor.release();
 *     rpc.references;                                       // the live references in both directions
 *
 * A reference to a server-side value is valid until `release()` is called or the connection ends; after a reconnect,
 * request it again. Plain objects are passed by value; use `lend(object)` to pass one by reference.
 *
 * `JSON.parse` rounds integers beyond 2^53; a `bigint` argument is always sent exactly.
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
  /** The shortest and longest delay before the next connection attempt, in milliseconds. */
  minimumDelayMs: 250,
  maximumDelayMs: 15000,
  /** The maximum number of messages queued while there is no open connection. */
  maximumWaiting: 1000,
  /** The maximum number of entries in a batch, equal to the server's default limit. */
  maximumBatch: 1000,
  /** The time without a message after which the client pings the server, in milliseconds; 0 disables pings. */
  pingAfterMs: 30000,
};

/**
 * A client that reconnects automatically.
 *
 * Every event is a `CustomEvent`:
 *
 * - `open`: the connection is open.
 * - `close`: it ended; `detail` is `{code, reason, retryInMs?}`. Without `retryInMs`, the client does not reconnect.
 * - `frame`: a message was sent or received; `detail` is `{direction: "in" | "out", text}`.
 * - `notification`: `detail` is a notification that belongs to no subscription and has no handler.
 * - `fault`: `detail` is the error because of which a message was ignored, or which a callback threw.
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
   * Creates a client and starts to connect.
   *
   * @param {string} [url] The URL of the server; by default, `/rpc` on the host that served the page.
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

  /** Connects immediately, without waiting for the back-off; also reconnects after `close()`. */
  connect() {
    this.#link.dial();
  }

  /**
   * Calls a method and returns its result.
   *
   * @param {string} method
   * @param {unknown[] | object} [params] An array of positional arguments, or an object of named ones.
   * @param {CallOptions} [options]
   * @returns {Promise<any>} Rejects with a `PosternError` if the call fails.
   */
  call(method, params, options = {}) {
    return new Promise((resolve, reject) => {
      this.#start(method, params, options, (error, value) => (error ? reject(error) : resolve(value)));
    });
  }

  /**
   * Sends a notification: a call without a response, whose result and error are discarded.
   *
   * @throws {TypeError} If `params` contain a function or another reference. Without a response, the client could not
   *   know whether the server holds the reference.
   */
  notify(method, params) {
    this.#refuseReferences(params);
    this.#enqueue([{ jsonrpc: "2.0", method, params }], false);
  }

  /**
   * Sends several calls in one message.
   *
   * @param {{method: string, params?: unknown[] | object, notify?: boolean}[]} entries
   * @param {CallOptions} [options] The options of every call.
   * @returns {Promise<PromiseSettledResult<any>[]>} The results in the order of the entries; the result of a
   *   notification is fulfilled with `undefined`.
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
   * Subscribes to a topic.
   *
   * @param {string} topic
   * @param {FeedOptions} [options]
   */
  subscribe(topic, options = {}) {
    return this.#feed({ method: "rpc.subscribe", params: { topic }, topic }, options);
  }

  /**
   * Calls a method whose result is a stream, and returns its items as a feed.
   *
   * @param {string} method
   * @param {unknown[] | object} [params]
   * @param {FeedOptions} [options]
   */
  stream(method, params, options = {}) {
    return this.#feed({ method, params }, options);
  }

  /** Registers a method that the server may call. `handler` receives the params and an `AbortSignal`. */
  expose(method, handler) {
    this.#served.expose(method, handler);
  }

  /**
   * Registers functions that the server may call by name; each receives its arguments by position.
   *
   *     rpc.serve({ confirm: (question) => window.confirm(question) });
   *
   * @param {Record<string, (...args: any[]) => any>} methods
   */
  serve(methods) {
    for (const [name, method] of Object.entries(methods)) this.expose(name, (params) => method(...list(params)));
  }

  /**
   * The references that are live on this connection: `lent` ones that the server holds, and `held` ones that the page
   * holds.
   *
   * @returns {{direction: "lent" | "held", handle: number, kind: "function" | "object", count: number, value: any}[]}
   */
  get references() {
    return this.#references.entries;
  }

  /** Releases a reference to a server-side value, like its own `release()`. Releasing it again has no effect. */
  release(reference) {
    this.#references.release(reference);
  }

  /** @returns {Promise<number>} The round-trip time to the server, in milliseconds. */
  async ping(options) {
    const start = performance.now();
    await this.call("rpc.ping", undefined, options);
    return performance.now() - start;
  }

  /** Closes the connection for good and ends all calls and subscriptions. */
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
      this.#calls.remove(id);
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

  /**
   * Sends a message if the connection is open, and discards it otherwise: replies, cancellations and releases refer to
   * the current connection only.
   */
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
    this.#heartbeat.noteMessage();
    this.#emit("frame", { direction: "in", text });
    let messages = [];
    this.#guard(() => (messages = [this.#references.parse(text)].flat()));
    for (const message of messages) this.#guard(() => this.#take(message));
  }

  /** Runs a step and reports what it throws as a `fault`, so that the messages after it are still processed. */
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
    const handled = this.#served.take(message);
    if (handled) return void handled.catch((error) => this.#emit("fault", error));
    this.#emit("notification", message);
    // An event can arrive after its subscription has ended; release the references in it, which no code receives.
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
