import { BoundedList } from "./bounded-list.js";
import { byID, element, timeOfDay } from "./dom.js";

const shownLines = 200;
const keptLines = 2000;

/** The output of all tasks, or of one task and its descendants, with the newest line on top. */
export class TaskLog {
  #lines = [];
  #list = new BoundedList(byID("task-log"), shownLines, drawLine);
  #wants = () => true;

  /** @param {{id: string, time: number, stream?: string, text: string, isCut?: boolean}} line */
  add(line) {
    this.#lines.push(line);
    if (this.#lines.length > 2 * keptLines) this.#lines.splice(0, keptLines);
    if (this.#wants(line.id)) this.#list.add(line);
  }

  /** Shows only the lines of matching tasks. @param {(id: string) => boolean} wants */
  show(wants) {
    this.#wants = wants;
    this.#list.clear();
    for (const line of this.#lines.filter(({ id }) => wants(id)).slice(-shownLines)) this.#list.add(line);
  }
}

function drawLine({ id, time, stream, text, isCut }) {
  return element("li", { class: stream },
    element("span", { class: "quiet" }, timeOfDay(new Date(time))),
    element("span", { class: "name" }, id),
    element("code", {}, isCut ? `${text} …` : text));
}
