import { copyButton } from "./copy.js";
import { byID } from "./dom.js";
import { writeJSON } from "./json.js";
import { fraction } from "./task-tree.js";

const nothing = { state: "idle", text: "—", status: "" };

/** Shows one call: its result or error, its progress, and a button that cancels it. */
export class Outcome {
  #shown = nothing;
  #frame;

  /** @param {import("./calls.js").Calls} calls */
  constructor(calls) {
    copyButton(byID("copy-result"), () => this.#shown.text);
    byID("cancel").addEventListener("click", () => this.#shown.cancel?.());
    // Other calls change too, and their outcome must not replace this one. A fast stream is drawn once a frame.
    calls.addEventListener("change", ({ detail: call }) => call === this.#shown && this.#drawSoon());
  }

  /** Shows a call, or a text that is no call: what is wrong with the arguments. */
  show(call = nothing) {
    this.#shown = call;
    this.#draw();
  }

  #drawSoon() {
    if (document.hidden || this.#shown.state !== "open") return this.#draw();
    this.#frame ??= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = undefined;
    const { state, text, status, cancel, progress } = this.#shown;
    byID("result").dataset.state = state;
    byID("result").textContent = text;
    byID("result-status").textContent = status;
    byID("copy-result").hidden = state === "idle" || state === "pending";
    const button = byID("cancel");
    if (!cancel && document.activeElement === button) byID("call").focus();
    button.hidden = !cancel;
    button.textContent = endingOf(this.#shown);
    this.#drawProgress(state === "pending" ? progress : undefined);
  }

  #drawProgress(progress) {
    byID("call-progress").hidden = progress === undefined;
    if (progress === undefined) return;
    const part = fraction(progress);
    const bar = byID("call-progress-bar");
    if (part === undefined) bar.removeAttribute("value");
    else bar.value = part;
    byID("call-progress-text").textContent = writeJSON(progress);
  }
}

/** Returns the word for what `cancel` does. */
function endingOf({ kind, state }) {
  if (kind === "stream" || kind === "topic") return "Unsubscribe";
  return state === "ok" ? "Release" : "Cancel";
}
