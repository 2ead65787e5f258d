/** How long a connection has to last before the back-off starts again from its shortest delay. */
const steadyAfterMs = 5000;

/** Server close codes that say "do not come back". */
const isFinal = (code) => code >= 4500 && code <= 4999;

/**
 * One WebSocket at a time, dialled again with back-off and jitter when it ends.
 *
 * States: `connecting`, `open`, `waiting` (for the next attempt), `closed` (for good, until `dial()`).
 */
export class Link {
  #socket = null;
  #attempts = 0;
  #openedAt = 0;
  #timer;
  #options;
  #handlers;

  /**
   * @param {string} url
   * @param {{WebSocket: typeof WebSocket, minimumDelayMs: number, maximumDelayMs: number}} options
   * @param {{opened(): void, received(text: string): void,
   *          closed(end: {code: number, reason: string, retryInMs?: number}): void}} handlers
   */
  constructor(url, options, handlers) {
    this.url = url;
    this.state = "closed";
    this.#options = options;
    this.#handlers = handlers;
  }

  /** Dials now, unless it is dialling or open already. */
  dial() {
    if (this.state === "connecting" || this.state === "open") return;
    clearTimeout(this.#timer);
    const socket = new this.#options.WebSocket(this.url, "jsonrpc");
    this.state = "connecting";
    this.#socket = socket;
    socket.onopen = () => this.#opened(socket);
    socket.onmessage = ({ data }) => socket === this.#socket && this.#handlers.received(data);
    socket.onclose = ({ code, reason }) => this.#ended(socket, code, reason);
    socket.onerror = () => {};
  }

  /** @param {string} text */
  send(text) {
    this.#socket.send(text);
  }

  /** Gives up a connection that no longer answers; the next attempt follows as after any loss. */
  drop(reason) {
    const socket = this.#socket;
    if (!socket) return;
    this.#ended(socket, 1006, reason);
    socket.close();
  }

  /** Closes for good. */
  close(code = 1000, reason = "") {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    if (this.state === "closed") return;
    this.state = "closed";
    socket?.close(code, reason);
    this.#handlers.closed({ code, reason });
  }

  #opened(socket) {
    if (socket !== this.#socket) return socket.close();
    this.state = "open";
    this.#openedAt = performance.now();
    this.#handlers.opened();
  }

  #ended(socket, code, reason) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    if (this.state === "open" && performance.now() - this.#openedAt > steadyAfterMs) this.#attempts = 0;
    if (isFinal(code)) {
      this.state = "closed";
      return this.#handlers.closed({ code, reason });
    }
    this.state = "waiting";
    const retryInMs = this.#nextDelay();
    this.#timer = setTimeout(() => this.dial(), retryInMs);
    this.#handlers.closed({ code, reason, retryInMs });
  }

  /** Doubles from attempt to attempt up to the maximum; a random half keeps many clients apart. */
  #nextDelay() {
    const { minimumDelayMs, maximumDelayMs } = this.#options;
    const whole = Math.min(maximumDelayMs, minimumDelayMs * 2 ** Math.min(this.#attempts++, 30));
    return Math.round(whole * (0.5 + Math.random() / 2));
  }
}
