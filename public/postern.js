// @ts-self-types="./postern.d.ts"
/**
 * A client for Postern: JSON-RPC 2.0 over one WebSocket, for browsers, Deno and Node. Node 20 has no WebSocket of its
 * own: start it with `--experimental-websocket`, or pass a constructor, `new Postern(url, { WebSocket })`.
 *
 *     const rpc = new Postern();
 *     await rpc.call("calculator.add", [1, 2]);             // 3
 *     await rpc.call("calculator.add", { a: 1, b: 2 });     // 3
 *     for await (const { value } of rpc.subscribe("chat.room")) console.log(value);
 *
 * Calls made while there is no open connection, or while the server has as many calls as it permits, are queued and
 * sent in order. Calls in flight when the connection is lost are rejected and never retried; subscriptions are
 * reopened. A call whose arguments cannot be encoded is rejected and not sent.
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
 * `JSON.parse` rounds integers beyond 2^53 - 1; with the option `exactIntegers` they arrive as `bigint`. A `bigint`
 * argument is always sent exactly.
 */
import { CallTable } from "./client/call-table.js";
import { encode, encodeWithoutReferences } from "./client/encoding.js";
import { Code, PosternError } from "./client/error.js";
import { Feed } from "./client/feed.js";
import { FeedTable } from "./client/feed-table.js";
import { Heartbeat } from "./client/heartbeat.js";
import { Link, sameOrigin } from "./client/link.js";
import { complete } from "./client/options.js";
import { decode, isMessage } from "./client/parsing.js";
import { PendingCall } from "./client/pending-call.js";
import { lend, References } from "./client/references.js";
import { list, ServedCalls } from "./client/served-calls.js";
import { settler, traced } from "./client/settling.js";

export { Code, lend, PosternError };

/** @typedef {import("./client/pending-call.js").CallOptions} CallOptions */
/** @typedef {import("./client/feed.js").FeedOptions} FeedOptions */

/** The methods that do not wait for calls in flight, as they find out whether the server responds, or make room. */
const urgent = new Set(["rpc.ping", "rpc.unsubscribe"]);

