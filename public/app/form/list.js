import { problemOf } from "../schema/check.js";
import { Rows } from "./rows.js";

/** The items of a list, which can be added and removed. */
export class ListControl {
  /** @param {import("./field.js").Field} field @param {object} schema A resolved one. */
  constructor(field, schema) {
    const { context } = field;
    Object.assign(this, { field, schema });
    this.rows = new Rows(field, (number) => ({ fields: [new field.constructor({
      ...context, name: `${context.name} ${number + 1}`, path: `${context.path}.${number}`, schema: schema.items,
      isRequired: true, description: undefined, depth: context.depth + 1,
    })] }));
    this.node = this.rows.node;
    this.rows.resize(schema.minItems ?? 0);
  }

  get fields() {
    return this.rows.fields;
  }

  read(problems) {
    const before = problems.length;
    const values = this.fields.map((field) => field.read(problems));
    const problem = problems.length === before ? problemOf(values, this.schema) : undefined;
    if (problem) this.field.report(problems, problem);
    return values;
  }

  write(values) {
    const items = Array.isArray(values) ? values : [];
    this.rows.resize(items.length);
    items.forEach((value, at) => this.fields[at].write(value));
  }
}
