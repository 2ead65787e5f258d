import { byID, describe, element, onSubmit } from "./dom.js";
import { arrange, Form } from "./form/form.js";
import { writeJSON } from "./json.js";
import { asParams, TaskDetails } from "./task-details.js";
import { TaskLog } from "./task-log.js";
import { TaskRows } from "./task-rows.js";
import { hasEnded, TaskTree } from "./task-tree.js";

/** The number of past events to request, so that a page that is opened later shows part of the log. */
const pastEvents = 1000;
/** The delay before the tree is reloaded after a gap, as a flood of events causes several gaps in a row. */
const reloadAfterMs = 500;

/**
 * Starts the section of task processes, which spawns, calls, stops and kills tasks and shows their tree and output.
 *
 * @param {import("./calls.js").Calls} calls
 * @returns {() => void} A function to call whenever the client has connected to a server with the service.
 */
export function startTasks(rpc, calls) {
  const tree = new TaskTree();
  const log = new TaskLog();
  const details = new TaskDetails(rpc, calls);
  const follow = new Follower(rpc, tree, log, () => rows.update());
  let chosen;

  const act = (method) => async (id) => {
    problem(await rpc.call(method, [id]).then(() => "", describe));
  };
  const choose = (id) => {
    chosen = id;
    byID("task-log-of").textContent = chosen ? `of ${chosen} and those below it` : "of all tasks";
    log.show((other) => !chosen || tree.isWithin(other, chosen));
    details.choose(tree.tasks.get(chosen));
    rows.update();
  };
  /** Selects a task, or deselects it if it is selected. */
  const select = (id) => choose(chosen === id ? undefined : id);
  const drawn = () => {
    const all = [...tree.tasks.values()];
    const alive = all.filter((task) => !hasEnded(task)).length;
    byID("task-count").textContent = all.length ? `${alive} of ${all.length} alive` : "";
    byID("no-task").hidden = all.length > 0;
    byID("tasks-clear").disabled = alive === all.length;
    for (const button of byID("task-tree").querySelectorAll("[data-task]")) {
      if (button.dataset.task === chosen) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    if (chosen && !tree.tasks.has(chosen)) choose(undefined);
    else details.show(tree.tasks.get(chosen));
  };
  const [stop, kill] = [act("tasks.stop"), act("tasks.kill")];
  const rows = new TaskRows(byID("task-tree"), tree, { select, drawn, stop, kill });

  byID("tasks-clear").addEventListener("click", () => {
    tree.prune(0);
    rows.update();
  });
  const offer = startOffers(rpc, (id) => {
    tree.apply({ kind: "created", id, name: id.slice(0, id.lastIndexOf("-")), time: Date.now() });
    choose(id);
  });
  return () => {
    offer().catch((error) => problem(describe(error)));
    follow.start();
  };
}

/** Keeps the tree in sync with the server. */
class Follower {
  #feed;
  #missed;
  #reload;

  constructor(rpc, tree, log, changed) {
    Object.assign(this, { rpc, tree, log, changed });
  }

  /** Subscribes to the topic on the first call; the client reopens the subscription after a reconnect. */
  async start() {
    if (this.#feed) return;
    this.#feed = true;
    try {
      const { epoch, seq } = await this.#load();
      const since = { epoch, seq: Math.max(0, seq - pastEvents) };
      const options = { since, onGap: () => this.#gap(), bufferSize: 4096 };
      for await (const { value } of this.rpc.subscribe("tasks.events", options)) this.#take(value);
    } catch (error) {
      problem(describe(error));
    }
    this.#feed = undefined;
  }

  #take(event) {
    this.#missed?.push(event);
    if (event.kind === "log") this.log.add(event);
    else if (this.tree.apply(event)) this.changed();
  }

  /** Loads the list. Events that arrive before its reply may be newer, so they are applied again afterwards. */
  async #load() {
    this.#missed = [];
    const listing = await this.rpc.call("tasks.list");
    this.tree.load(listing.tasks);
    for (const event of this.#missed) this.tree.apply(event);
    this.#missed = undefined;
    this.changed();
    return listing;
  }

  #gap() {
    this.#reload ??= setTimeout(() => {
      this.#reload = undefined;
      this.#load().catch((error) => problem(describe(error)));
    }, reloadAfterMs);
  }
}

/** Starts the form that spawns tasks. @returns {() => Promise<void>} A function that loads the available programs. */
function startOffers(rpc, spawned) {
  const [form, choice] = [byID("task-form"), byID("task-offer")];
  let offers = [];
  let fields;
  const current = () => offers.find(({ name }) => name === choice.value);

  const show = () => {
    byID("task-about").textContent = current()?.documentation ?? "";
    fields = new Form(byID("task-inputs"), asParams(current()?.inputs ?? []), { prefix: "task-input" });
  };
  const spawn = async ({ name }) => {
    spawned(await rpc.call("tasks.spawn", [name, arrange(fields.take(), fields.params, false) ?? []]));
    problem("");
  };
  choice.addEventListener("change", show);
  onSubmit(form, () => current() && spawn(current()).catch((error) => problem(describe(error))));
  return async () => {
    const found = await rpc.call("tasks.offers");
    if (writeJSON(found) === writeJSON(offers)) return;
    offers = found;
    choice.replaceChildren(...offers.map(({ name }) => element("option", { value: name }, name)));
    byID("task-spawn").disabled = offers.length === 0;
    show();
  };
}

function problem(text) {
  byID("task-problem").textContent = text;
}
