import { element } from "../dom.js";

/** A parameter that takes a function or an object: the page supplies a function whose calls are shown as events. */
export class ReferenceControl {
  constructor(field, schema) {
    const text = schema["x-reference"] === "function"
      ? "A function of this page is passed. Its calls are shown below Events."
      : "Takes an object by reference, which only a program can pass.";
    this.node = element("p", { class: "quiet" }, text);
  }

  read() {
    return undefined;
  }

  write() {}
}
