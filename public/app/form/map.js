import { Rows } from "./rows.js";

/** The entries of a dictionary: keys and values, which can be added and removed. */
export class MapControl {
  /** @param {import("./field.js").Field} field @param {object} schema A resolved one. */
  constructor(field, schema) {
    const { context } = field;
    this.field = field;
    const part = (name, number, of) => new field.constructor({
      ...context, name, path: `${context.path}.${number}.${name}`, schema: of,
      isRequired: true, description: undefined, depth: context.depth + 1,
    });
    const keys = { type: "string", ...schema.propertyNames };
    this.rows = new Rows(field, (number) => ({
      fields: [part("key", number, keys), part("value", number, schema.additionalProperties)],
    }));
    this.node = this.rows.node;
  }

  get fields() {
    return this.rows.fields;
  }

  read(problems) {
    const entries = this.rows.rows.map(({ fields: [key, value] }) => ({ key, name: key.read(problems), value: value.read(problems) }));
    const seen = new Set();
    for (const { key, name } of entries) {
      if (seen.has(name)) key.report(problems, "is there twice");
      seen.add(name);
    }
    return Object.fromEntries(entries.filter(({ name }) => name !== undefined).map(({ name, value }) => [name, value]));
  }

  write(value) {
    const entries = Object.entries(value ?? {});
    this.rows.resize(entries.length);
    entries.forEach(([name, part], at) => {
      const [key, field] = this.rows.rows[at].fields;
      key.write(name);
      field.write(part);
    });
  }
}
