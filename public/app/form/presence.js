import { element } from "../dom.js";

const words = { value: "sent", omitted: "left out", null: "null" };

/** The choice whether a value is sent, left out or null. Most fields have nothing to choose and show no control. */
export class Presence {
  #states;
  #empty;
  #isAutomatic;
  #select;

  /** @param {import("./field.js").Field} field @param {() => void} changed Called when another state is selected. */
  constructor(field, changed) {
    const { isRequired, schema, isComposite } = field;
    this.#empty = isRequired ? (schema.isNullable ? "null" : "value") : "omitted";
    this.#isAutomatic = !isComposite;
    const states = ["value", ...(isRequired ? [] : ["omitted"]), ...(schema.isNullable ? ["null"] : [])];
    // A selection has entries of its own for this. A number is left out when its field is empty, an empty text may be sent.
    const isAsked = isComposite || (field.Control.isText && (schema.type === "string" || schema.isNullable));
    if (!isAsked || states.length === 1) return;
    this.#states = states;
    this.#select = element("select", { class: "presence", "aria-label": `${field.path} is`, onchange: changed },
      ...states.map((state) => element("option", { value: state }, words[state])));
  }

  get nodes() {
    return this.#select ? [this.#select] : [];
  }

  /** @returns {"value" | "omitted" | "null"} */
  get state() {
    return this.#select?.value ?? "value";
  }

  reset() {
    if (this.#select) this.#select.value = this.#empty;
  }

  write(value) {
    if (!this.#select) return;
    const state = value === undefined ? "omitted" : value === null ? "null" : "value";
    this.#select.value = this.#states.includes(state) ? state : this.#empty;
  }

  /** What is typed is sent, and nothing is sent any more when the text was removed. */
  edited(isEmpty) {
    if (this.#select && this.#isAutomatic) this.#select.value = isEmpty ? this.#empty : "value";
  }
}
