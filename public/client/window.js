/** The entries of one batch that the server runs at once, and the batches without an answer, by its default limits. */
const batchCallsAtOnce = 32;
const openBatches = 16;

/** By how much the window grows in the time of as many answers as it is large. */
const growth = 0.1;

/**
 * Counts the calls that the server has not answered, so that there are never more than it permits.
 *
 * The server announces no limit. The window starts at the maximum, shrinks to what the server accepts when it refuses a
 * call as busy, and grows slowly again.
 */
export class Window {
  #maximum;
  #size;
  #calls = 0;
  #batches = 0;
  /** The entries of batches that wait at the server until others of their batch have ended. */
  #waiting = 0;
  #maximumWaiting;

  /**
   * @param {number} maximum The number of calls in flight.
   * @param {number} maximumBatch The number of entries of a batch.
   */
  constructor(maximum, maximumBatch) {
    this.#maximum = maximum;
    this.#size = maximum;
    this.#maximumWaiting = maximumBatch;
  }

  /** Whether a message with so many calls may be sent. An idle connection takes any message. */
  hasRoom(count, isBatch) {
    if (count === 0 || this.#calls === 0) return true;
    if (!isBatch) return this.#calls < Math.floor(this.#size);
    return this.#calls + running(count) <= Math.floor(this.#size) && this.#batches < openBatches
      && this.#waiting + waiting(count) <= this.#maximumWaiting;
  }

  /** The number of calls that the server has not answered. */
  get inFlight() {
    return this.#calls;
  }

  add(count, isBatch) {
    this.#change(count, isBatch, 1);
  }

  /** Removes a message that the server has answered. */
  remove(count, isBatch) {
    this.#change(count, isBatch, -1);
    this.#size = Math.min(this.#maximum, this.#size + growth / this.#size);
  }

  /**
   * Adapts to a call that the server refused as busy, after it was removed.
   *
   * @returns {boolean} Whether other calls are in flight, so that the call may succeed after one of them.
   */
  shrink() {
    if (this.#calls === 0) return false;
    this.#size = Math.min(this.#size, this.#calls);
    return true;
  }

  /** Makes room for one call more, to find out whether the server has room again. */
  probe() {
    this.#size = Math.min(this.#maximum, Math.max(this.#size, this.#calls) + 1);
  }

  /** Discards the messages in flight; called when the connection has ended. */
  clear() {
    this.#calls = this.#batches = this.#waiting = 0;
  }

  #change(count, isBatch, sign) {
    this.#calls += sign * (isBatch ? running(count) : count);
    if (!isBatch) return;
    this.#batches += sign;
    this.#waiting += sign * waiting(count);
  }
}

const running = (count) => Math.min(count, batchCallsAtOnce);
const waiting = (count) => Math.max(count - batchCallsAtOnce, 0);
