import { byID, describe, element } from "./dom.js";
import { linkTo } from "./link.js";
import { best, search } from "./search.js";

/**
 * Lists the methods and topics that the server describes, again after each reconnect, and hides the cards of missing
 * services.
 *
 * @param {import("./workbench.js").Workbench} workbench
 * @param {(names: Set<string>) => void} loaded Called with the names of the methods whenever they were loaded.
 */
export function startCatalogue(rpc, events, workbench, loaded) {
  const input = byID("method-search");
  let methods = [];
  let topics = [];

  const draw = () => {
    const found = search(methods, input.value);
    const foundTopics = search(topics, input.value);
    const all = found.length === methods.length;
    byID("method-count").textContent = all ? `${found.length}` : `${found.length} of ${methods.length}`;
    byID("no-method").hidden = found.length + foundTopics.length > 0 || methods.length === 0;
    byID("methods").replaceChildren(...groups(found, workbench));
    byID("topics").replaceChildren(...foundTopics.map((topic) => topicRow(topic, workbench, events)));
    byID("topics-title").hidden = foundTopics.length === 0;
    markSelected();
  };
  const markSelected = () => {
    for (const entry of byID("index").querySelectorAll("[data-method], [data-topic]")) {
      const isSelected = (entry.dataset.method ?? entry.dataset.topic) === workbench.selected?.name
        && Boolean(entry.dataset.topic) === Boolean(workbench.selected?.isTopic);
      if (isSelected) entry.setAttribute("aria-current", "true");
      else entry.removeAttribute("aria-current");
    }
  };

  const load = async () => {
    try {
      const document = await rpc.call("rpc.discover");
      methods = document.methods ?? [];
      topics = (document["x-topics"] ?? []).map((topic) => ({ ...topic, isTopic: true }));
      workbench.load(document, [...methods, ...topics]);
      draw();
      const names = new Set(methods.map((method) => method.name));
      showCards(names);
      loaded(names);
    } catch (error) {
      byID("method-count").textContent = describe(error);
    }
  };

  input.addEventListener("input", draw);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    event.preventDefault();
    const found = best([...search(methods, input.value), ...search(topics, input.value)], input.value);
    if (event.key === "ArrowDown") byID("index").querySelector("[data-method], [data-topic]")?.focus();
    else if (found) workbench.choose(found, { movesFocus: true });
  });
  byID("index").addEventListener("keydown", moveWithArrows);
  workbench.addEventListener("select", markSelected);
  rpc.addEventListener("open", load);
  events.addEventListener("change", () => {
    for (const entry of document.querySelectorAll("[data-topic]")) markOpen(entry, events);
  });
}

function showCards(names) {
  for (const card of document.querySelectorAll("[data-needs]")) card.hidden = !names.has(card.dataset.needs);
}

function groups(methods, workbench) {
  return [...Map.groupBy(methods, serviceOf)].map(([service, members]) =>
    element("section", { class: "service" },
      ...(service ? [element("h3", {}, service)] : []),
      element("ul", { class: "plain" }, ...members.map((method) => methodRow(method, workbench)))));
}

const serviceOf = ({ name }) => name.slice(0, Math.max(0, name.lastIndexOf(".")));

function methodRow(method, workbench) {
  const names = (method.params ?? []).map((param) => param.name).join(", ");
  return element("li", {}, element("a", { "data-method": method.name, ...choosing(method, workbench) },
    element("span", { class: "name" }, method.name.slice(method.name.lastIndexOf(".") + 1)),
    element("span", { class: "leader", "aria-hidden": "true" }),
    element("span", { class: "params" }, method["x-stream"] ? `${names} ⟶`.trim() : names || "–")));
}

function topicRow(topic, workbench, events) {
  const entry = element("a", { "data-topic": topic.name, ...choosing(topic, workbench) },
    element("span", { class: "name" }, topic.name), element("span", { class: "leader", "aria-hidden": "true" }),
    element("span", { class: "params" }));
  markOpen(entry, events);
  return element("li", {}, entry);
}

/**
 * Returns the attributes of a link that chooses a method or topic. With a key that opens a tab or a window, the browser
 * follows it.
 */
function choosing(method, workbench) {
  const choose = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    // A click by the keyboard has no count; the pointer stays where it is, so that a phone opens no keyboard.
    workbench.choose(method, { movesFocus: event.detail === 0 });
  };
  return { href: linkTo(method), onclick: choose };
}

function markOpen(entry, events) {
  entry.querySelector(".params").textContent = events.has(entry.dataset.topic) ? "subscribed" : "";
}

function moveWithArrows(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.target.id === "method-search") return;
  const entries = [...event.currentTarget.querySelectorAll("[data-method], [data-topic]")];
  const at = entries.indexOf(document.activeElement) + step;
  (at < 0 ? byID("method-search") : entries[at])?.focus();
  event.preventDefault();
}
