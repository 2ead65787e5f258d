import { BoundedList } from "./bounded-list.js";
import { byID } from "./dom.js";

/**
 * A list of what has happened, newest first, that can be filtered, paused and cleared.
 *
 * The controls of the list `frames` have the ids `frames-filter`, `frames-pause`, `frames-clear` and `frames-count`.
 * Pausing stops the list only: what arrives meanwhile is shown afterwards, as far as it is kept.
 */
export class LogView {
  #list;
  #entries = [];
  #words = [];
  #isPaused = false;
  #missed = 0;

  /**
   * @param {string} id
   * @param {{limit: number, draw: (entry: any) => HTMLElement, textOf: (entry: any) => string}} options `textOf` returns
   *   the text that the filter searches.
   */
  constructor(id, { limit, draw, textOf }) {
    Object.assign(this, { id, limit, textOf });
    this.#list = new BoundedList(byID(id), limit, draw);
    byID(`${id}-filter`).addEventListener("input", ({ target }) => this.#filter(target.value));
    byID(`${id}-pause`).addEventListener("click", () => this.#pause(!this.#isPaused));
    byID(`${id}-clear`).addEventListener("click", () => this.#clear());
  }

  add(entry) {
    this.#entries.push(entry);
    if (this.#entries.length > this.limit) this.#entries.shift();
    if (this.#isPaused) this.#missed += 1;
    else if (this.#matches(entry)) this.#list.add(entry);
    this.#count();
  }

  #filter(text) {
    this.#words = text.toLowerCase().split(/\s+/).filter(Boolean);
    this.#redraw();
  }

  #pause(isPaused) {
    this.#isPaused = isPaused;
    byID(`${this.id}-pause`).setAttribute("aria-pressed", String(isPaused));
    if (!isPaused && this.#missed > 0) this.#redraw();
    this.#missed = 0;
    this.#count();
  }

  #clear() {
    this.#entries = [];
    this.#missed = 0;
    this.#redraw();
  }

  #redraw() {
    this.#list.clear();
    for (const entry of this.#entries) if (this.#matches(entry)) this.#list.add(entry);
    this.#count();
  }

  #matches(entry) {
    if (this.#words.length === 0) return true;
    const text = this.textOf(entry).toLowerCase();
    return this.#words.every((word) => text.includes(word));
  }

  #count() {
    const count = byID(`${this.id}-count`);
    if (this.#isPaused) count.textContent = this.#missed ? `paused, ${this.#missed} new` : "paused";
    else count.textContent = this.#entries.length ? `${this.#entries.length}` : "";
  }
}
