import { BoundedList } from "./bounded-list.js";
import { byID, describe, element, swapEnabled, onSubmit, timeOfDay } from "./dom.js";

const shownChanges = 50;

/**
 * Starts the card of the watched file. It passes a function to the server and receives an object with a `stop` method.
 */
export function startFiles(rpc) {
  const list = new BoundedList(byID("file-changes"), shownChanges, drawChange);
  const [start, stop, release] = [byID("file-start"), byID("file-stop"), byID("file-release")];
  let monitor;

  const show = (text) => {
    byID("file-state").textContent = text;
    byID("file-references").textContent = rpc.references.map(name).join(", ") || "none";
    release.disabled = !monitor;
  };
  const end = (text = "Not watching") => {
    monitor = undefined;
    swapEnabled(stop, start);
    show(text);
  };
  const watch = async (path, interval) => {
    const changed = (old, current) => list.add({ path, old, current, at: new Date() });
    monitor = await rpc.call("files.watch", [path, changed, interval]);
    show(`Watching ${path}`);
  };
  onSubmit(byID("file-form"), () => {
    swapEnabled(start, stop);
    show("Asking");
    watch(byID("file-path").value, Number(byID("file-interval").value)).catch((error) => end(describe(error)));
  });
  stop.addEventListener("click", async () => {
    await monitor?.stop().catch(() => {});
    monitor?.release();
    end();
  });
  release.addEventListener("click", () => {
    monitor?.release();
    end();
  });
  rpc.addEventListener("close", () => monitor && end("Not watching: the connection was lost"));
}

const name = ({ direction, kind, count }) => `${kind} ${direction}${count > 1 ? ` ${count} times` : ""}`;

function drawChange({ path, old, current, at }) {
  const file = path.slice(path.lastIndexOf("/") + 1);
  return element("li", {}, element("span", {}, summary(file, old, current)), element("span", { class: "quiet" }, timeOfDay(at)));
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
