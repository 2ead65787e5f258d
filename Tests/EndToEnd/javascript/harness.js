import * as client from "../../../public/postern.js";

/** The longest time that a case may take, in milliseconds. It is long because the machine may be busy. */
const patienceMs = 60_000;
/** The time in which what a case has called must settle after its end, below the default time limit of calls. */
const graceMs = 10_000;

/** What a case uses: clients through the proxy of the test, commands for that proxy, and assertions. */
class Bench {
  #base;
  #url;
  #clients = [];
  /** The names of calls that have not settled, and of feeds that have neither opened nor ended. */
  #pending = new Map();

  constructor(base, url) {
    this.#base = base;
    this.#url = url;
  }

  /**
   * Returns a client whose calls and feeds are recorded. It reconnects quickly. A case that leaves calls without an
   * answer on purpose closes it.
   */
  client(options = {}, url = this.#url) {
    /** Records a call until it settles, and a feed until it is open or has ended. */
    const recorded = (result, name) => {
      const key = Symbol(name);
      this.#pending.set(key, name);
      const remove = () => this.#pending.delete(key);
      (result.opened ?? result).then(remove, remove);
      return result;
    };
    class Recorded extends client.Postern {
      call(method, ...rest) {
        return recorded(super.call(method, ...rest), method);
      }
      batch(entries, ...rest) {
        return recorded(super.batch(entries, ...rest), "batch");
      }
      subscribe(topic, ...rest) {
        return recorded(super.subscribe(topic, ...rest), topic);
      }
      stream(method, ...rest) {
        return recorded(super.stream(method, ...rest), method);
      }
    }
    const made = new Recorded(url, { WebSocket: engineSocket, minimumDelayMs: 20, maximumDelayMs: 100, ...options });
    this.#clients.push(made);
    return made;
  }

  /** Returns a client with an open connection. */
  async open(options) {
    const rpc = this.client(options);
    await this.until(() => rpc.state === "open");
    return rpc;
  }

  /** Runs a command of the proxy and returns its result. */
  async proxy(command, values = {}) {
    const response = await fetch(`${this.#base}/command`, {
      method: "POST", body: JSON.stringify({ do: command, ...values }),
    });
    return response.json();
  }

  /** Changes the next message from the server that contains a text. */
  answer(match, action, values) {
    return this.proxy("rule", { direction: "down", match, action, ...values });
  }

  /** Changes the next message to the server that contains a text. */
  request(match, action, values) {
    return this.proxy("rule", { direction: "up", match, action, ...values });
  }

  /** Cuts all connections and waits until a client has noticed. */
  async cut(rpc) {
    const closed = new Promise((resolve) => rpc.addEventListener("close", resolve, { once: true }));
    await this.proxy("cut");
    await closed;
  }

  /** Waits until a condition is true. */
  async until(condition) {
    for (const end = performance.now() + patienceMs; !(await condition()); await this.sleep(5)) {
      if (performance.now() > end) throw new Error(`never true: ${condition}`);
    }
  }

  sleep(ms) {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** Returns the value of a promise, or its error as `{code, executed}`. */
  outcome(promise) {
    const executed = (data) => data?.executed && { executed: data.executed };
    return promise.then((value) => ({ value }), ({ code, data, name }) => ({ code: code ?? name, ...executed(data) }));
  }

  equal(actual, expected) {
    const [left, right] = [show(actual), show(expected)];
    if (left !== right) throw new Error(`${left} is not ${right}`);
  }

  /** Closes the clients, and returns what is wrong with the calls of the case, as sentences. */
  async finish() {
    const problems = [];
    const note = (problem) => this.#pending.size > 0 && problems.push(`${problem}: ${[...this.#pending.values()]}`);
    const end = performance.now() + graceMs;
    while (this.#pending.size > 0 && performance.now() < end) await this.sleep(5);
    note("calls without an answer");
    for (const rpc of this.#clients) rpc.close();
    // Calls settle in later microtasks.
    await this.sleep(0);
    note("calls that a closed client has not settled");
    await this.proxy("reset");
    return problems;
  }
}

/** The WebSocket of the engine. It is removed from the global object in Node 20, to which the class is passed in. */
export const engineSocket = globalThis.WebSocket;

const show = (value) => JSON.stringify(value, (_key, part) => {
  if (typeof part === "bigint") return `${part}n`;
  return part === undefined ? "undefined" : part;
});

/**
 * Runs the cases one after another and prints a line for each.
 *
 * @param {[string, (bench: Bench) => Promise<void>][]} cases
 * @param {string} base The URL of the server of the test.
 * @param {(line: string) => void} print
 * @param {string} [only] A part of the names of the cases to run.
 * @returns {Promise<boolean>} Whether all have passed, and left no pending call and no unhandled rejection.
 */
export async function run(cases, base, print, only = "") {
  const { url } = await (await fetch(`${base}/settings`)).json();
  let failures = 0;
  const fail = (text) => {
    failures += 1;
    print(`FAIL ${text}`);
  };
  observeRejections((reason) => fail(`unhandled rejection: ${reason?.stack ?? reason}`));
  for (const [name, body] of cases.filter(([name]) => name.includes(only))) {
    const bench = new Bench(base, url);
    let timer;
    const late = new Promise((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error("not in time")), patienceMs);
    });
    const problems = await Promise.race([body({ ...client, bench }), late])
      .then(() => [], (error) => [error?.stack ?? error]);
    clearTimeout(timer);
    problems.push(...await bench.finish());
    for (const problem of problems) fail(`${name}: ${problem}`);
    if (problems.length === 0) print(`ok ${name}`);
  }
  print(`${cases.length} cases, ${failures} failures`);
  return failures === 0;
}

function observeRejections(report) {
  if (globalThis.process?.versions?.node && !globalThis.Deno) return void process.on("unhandledRejection", report);
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    report(event.reason);
  });
}
