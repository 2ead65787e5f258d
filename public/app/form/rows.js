import { element } from "../dom.js";

/** Rows of fields with a button that removes each and one that adds another, for lists and maps. */
export class Rows {
  #list = element("ol", { class: "rows" });
  #add;
  #nextNumber = 0;
  /** @type {{fields: import("./field.js").Field[]}[]} */
  rows = [];

  /**
   * @param {import("./field.js").Field} field
   * @param {(number: number) => {fields: import("./field.js").Field[]}} make Makes the fields of a row. Numbers are not
   *   used again, so that a row keeps its names when one before it is removed.
   */
  constructor(field, make) {
    Object.assign(this, { field, make });
    const add = () => {
      this.append().fields[0].focus();
      field.edited();
    };
    this.#add = element("button", { type: "button", class: "add", "data-add": field.path, "aria-label": `Add to ${field.path}`, onclick: add }, "Add");
    this.node = element("div", {}, this.#list, this.#add);
  }

  get fields() {
    return this.rows.flatMap(({ fields }) => fields);
  }

  append() {
    const number = this.#nextNumber++;
    const row = this.make(number);
    const remove = () => {
      const at = this.rows.indexOf(row);
      this.rows.splice(at, 1);
      row.item.remove();
      const next = this.rows[Math.min(at, this.rows.length - 1)];
      if (next) next.fields[0].focus();
      else this.#add.focus();
      this.field.edited();
    };
    const label = `Remove ${row.fields[0].path}`;
    const button = element("button", { type: "button", class: "remove", "aria-label": label, onclick: remove }, "Remove");
    row.item = element("li", {}, ...row.fields.map(({ node }) => node), button);
    this.rows.push(row);
    this.#list.append(row.item);
    return row;
  }

  /** Removes rows until there are at most `count`, or adds them. */
  resize(count) {
    for (const { item } of this.rows.splice(count)) item.remove();
    if (this.rows.length === 0) this.#nextNumber = 0;
    while (this.rows.length < count) this.append();
  }
}
