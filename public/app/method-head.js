import { byID, element } from "./dom.js";
import { takesReference } from "./functions.js";

/** Shows the name and the description of a method or topic, and the controls that apply to it. */
export function showMethod(method) {
  const isStream = Boolean(method["x-stream"] || method.isTopic);
  byID("call-form").hidden = byID("terminal").hidden = byID("copy-link").hidden = false;
  byID("method-name").replaceChildren(...softened(method.name));
  byID("method-description").replaceChildren(method.description ?? method.summary ?? "", ...badges(method));
  byID("fields").hidden = Boolean(method.isTopic);
  byID("call").textContent = isStream ? "Subscribe" : "Call";
  byID("notification-choice").hidden = isStream || takesReference(method);
  byID("notification").checked = false;
}

/** Says that there is no such method or topic, without the controls of one. @param {"method" | "topic"} kind */
export function showMissing(kind) {
  byID("call-form").hidden = byID("terminal").hidden = byID("copy-link").hidden = true;
  byID("method-name").textContent = `No such ${kind}`;
  byID("method-description").textContent = "The list has what this server offers.";
}

/** Returns how the chosen method is called. @returns {import("./calls.js").Call["kind"]} */
export function kindOf(method) {
  if (method.isTopic) return "topic";
  if (method["x-stream"]) return "stream";
  return byID("notification").checked ? "notification" : "call";
}

/** Allows line breaks after the dots of a long name. */
function softened(name) {
  return name.split(".").flatMap((part, at) => (at === 0 ? [part] : [".", element("wbr"), part]));
}

function badges(method) {
  const words = [
    method.isTopic && "topic", method["x-stream"] && "stream", method["x-safe"] && "safe to GET",
    method.deprecated && "deprecated",
  ];
  return words.filter(Boolean).flatMap((word) => [" ", element("span", { class: "badge" }, word)]);
}
