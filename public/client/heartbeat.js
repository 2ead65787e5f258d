/**
 * Notices a connection that went dead without a word, which a browser cannot see by itself.
 *
 * Any message counts as a sign of life; only after silence is the server pinged.
 */
export class Heartbeat {
  #afterMs;
  #actions;
  #timer;
  #heardAt = 0;

  /**
   * @param {number} afterMs 0 turns it off.
   * @param {{ping(): Promise<unknown>, silent(): void}} actions
   */
  constructor(afterMs, actions) {
    this.#afterMs = afterMs;
    this.#actions = actions;
  }

  start() {
    this.stop();
    this.heard();
    if (this.#afterMs > 0) this.#timer = setInterval(() => this.#check(), this.#afterMs);
  }

  stop() {
    clearInterval(this.#timer);
  }

  heard() {
    this.#heardAt = performance.now();
  }

  async #check() {
    if (performance.now() - this.#heardAt < this.#afterMs) return;
    const timer = this.#timer;
    try {
      await this.#actions.ping();
    } catch {
      const stillSilent = performance.now() - this.#heardAt >= this.#afterMs;
      if (timer === this.#timer && stillSilent) this.#actions.silent();
    }
  }
}
