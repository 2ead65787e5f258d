import { element, timeOfDay } from "./dom.js";
import { LogView } from "./log-view.js";

const shownFrames = 200;
const shownCharacters = 2000;

/** Shows the raw messages of the connection. */
export function showFrames(rpc) {
  const list = new LogView("frames", { limit: shownFrames, draw: drawFrame, textOf: ({ text }) => text });
  rpc.addEventListener("frame", ({ detail: { direction, text } }) => list.add({ direction, text, at: new Date() }));
}

function drawFrame({ direction, text, at }) {
  const out = direction === "out";
  const shown = text.length > shownCharacters ? `${text.slice(0, shownCharacters)}… (${text.length} characters)` : text;
  return element("li", { class: direction },
    element("span", { class: "arrow", role: "img", "aria-label": out ? "sent" : "received" }, out ? "→" : "←"),
    element("span", { class: "quiet" }, timeOfDay(at)),
    element("code", {}, shown));
}
