import { Code, PosternError } from "./error.js";
import { OutgoingMessage } from "./outgoing-message.js";
import { Suspicion } from "./suspicion.js";
import { timerDelay } from "./time-limit.js";
import { Window } from "./window.js";

/** The time after which a call that the server refused as busy is tried again at the latest. */
const probeAfterMs = 1000;

/**
 * The pending calls, and the outbox of messages that have not been sent yet.
 *
 * The outbox is first in, first out, and is sent as far as the server's limit of calls in flight permits. When the
 * connection is lost, a call that was sent fails and is never sent again; a call that is still in the outbox stays.
 */
export class CallTable {
  #calls = new Map();
  /** The message of each call that the server has not answered, whether the call has settled or not. */
  #messages = new Map();
  #outbox = [];
  #window;
  #actions;
  #maximumWaiting;
  #isFlushing = false;
  #suspicions = [];
  #probeTimer;
  /** The number of messages that were sent on this connection. */
  #sequence = 0;
  /** The newest message that the server has read for certain, and the newest without an id. */
  #lastRead = 0;
  #lastWithoutID = 0;

  /**
   * @param {{maximumWaiting: number, maximumInFlight: number, maximumBatch: number}} limits
   * @param {{isOpen(): boolean, encode(entry: object, counted: Set<any>): string, send(text: string): void,
   *          cancel(id: number): void, servedCount(): number}} actions `servedCount` returns the number of calls of
   *   the server that this side has not answered.
   */
  constructor(limits, actions) {
    this.#maximumWaiting = limits.maximumWaiting;
    this.#window = new Window(limits.maximumInFlight, limits.maximumBatch);
    this.#actions = actions;
  }

