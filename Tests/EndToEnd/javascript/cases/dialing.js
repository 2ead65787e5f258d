import { FakeSocket } from "../fake-socket.js";

export const dialing = [
  ["a client that is made before the server listens connects once it does", async ({ bench }) => {
    await bench.proxy("deafen");
    const rpc = bench.client();
    const ends = [];
    rpc.addEventListener("close", ({ detail }) => ends.push(detail));
    const sum = rpc.call("calculator.add", [2, 3]);
    await bench.until(() => ends.length > 1);
    bench.equal([ends[0].code, typeof ends[0].retryInMs], [1006, "number"]);
    await bench.proxy("listen");
    bench.equal(await sum, 5);
  }],

  ["an attempt that is refused with a status is repeated", async ({ bench }) => {
    await bench.proxy("mode", { mode: "forbid" });
    const rpc = bench.client();
    const sum = rpc.call("calculator.add", [2, 3]);
    await bench.until(async () => (await bench.proxy("accepted")) > 1);
    await bench.proxy("mode", { mode: "forward" });
    bench.equal(await sum, 5);
  }],

  ["an attempt without an answer ends at its time limit", async ({ bench }) => {
    await bench.proxy("mode", { mode: "silent" });
    const rpc = bench.client({ dialTimeoutMs: 500 });
    const sum = rpc.call("calculator.add", [2, 3]);
    await bench.until(async () => (await bench.proxy("accepted")) > 1);
    await bench.proxy("mode", { mode: "forward" });
    bench.equal(await sum, 5);
  }],

  ["an error before `open` ends the attempt, whether a `close` follows it or not", async ({ bench }) => {
    FakeSocket.opens = false;
    const rpc = bench.client({ WebSocket: FakeSocket, minimumDelayMs: 1, maximumDelayMs: 1 });
    const ends = [];
    rpc.addEventListener("close", ({ detail }) => ends.push(detail.code));
    const first = FakeSocket.last;
    first.onerror({});
    bench.equal([ends, rpc.state], [[1006], "waiting"]);
    first.onclose({ code: 1006, reason: "" });
    bench.equal(ends, [1006]);
    FakeSocket.opens = true;
    await bench.until(() => rpc.state === "open");
    // An error of an open connection has a `close` with its code.
    FakeSocket.last.onerror({});
    bench.equal(rpc.state, "open");
  }],

  ["an engine that throws at a later attempt is tried again", async ({ bench }) => {
    let throws = 0;
    class Fragile extends FakeSocket {
      constructor(...rest) {
        if (throws-- > 0) throw new Error("no more sockets");
        super(...rest);
      }
    }
    const rpc = bench.client({ WebSocket: Fragile, minimumDelayMs: 1, maximumDelayMs: 1 });
    await bench.until(() => rpc.state === "open");
    throws = 3;
    FakeSocket.last.onclose({ code: 1006, reason: "" });
    await bench.until(() => rpc.state === "open");
    bench.equal(throws, -1);
  }],

  ["an engine without a WebSocket is refused with a sentence that names the remedy", async ({ bench, Postern }) => {
    const own = globalThis.WebSocket;
    globalThis.WebSocket = undefined;
    try {
      new Postern("ws://127.0.0.1:1/rpc");
      throw new Error("made");
    } catch (error) {
      const namesRemedy = /Node 22.*new Postern\(url, \{ WebSocket \}\)/.test(error.message);
      bench.equal([error.name, namesRemedy], ["TypeError", true]);
    } finally {
      globalThis.WebSocket = own;
    }
  }],

  ["the engine's own WebSocket is the default", async ({ bench }) => {
    if (!globalThis.WebSocket) return;
    bench.equal(await bench.client({ WebSocket: undefined }).call("calculator.add", [2, 3]), 5);
  }],

  ["a closed client fails its calls and connects again, and an invalid close code is refused", async ({ bench }) => {
    const rpc = await bench.open();
    const late = bench.outcome(rpc.call("jobs.run", [1, 10000]));
    let refused;
    try {
      rpc.close(1001);
    } catch (error) {
      refused = error;
    }
    bench.equal([refused !== undefined, rpc.state], [true, "open"]);
    rpc.close();
    bench.equal(await late, { code: -32099, executed: "unknown" });
    bench.equal(await bench.outcome(rpc.call("calculator.add", [2, 3])), { code: -32099, executed: "no" });
    rpc.connect();
    bench.equal(await rpc.call("calculator.add", [2, 3]), 5);
  }],

  ["a client can be closed in each state", async ({ bench }) => {
    await bench.proxy("mode", { mode: "silent" });
    const connecting = bench.client();
    const queued = bench.outcome(connecting.call("calculator.add", [2, 3]));
    connecting.close();
    bench.equal(await queued, { code: -32099, executed: "no" });
    await bench.proxy("deafen");
    const waiting = bench.client({ minimumDelayMs: 60_000, maximumDelayMs: 60_000 });
    await bench.until(() => waiting.state === "waiting");
    waiting.close();
    bench.equal([connecting.state, waiting.state], ["closed", "closed"]);
  }],

  ["invalid options are refused", async ({ bench, Postern }) => {
    const accepts = (options) => {
      try {
        new Postern("ws://127.0.0.1:1/rpc", { WebSocket: FakeSocket, ...options }).close();
        return true;
      } catch (error) {
        return error.name;
      }
    };
    const names = ["timeoutMs", "dialTimeoutMs", "pingAfterMs", "minimumDelayMs", "maximumDelayMs"];
    bench.equal(names.map((name) => accepts({ [name]: NaN })), names.map(() => "TypeError"));
    bench.equal(names.map((name) => accepts({ [name]: undefined })), names.map(() => true));
    bench.equal(names.map((name) => accepts({ [name]: Infinity })), names.map(() => true));
    const limits = ["timeoutMs", "dialTimeoutMs", "pingAfterMs", "pingTimeoutMs"];
    bench.equal(limits.map((name) => accepts({ [name]: null })), limits.map(() => true));
    const delays = ["minimumDelayMs", "maximumDelayMs"];
    bench.equal(delays.map((name) => accepts({ [name]: null })), delays.map(() => "TypeError"));
  }],

  ["the event `open` has no detail", async ({ bench }) => {
    const rpc = bench.client({ WebSocket: FakeSocket });
    const detail = await new Promise((resolve) => rpc.addEventListener("open", (event) => resolve(event.detail)));
    bench.equal(detail, null);
  }],

  ["a maximum is a positive whole number or no limit", async ({ bench, Postern }) => {
    const made = (make) => {
      try {
        make();
        return true;
      } catch (error) {
        return [error.name, error.message];
      }
    };
    const rpc = await bench.open({ WebSocket: FakeSocket });
    const makers = {
      bufferSize: (options) => rpc.subscribe("t", options).close(),
      ...Object.fromEntries(["maximumInFlight", "maximumWaiting", "maximumBatch"].map((name) => [name, (options) =>
        new Postern("ws://127.0.0.1:1/rpc", { WebSocket: FakeSocket, ...options }).close()])),
    };
    for (const [name, make] of Object.entries(makers)) {
      for (const value of [1, 1000, Infinity, undefined]) bench.equal(made(() => make({ [name]: value })), true);
      for (const value of [0, -1, 1.5, NaN, -Infinity, "5", [], true, 5n]) {
        bench.equal(made(() => make({ [name]: value })),
          ["TypeError", `${name} must be a positive whole number or Infinity, not ${value}`]);
      }
    }
  }],

  ["without limits, calls, batches and events are served all the same", async ({ bench }) => {
    const none = { maximumInFlight: Infinity, maximumWaiting: Infinity, maximumBatch: Infinity };
    const rpc = await bench.open({ WebSocket: FakeSocket, pingAfterMs: 0, timeoutMs: null, ...none });
    const socket = FakeSocket.last;
    const calls = Array.from({ length: 500 }, (_, n) => rpc.call("a", [n]));
    const batch = rpc.batch(Array.from({ length: 2000 }, () => ({ method: "b" })));
    const feeds = [{ bufferSize: Infinity }, { bufferSize: undefined }].map((options) => rpc.stream("s", [], options));
    const ids = socket.sent.flat().map(({ id }) => id);
    bench.equal(ids.length, 2502);
    for (const [n, id] of ids.entries()) socket.answer(id, n < 2500 ? n : { subscription: `${n}` });
    bench.equal([(await Promise.all(calls)).length, (await batch).length], [500, 2000]);
    for (const subscription of ["2500", "2501"]) {
      for (let event = 0; event < 300; event += 1) {
        socket.take({ jsonrpc: "2.0", method: "s.subscription", params: { subscription, result: event } });
      }
    }
    const first = await Promise.all(feeds.map((feed) => feed.next()));
    bench.equal(first.map(({ value }) => value.value), [0, 300 - 256]);
  }],

  ["an option with an unknown name is refused", async ({ bench, Postern }) => {
    const message = (make) => {
      try {
        return make();
      } catch (error) {
        return [error.name, error.message.split(";")[0]];
      }
    };
    const rpc = await bench.open({ WebSocket: FakeSocket });
    bench.equal(message(() => new Postern("ws://a", { WebSocket: FakeSocket, timeout: 5 })),
      ["TypeError", "unknown option timeout"]);
    bench.equal(message(() => rpc.subscribe("t", { onEvent() {} })), ["TypeError", "unknown option onEvent"]);
    bench.equal(message(() => rpc.stream("s", [], { timeoutMs: 5 })), ["TypeError", "unknown option timeoutMs"]);
    bench.equal(await bench.outcome(rpc.call("a", [], { timeout: 5 })), { code: -32602, executed: "no" });
    bench.equal(FakeSocket.last.sent, []);
  }],
];
