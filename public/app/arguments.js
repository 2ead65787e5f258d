import { byID } from "./dom.js";
import { arrange, describeProblem, Form } from "./form/form.js";
import { writeJSON } from "./json.js";
import { RawEditor } from "./raw-editor.js";

/** The arguments of the chosen method: fields and, beside them, the same as JSON. The one that was edited last counts. */
export class Arguments {
  #params = [];
  #form;
  #raw = new RawEditor((params) => this.#rawEdited(params));
  #changed;

  /** @param {() => void} changed Called when the arguments were edited. */
  constructor(changed) {
    this.#changed = changed;
    byID("parameter-style").addEventListener("change", () => this.#formEdited());
  }

  /**
   * Makes the fields of a method.
   *
   * @param {import("./form/form.js").Param[]} params
   * @param {object} root The document in which the schemas find others.
   */
  use(params, root) {
    this.#params = params;
    byID("raw").hidden = byID("parameter-style").hidden = params.length === 0;
    byID("raw").open = false;
    this.#form = new Form(byID("fields"), params, { root, onChange: () => this.#formEdited() });
  }

  /** Sets the arguments, also those that the fields cannot show. @param {unknown[] | object} [params] */
  write(params) {
    if (params !== undefined) this.#setStyle(Array.isArray(params));
    this.#form.write(params);
    this.#raw.follow(this.#read().params);
    if (params !== undefined && writeJSON(this.#read().params) !== writeJSON(params)) this.#raw.write(params);
  }

  /** Returns the arguments, `undefined` for none. @throws {SyntaxError} If they are not valid, which is shown there. */
  take() {
    if (this.#raw.isSource) return this.#raw.take();
    this.#form.take();
    return this.#read().params;
  }

  /** Returns the arguments as far as they are valid, and whether all are. */
  peek() {
    if (this.#raw.isSource) return { params: this.#raw.value, isValid: !this.#raw.error };
    const { params, problems } = this.#read();
    return { params, isValid: problems.length === 0 };
  }

  focus() {
    this.#form.focus();
  }

  #read() {
    const byPosition = byID("call-form").elements["postern:style"].value === "position";
    const { values, problems } = this.#form.read();
    return { params: arrange(values, this.#params, byPosition), problems };
  }

  #setStyle(byPosition) {
    byID("call-form").elements["postern:style"].value = byPosition ? "position" : "name";
  }

  #formEdited() {
    const { params, problems } = this.#read();
    this.#raw.follow(params);
    if (problems.length > 0) this.#raw.note(`Not complete: ${describeProblem(problems[0])}`);
    this.#changed();
  }

  #rawEdited(params) {
    if (params !== undefined) {
      this.#setStyle(Array.isArray(params));
      this.#form.write(params);
      const { problems } = this.#form.read();
      if (problems.length > 0) this.#raw.note(`Is sent as it is, but may be refused: ${describeProblem(problems[0])}`);
    }
    this.#changed();
  }
}
