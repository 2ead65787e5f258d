import { timeLimit } from "./time-limit.js";

/**
 * Detects a connection that was lost without a close, which the WebSocket API of browsers does not report.
 *
 * Every received message shows that the connection works; the server is pinged only when none arrives for a while.
 */
export class Heartbeat {
  #afterMs;
  #actions;
  #timer;
  #receivedAt = 0;

  /**
   * @param {number | null} afterMs The time without a message after which a ping is sent; 0, `null` and `Infinity`
   *   disable pings.
   * @param {{ping(): Promise<unknown>, silent(): void}} actions
   */
  constructor(afterMs, actions) {
    this.#afterMs = timeLimit(afterMs) ?? 0;
    this.#actions = actions;
  }

  start() {
    this.stop();
    this.noteMessage();
    if (this.#afterMs > 0) this.#timer = setInterval(() => this.#check(), this.#afterMs);
  }

  stop() {
    clearInterval(this.#timer);
  }

  /** Records that a message has arrived. */
  noteMessage() {
    this.#receivedAt = performance.now();
  }

  async #check() {
    if (performance.now() - this.#receivedAt < this.#afterMs) return;
    // Another timer after the ping means that the connection was replaced in the meantime.
    const timer = this.#timer;
    try {
      await this.#actions.ping();
    } catch {
      const stillSilent = performance.now() - this.#receivedAt >= this.#afterMs;
      if (timer === this.#timer && stillSilent) this.#actions.silent();
    }
  }
}
