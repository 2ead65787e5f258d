import { element } from "../dom.js";
import { writeJSON } from "../json.js";
import { choicesOf } from "../schema/check.js";
import { kindOf } from "../schema/resolve.js";

const omitted = "";

/** A selection of one of a few values; a check box for what is true or false. */
export class ChoiceControl {
  #choices;
  #isBox;
  /** The selection has entries of its own for null and for what is left out. */
  hasNull = true;

  /** @param {import("./field.js").Field} field @param {object} schema A resolved one. */
  constructor(field, schema) {
    this.field = field;
    const kind = kindOf(schema);
    const own = kind === "boolean" ? [true, false] : kind === "null" ? [null] : choicesOf(schema);
    this.#choices = schema.isNullable ? [...own, null] : own;
    this.#isBox = kind === "boolean" && field.isRequired && !schema.isNullable;
    const attributes = {
      id: field.id, name: field.path, "aria-describedby": `${field.id}-problem`, onchange: () => field.edited(),
    };
    this.input = this.#isBox ? element("input", { ...attributes, type: "checkbox" }) : this.#select(attributes);
    this.node = this.input;
  }

  read() {
    if (this.#isBox) return this.input.checked;
    return this.input.value === omitted ? undefined : this.#choices[Number(this.input.value)];
  }

  write(value) {
    if (this.#isBox) this.input.checked = value === true;
    else this.input.value = this.#entryOf(value);
  }

  #entryOf(value) {
    const at = value === undefined ? -1 : this.#choices.findIndex((choice) => writeJSON(choice) === writeJSON(value));
    return at >= 0 ? String(at) : this.field.isRequired ? "0" : omitted;
  }

  #select(attributes) {
    const blank = this.field.isRequired ? [] : [element("option", { value: omitted }, "–")];
    const options = this.#choices.map((choice, at) =>
      element("option", { value: at }, typeof choice === "string" ? choice : writeJSON(choice)));
    return element("select", attributes, ...blank, ...options);
  }
}
