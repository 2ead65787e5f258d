import { element } from "../dom.js";
import { problemIn } from "../schema/check.js";
import { resolve, titleOf, variantsOf } from "../schema/resolve.js";

/** A value of one of several schemas: the choice of one, and its field. */
export class UnionControl {
  #variants;
  #place = element("div");
  #field;

  /** @param {import("./field.js").Field} field @param {object} schema A resolved one. */
  constructor(field, schema) {
    this.field = field;
    this.#variants = variantsOf(schema);
    const titles = this.#variants.map((variant) => titleOf(resolve(variant, field.context.root)));
    const changed = () => {
      this.#show();
      field.edited();
    };
    this.input = element("select", { id: field.id, name: field.path, "aria-label": `Kind of ${field.path}`, onchange: changed },
      ...titles.map((title, at) => element("option", { value: at }, title)));
    this.node = element("div", { class: "union" }, this.input, this.#place);
    this.#show();
  }

  get fields() {
    return [this.#field];
  }

  read(problems) {
    return this.#field.read(problems);
  }

  write(value) {
    const { root } = this.field.context;
    const at = this.#variants.findIndex((variant) => !problemIn(value, variant, root));
    if (at >= 0) this.input.value = String(at);
    this.#show();
    this.#field.write(value);
  }

  #show() {
    const { context } = this.field;
    const at = this.input.selectedIndex;
    const title = this.input.options[at].textContent;
    this.#field = new this.field.constructor({
      ...context, name: title, path: `${context.path}.${at}`, schema: this.#variants[at], isRequired: true,
      description: undefined, depth: context.depth + 1,
    });
    this.#place.replaceChildren(this.#field.node);
  }
}
