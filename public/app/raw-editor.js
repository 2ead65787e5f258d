import { byID } from "./dom.js";
import { parseJSON, writeJSON } from "./json.js";

/** The arguments as JSON, which can be edited in place of the form. */
export class RawEditor {
  #input = byID("raw-text");
  #problem = byID("raw-problem");
  /** Whether the arguments are those that were typed here, and not those of the form. */
  isSource = false;
  /** What was typed, `undefined` if it is empty or not JSON. @type {unknown[] | object | undefined} */
  value;
  /** Why it is not JSON. @type {SyntaxError | undefined} */
  error;

  /** @param {(params?: unknown[] | object) => void} changed Called with the arguments when they were edited here. */
  constructor(changed) {
    this.#input.addEventListener("input", (event) => {
      event.stopPropagation();
      this.#read();
      changed(this.value);
    });
  }

  /** Returns the arguments that were typed. @throws {SyntaxError} If they are not JSON. */
  take() {
    if (!this.error) return this.value;
    byID("raw").open = true;
    this.#input.focus();
    throw new SyntaxError(`Raw JSON: ${this.error.message}`);
  }

  /** Shows the arguments of the form. */
  follow(params) {
    this.isSource = false;
    this.#input.value = params === undefined ? "" : writeJSON(params, 2);
    this.note("");
  }

  /** Shows arguments that the form cannot show, as if they were typed. */
  write(params) {
    this.#input.value = writeJSON(params, 2);
    this.#read();
    byID("raw").open = true;
  }

  /** Shows what is wrong with the arguments. */
  note(text) {
    this.#problem.textContent = text;
    if (this.error) this.#input.setAttribute("aria-invalid", "true");
    else this.#input.removeAttribute("aria-invalid");
  }

  #read() {
    this.isSource = true;
    this.value = this.error = undefined;
    try {
      this.value = paramsFrom(this.#input.value.trim());
    } catch (error) {
      this.error = error;
    }
    this.note(this.error?.message ?? "");
  }
}

function paramsFrom(text) {
  if (text === "") return undefined;
  const value = parseJSON(text);
  if (value !== null && typeof value === "object") return value;
  throw new SyntaxError("Arguments are an object by name or a list by position.");
}
