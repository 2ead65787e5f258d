import { PosternError } from "./error.js";

/**
 * The pending calls, and the outbox of messages that have not been sent yet.
 *
 * The outbox is first in, first out. When the connection is lost, a call that was sent fails and is never sent again;
 * a call that is still in the outbox stays there.
 */
export class CallTable {
  #calls = new Map();
  #outbox = [];

  /** @param {number} maximumWaiting */
  constructor(maximumWaiting) {
    this.maximumWaiting = maximumWaiting;
  }

  /**
   * Appends a message to the outbox.
   *
   * @param {object[]} entries The calls of the message, each a `PendingCall`, and its notifications as plain objects.
   * @param {boolean} isBatch Whether the message is sent as an array.
   * @throws {PosternError} If the outbox is full.
   */
  enqueue(entries, isBatch) {
    if (this.#outbox.length >= this.maximumWaiting) throw PosternError.connectionLost("no", "too many calls wait");
    this.#outbox.push({ entries, isBatch });
    for (const entry of entries) if (entry.settle && !entry.settled) this.#calls.set(entry.id, entry);
  }

  /**
   * Empties the outbox and passes each message to `send`, without the calls that have been settled in the meantime.
   *
   * The calls in a message that cannot be encoded fail; the other messages are still sent.
   *
   * @throws What `send` throws for a message without calls, after all messages have been processed.
   */
  flush(send) {
    let failure;
    for (const { entries, isBatch } of this.#outbox.splice(0)) {
      const wanted = entries.filter((entry) => !entry.settled);
      if (wanted.length === 0) continue;
      for (const entry of wanted) if (entry.settle) entry.sent = true;
      const messages = wanted.map((entry) => (entry.settle ? entry.message() : entry));
      try {
        send(isBatch ? messages : messages[0]);
      } catch (error) {
        for (const entry of wanted) entry.settle?.(error);
        if (!wanted.some((entry) => entry.settle)) failure ??= error;
      }
    }
    if (failure) throw failure;
  }

  get(id) {
    return this.#calls.get(id);
  }

  /** Settles the call that a reply answers. Returns false if there is no such pending call. */
  receive(reply) {
    const call = this.#calls.get(reply.id);
    if (!call) return false;
    if (reply.error) call.settle(PosternError.from(reply.error));
    else call.settle(undefined, reply.result);
    return true;
  }

  remove(id) {
    this.#calls.delete(id);
  }

  /** Fails the calls that were sent and, if `everything` is true, also the ones in the outbox. */
  fail(reason, everything) {
    for (const call of [...this.#calls.values()]) {
      if (call.sent || everything) call.settle(PosternError.connectionLost(call.executed, reason));
    }
    if (everything) this.#outbox.length = 0;
  }
}
