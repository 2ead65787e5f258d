import { BoundedList } from "./bounded-list.js";
import { byID, describe, element, timeOfDay } from "./dom.js";

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
  #count = 0;
  #list = new BoundedList(byID("events"), shownEvents, drawEvent);

  constructor(rpc) {
    super();
    this.#rpc = rpc;
  }

  has(topic) {
    return this.#open.has(topic);
  }

  /** Subscribes to a topic unless it is open. The key to close it is its name. */
  subscribe(topic) {
    if (!this.has(topic)) this.#read(topic, topic, {}, (options) => this.#rpc.subscribe(topic, options));
  }

  /** Opens the stream of a method and returns the key to close it. @param {Listener} listener */
  stream(method, params, listener = {}) {
    const key = `${method} #${this.#nextKey++}`;
    return this.#read(key, method, listener, (options) => this.#rpc.stream(method, params, options));
  }

  close(key) {
    this.#open.get(key)?.close();
  }

  #read(key, name, listener, open) {
    const onGap = ({ dropped = "some", reason = "no reason given" }) =>
      this.#add({ name, note: `gap: ${dropped} lost, ${reason}` });
    const onOpen = () => {
      row.dataset.state = "open";
      listener.onOpen?.();
    };
    const feed = open({ onGap, onOpen });
    this.#open.set(key, feed);
    const row = this.#drawRow(key);
    this.#follow(feed, name, listener, row).then((error) => {
      this.#open.delete(key);
      row.remove();
      this.#changed();
      if (error) this.#add({ name, note: describe(error), failed: true });
      listener.onEnd?.(error);
    });
    return key;
  }

  /** Reads a feed to its end and returns the error that ended it, if any. */
  async #follow(feed, name, listener, row) {
    let received = 0;
    try {
      for await (const event of feed) {
        row.querySelector(".tally").textContent = `${++received}`;
        const entry = { name, value: event.value, seq: event.seq };
        this.#add(entry);
        this.dispatchEvent(new CustomEvent("event", { detail: entry }));
        listener.onEvent?.(event.value);
      }
    } catch (error) {
      return error;
    }
  }

  #add(entry) {
    this.#list.add({ ...entry, at: new Date() });
    this.#count += 1;
    byID("event-count").textContent = `${this.#count}`;
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

function drawEvent({ name, seq, value, note, failed, at }) {
  return element("li", { class: failed ? "failed" : note ? "note" : undefined },
    element("span", { class: "about" },
      element("span", { class: "name" }, name),
      element("span", { class: "quiet" }, seq === undefined ? timeOfDay(at) : `no. ${seq} · ${timeOfDay(at)}`)),
    element("code", {}, note ?? JSON.stringify(value)));
}
