/** The delay after which new entries are rendered, in milliseconds. */
const drawEveryMs = 100;

/**
 * A list on the page that shows the newest entries on top and removes the oldest.
 *
 * New entries are rendered in batches, of which only the newest that fit are kept, so that a flood of them costs little.
 */
export class BoundedList {
  #entries = [];
  #timer;

  /**
   * @param {HTMLElement} list
   * @param {number} limit
   * @param {(entry: any) => HTMLElement} draw
   */
  constructor(list, limit, draw) {
    Object.assign(this, { list, limit, draw });
  }

  add(entry) {
    this.#entries.push(entry);
    if (this.#entries.length > this.limit) this.#entries.shift();
    this.#timer ??= setTimeout(() => this.#update(), drawEveryMs);
  }

  clear() {
    this.#entries.length = 0;
    this.list.replaceChildren();
  }

  #update() {
    this.#timer = undefined;
    this.list.prepend(...this.#entries.splice(0).reverse().map(this.draw));
    while (this.list.childElementCount > this.limit) this.list.lastElementChild.remove();
  }
}
