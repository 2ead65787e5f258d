/** How long a message may be under suspicion before its calls fail. */
const suspicionMs = 2000;

/**
 * An error without an id, and the messages that it may concern.
 *
 * The server answers so when it cannot read the id of a request. It does so when it reads the request, which is later
 * than what it has answered before. If that leaves a single message, the error concerns it. Otherwise, each message
 * that is answered is cleared; the calls of the last one fail, or of all that are left after two seconds.
 */
export class Suspicion {
  #messages;
  #isCertain;
  #convict;
  #timer;

  /**
   * @param {import("./outgoing-message.js").OutgoingMessage[]} messages
   * @param {boolean} isCertain Whether the error concerns one of them. It may also concern a notification or a reply.
   * @param {(messages: Set<object>, isCertain: boolean) => void} convict Called once, with the messages whose calls
   *   shall fail.
   */
  constructor(messages, isCertain, convict) {
    this.#messages = new Set(messages);
    this.#isCertain = isCertain;
    this.#convict = convict;
    if (isCertain && this.#messages.size === 1) this.#finish(true);
    else this.#timer = setTimeout(() => this.#finish(false), suspicionMs);
  }

  /** Whether there is nothing left to find out. */
  isOver = false;

  /** Clears a message that the server has read: it has answered it, or reported progress. */
  clear(message) {
    if (!this.#messages.delete(message) || this.isOver) return;
    if (this.#messages.size === 0) this.drop();
    else if (this.#isCertain && this.#messages.size === 1) this.#finish(true);
  }

  /** Ends the suspicion; called when the connection has ended, which ends the calls too. */
  drop() {
    clearTimeout(this.#timer);
    this.isOver = true;
  }

  #finish(isCertain) {
    this.drop();
    this.#convict(this.#messages, isCertain);
  }
}
