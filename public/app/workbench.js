import { Arguments } from "./arguments.js";
import { CommandPanel } from "./command-panel.js";
import { copyButton } from "./copy.js";
import { byID, onSubmit } from "./dom.js";
import { takesReference, withFunctions } from "./functions.js";
import { writeJSON } from "./json.js";
import { linkTo } from "./link.js";
import { kindOf, showMethod, showMissing } from "./method-head.js";
import { Router } from "./router.js";

/**
 * The form that calls the chosen method, with its link and its command line. Dispatches `select` when a method is
 * chosen.
 */
export class Workbench extends EventTarget {
  /** The chosen method or topic. @type {object | undefined} */
  selected;
  #methods = [];
  #root = {};
  #arguments = new Arguments(() => this.#edited());
  #router = new Router((link) => this.#follow(link));

  /**
   * @param {import("./calls.js").Calls} calls
   * @param {import("./outcome.js").Outcome} outcome
   * @param {import("./events.js").Events} events
   */
  constructor(rpc, calls, outcome, events) {
    super();
    Object.assign(this, { rpc, calls, outcome, events, commands: new CommandPanel(rpc.url) });
    copyButton(byID("copy-link"), () => new URL(this.#link(), location.href).href);
    onSubmit(byID("call-form"), () => this.#submit());
    byID("notification").addEventListener("change", () => this.#showCommand());
  }

  /** Takes the methods and topics of the server, and the document that has their schemas. */
  load(document, methods) {
    this.#root = document;
    this.#methods = methods;
    if (!this.selected) return this.#router.start();
    // What was typed is kept after a reconnect if the method has not changed.
    const now = this.#find(this.selected);
    if (now && writeJSON(now) !== writeJSON(this.selected)) this.#select(now);
  }

  /** Chooses a method from the list. @param {{movesFocus?: boolean}} [options] */
  choose(method, { movesFocus = false } = {}) {
    this.#select(method);
    this.#router.push(this.#link());
    this.#reveal(movesFocus);
  }

  /** Shows a call with its arguments and its outcome. @param {import("./calls.js").Call} call */
  show(call) {
    const method = this.#find({ name: call.name, isTopic: call.kind === "topic" });
    if (method) {
      this.#select(method, call.params);
      byID("notification").checked = call.kind === "notification";
      this.#showCommand();
      this.#router.push(this.#link());
      this.#reveal(false);
    }
    this.outcome.show(call);
  }

  /** Makes a call again. @param {import("./calls.js").Call} call */
  repeat(call) {
    this.show(call);
    if (this.selected?.name === call.name) this.#submit();
  }

  #find({ name, isTopic }) {
    return this.#methods.find((method) => method.name === name && Boolean(method.isTopic) === Boolean(isTopic));
  }

  #follow(link) {
    // The form of the server asks for another one.
    if (link.server !== undefined && link.server !== this.rpc.url) return;
    const method = this.#find(link);
    if (!method) return this.#miss(link);
    this.#select(method, link.params);
    this.outcome.show(this.calls.latest(link.name, link.params));
  }

  /** Says that the server has no such method, in place of the one that was chosen before. */
  #miss(link) {
    this.selected = undefined;
    const kind = link.isTopic ? "topic" : "method";
    showMissing(kind);
    const text = `This server has no ${kind} ${link.name}.`;
    this.outcome.show({ state: "error", text, status: `no such ${kind}` });
    this.dispatchEvent(new Event("select"));
  }

  #select(method, params) {
    this.selected = method;
    showMethod(method);
    this.#arguments.use(method.params ?? [], this.#root);
    this.#arguments.write(params);
    this.#showCommand();
    this.outcome.show();
    this.dispatchEvent(new Event("select"));
  }

  #edited() {
    this.#showCommand();
    this.#router.replaceSoon(() => this.#link());
  }

  #submit() {
    const method = this.selected;
    try {
      const params = this.#arguments.take();
      const sent = withFunctions(method, params, (name, values) => this.events.note(name, values));
      this.outcome.show(this.calls.start({ name: method.name, kind: kindOf(method), params }, sent));
      this.#router.replace(this.#link());
      // On a phone, the result is below the window; where it is seen, nothing moves.
      byID("outcome").scrollIntoView({ block: "nearest" });
    } catch (error) {
      this.outcome.show({ state: "error", text: error.message, status: "not sent" });
    }
  }

  #link() {
    return linkTo(this.selected, this.#arguments.peek().params);
  }

  #showCommand() {
    const { params, isValid } = this.#arguments.peek();
    const { name } = this.selected;
    if (!isValid) return this.commands.showIncomplete();
    this.commands.show({ name, params, kind: kindOf(this.selected), takesFunction: takesReference(this.selected) });
  }

  #reveal(movesFocus) {
    if (matchMedia("(max-width: 46rem)").matches) byID("workbench").scrollIntoView();
    else byID("method-name").scrollIntoView({ block: "nearest" });
    if (!movesFocus) return;
    if (this.selected.params?.length) this.#arguments.focus();
    else byID("call").focus();
  }
}
