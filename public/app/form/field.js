import { element } from "../dom.js";
import { writeJSON } from "../json.js";
import { formatOf } from "../schema/formats.js";
import { kindOf, resolve, titleOf } from "../schema/resolve.js";
import { ChoiceControl } from "./choice.js";
import { ListControl } from "./list.js";
import { MapControl } from "./map.js";
import { ObjectControl } from "./object.js";
import { Presence } from "./presence.js";
import { ReferenceControl } from "./reference.js";
import { TextControl } from "./text.js";
import { UnionControl } from "./union.js";

/** The depth of fields in fields beyond which a value is edited as JSON. */
const deepest = 8;

const controls = {
  choice: ChoiceControl, boolean: ChoiceControl, null: ChoiceControl,
  object: ObjectControl, map: MapControl, list: ListControl, union: UnionControl, reference: ReferenceControl,
  integer: TextControl, number: TextControl, string: TextControl, json: TextControl,
};
const composites = [ObjectControl, MapControl, ListControl, UnionControl];

/**
 * A labelled field for one value of a JSON Schema, with a control of its kind, what is wrong with it, and, where a value
 * may be left out or null, a choice of that.
 *
 * @typedef {object} FieldContext
 * @property {string} path The names from the parameter to this value, joined by dots: the `name` of the control.
 * @property {string} name The last of them, or another label.
 * @property {object} schema
 * @property {object} root The document in which references are found.
 * @property {boolean} isRequired Whether a value has to be sent, which may be null if the schema says so.
 * @property {string} [description]
 * @property {string} prefix
 * @property {() => void} changed
 * @property {number} [depth]
 */
export class Field {
  #problem;
  #presence;
  #holder = element("div", { class: "control" });

  /** @param {FieldContext} context */
  constructor(context) {
    this.context = { depth: 0, ...context };
    this.path = context.path;
    this.id = `${context.prefix}-${context.path}`;
    this.schema = resolve(context.schema, context.root);
    const kind = kindOf(this.schema);
    this.Control = this.context.depth > deepest ? TextControl : controls[kind];
    this.isComposite = composites.includes(this.Control);
    this.isEditable = kind !== "reference";
    this.#problem = element("p", { id: `${this.id}-problem`, class: "problem" });
    this.#presence = new Presence(this, () => this.#presenceChanged());
    this.node = this.#draw();
    this.#presence.reset();
    if (context.isRequired && this.schema.default !== undefined) this.write(this.schema.default);
    else this.#show();
  }

  get isRequired() {
    return this.context.isRequired;
  }

  /** Returns the value, `undefined` if it is left out, and adds what is wrong to the problems. */
  read(problems) {
    if (this.#presence.state === "omitted") return undefined;
    if (this.#presence.state === "null") return null;
    return this.control.read(problems);
  }

  /** Sets the value; `undefined` leaves it out. */
  write(value) {
    this.#presence.write(value);
    this.#show();
    if (this.#presence.state === "value") this.control.write(value);
    else if (!this.isComposite) this.control.write(undefined);
  }

  /** Adds a problem of this field to a list. */
  report(problems, message) {
    problems.push({ field: this, message });
  }

  showProblem(message) {
    this.#problem.textContent = message;
    this.control?.input?.setAttribute("aria-invalid", "true");
  }

  clearProblems() {
    this.#problem.textContent = "";
    this.control?.input?.removeAttribute("aria-invalid");
    for (const field of this.control?.fields ?? []) field.clearProblems();
  }

  focus() {
    const target = this.control?.input ?? this.node.querySelector("input, select, textarea, button");
    target?.focus();
  }

  /** Called by the control when its value was edited. @param {boolean} isEmpty Whether it is a text without characters. */
  edited(isEmpty = false) {
    this.#presence.edited(isEmpty);
    this.context.changed();
  }

  #presenceChanged() {
    this.#show();
    this.context.changed();
  }

  /** Controls of parts are made when they are needed, as a recursive type would never end. */
  #show() {
    const isShown = !this.isComposite || this.#presence.state === "value";
    if (isShown && !this.control) {
      this.control = new this.Control(this, this.schema);
      this.#holder.append(this.control.node);
    }
    this.#holder.hidden = !isShown;
  }

  #draw() {
    const name = element("span", { class: "name" }, this.context.name);
    const hint = element("span", { class: "quiet" }, this.#hint());
    const about = this.context.description ?? this.schema.description;
    const notes = about ? [element("p", { class: "hint quiet" }, about)] : [];
    if (this.isComposite || !this.isEditable) {
      const legend = element("legend", {}, name, " ", hint, ...this.#presence.nodes);
      return element("fieldset", { class: "field group", "data-path": this.path }, legend, ...notes, this.#holder, this.#problem);
    }
    const label = element("label", { for: this.id }, name, " ", hint);
    const top = element("div", { class: "label" }, label, ...this.#presence.nodes);
    return element("div", { class: "field", "data-path": this.path }, top, this.#holder, ...notes, this.#problem);
  }

  #hint() {
    const format = formatOf(this.schema);
    const kind = kindOf(this.schema);
    const words = { choice: this.schema.title, object: titleOf(this.schema), list: "list", map: "by key", union: "one of", json: this.schema.type ?? "any JSON" };
    const preset = this.schema.default === undefined ? "" : `${writeJSON(this.schema.default)} by default`;
    return [format?.name ?? words[kind] ?? kind, this.isRequired ? "" : "optional", preset].filter(Boolean).join(", ");
  }
}
