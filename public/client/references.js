import { Code, PosternError } from "./error.js";
import { parse } from "./parsing.js";

/** The member that marks a reference: 1 for a value of the sender, 0 for a value of the receiver that is returned. */
const mark = "__jsonrpc_marshaled";
const lentHere = 1;
const sentHome = 0;

/** The method name in calls of a function. */
const functionMethod = "call";

/** A wrapper that marks an object to be passed by reference. */
class Lent {
  /** @param {object} object */
  constructor(object) {
    this.object = object;
  }
}

/**
 * Marks an object to be passed by reference: the server may call its methods, and its fields are not sent.
 *
 *     rpc.call("jobs.run", [lend({ progress(step) { … }, done() { … } })]);
 *
 * Functions need no mark, as they are always passed by reference.
 *
 * @param {object} object
 */
export function lend(object) {
  return new Lent(object);
}

/**
 * The references of a connection: values of the page that the server holds, and values of the server that the page
 * holds.
 *
 * Both sides count how many messages a reference was passed in. The holder releases it with that count, which covers a
 * reference that is passed again while its release is in flight. All references end with the connection.
 */
export class References {
  #lent = new Map();
  #handles = new Map();
  #held = new Map();
  #records = new WeakMap();
  #nextHandle = 1;
  #call;
  #send;
  /** Releases proxies that were garbage-collected. When that happens is undefined; `release()` is deterministic. */
  #collected = new FinalizationRegistry((record) => this.#sendRelease(record));

  /**
   * @param {(method: string, params: unknown[]) => Promise<any>} call
   * @param {(message: object) => void} send
   */
  constructor(call, send) {
    this.#call = call;
    this.#send = send;
  }

  /** The live references in both directions, for diagnostics. */
  get entries() {
    const lent = [...this.#lent].map(([handle, { target, count }]) =>
      ({ direction: "lent", handle, kind: kindOf(target), count, value: target }));
    const held = [...this.#held.values()].map(({ handle, kind, count, proxy }) =>
      ({ direction: "held", handle, kind, count, value: proxy.deref() }));
    return [...lent, ...held];
  }

  /** Whether a value is passed by reference. */
  isReference(value) {
    if (typeof value === "function" || value instanceof Lent) return true;
    return typeof value === "object" && value !== null && this.#records.has(value);
  }

  /**
   * Returns the JSON form of a value that is passed by reference, and any other value unchanged.
   *
   * @param {any} value
   * @param {Set<any>} counted The values that the message passes. Each counts once, however often it occurs.
   * @throws {PosternError} If the value is a proxy that was released.
   */
  write(value, counted) {
    if (!this.isReference(value)) return value;
    const record = this.#records.get(value);
    if (record) {
      if (record.released) throw released();
      return { [mark]: sentHome, handle: record.handle, ...(record.kind === "function" && { kind: "function" }) };
    }
    return this.#lend(value instanceof Lent ? value.object : value, counted);
  }

  /**
   * Parses a message and replaces its references with the values or proxies that they refer to.
   *
   * @param {string} text
   * @param {boolean} exactIntegers Whether integers beyond 2^53 - 1 become a `bigint`.
   */
  parse(text, exactIntegers) {
    if (!text.includes(mark)) return parse(text, exactIntegers);
    const counted = new Set();
    return parse(text, exactIntegers, (value) => {
      const way = value !== null && typeof value === "object" ? value[mark] : undefined;
      if (way === lentHere) return this.#receive(value, counted);
      return way === sentHome ? this.#lent.get(value.handle)?.target ?? null : value;
    });
  }

  /**
   * Returns the function that a call from the server refers to; undefined if there is no such method.
   *
   * @param {string} path `<handle>/<method>`
   * @returns {((...args: any[]) => any) | undefined}
   * @throws {PosternError} -32001 if the server does not hold the reference.
   */
  find(path) {
    const slash = path.indexOf("/");
    const target = this.#lent.get(Number(path.slice(0, slash)))?.target;
    const method = path.slice(slash + 1);
    if (target === undefined) throw new PosternError(Code.notFound, "no such reference", { executed: "no" });
    if (typeof target === "function") return method === functionMethod ? target : undefined;
    // Methods that every object inherits, such as `constructor`, are not callable remotely.
    if (method in Object.prototype || typeof target[method] !== "function") return undefined;
    return (...params) => target[method](...params);
  }

  /** Reverts the counts of a message that was not sent. @param {Set<any>} targets The values that it passed. */
  unlend(targets) {
    for (const target of targets) this.takeBack({ handle: this.#handles.get(target) });
  }

  /**
   * Releases the references in a value that no code of the page receives.
   *
   * A reference that was also received in another message is kept, as both share one proxy.
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

  /** Handles a release that the server has sent. */
  takeBack({ handle, count = 1 } = {}) {
    const entry = this.#lent.get(handle);
    if (!entry || (entry.count -= count) > 0) return;
    this.#lent.delete(handle);
    this.#handles.delete(entry.target);
  }

  /** Releases a reference to a server-side value; later calls of it fail. */
  release(reference) {
    const record = this.#records.get(reference);
    if (!record) throw new TypeError("this is no reference of the server");
    this.#collected.unregister(record);
    this.#sendRelease(record);
  }

  /** Discards all references; called when the connection has ended. */
  clear() {
    for (const record of this.#held.values()) this.#retire(record);
    this.#held.clear();
    this.#lent.clear();
    this.#handles.clear();
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
    // The proxy may have been collected before its finalizer has run; its count then passes to a new proxy.
    const living = known?.proxy.deref();
    if (living) {
      known.uses += 1;
      if (!counted.has(living)) known.count += 1;
      counted.add(living);
      return living;
    }
    const record = { handle, kind, count: 1 + (known?.count ?? 0), uses: 1, released: false };
    if (known) this.#retire(known);
    const proxy = kind === "function" ? this.#functionFor(record) : this.#objectFor(record);
    record.proxy = new WeakRef(proxy);
    this.#held.set(handle, record);
    this.#records.set(proxy, record);
    this.#collected.register(proxy, record, record);
    counted.add(proxy);
    return proxy;
  }

  /** Invalidates a record without sending a release. */
  #retire(record) {
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
        // `await` looks for `then`, and `JSON.stringify` for `toJSON`; a proxy that had them would be misinterpreted.
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

  #sendRelease(record) {
    if (record.released) return;
    record.released = true;
    this.#held.delete(record.handle);
    const params = { handle: record.handle, ownedBySender: false, ...(record.count > 1 && { count: record.count }) };
    this.#send({ jsonrpc: "2.0", method: "$/releaseMarshaledObject", params });
  }
}

const kindOf = (target) => (typeof target === "function" ? "function" : "object");
const released = () => new PosternError(Code.notFound, "this reference was released", { executed: "no" });
