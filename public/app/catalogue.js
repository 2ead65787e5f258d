import { byID, describe, element } from "./dom.js";

/**
 * Lists the services that the server describes, again after each reconnect, and hides the cards of missing services.
 *
 * @param {(names: Set<string>) => void} loaded Called with the names of the methods whenever they were loaded.
 */
export function startCatalogue(rpc, events, workbench, loaded) {
  const search = byID("method-search");
  let methods = [];

  const draw = () => {
    const wanted = search.value.trim().toLowerCase();
    const found = methods.filter((method) => matches(method, wanted));
    const all = found.length === methods.length;
    byID("method-count").textContent = all ? `${found.length}` : `${found.length} of ${methods.length}`;
    byID("no-method").hidden = found.length > 0 || methods.length === 0;
    byID("methods").replaceChildren(...groups(found, workbench));
  };

  const load = async () => {
    try {
      const catalogue = await rpc.call("rpc.discover");
      methods = catalogue.methods ?? [];
      draw();
      workbench.refresh(methods);
      byID("topics").replaceChildren(...(catalogue["x-topics"] ?? []).map((topic) => topicRow(topic, events)));
      const names = new Set(methods.map((method) => method.name));
      for (const card of document.querySelectorAll("[data-needs]")) card.hidden = !names.has(card.dataset.needs);
      loaded(names);
    } catch (error) {
      byID("method-count").textContent = describe(error);
    }
  };

  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    event.preventDefault();
    byID("methods").querySelector("button")?.[event.key === "Enter" ? "click" : "focus"]();
  });
  byID("methods").addEventListener("keydown", moveWithArrows);
  rpc.addEventListener("open", load);
  events.addEventListener("change", () => {
    for (const button of document.querySelectorAll("[data-topic]")) {
      button.setAttribute("aria-pressed", String(events.has(button.dataset.topic)));
    }
  });
}

function matches({ name, description = "", summary = "" }, wanted) {
  return `${name} ${description} ${summary}`.toLowerCase().includes(wanted);
}

function groups(methods, workbench) {
  const services = [...new Set(methods.map(serviceOf))];
  return services.map((service) => [service, methods.filter((method) => serviceOf(method) === service)]).map(([service, members]) =>
    element("section", { class: "service" },
      element("h3", {}, service),
      element("ul", { class: "plain" }, ...members.map((method) => methodRow(method, workbench)))));
}

const serviceOf = ({ name }) => name.slice(0, Math.max(0, name.lastIndexOf(".")));

function methodRow(method, workbench) {
  const names = (method.params ?? []).map((param) => param.name).join(", ");
  const button = element("button", {
    type: "button",
    "data-method": method.name,
    "aria-current": workbench.selected === method.name ? "true" : undefined,
    onclick: () => {
      document.querySelector("[data-method][aria-current]")?.removeAttribute("aria-current");
      button.setAttribute("aria-current", "true");
      workbench.select(method);
    },
  },
    element("span", { class: "name" }, method.name.slice(method.name.lastIndexOf(".") + 1)),
    element("span", { class: "leader", "aria-hidden": "true" }),
    element("span", { class: "params" }, method["x-stream"] ? `${names} ⟶`.trim() : names || "–"));
  return element("li", {}, button);
}

function topicRow(topic, events) {
  const toggle = () => (events.has(topic.name) ? events.close(topic.name) : events.subscribe(topic.name));
  const pressed = String(events.has(topic.name));
  const attributes = { type: "button", "data-topic": topic.name, "aria-pressed": pressed, onclick: toggle };
  const button = element("button", attributes, topic.name);
  return element("li", { class: "topic" }, button, element("span", { class: "quiet" }, topic.description ?? ""));
}

function moveWithArrows(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const buttons = [...event.currentTarget.querySelectorAll("button")];
  buttons[buttons.indexOf(document.activeElement) + step]?.focus();
  event.preventDefault();
}
