import { element } from "../dom.js";
import { Field } from "./field.js";

/**
 * The fields of a list of parameters.
 *
 * @typedef {{name: string, required?: boolean, description?: string, schema?: object}} Param
 * @typedef {{field: Field, message: string}} Problem
 */
export class Form {
  #showsProblems = false;

  /**
   * @param {HTMLElement} container The fields replace its children.
   * @param {Param[]} params
   * @param {{root?: object, prefix?: string, onChange?: () => void}} [options] `root` is the document of the schemas;
   *   the prefix makes ids unique among the forms of the page.
   */
  constructor(container, params, { root = {}, prefix = "param", onChange } = {}) {
    this.params = params;
    const changed = () => {
      if (this.#showsProblems) this.#show(this.read().problems);
      onChange?.();
    };
    this.fields = params.map(({ name, required = false, description, schema = {} }) =>
      new Field({ path: name, name, schema, root, isRequired: required, description, prefix, changed }));
    const none = element("p", { class: "quiet" }, "Takes no parameters.");
    container.replaceChildren(...(params.length ? this.fields.map((field) => field.node) : [none]));
  }

  /** Returns the values in the order of the parameters, `undefined` for what is left out, and what is wrong with them. */
  read() {
    const problems = [];
    return { values: this.fields.map((field) => field.read(problems)), problems };
  }

  /**
   * Returns the values, or shows the problems at their fields and moves the focus to the first one.
   *
   * @returns {unknown[]}
   * @throws {SyntaxError} If a value is not valid.
   */
  take() {
    const { values, problems } = this.read();
    this.#showsProblems = true;
    this.#show(problems);
    if (problems.length === 0) return values;
    problems[0].field.focus();
    problems[0].field.node.scrollIntoView({ block: "nearest" });
    throw new SyntaxError(problems.map(describeProblem).join("\n"));
  }

  /** Sets the fields to arguments by name or by position. @param {unknown[] | object} [params] */
  write(params = {}) {
    this.fields.forEach((field, at) => field.write(Array.isArray(params) ? params[at] : params[this.params[at].name]));
    if (this.#showsProblems) this.#show(this.read().problems);
  }

  focus() {
    this.fields.find((field) => field.isEditable)?.focus();
  }

  #show(problems) {
    for (const field of this.fields) field.clearProblems();
    for (const { field, message } of problems) field.showProblem(message);
  }
}

/** Formats a problem with the name of its field. @param {Problem} problem */
export const describeProblem = ({ field, message }) => `${field.path}: ${message}`;

/**
 * Converts values to named or positional params. Positional params fill gaps with the default value or null.
 *
 * @param {unknown[]} values
 * @param {Param[]} params
 * @param {boolean} byPosition
 */
export function arrange(values, params, byPosition) {
  if (params.length === 0) return undefined;
  if (!byPosition) {
    return Object.fromEntries(params.map(({ name }, at) => [name, values[at]]).filter(([, value]) => value !== undefined));
  }
  const given = values.findLastIndex((value) => value !== undefined) + 1;
  return values.slice(0, given).map((value, at) => (value === undefined ? params[at].schema?.default ?? null : value));
}
