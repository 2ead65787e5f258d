import { copyButton } from "./copy.js";
import { byID } from "./dom.js";
import { commandsFor } from "./terminal.js";

const needsClient = "A function cannot be passed from a terminal: the server calls it back, over the connection of a client. "
  + "postern.js passes one as any other argument, and so does postern.py.";

/** Shows the command lines that make the same call. */
export class CommandPanel {
  /** @param {string} address The URL of the WebSocket of the server. */
  constructor(address) {
    this.address = address;
    copyButton(byID("copy-curl"), () => byID("command").textContent);
    copyButton(byID("copy-postern"), () => byID("command-postern").textContent);
  }

  /** @param {Parameters<typeof commandsFor>[0] & {takesFunction: boolean}} call */
  show(call) {
    const { curl, postern } = call.takesFunction ? {} : commandsFor(call, this.address);
    byID("command").textContent = curl ?? "";
    byID("command-postern").textContent = postern ?? "";
    byID("command-curl-row").hidden = !curl;
    byID("command-postern-row").hidden = !postern;
    this.#note(call.takesFunction ? needsClient : "");
  }

  /** Shows no command, as the arguments are not valid. */
  showIncomplete() {
    byID("command-curl-row").hidden = byID("command-postern-row").hidden = true;
    this.#note("The arguments are not complete yet.");
  }

  #note(text) {
    byID("command-note").textContent = text;
    byID("command-note").hidden = !text;
  }
}