/**
 * A client that reconnects automatically.
 *
 * Every event is a `CustomEvent`:
 *
 * - `open`: the connection is open.
 * - `close`: it ended; `detail` is `{code, reason, retryInMs?}`. Without `retryInMs`, the client does not reconnect.
 * - `frame`: a message was sent or received; `detail` is `{direction: "in" | "out", text}`.
 * - `notification`: `detail` is a notification that belongs to no subscription and has no handler.
 * - `fault`: `detail` is the error because of which a message was ignored, or which a callback or a handler threw.
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
  #obstacle = "no answer of the server yet";

  /**
   * Creates a client and starts to connect.
   *
   * @param {string} [url] The URL of the server; by default, `/rpc` on the host that served the page.
   * @param {import("./client/options.js").ClientOptions} [options]
   * @throws {TypeError} If an option is invalid, or the engine has no WebSocket and none is passed.
   */
  constructor(url = sameOrigin(), options = {}) {
    super();
    this.#options = complete(options);
    this.#calls = new CallTable(this.#options, {
      isOpen: () => this.state === "open",
      encode: (request, counted) => encode(request, this.#references, counted),
      send: (text) => this.#send(text),
      cancel: (id) => this.#cancel(id),
      servedCount: () => this.#served.count,
    });
    this.#feeds = new FeedTable((...call) => this.#start(...call));
    this.#references = new References(
      (method, params) => this.call(method, params), (message) => this.#sendNow(message));
    this.#served = new ServedCalls(this.#references, (message) => this.#sendNow(message),
      (error) => this.#emit("fault", error));
    this.#link = new Link(url, this.#options, {
      opened: () => this.#opened(),
      received: (data) => this.#received(data),
      closed: (end) => this.#lost(end),
    });
    this.#heartbeat = new Heartbeat(this.#options.pingAfterMs, {
      ping: () => this.call("rpc.ping", undefined, { timeoutMs: this.#options.pingTimeoutMs }),
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
   * @returns {Promise<any>} Rejects with a `PosternError` if the call fails, or returns a stream.
   */
  call(method, params, options = {}) {
    return traced(new Promise((resolve, reject) => {
      this.#start(method, params, options, this.#settler(method, resolve, reject));
    }));
  }

  /**
   * Sends a notification: a call without a response, whose result and error are discarded.
   *
   * @throws {TypeError} If `params` cannot be encoded, or contain a function or another reference. Without a response,
   *   the client could not know whether the server holds the reference.
   */
  notify(method, params) {
    this.#enqueue([this.#notification(method, params)], false);
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
    if (entries.length > this.#options.maximumBatch) throw new RangeError(`${entries.length} entries are too many`);
    const group = [];
    const settled = Promise.allSettled(entries.map(async ({ method, params, notify }) => {
      if (notify) return void group.push(this.#notification(method, params));
      return new Promise((resolve, reject) => {
        group.push(this.#pending(method, params, options, this.#settler(method, resolve, reject)));
      });
    }));
    try {
      if (group.length > 0) this.#enqueue(group, true);
    } catch (error) {
      for (const entry of group) entry.settle?.(error);
      throw error;
    }
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

  /**
   * Closes the connection for good and ends all calls and subscriptions.
   *
   * @throws If the code is neither 1000 nor 3000 to 4999, or the reason is longer than 123 bytes; nothing ends then.
   */
  close(code = 1000, reason = "") {
    this.#link.close(code, reason);
  }

  #notification(method, params) {
    return { text: encodeWithoutReferences({ jsonrpc: "2.0", method, params }, this.#references) };
  }

  #feed(request, options) {
    const feed = new Feed(request, options, (ended) => this.#feeds.remove(ended),
      (value) => this.#references.drop(value), (step) => this.#guard(step));
    if (this.state === "closed") feed.end(PosternError.connectionLost("no", "the client is closed"));
    else this.#feeds.add(feed);
    return feed;
  }

  #start(method, params, options, done) {
    let call;
    try {
      call = this.#pending(method, params, options, done);
    } catch (error) {
      return done(PosternError.notSent(error));
    }
    try {
      this.#enqueue([call], false, urgent.has(method));
    } catch (error) {
      call.settle(error);
    }
  }

  #settler(method, resolve, reject) {
    return settler(method, resolve, reject, (id) => this.#start("rpc.unsubscribe", [id], {}, () => {}));
  }

  #pending(method, params, options, done) {
    const id = this.#nextID++;
    const call = new PendingCall(id, method, params, options, this.#options.timeoutMs, (error, value) => {
      this.#calls.remove(id);
      done(error, value, id);
    });
    call.watch((id) => this.#cancel(id), () => (this.state === "open" ? undefined : this.#obstacle));
    return call;
  }

  #enqueue(entries, isBatch, isUrgent) {
    if (this.state === "closed") throw PosternError.connectionLost("no", "the client is closed");
    this.#calls.enqueue(entries, isBatch, isUrgent);
  }

  #cancel(id) {
    this.#sendNow({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id } });
  }

  /**
   * Sends a message if the connection is open, and discards it otherwise: replies, cancellations and releases refer to
   * the current connection only.
   */
  #sendNow(message) {
    if (this.state !== "open") return;
    const text = encode(message, this.#references);
    this.#calls.noteSent();
    this.#send(text);
  }

  #send(text) {
    this.#link.send(text);
    this.#emit("frame", { direction: "out", text });
  }

  #opened() {
    this.#heartbeat.start();
    // A call that was queued may cause an event, which the feeds would miss if they were reopened after it.
    this.#calls.putFirst(() => this.#feeds.reopen());
    this.#emit("open");
    this.#calls.flush();
  }

  #lost(end) {
    this.#heartbeat.stop();
    const forGood = end.retryInMs === undefined;
    const reason = end.reason || `the connection was closed (${end.code})`;
    this.#obstacle = reason;
    this.#served.cancelAll();
    this.#references.clear();
    this.#feeds.detach();
    this.#calls.fail(reason, forGood);
    if (forGood) this.#feeds.endAll(end.code === 1000 ? undefined : PosternError.connectionLost("unknown", reason));
    this.#emit("close", end);
  }

  #received(data) {
    this.#heartbeat.noteMessage();
    let message;
    try {
      const text = decode(data);
      this.#emit("frame", { direction: "in", text });
      message = this.#references.parse(text, this.#options.exactIntegers);
      if (![message].flat().every(isMessage)) throw new TypeError("the message is no object");
    } catch (error) {
      // Any call in flight may have been answered by it, and none of them must wait for ever.
      this.#emit("fault", error);
      return this.#link.drop("the server sent a message that is not JSON-RPC");
    }
    if (Array.isArray(message)) this.#takeAll(message);
    else this.#guard(() => this.#take(message));
  }

  /** Runs a step and reports what it throws as a `fault`, so that the messages after it are still processed. */
  #guard(step) {
    try {
      step();
    } catch (error) {
      this.#emit("fault", error);
    }
  }

  #takeAll(messages) {
    const batches = this.#calls.batches(messages);
    for (const message of messages) this.#guard(() => this.#take(message));
    this.#calls.finish(batches);
  }

  #take(message) {
    const { method, params, id } = message;
    if (method === undefined) this.#takeReply(message);
    else if (id !== undefined) this.#serve(message);
    else if (method === "$/progress") this.#takeProgress(params);
    else if (method === "$/cancelRequest") this.#served.cancel(params?.id);
    else if (method === "$/releaseMarshaledObject") this.#references.takeBack(params);
    else if (!this.#feeds.receive(params)) this.#takeNotification(message);
  }

  #serve(request) {
    this.#served.serve(request);
    // One more call in flight may wait for this side.
    this.#calls.flush();
  }

  #takeReply(reply) {
    if (reply.id !== undefined && reply.id !== null) {
      if (!this.#calls.receive(reply)) this.#references.drop(reply.result);
      return;
    }
    const error = PosternError.from(reply.error);
    this.#calls.receiveWithoutID(error);
    this.#emit("fault", error);
  }

  #takeProgress(params) {
    if (!this.#calls.progress(params?.token, params?.value)) this.#references.drop(params?.value);
  }

  #takeNotification(message) {
    const handled = this.#served.take(message);
    if (handled) return void handled.catch((error) => this.#emit("fault", error));
    this.#emit("notification", message);
    // An event can arrive after its subscription has ended; release the references in it, which no code receives.
    if (message.params?.subscription !== undefined) this.#references.drop(message.params.result);
  }

  #emit(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
