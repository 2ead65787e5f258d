import { byID, describe, element, timeOfDay } from "./dom.js";
import { writeJSON } from "./json.js";
import { LogView } from "./log-view.js";

const shownEvents = 200;

/**
 * The subscriptions of the page. Each is listed with a button that closes it, and all events are shown in one list.
 *
 * Dispatches `change` when the set of open subscriptions changes, and `event` with `{name, value, seq}` for each event.
 *
 * @typedef {{onEvent?: (value: any) => void, onEnd?: (error?: Error) => void, onOpen?: () => void}} Listener
 */
export class Events extends EventTarget {
  #rpc;
  #open = new Map();
  #nextKey = 1;
  #list = new LogView("events", { limit: shownEvents, draw: drawEvent, textOf: (entry) => `${entry.name} ${textOf(entry)}` });

  constructor(rpc) {
    super();
    this.#rpc = rpc;
  }

  has(topic) {
    return this.#open.has(topic);
  }

  /** Subscribes to a topic unless it is open. The key to close it is its name. @param {Listener} [listener] */
  subscribe(topic, listener = {}) {
    if (!this.has(topic)) return this.#read(topic, topic, listener, (options) => this.#rpc.subscribe(topic, options));
    const { listeners, isOpen } = this.#open.get(topic);
    listeners.push(listener);
    if (isOpen) listener.onOpen?.();
    return topic;
  }

  /** Opens the stream of a method and returns the key to close it. @param {Listener} [listener] */
  stream(method, params, listener = {}) {
    const key = `${method} #${this.#nextKey++}`;
    return this.#read(key, method, listener, (options) => this.#rpc.stream(method, params, options));
  }

  /** Opens a topic or the stream of a method. @param {"topic" | "stream"} kind @param {Listener} [listener] */
  open(kind, name, params, listener) {
    return kind === "topic" ? this.subscribe(name, listener) : this.stream(name, params, listener);
  }

  /** Adds what happened elsewhere to the list, such as a call of a function of the page. */
  note(name, value) {
    this.#add({ name, value });
  }

  close(key) {
    this.#open.get(key)?.feed.close();
  }

  #read(key, name, listener, open) {
    const onGap = ({ dropped = "some", reason = "no reason given" }) =>
      this.#add({ name, note: `gap: ${dropped} lost, ${reason}` });
    const entry = { listeners: [listener], isOpen: false };
    const onOpen = () => {
      row.dataset.state = "open";
      entry.isOpen = true;
      for (const { onOpen } of entry.listeners) onOpen?.();
    };
    entry.feed = open({ onGap, onOpen });
    this.#open.set(key, entry);
    const row = this.#drawRow(key);
    this.#follow(entry, name, row).then((error) => {
      this.#open.delete(key);
      row.remove();
      this.#changed();
      if (error) this.#add({ name, note: describe(error), failed: true });
      for (const { onEnd } of entry.listeners) onEnd?.(error);
    });
    return key;
  }

  /** Reads a feed to its end and returns the error that ended it, if any. */
  async #follow({ feed, listeners }, name, row) {
    let received = 0;
    try {
      for await (const event of feed) {
        row.querySelector(".tally").textContent = `${++received}`;
        const entry = { name, value: event.value, seq: event.seq };
        this.#add(entry);
        this.dispatchEvent(new CustomEvent("event", { detail: entry }));
        for (const { onEvent } of listeners) onEvent?.(event.value);
      }
    } catch (error) {
      return error;
    }
  }

  #add(entry) {
    this.#list.add({ ...entry, at: new Date() });
  }

  #drawRow(key) {
    const stop = element("button", {
      type: "button",
      "data-unsubscribe": key,
      "aria-label": `Unsubscribe from ${key}`,
      onclick: () => this.close(key),
    }, "Unsubscribe");
    const row = element("li", { class: "subscription", "data-state": "opening" },
      element("span", { class: "name" }, key), element("span", { class: "tally quiet" }, "0"), stop);
    byID("subscriptions").append(row);
    this.#changed();
    return row;
  }

  #changed() {
    byID("no-subscription").hidden = this.#open.size > 0;
    this.dispatchEvent(new Event("change"));
  }
}

const textOf = ({ value, note }) => note ?? writeJSON(value);

function drawEvent(entry) {
  const { name, seq, note, failed, at } = entry;
  return element("li", { class: failed ? "failed" : note ? "note" : undefined },
    element("span", { class: "about" },
      element("span", { class: "name" }, name),
      element("span", { class: "quiet" }, seq === undefined ? timeOfDay(at) : `no. ${seq} · ${timeOfDay(at)}`)),
    element("code", {}, textOf(entry)));
}
