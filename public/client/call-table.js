import { PosternError } from "./error.js";

/**
 * The calls without a reply yet, and the messages that wait for a connection.
 *
 * The outbox keeps the order of entry. A call whose message was sent fails when the connection is lost and is
 * never sent again; one still in the outbox stays there.
 */
export class CallTable {
  #calls = new Map();
  #outbox = [];

  /** @param {number} maximumWaiting */
  constructor(maximumWaiting) {
    this.maximumWaiting = maximumWaiting;
  }

  /** Puts one message into the outbox: a group of entries, each a `PendingCall` or a bare notification. */
  enqueue(entries, isBatch) {
    if (this.#outbox.length >= this.maximumWaiting) throw PosternError.connectionLost("no", "too many calls wait");
    this.#outbox.push({ entries, isBatch });
    for (const entry of entries) if (entry.settle && !entry.settled) this.#calls.set(entry.id, entry);
  }

  /**
   * Empties the outbox; gives each message that is still wanted to `send`.
   *
   * Calls in a message that cannot be written fail, and harm no other message.
   *
   * @throws What `send` throws for a notification.
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

  /** Settles the call a reply belongs to; false when nobody waits for it (any more). */
  receive(reply) {
    const call = this.#calls.get(reply.id);
    if (!call) return false;
    if (reply.error) call.settle(PosternError.from(reply.error));
    else call.settle(undefined, reply.result);
    return true;
  }

  forget(id) {
    this.#calls.delete(id);
  }

  /** Fails what was sent, and with `everything` also what still waits. */
  fail(reason, everything) {
    for (const call of [...this.#calls.values()]) {
      if (call.sent || everything) call.settle(PosternError.connectionLost(call.executed, reason));
    }
    if (everything) this.#outbox.length = 0;
  }
}
