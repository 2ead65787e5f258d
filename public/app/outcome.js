import { copyButton } from "./copy.js";
import { writeJSON } from "./json.js";
import { fraction } from "./task-tree.js";

/**
 * Shows one call: its result or error, its progress, and a button that cancels it.
 *
 * @typedef {object} Parts The elements.
 * @property {HTMLElement} text The result or the error.
 * @property {HTMLElement} status
 * @property {HTMLElement} progress Has a `progress` and a `code`.
 * @property {HTMLButtonElement} cancel
 * @property {HTMLButtonElement} [copy]
 * @property {string} nothing The text without a call.
 * @property {() => HTMLElement | undefined} next Returns the element to focus when the button that had the focus disappears.
 */
export class Outcome {
  #parts;
  #nothing;
  #shown;
  #frame;

  /** @param {import("./calls.js").Calls} calls @param {Parts} parts */
  constructor(calls, parts) {
    this.#parts = parts;
    this.#shown = this.#nothing = { state: "idle", text: parts.nothing, status: "" };
    if (parts.copy) copyButton(parts.copy, () => this.#shown.text);
    parts.cancel.addEventListener("click", () => this.#shown.cancel?.());
    // Other calls change too, and their outcome must not replace this one. A fast stream is drawn once a frame.
    calls.addEventListener("change", ({ detail: call }) => call === this.#shown && this.#drawSoon());
  }

  /** Shows a call, or a text that is no call: what is wrong with the arguments. */
  show(call = this.#nothing) {
    this.#shown = call;
    this.#draw();
  }

  #drawSoon() {
    if (document.hidden || this.#shown.state !== "open") return this.#draw();
    this.#frame ??= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = undefined;
    const { text, status, cancel, copy, next } = this.#parts;
    const shown = this.#shown;
    text.dataset.state = shown.state;
    text.textContent = shown.text;
    status.textContent = shown.status;
    if (copy) copy.hidden = shown.state === "idle" || shown.state === "pending";
    if (!shown.cancel && document.activeElement === cancel) next()?.focus();
    cancel.hidden = !shown.cancel;
    cancel.textContent = endingOf(shown);
    this.#drawProgress(shown.state === "pending" ? shown.progress : undefined);
  }

  #drawProgress(progress) {
    const { progress: part } = this.#parts;
    part.hidden = progress === undefined;
    if (progress === undefined) return;
    const done = fraction(progress);
    const bar = part.querySelector("progress");
    if (done === undefined) bar.removeAttribute("value");
    else bar.value = done;
    part.querySelector("code").textContent = writeJSON(progress);
  }
}

/** Returns the word for what `cancel` does. */
function endingOf({ kind, state }) {
  if (kind === "stream" || kind === "topic") return "Unsubscribe";
  return state === "ok" ? "Release" : "Cancel";
}
