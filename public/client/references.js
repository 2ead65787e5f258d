import { Code, PosternError } from "./error.js";

/** The member that makes an object a reference: 1 lends what is the sender's, 0 sends home what is the receiver's. */
const mark = "__jsonrpc_marshaled";
const lentHere = 1;
const sentHome = 0;

/** What a function is called by, where a method has to be named. */
const functionMethod = "call";

/** An object that travels by reference instead of by value. */
class Lent {
  /** @param {object} object */
  constructor(object) {
    this.object = object;
  }
}

/**
 * Has an object travel by reference: the server calls its methods, and its fields stay here.
 *
 *     rpc.call("jobs.run", [lend({ progress(step) { … }, done() { … } })]);
 *
 * Functions need no such sign: they always travel by reference.
 *
 * @param {object} object
 */
export function lend(object) {
  return new Lent(object);
}

/**
 * Functions and objects of this page that the server holds, and of the server that this page holds.
 *
 * Every time one arrives counts, at both ends; who holds one gives it back as often as it came. All end with the
 * connection.
 */
export class References {
  #lent = new Map();
  #handles = new Map();
  #held = new Map();
  #records = new WeakMap();
  #nextHandle = 1;
  #call;
  #send;
  /** A help only: nobody knows when, or whether, the collector comes. `release()` is certain. */
  #collected = new FinalizationRegistry((record) => this.#giveBack(record));

  /**
   * @param {(method: string, params: unknown[]) => Promise<any>} call
   * @param {(message: object) => void} send
   */
  constructor(call, send) {
    this.#call = call;
    this.#send = send;
  }

  /** What is lent and held now, for diagnosis. */
  get entries() {
    const lent = [...this.#lent].map(([handle, { target, count }]) =>
      ({ direction: "lent", handle, kind: kindOf(target), count, value: target }));
    const held = [...this.#held.values()].map(({ handle, kind, count, proxy }) =>
      ({ direction: "held", handle, kind, count, value: proxy.deref() }));
    return [...lent, ...held];
  }

  /** Whether a reference stands among these values. */
  areIn(values) {
    let found = false;
    JSON.stringify(values, (_key, value) => {
      found ||= this.#isReference(value);
      return found || typeof value === "bigint" ? undefined : value;
    });
    return found;
  }

