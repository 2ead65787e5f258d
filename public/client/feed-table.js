import { Code, PosternError } from "./error.js";

/** Wait before a subscription is asked for again when the server said "later" without saying when. */
const retryAfterMs = 1000;

/**
 * All open feeds of one client.
 *
 * `call` starts a request whose reply is handled in the same turn as it is read, so that no event that follows
 * it is missed; it returns the request's id.
 */
export class FeedTable {
  #feeds = new Set();
  #opening = new Set();
  #bySubscription = new Map();
  #call;

  /** @param {(method: string, params: any, meta: object, done: (error, value) => void) => void} call */
  constructor(call) {
    this.#call = call;
  }

  /** Adds a feed and asks the server for it. */
  add(feed) {
    this.#feeds.add(feed);
    this.#open(feed);
  }

  /** After a connection was made: asks again for every feed that was open before. */
  reopen() {
    for (const feed of this.#feeds) this.#open(feed);
  }

  /** After a connection was lost: its subscriptions are gone, the feeds stay. */
  detach() {
    this.#bySubscription.clear();
    for (const feed of this.#feeds) feed.subscription = undefined;
  }

  /** Ends every feed; used when there will be no further connection. */
  endAll(error) {
    for (const feed of [...this.#feeds]) feed.end(error);
  }

  /** Takes one notification; false when it belongs to no feed. */
  receive(params) {
    const feed = this.#bySubscription.get(params?.subscription);
    if (!feed) return false;
    feed.receive(params);
    if (params.error) this.#finish(feed, PosternError.from(params.error));
    else if (params.done) this.#finish(feed);
    return true;
  }

  /** Called by the feed when it has ended, whoever ended it. */
  remove(feed) {
    this.#feeds.delete(feed);
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
    this.#call(feed.request.method, feed.request.params, feed.meta, (error, result) => {
      this.#opening.delete(feed);
      if (error) this.#refused(feed, error);
      else this.#accepted(feed, result);
    });
  }

  #accepted(feed, result) {
    if (typeof result?.subscription !== "string") {
      return feed.end(new PosternError(Code.internal, `${feed.request.method} gives no stream`));
    }
    if (feed.ended) return this.#call("rpc.unsubscribe", [result.subscription], {}, () => {});
    this.#bySubscription.set(result.subscription, feed);
    feed.accept(result);
  }

  #refused(feed, error) {
    if (feed.ended || error.code === Code.connectionLost) return;
    if (error.code === Code.positionLost && feed.since) {
      feed.options.onGap?.({ from: feed.since.seq + 1, reason: error.message });
      feed.since = undefined;
      return this.#open(feed);
    }
    if (!error.data?.retryable) return feed.end(error);
    setTimeout(() => this.#open(feed), error.data.retryAfterMs ?? retryAfterMs);
  }
}
