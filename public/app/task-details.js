import { byID, element, onSubmit } from "./dom.js";
import { arrange, Form } from "./form/form.js";
import { writeJSON } from "./json.js";
import { Outcome } from "./outcome.js";
import { hasEnded } from "./task-tree.js";

/** The details of the selected task, with buttons for its methods while it runs. */
export class TaskDetails {
  #rpc;
  #calls;
  #outcome;
  #id;
  #describes = false;
  #shown;
  #method;
  /** The button that made the last call. @type {HTMLElement | undefined} */
  #caller;

  /** @param {import("./calls.js").Calls} calls */
  constructor(rpc, calls) {
    this.#rpc = rpc;
    this.#calls = calls;
    this.#outcome = new Outcome(calls, {
      text: byID("task-answer"), status: byID("task-call-status"), progress: byID("task-call-progress"),
      cancel: byID("task-cancel"), nothing: "", next: () => this.#caller,
    });
    onSubmit(byID("task-call"), () => this.#submit());
  }

  /** Selects a task, or none. */
  choose(task) {
    this.#id = task?.id;
    this.#describes = false;
    this.#end();
    this.#outcome.show();
    byID("task-title").textContent = task?.id ?? "No task chosen";
    byID("task-facts").replaceChildren();
    this.#shown = undefined;
    this.show(task);
  }

  /** Updates the details if the task is the selected one. */
  show(task) {
    if (!task || task.id !== this.#id) return;
    const facts = factsOf(task);
    const shown = JSON.stringify(facts);
    if (shown !== this.#shown) byID("task-facts").replaceChildren(...facts.flatMap(drawFact));
    this.#shown = shown;
    if (task.state === "work" && !this.#describes) this.#describe();
    if (hasEnded(task)) this.#end();
  }

  /** Removes the buttons of the methods. */
  #end() {
    this.#offer(undefined);
    byID("task-methods").replaceChildren();
  }

  async #describe() {
    this.#describes = true;
    const id = this.#id;
    const { methods = [] } = await this.#rpc.call("tasks.call", [id, "rpc.describe"]).catch(() => ({}));
    if (id !== this.#id) return;
    const own = methods.filter(({ path, isStream }) => !path.startsWith("rpc/") && !isStream);
    byID("task-methods").replaceChildren(...own.map((method) => element("button", {
      type: "button",
      "data-task-method": method.path,
      title: method.documentation,
      onclick: ({ currentTarget }) =>
        (method.parameters.length > 0 ? this.#offer(method) : this.#call(currentTarget, method.path)),
    }, method.path.replaceAll("/", "."))));
  }

  /** Shows the fields for the parameters of a method, or none. */
  #offer(method) {
    byID("task-call").hidden = !method;
    const form = new Form(byID("task-arguments"), asParams(method?.parameters ?? []), { prefix: "task-argument" });
    this.#method = method && { path: method.path, form };
    byID("task-call-button").textContent = method ? `Call ${method.path.replaceAll("/", ".")}` : "Call";
    if (method) form.focus();
  }

  #submit() {
    const { path, form } = this.#method;
    try {
      this.#call(byID("task-call-button"), path, arrange(form.take(), form.params, false));
    } catch (error) {
      this.#outcome.show({ state: "error", text: error.message, status: "not sent" });
    }
  }

  #call(caller, method, params = []) {
    this.#caller = caller;
    this.#outcome.show(this.#calls.start({ name: "tasks.call", kind: "call", params: [this.#id, method, params] }));
  }
}

function factsOf({ process, progress, result, message, exit }) {
  const number = process && (exit ? `${process}, ended with ${exit}` : `${process}`);
  const facts = { process: number, progress: text(progress), result: text(result), failure: message };
  return Object.entries(facts).filter(([, text]) => text !== undefined);
}

const text = (value) => (value === undefined ? undefined : writeJSON(value));
const drawFact = ([name, text]) => [element("dt", {}, name), element("dd", { "data-fact": name }, text)];

/** Converts the parameters of a method description to the form from which fields are created. */
export function asParams(parameters) {
  return parameters.map(({ name, type, isRequired, documentation, schema }) => ({
    name, required: isRequired, description: documentation, schema: schema ?? { type: type === "any" ? undefined : type },
  }));
}
