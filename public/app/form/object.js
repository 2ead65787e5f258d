import { element } from "../dom.js";

/** The fields of the members of an object. */
export class ObjectControl {
  /** @param {import("./field.js").Field} field @param {object} schema A resolved one. */
  constructor(field, schema) {
    const { context } = field;
    const required = new Set(schema.required ?? []);
    this.names = Object.keys(schema.properties);
    this.fields = this.names.map((name) => new field.constructor({
      ...context, name, path: `${context.path}.${name}`, schema: schema.properties[name], isRequired: required.has(name),
      description: undefined, depth: context.depth + 1,
    }));
    this.node = element("div", { class: "inputs" }, ...this.fields.map(({ node }) => node));
  }

  read(problems) {
    const entries = this.names.map((name, at) => [name, this.fields[at].read(problems)]);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }

  write(value = {}) {
    this.names.forEach((name, at) => this.fields[at].write(value?.[name]));
  }
}
