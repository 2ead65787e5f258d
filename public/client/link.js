/** The time after which an open connection counts as stable, which resets the back-off. */
const steadyAfterMs = 5000;

/** Whether the server's close code forbids a reconnect. */
const isFinal = (code) => code >= 4500 && code <= 4999;

/**
 * A WebSocket that is reconnected with exponential back-off and jitter.
 *
 * `state` is `connecting`, `open`, `waiting` (for the next attempt) or `closed` (until the next `dial()`).
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

  /** Connects immediately, unless the socket is connecting or open. */
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

  /** Drops a connection that no longer responds; it is reconnected like after any other loss. */
  drop(reason) {
    const socket = this.#socket;
    if (!socket) return;
    // First, as the `close` event may fire much later when the server does not respond.
    this.#ended(socket, 1006, reason);
    socket.close();
  }

  /** Closes the connection without reconnecting. */
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

  /** Returns a delay that doubles with each attempt up to the maximum. Half of it is random, to spread reconnects. */
  #nextDelay() {
    const { minimumDelayMs, maximumDelayMs } = this.#options;
    const whole = Math.min(maximumDelayMs, minimumDelayMs * 2 ** Math.min(this.#attempts++, 30));
    return Math.round(whole * (0.5 + Math.random() / 2));
  }
}
