import { timeLimit, timerDelay } from "./time-limit.js";

/** The time after which an open connection counts as stable, which resets the back-off. */
const steadyAfterMs = 5000;

/** Whether the server's close code forbids a reconnect. */
const isFinal = (code) => code >= 4500 && code <= 4999;

const withoutWebSocket = "this engine has no WebSocket: use Node 22 or newer, start Node 20 with "
  + "--experimental-websocket, or pass the constructor of a package, such as that of `ws`, as "
  + "new Postern(url, { WebSocket })";

/**
 * A WebSocket that is reconnected with exponential back-off and jitter.
 *
 * `state` is `connecting`, `open`, `waiting` (for the next attempt) or `closed` (until the next `dial()`).
 */
export class Link {
  #socket = null;
  #attempts = 0;
  #openedAt = 0;
  /** Runs in the state `connecting`, until the attempt fails, and in `waiting`, until the next one. */
  #timer;
  #options;
  #handlers;

  /**
   * @param {string} url
   * @param {{WebSocket: typeof WebSocket, minimumDelayMs: number, maximumDelayMs: number,
   *          dialTimeoutMs: number | null}} options
   * @param {{opened(): void, received(data: string | ArrayBuffer): void,
   *          closed(end: {code: number, reason: string, retryInMs?: number}): void}} handlers
   * @throws {TypeError} If there is no constructor of WebSockets.
   */
  constructor(url, options, handlers) {
    if (typeof options.WebSocket !== "function") throw new TypeError(withoutWebSocket);
    this.url = url;
    this.state = "closed";
    this.#options = options;
    this.#handlers = handlers;
  }

  /**
   * Connects immediately, unless the socket is connecting or open.
   *
   * @throws If the engine refuses the URL.
   */
  dial() {
    if (this.state === "connecting" || this.state === "open") return;
    clearTimeout(this.#timer);
    const socket = new this.#options.WebSocket(this.url, "jsonrpc");
    socket.binaryType = "arraybuffer";
    this.state = "connecting";
    this.#socket = socket;
    const limitMs = timeLimit(this.#options.dialTimeoutMs);
    if (limitMs !== undefined) this.#timer = setTimeout(() => this.drop(`no connection within ${limitMs} ms`), limitMs);
    socket.onopen = () => this.#opened(socket);
    socket.onmessage = ({ data }) => socket === this.#socket && this.#handlers.received(data);
    socket.onclose = ({ code, reason }) => this.#ended(socket, code, reason);
    socket.onerror = ({ message }) => this.#failed(socket, message);
  }

  /** @param {string} text */
  send(text) {
    this.#socket.send(text);
  }

  /** Drops a connection that does not work; it is reconnected like after any other loss. */
  drop(reason) {
    const socket = this.#socket;
    if (!socket) return;
    // First, as the `close` event may fire much later when the server does not respond.
    this.#ended(socket, 1006, reason);
    socket.close();
  }

  /**
   * Closes the connection without reconnecting.
   *
   * @throws If the code or the reason cannot be sent. Nothing has changed then.
   */
  close(code = 1000, reason = "") {
    this.#socket?.close(code, reason);
    clearTimeout(this.#timer);
    this.#socket = null;
    if (this.state === "closed") return;
    this.state = "closed";
    this.#handlers.closed({ code, reason });
  }

  #opened(socket) {
    if (socket !== this.#socket) return socket.close();
    clearTimeout(this.#timer);
    this.state = "open";
    this.#openedAt = performance.now();
    this.#handlers.opened();
  }

  /** Ends an attempt. Node before 24 has no `close` event after it; an open socket always has one. */
  #failed(socket, message) {
    if (socket !== this.#socket || this.state !== "connecting") return;
    this.#ended(socket, 1006, message || "the connection failed");
  }

  #ended(socket, code, reason) {
    if (socket !== this.#socket) return;
    clearTimeout(this.#timer);
    this.#socket = null;
    if (this.state === "open" && performance.now() - this.#openedAt > steadyAfterMs) this.#attempts = 0;
    if (isFinal(code)) {
      this.state = "closed";
      return this.#handlers.closed({ code, reason });
    }
    this.state = "waiting";
    const retryInMs = this.#nextDelay();
    this.#timer = setTimeout(() => this.#redial(), retryInMs);
    this.#handlers.closed({ code, reason, retryInMs });
  }

  /** Connects again. No code could catch what a timer throws, so a refused attempt is one that failed. */
  #redial() {
    try {
      this.dial();
    } catch (error) {
      this.#socket = null;
      this.#ended(null, 1006, error.message);
    }
  }

  /** Returns a delay that doubles with each attempt up to the maximum. Half of it is random, to spread reconnects. */
  #nextDelay() {
    const { minimumDelayMs, maximumDelayMs } = this.#options;
    const whole = Math.min(maximumDelayMs, minimumDelayMs * 2 ** Math.min(this.#attempts++, 30));
    return Math.round(timerDelay(whole) * (0.5 + Math.random() / 2));
  }
}

/** Returns the address of the server that the page came from. @throws {TypeError} If there is no page. */
export function sameOrigin() {
  if (!globalThis.location) throw new TypeError('no page, so pass a URL: new Postern("ws://127.0.0.1:8080/rpc")');
  const { protocol, host } = globalThis.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/rpc`;
}