  /**
   * What is written for a value that travels by reference; other values as they are.
   *
   * @param {any} value
   * @param {Set<any>} counted What the message lends: it counts once, however often it stands there.
   */
  write(value, counted) {
    if (!this.#isReference(value)) return value;
    const record = this.#records.get(value);
    if (record) {
      if (record.released) throw released();
      return { [mark]: sentHome, handle: record.handle, ...(record.kind === "function" && { kind: "function" }) };
    }
    return this.#lend(value instanceof Lent ? value.object : value, counted);
  }

  /** Reads a message, and finds what its references stand for. */
  parse(text) {
    if (!text.includes(mark)) return JSON.parse(text);
    const counted = new Set();
    return JSON.parse(text, (_key, value) => {
      const way = value !== null && typeof value === "object" ? value[mark] : undefined;
      if (way === lentHere) return this.#receive(value, counted);
      return way === sentHome ? this.#lent.get(value.handle)?.target : value;
    });
  }

  /**
   * What a call of the server leads to.
   *
   * @param {string} path `<handle>/<method>`
   * @returns {((...args: any[]) => any) | undefined}
   * @throws {PosternError} -32001 for what the server does not hold.
   */
  find(path) {
    const slash = path.indexOf("/");
    const target = this.#lent.get(Number(path.slice(0, slash)))?.target;
    const method = path.slice(slash + 1);
    if (target === undefined) throw new PosternError(Code.notFound, "no such reference", { executed: "no" });
    if (typeof target === "function") return method === functionMethod ? target : undefined;
    if (method in Object.prototype || typeof target[method] !== "function") return undefined;
    return (...params) => target[method](...params);
  }

  /** Counts that a message did not leave. @param {Set<any>} targets What it would have lent. */
  unlend(targets) {
    for (const target of targets) this.takeBack({ handle: this.#handles.get(target) });
  }

  /**
   * Releases what is among values that no code of the page receives.
   *
   * A reference that has arrived elsewhere too stays: it is the same object there.
   *
   * @param {any} value
   */
  drop(value) {
    if (this.#held.size === 0 || value === null || (typeof value !== "object" && typeof value !== "function")) return;
    const record = this.#records.get(value);
    if (!record) return Object.values(value).forEach((part) => this.drop(part));
    record.uses -= 1;
    if (record.uses === 0) this.release(value);
  }

  /** The server gives one back. */
  takeBack({ handle, count = 1 } = {}) {
    const entry = this.#lent.get(handle);
    if (!entry || (entry.count -= count) > 0) return;
    this.#lent.delete(handle);
    this.#handles.delete(entry.target);
  }

  /** Gives a reference of the server back; calls through it fail from here on. */
  release(reference) {
    const record = this.#records.get(reference);
    if (!record) throw new TypeError("this is no reference of the server");
    this.#collected.unregister(record);
    this.#giveBack(record);
  }

  /** The connection is gone, and everything with it. */
  clear() {
    for (const record of this.#held.values()) this.#forget(record);
    this.#held.clear();
    this.#lent.clear();
    this.#handles.clear();
  }

  #isReference(value) {
    if (typeof value === "function" || value instanceof Lent) return true;
    return typeof value === "object" && value !== null && this.#records.has(value);
  }

  #lend(target, counted) {
    let handle = this.#handles.get(target);
    if (handle === undefined) {
      handle = this.#nextHandle++;
      this.#handles.set(target, handle);
      this.#lent.set(handle, { target, count: 0 });
    }
    if (!counted.has(target)) this.#lent.get(handle).count += 1;
    counted.add(target);
    return { [mark]: lentHere, handle, ...(typeof target === "function" && { kind: "function" }) };
  }

  #receive({ handle, kind = "object" }, counted) {
    const known = this.#held.get(handle);
    const living = known?.proxy.deref();
    if (living) {
      known.uses += 1;
      if (!counted.has(living)) known.count += 1;
      counted.add(living);
      return living;
    }
    const record = { handle, kind, count: 1 + (known?.count ?? 0), uses: 1, released: false };
    if (known) this.#forget(known);
    const proxy = kind === "function" ? this.#functionFor(record) : this.#objectFor(record);
    record.proxy = new WeakRef(proxy);
    this.#held.set(handle, record);
    this.#records.set(proxy, record);
    this.#collected.register(proxy, record, record);
    counted.add(proxy);
    return proxy;
  }

  /** What the collector has taken lives on in its successor. */
  #forget(record) {
    record.released = true;
    this.#collected.unregister(record);
  }

  #functionFor(record) {
    const proxy = (...params) => this.#invoke(record, functionMethod, params);
    proxy.release = () => this.release(proxy);
    return proxy;
  }

  #objectFor(record) {
    const methods = new Map();
    const method = (name) => {
      if (name === "release") return () => this.release(proxy);
      return (...params) => this.#invoke(record, name, params);
    };
    const proxy = new Proxy(Object.create(null), {
      get(_target, name) {
        // What awaits or writes a value asks for these: an object that had them would be taken for something else.
        if (typeof name !== "string" || name === "then" || name === "toJSON") return undefined;
        if (!methods.has(name)) methods.set(name, method(name));
        return methods.get(name);
      },
    });
    return proxy;
  }

  async #invoke(record, method, params) {
    if (record.released) throw released();
    return this.#call(`$/invokeProxy/${record.handle}/${method}`, params);
  }

  #giveBack(record) {
    if (record.released) return;
    record.released = true;
    this.#held.delete(record.handle);
    const params = { handle: record.handle, ownedBySender: false, ...(record.count > 1 && { count: record.count }) };
    this.#send({ jsonrpc: "2.0", method: "$/releaseMarshaledObject", params });
  }
}

const kindOf = (target) => (typeof target === "function" ? "function" : "object");
const released = () => new PosternError(Code.notFound, "this reference was released", { executed: "no" });
