import { BoundedList } from "./bounded-list.js";
import { byID, element, setPressed, timeOfDay } from "./dom.js";

const shownFrames = 200;
const shownCharacters = 2000;

/** Shows the raw messages of the connection. Pausing stops the list only, not the messages. */
export function showFrames(rpc) {
  const list = new BoundedList(byID("frames"), shownFrames, drawFrame);
  const pause = byID("frames-pause");
  const count = byID("frames-count");
  let paused = false;
  let missed = 0;

  rpc.addEventListener("frame", ({ detail: { direction, text } }) => {
    if (!paused) return list.add({ direction, text, at: new Date() });
    missed += 1;
    count.textContent = `${missed} not shown`;
  });
  pause.addEventListener("click", () => {
    paused = !paused;
    missed = 0;
    count.textContent = paused ? "paused" : "";
    setPressed(pause, paused, paused ? "Resume" : "Pause");
  });
  byID("frames-clear").addEventListener("click", () => list.clear());
}

function drawFrame({ direction, text, at }) {
  const out = direction === "out";
  const shown = text.length > shownCharacters ? `${text.slice(0, shownCharacters)}… (${text.length} characters)` : text;
  return element("li", { class: direction },
    element("span", { class: "arrow", role: "img", "aria-label": out ? "sent" : "received" }, out ? "→" : "←"),
    element("span", { class: "quiet" }, timeOfDay(at)),
    element("code", {}, shown));
}
