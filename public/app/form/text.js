import { element } from "../dom.js";
import { parseJSON, writeJSON } from "../json.js";
import { problemOf } from "../schema/check.js";
import { formatOf } from "../schema/formats.js";
import { kindOf } from "../schema/resolve.js";

/** A text field for a text, a number, or any value as JSON. */
export class TextControl {
  static isText = true;

  #kind;

  /** @param {import("./field.js").Field} field @param {object} schema A resolved one. */
  constructor(field, schema) {
    const kind = kindOf(schema);
    Object.assign(this, { field, schema });
    this.#kind = ["string", "integer", "number"].includes(kind) ? kind : "json";
    const format = formatOf(schema);
    const isLong = this.#kind === "json" || (kind === "string" && schema.maxLength > 500);
    const attributes = {
      id: field.id, name: field.path, autocomplete: "off", spellcheck: "false",
      "aria-describedby": `${field.id}-problem`,
      placeholder: this.#placeholder(format),
      inputmode: { integer: schema.minimum >= 0 ? "numeric" : undefined, number: undefined }[kind],
      oninput: () => field.edited(this.input.value === ""),
    };
    this.input = isLong ? element("textarea", { ...attributes, rows: 3 }) : element("input", { ...attributes, type: "text" });
    this.node = format?.make ? element("div", { class: "made" }, this.input, this.#maker(format)) : this.input;
  }

  read(problems) {
    const text = this.input.value;
    if (text.trim() === "" && this.#kind !== "string") return this.#empty(problems);
    const value = this.#parse(text, problems);
    if (value === undefined) return undefined;
    const problem = value === null && this.schema.isNullable ? undefined : problemOf(value, this.schema);
    if (problem) this.field.report(problems, this.#kind === "string" ? problem : `${text.trim()} ${problem}`);
    return problem ? undefined : value;
  }

  write(value) {
    if (value === undefined) this.input.value = "";
    else this.input.value = this.#kind === "string" && typeof value === "string" ? value : writeJSON(value, this.#kind === "json" ? 2 : 0);
  }

  #empty(problems) {
    if (this.field.isRequired) this.field.report(problems, "needs a value");
    return undefined;
  }

  #parse(text, problems) {
    if (this.#kind === "string") return text;
    try {
      return this.#kind === "json" ? parseJSON(text) : numberFrom(text.trim());
    } catch (error) {
      const kind = this.#kind === "json" ? `is not JSON: ${error.message}` : this.#kind === "integer" ? "is not an integer" : "is not a number";
      this.field.report(problems, this.#kind === "json" ? kind : `${text.trim()} ${kind}`);
    }
  }

  #placeholder(format) {
    if (format?.example) return format.example;
    if (this.#kind === "json") return { array: "[1, 2, 3]", object: "{}" }[this.schema.type] ?? '"text", 1, [1, 2], {"a": null}';
    return this.schema.default === undefined || this.field.isRequired ? undefined : String(this.schema.default);
  }

  #maker(format) {
    const fill = () => {
      this.input.value = format.make();
      this.field.edited();
    };
    return element("button", { type: "button", "aria-label": `${format.made} ${this.field.path}`, onclick: fill }, format.made);
  }
}

/** Parses a number as JSON has it, also with a plus sign or without a digit before or behind the point. */
function numberFrom(text) {
  const plain = text.replace(/^\+/, "").replace(/^(-?)\./, "$10.").replace(/\.(?=$|e)/i, ".0").replace(/^(-?)0+(?=\d)/, "$1");
  const value = parseJSON(plain);
  if (typeof value === "bigint" || typeof value === "number") return value;
  throw new SyntaxError("is not a number");
}
