import { element } from "./dom.js";
import { fraction, hasEnded } from "./task-tree.js";

/** The shortest interval between two updates of the tree, in milliseconds. */
const drawEveryMs = 100;

const words = { wait: "waits", work: "works", done: "done", stop: "stopped", fail: "failed" };

/**
 * The tree of tasks on the page: nested lists with a row for each task, the newest tree on top. Rows are updated in
 * place, so that the focus is kept.
 */
export class TaskRows {
  #rows = new Map();
  #timer;
  #isStale = false;

  /**
   * @param {HTMLElement} list
   * @param {import("./task-tree.js").TaskTree} tree
   * @param {{select(id: string): void, stop(id: string): void, kill(id: string): void, drawn(): void}} actions
   */
  constructor(list, tree, actions) {
    Object.assign(this, { list, tree, actions });
    list.addEventListener("keydown", moveWithArrows);
  }

  /** Updates the tree, immediately or at the end of the current interval. */
  update() {
    if (this.#timer) {
      this.#isStale = true;
      return;
    }
    this.#isStale = false;
    this.#draw();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#isStale) this.update();
    }, drawEveryMs);
  }

  #draw() {
    this.tree.prune();
    for (const [id, row] of this.#rows) {
      if (this.tree.tasks.has(id)) continue;
      row.item.remove();
      this.#rows.delete(id);
    }
    for (const task of this.tree.tasks.values()) this.#show(task);
    this.actions.drawn();
  }

  #show(task) {
    let row = this.#rows.get(task.id);
    if (!row) {
      row = makeRow(task, this.actions);
      this.#rows.set(task.id, row);
      const parent = this.#rows.get(task.parent);
      if (parent) parent.children.append(row.item);
      else this.list.prepend(row.item);
    }
    const part = fraction(task.progress);
    const ended = hasEnded(task);
    row.item.dataset.state = task.state;
    row.state.textContent = words[task.state] ?? task.state;
    row.bar.hidden = part === undefined;
    row.bar.value = part ?? 0;
    row.part.textContent = part === undefined ? "" : `${Math.floor(part * 100)} %`;
    if (ended && row.actions.contains(document.activeElement)) row.choose.focus();
    row.actions.hidden = ended;
  }
}

function makeRow({ id, name = id }, actions) {
  const parts = {
    choose: element(
      "button",
      { type: "button", class: "task-name", "data-task": id, onclick: () => actions.select(id) },
      element("span", { class: "name" }, name), element("span", { class: "task-suffix" }, id.slice(name.length))),
    state: element("span", { class: "task-state" }),
    bar: element("progress", { max: 1, value: 0, "aria-label": `Progress of ${id}` }),
    part: element("span", { class: "task-part quiet" }),
    actions: element("span", { class: "task-actions" },
      button("Stop", id, () => actions.stop(id)), button("Kill", id, () => actions.kill(id))),
    children: element("ul", { class: "plain" }),
  };
  const row = element("div", { class: "task" }, parts.choose, parts.state, parts.bar, parts.part, parts.actions);
  return { item: element("li", { "data-id": id }, row, parts.children), ...parts };
}

function button(word, id, onclick) {
  return element("button", { type: "button", class: word.toLowerCase(), "aria-label": `${word} ${id}`, onclick }, word);
}

function moveWithArrows(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const buttons = [...event.currentTarget.querySelectorAll(".task-name")];
  const row = document.activeElement.closest(".task");
  buttons[buttons.findIndex((choose) => choose.parentElement === row) + step]?.focus();
  event.preventDefault();
}
