import { BoundedList } from "./bounded-list.js";
import { byID, describe, element, handOver, onSubmit, timeOfDay } from "./dom.js";

const shownChanges = 50;

/** The card of the watched file. */
export function startFiles(events) {
  const list = new BoundedList(byID("file-changes"), shownChanges, drawChange);
  const state = byID("file-state");
  let key;

  const setRunning = (running) => {
    const [start, stop] = [byID("file-start"), byID("file-stop")];
    if (running) handOver(start, stop);
    else handOver(stop, start);
  };
  onSubmit(byID("file-form"), () => {
    const path = byID("file-path").value;
    setRunning(true);
    state.textContent = "Asking";
    key = events.stream("files.monitor", { path, interval: Number(byID("file-interval").value) }, {
      onOpen: () => (state.textContent = `Watching ${path}`),
      onEvent: (change) => list.add({ ...change, at: new Date() }),
      onEnd: (error) => {
        setRunning(false);
        state.textContent = error ? describe(error) : "Not watching";
      },
    });
  });
  byID("file-stop").addEventListener("click", () => events.close(key));
}

function drawChange({ path, old, new: current, at }) {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return element("li", {}, element("span", {}, summary(name, old, current)), element("span", { class: "quiet" }, timeOfDay(at)));
}

function summary(name, old, current) {
  if (!old) return `${name} appeared, ${bytes(current.size)}`;
  if (!current) return `${name} is gone`;
  if (old.inode !== current.inode) return `${name} was replaced, ${bytes(current.size)}`;
  if (old.size !== current.size) return `${name}: ${old.size} → ${bytes(current.size)}`;
  if (old.mode !== current.mode) return `${name}: mode ${mode(old)} → ${mode(current)}`;
  return `${name} was written, still ${bytes(current.size)}`;
}

const mode = ({ mode }) => (mode & 0o7777).toString(8);
const bytes = (count) => `${count} ${count === 1 ? "byte" : "bytes"}`;
