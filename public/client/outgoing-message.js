import { PosternError } from "./error.js";

/** A message of calls and notifications: one of them, or a batch. */
export class OutgoingMessage {
  /** The ids of the calls that were sent and not answered. */
  unanswered = new Set();
  /** The position among the messages of the connection. */
  sequence = 0;

  /**
   * @param {object[]} entries The calls, each a `PendingCall`, and the notifications, encoded, as `{text}`.
   * @param {boolean} isBatch Whether the message is sent as an array.
   */
  constructor(entries, isBatch) {
    this.entries = entries;
    this.isBatch = isBatch;
  }

  /** The calls that have not settled. */
  get calls() {
    return this.entries.filter((entry) => entry.settle && !entry.settled);
  }

  /** Whether there is nothing to send, as all of its calls have settled. */
  get isObsolete() {
    return this.entries.every((entry) => entry.settled);
  }

  /**
   * Returns the text to send; undefined if no entry is left. The calls of entries that cannot be encoded fail.
   *
   * @param {(request: object, counted: Set<any>) => string} encode
   */
  text(encode) {
    const counted = new Set();
    const parts = [];
    for (const entry of this.entries) {
      if (entry.settled) continue;
      try {
        parts.push(entry.text ?? encode(entry.message(), counted));
      } catch (error) {
        entry.settle(PosternError.notSent(error));
      }
    }
    if (parts.length === 0) return undefined;
    return this.isBatch ? `[${parts}]` : parts[0];
  }
}
