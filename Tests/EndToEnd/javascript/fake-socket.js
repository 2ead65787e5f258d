/** A WebSocket without a network, for exact sequences of messages. */
export class FakeSocket {
  static all = [];
  /** Whether new sockets open by themselves. */
  static opens = true;
  sent = [];
  closes = [];

  constructor(url, protocol) {
    Object.assign(this, { url, protocol });
    FakeSocket.all.push(this);
    if (FakeSocket.opens) queueMicrotask(() => this.onopen({}));
  }

  static get last() {
    return FakeSocket.all.at(-1);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close(code, reason) {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code < 5000)) throw new RangeError("invalid code");
    this.closes.push([code, reason]);
  }

  /** Delivers a message from the server: text as it is, anything else as JSON. */
  take(message) {
    this.onmessage({ data: typeof message === "string" ? message : JSON.stringify(message) });
  }

  /** Answers the request with an id. */
  answer(id, result) {
    this.take({ jsonrpc: "2.0", id, result });
  }

  /** Answers the request with an id, or one that cannot be read, with an error. */
  refuse(id, code, data) {
    this.take({ jsonrpc: "2.0", id, error: { code, message: "refused", data } });
  }

  /** The ids of the requests of a method that were sent. */
  ids(method) {
    return this.sent.flat().filter((message) => message.method === method).map(({ id }) => id);
  }
}
