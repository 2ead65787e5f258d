import { Code, PosternError } from "./error.js";
import { timerDelay } from "./time-limit.js";

/** The delay before the next attempt to subscribe after a retryable error without `retryAfterMs`. */
const retryAfterMs = 1000;

/**
 * The open feeds of a client.
 *
 * `call` must invoke `done` synchronously when the reply is read. Otherwise, an event that follows the reply in the
 * same read would arrive before its subscription is known.
 */
export class FeedTable {
  #feeds = new Set();
  #opening = new Set();
  #bySubscription = new Map();
  /** The timers of feeds that the server refused for a while. */
  #retries = new Map();
  #call;

  /** @param {(method: string, params: any, options: object, done: (error, value) => void) => void} call */
  constructor(call) {
    this.#call = call;
  }

  /** Adds a feed and subscribes to it. */
  add(feed) {
    this.#feeds.add(feed);
    this.#open(feed);
  }

  /** Subscribes to every feed again; called when a connection has opened. */
  reopen() {
    for (const feed of this.#feeds) this.#open(feed);
  }

  /** Discards the subscriptions but keeps the feeds; called when the connection was lost. */
  detach() {
    this.#bySubscription.clear();
    for (const feed of this.#feeds) feed.subscription = undefined;
  }

  /** Ends every feed; called when the client does not reconnect. */
  endAll(error) {
    for (const feed of [...this.#feeds]) feed.end(error);
  }

  /** Delivers a notification to its feed. Returns false if it belongs to no feed. */
  receive(params) {
    const feed = this.#bySubscription.get(params?.subscription);
    if (!feed) return false;
    feed.receive(params);
    if (params.error) this.#finish(feed, PosternError.from(params.error));
    else if (params.done) this.#finish(feed);
    return true;
  }

  /** Removes a feed that has ended, and unsubscribes if the server has not ended it. */
  remove(feed) {
    this.#feeds.delete(feed);
    clearTimeout(this.#retries.get(feed));
    this.#retries.delete(feed);
    if (feed.subscription === undefined) return;
    this.#bySubscription.delete(feed.subscription);
    this.#call("rpc.unsubscribe", [feed.subscription], {}, () => {});
  }

  #finish(feed, error) {
    this.#bySubscription.delete(feed.subscription);
    feed.subscription = undefined;
    feed.end(error);
  }

  #open(feed) {
    if (feed.ended || this.#opening.has(feed) || feed.subscription !== undefined) return;
    this.#opening.add(feed);
    this.#call(feed.request.method, feed.request.params, { meta: feed.meta, timeoutMs: null }, (error, result) => {
      this.#opening.delete(feed);
      if (error) this.#refused(feed, error);
      else this.#accepted(feed, result);
    });
  }

  #accepted(feed, result) {
    if (typeof result?.subscription !== "string") {
      return feed.end(new PosternError(Code.internal, `the result of ${feed.request.method} is no stream`));
    }
    if (feed.ended) return this.#call("rpc.unsubscribe", [result.subscription], {}, () => {});
    this.#bySubscription.set(result.subscription, feed);
    feed.accept(result);
  }

  #refused(feed, error) {
    if (feed.ended || error.code === Code.connectionLost) return;
    if (error.code === Code.positionLost && feed.since) {
      feed.reportGap({ from: feed.since.seq + 1, reason: error.message });
      feed.since = undefined;
      return this.#open(feed);
    }
    if (!error.data?.retryable) return feed.end(error);
    const delayMs = timerDelay(Number(error.data.retryAfterMs) || retryAfterMs);
    clearTimeout(this.#retries.get(feed));
    this.#retries.set(feed, setTimeout(() => this.#open(feed), delayMs));
  }
}