  /**
   * Sends a message, or appends it to the outbox.
   *
   * @param {object[]} entries The calls of the message, each a `PendingCall`, and its notifications as `{text}`.
   * @param {boolean} isBatch Whether the message is sent as an array.
   * @param {boolean} isUrgent Whether the message does not wait for calls in flight.
   * @throws {PosternError} If the outbox is full.
   */
  enqueue(entries, isBatch, isUrgent = false) {
    const message = new OutgoingMessage(entries, isBatch);
    if (isUrgent && this.#actions.isOpen()) {
      for (const call of message.calls) this.#calls.set(call.id, call);
      return this.#send(message);
    }
    if (this.#isFull()) throw PosternError.busy(`more than ${this.#maximumWaiting} messages wait`);
    for (const call of message.calls) this.#calls.set(call.id, call);
    this.#outbox.push(message);
    this.flush();
  }

  /** Puts the messages that a step enqueues in front of the outbox. They are sent by the next `flush()`. */
  putFirst(step) {
    const later = this.#outbox;
    this.#outbox = [];
    this.#isFlushing = true;
    try {
      step();
    } finally {
      this.#isFlushing = false;
      this.#outbox = [...this.#outbox, ...later];
    }
  }

  /** Sends the messages of the outbox, as far as the server has room for them. */
  flush() {
    // Encoding a message and sending it run code of the page, which may call further methods.
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    try {
      while (this.#outbox.length > 0 && this.#actions.isOpen()) {
        const [message] = this.#outbox;
        if (!message.isObsolete && !this.#hasRoom(message) && this.#isMoving()) break;
        this.#outbox.shift();
        if (!message.isObsolete) this.#send(message);
      }
    } finally {
      this.#isFlushing = false;
    }
  }

  /** Notes that a message without an id was sent: a notification, a reply or a cancellation. */
  noteSent() {
    this.#lastWithoutID = this.#sequence += 1;
  }

  /** Delivers a `$/progress` value to its call. Returns false if no call receives it. */
  progress(token, value) {
    const call = this.#calls.get(token);
    if (!call?.options.onProgress) return false;
    this.#noteRead(this.#messages.get(token));
    call.progress(value);
    return true;
  }

  /** Settles the call that a reply answers. Returns false if there is no such pending call. */
  receive(reply) {
    const message = this.#messages.get(reply.id);
    if (!message) return false;
    this.#noteRead(message);
    this.#remove(reply.id, message);
    const call = this.#calls.get(reply.id);
    const isReceived = call !== undefined;
    if (isReceived && !this.#requeue(call, reply, message)) settle(call, reply);
    this.flush();
    return isReceived;
  }

  /** Returns the batches to which messages of the server reply. */
  batches(messages) {
    return new Set(messages.map(({ id }) => this.#messages.get(id)).filter((message) => message?.isBatch));
  }

  /** Fails the calls of batches that their responses left out. A batch has one response. */
  finish(batches) {
    const missing = PosternError.invalidAnswer("the response of the batch has no entry for this call");
    for (const batch of batches) this.#fail(batch, missing);
    this.flush();
  }

  /** Fails the calls that an error without an id concerns. */
  receiveWithoutID(error) {
    const onlyBatches = error.code === Code.batchTooLarge;
    const all = new Set(this.#messages.values());
    const isSuspect = ({ sequence, isBatch }) => sequence > this.#lastRead && (isBatch || !onlyBatches);
    const suspects = [...all].filter(isSuspect);
    if (suspects.length === 0) return;
    const isCertain = onlyBatches || this.#lastWithoutID < this.#lastRead || this.#lastWithoutID === 0;
    this.#suspicions.push(new Suspicion(suspects, isCertain, (messages, isKnown) => {
      for (const message of messages) this.#convict(message, error, isKnown);
      this.flush();
    }));
  }

  remove(id) {
    this.#calls.delete(id);
  }

  /** Fails the calls that were sent and, if `everything` is true, also the ones in the outbox. */
  fail(reason, everything) {
    clearTimeout(this.#probeTimer);
    this.#probeTimer = undefined;
    for (const suspicion of this.#suspicions.splice(0)) suspicion.drop();
    this.#window.clear();
    this.#messages.clear();
    this.#sequence = this.#lastRead = this.#lastWithoutID = 0;
    for (const call of [...this.#calls.values()]) {
      if (call.sent || everything) call.settle(PosternError.connectionLost(call.executed, reason));
    }
    if (everything) this.#outbox.length = 0;
  }

  #hasRoom({ calls, isBatch }) {
    return this.#window.hasRoom(calls.length, isBatch);
  }

  /**
   * Whether a call in flight ends without this side.
   *
   * If each of them may wait for an answer of this side, which may wait for a call in the outbox, waiting could last
   * for ever: the call is sent, and fails if the server refuses it.
   */
  #isMoving() {
    return this.#window.inFlight > this.#actions.servedCount();
  }

  #isFull() {
    if (this.#outbox.length < this.#maximumWaiting) return false;
    this.#outbox = this.#outbox.filter((message) => !message.isObsolete);
    return this.#outbox.length >= this.#maximumWaiting;
  }

  #send(message) {
    const text = message.text(this.#actions.encode);
    if (text === undefined) return;
    const { calls } = message;
    message.sequence = this.#sequence += 1;
    if (calls.length === 0) this.#lastWithoutID = message.sequence;
    message.unanswered = new Set(calls.map(({ id }) => id));
    message.size = calls.length;
    this.#window.add(message.size, message.isBatch);
    for (const call of calls) {
      call.sent = true;
      this.#messages.set(call.id, message);
    }
    try {
      this.#actions.send(text);
    } catch (error) {
      this.#fail(message, PosternError.connectionLost("unknown", error.message));
    }
  }

  /** Removes an answered call; its message is answered with its last call. */
  #remove(id, message) {
    this.#messages.delete(id);
    message.unanswered.delete(id);
    if (message.unanswered.size === 0) this.#window.remove(message.size, message.isBatch);
  }

  #fail(message, error) {
    for (const id of [...message.unanswered]) {
      this.#remove(id, message);
      this.#calls.get(id)?.settle(error);
    }
  }

  /** Fails the calls of a message that the server may not have read. If that is uncertain, they are cancelled. */
  #convict(message, { code, message: text, data }, isKnown) {
    if (isKnown) return this.#fail(message, new PosternError(code, text, data));
    for (const id of message.unanswered) this.#actions.cancel(id);
    this.#fail(message, new PosternError(code, text, { ...data, executed: "unknown" }));
  }

  /**
   * Puts a call that the server refused as busy back to the front of the outbox, if other calls are in flight.
   *
   * It is sent again when one of them is answered, or after a while, as the server may be busy with other clients.
   */
  #requeue(call, { error }, message) {
    if (error?.code !== Code.busy || error.data?.executed !== "no") return false;
    if (message.isBatch || call.options.signal?.aborted) return false;
    if (!this.#isMoving() || !this.#window.shrink()) return false;
    call.sent = false;
    // The answers to calls that were sent in order arrive in order, and each call belongs in front of later ones.
    const isLater = (other) => !other.entries[0].settle || other.entries[0].id > call.id;
    const place = this.#outbox.findIndex(isLater);
    this.#outbox.splice(place < 0 ? this.#outbox.length : place, 0, new OutgoingMessage([call], false));
    this.#probeTimer ??= setTimeout(() => this.#probe(), timerDelay(Number(error.data.retryAfterMs) || probeAfterMs));
    return true;
  }

  #probe() {
    this.#probeTimer = undefined;
    if (this.#outbox.length === 0) return;
    this.#window.probe();
    this.flush();
  }

  #noteRead(message) {
    if (!message) return;
    this.#lastRead = Math.max(this.#lastRead, message.sequence);
    for (const suspicion of this.#suspicions) suspicion.clear(message);
    this.#suspicions = this.#suspicions.filter(({ isOver }) => !isOver);
  }
}

function settle(call, reply) {
  if (reply.error) call.settle(PosternError.from(reply.error));
  else if (reply.result === undefined) call.settle(PosternError.invalidAnswer("the answer has no result and no error"));
  else call.settle(undefined, reply.result);
}
