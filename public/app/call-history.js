import { byID, element, timeOfDay } from "./dom.js";
import { writeJSON } from "./json.js";

const shownCharacters = 80;

/**
 * Lists the calls of the session. Each can be shown again, with its arguments and its result, and made again.
 *
 * @param {import("./calls.js").Calls} calls
 * @param {{show(call: object): void, repeat(call: object): void}} actions
 */
export function startHistory(calls, actions) {
  const rows = new WeakMap();
  let timer;

  const draw = () => {
    timer = undefined;
    byID("history-count").textContent = calls.list.length ? String(calls.list.length) : "";
    byID("history").hidden = calls.list.length === 0;
    const list = byID("history-list");
    const wanted = calls.list.map((call) => update(rows.get(call) ?? add(call), call));
    for (const row of [...list.children]) if (!wanted.includes(row)) row.remove();
    // Rows are moved only where the order differs, so that a row keeps the focus.
    wanted.forEach((row, at) => list.children[at] === row || list.insertBefore(row, list.children[at] ?? null));
  };
  const add = (call) => {
    const row = makeRow(call, actions);
    rows.set(call, row);
    return row;
  };
  calls.addEventListener("change", () => (timer ??= setTimeout(draw, 50)));
  byID("history-clear").addEventListener("click", () => calls.clear());
  draw();
}

function makeRow(call, actions) {
  const params = call.params === undefined ? "" : writeJSON(call.params);
  return element("li", {},
    element("button", { type: "button", class: "history-show", onclick: () => actions.show(call) },
      element("span", { class: "name" }, call.name), " ", element("code", {}, shortened(params))),
    element("span", { class: "history-state quiet" }),
    element("button", {
      type: "button", class: "history-repeat", "aria-label": `Repeat ${call.name} ${shortened(params)}`,
      onclick: () => actions.repeat(call),
    }, "Repeat"),
    element("code", { class: "history-result" }));
}

function update(row, { at, state, status, text }) {
  row.dataset.state = state;
  row.querySelector(".history-state").textContent = `${timeOfDay(new Date(at)).slice(0, 8)} · ${status}`;
  row.querySelector(".history-result").textContent = state === "pending" ? "" : shortened(text.replace(/\s+/g, " "));
  return row;
}

const shortened = (text) => (text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text);
