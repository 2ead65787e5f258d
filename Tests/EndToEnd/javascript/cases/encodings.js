import { FakeSocket } from "../fake-socket.js";

const circle = {};
circle.circle = circle;
const refusal = { code: -32602, executed: "no" };

/** Arguments that cannot be sent. */
const bad = {
  circular: () => circle,
  "throwing toJSON": () => ({ toJSON() { throw new Error("no"); } }),
  "toJSON that throws nothing": () => ({ toJSON() { throw undefined; } }),
  "throwing getter": () => ({ get value() { throw new Error("no"); } }),
  "text that throws": () => ({ toJSON() { throw { toString() { throw new Error("no"); } }; } }),
  symbol: () => Symbol("s"),
  "not a number": () => NaN,
  infinity: () => [-Infinity],
  "half of an emoji": () => "half \ud83d",
  "the other half": () => ["\ude00 and more"],
  "half of an emoji in a name": () => ({ "\ud83d": 1 }),
  "half of an emoji behind a backslash": () => "\\\ud83d",
  deep: () => {
    let value = [];
    for (let depth = 0; depth < 100_000; depth += 1) value = [value];
    return value;
  },
};

export const encodings = [
  ["one bad argument rejects its call only, before and after `open`", async ({ bench }) => {
    const rpc = bench.client();
    const around = async () => {
      const before = rpc.call("calculator.add", [1, 1]);
      const refused = Object.values(bad).map((make) => bench.outcome(rpc.call("echo.echo", [make()])));
      const after = rpc.call("calculator.add", [2, 2]);
      bench.equal(await Promise.all([before, ...refused, after]), [2, ...refused.map(() => refusal), 4]);
    };
    await around();
    await around();
    bench.equal(rpc.references.length, 0);
  }],

  ["one bad entry of a batch rejects its entry only", async ({ bench }) => {
    const rpc = bench.client();
    const batch = rpc.batch([
      { method: "calculator.add", params: [1, 1] },
      { method: "echo.echo", params: [[() => 1, circle]] },
      { method: "echo.echo", params: [circle], notify: true },
      { method: "echo.echo", params: [() => 1], notify: true },
      { method: "calculator.add", params: [2, 2] },
    ]);
    const results = (await batch).map(({ value, reason }) => value ?? reason.code ?? reason.name);
    bench.equal(results, [2, -32602, "TypeError", "TypeError", 4]);
    const none = await rpc.batch([{ method: "echo.echo", params: [circle] }]);
    bench.equal(none.map(({ reason }) => reason.data.executed), ["no"]);
    bench.equal(rpc.references.length, 0);
  }],

  ["bad options reject their call only", async ({ bench }) => {
    const rpc = bench.client();
    const options = [
      { timeoutMs: NaN }, { timeoutMs: "50" }, { timeoutMs: 5n }, { signal: {} },
      { meta: { get since() { throw new Error("no"); } } }, { meta: circle },
    ];
    const refused = options.map((each) => bench.outcome(rpc.call("calculator.add", [1, 1], each)));
    const after = rpc.call("calculator.add", [2, 2]);
    bench.equal(await Promise.all([...refused, after]), [...options.map(() => refusal), 4]);
    const batch = await rpc.batch([{ method: "rpc.ping" }, { method: "rpc.ping" }], { timeoutMs: NaN });
    bench.equal(batch.map(({ status }) => status), ["rejected", "rejected"]);
  }],

  ["a released reference rejects its call only", async ({ bench }) => {
    const rpc = bench.client({ WebSocket: FakeSocket });
    const object = rpc.call("get");
    await bench.until(() => rpc.state === "open");
    FakeSocket.last.answer(1, { __jsonrpc_marshaled: 1, handle: 7 });
    const reference = await object;
    reference.release();
    const late = bench.outcome(rpc.call("use", [reference]));
    const next = rpc.call("next");
    FakeSocket.last.answer(FakeSocket.last.ids("next")[0], 1);
    bench.equal([await late, await next], [{ code: -32001, executed: "no" }, 1]);
  }],

  ["a notification that cannot be sent throws, and none is half sent", async ({ bench }) => {
    const rpc = bench.client({ WebSocket: FakeSocket });
    const names = Object.values(bad).map((make) => {
      try {
        rpc.notify("n", [make()]);
      } catch (error) {
        return "thrown";
      }
    });
    bench.equal(new Set(names), new Set(["thrown"]));
    bench.equal(names.filter((name) => name === undefined).length, 0);
    rpc.notify("good", [9007199254740993n]);
    await bench.until(() => rpc.state === "open");
    bench.equal(FakeSocket.last.sent.map(({ method }) => method), ["good"]);
  }],

  ["an answer of the page that cannot be sent is replaced by an error", async ({ bench, PosternError }) => {
    const rpc = await bench.open({ WebSocket: FakeSocket });
    rpc.serve({
      circle: () => circle, half: () => "\ud83d",
      data() { throw new PosternError(1, "own", circle); },
    });
    for (const [id, method] of ["circle", "half", "data"].entries()) {
      FakeSocket.last.take({ jsonrpc: "2.0", id, method, params: [] });
    }
    await bench.until(() => FakeSocket.last.sent.length === 3);
    const refused = FakeSocket.last.sent.map(({ id, error }) => [id, error.code]);
    bench.equal(refused.sort(([left], [right]) => left - right), [[0, -32603], [1, -32603], [2, -32603]]);
  }],

  ["bytes of every type are base64", async ({ bench }) => {
    const rpc = await bench.open();
    const source = new Uint8Array([1, 2, 255, 4, 5, 6, 7, 8]).buffer;
    const views = [
      Uint8Array, Int8Array, Uint8ClampedArray, Uint16Array, Int16Array, Uint32Array, Int32Array, Float32Array,
      Float64Array, BigInt64Array, BigUint64Array, DataView,
    ].map((View) => new View(source));
    const values = [source, ...views];
    if (globalThis.SharedArrayBuffer) {
      const shared = new SharedArrayBuffer(8);
      new Uint8Array(shared).set(new Uint8Array(source));
      values.push(shared);
    }
    if (globalThis.Buffer) values.push(Buffer.from(source));
    for (const value of values) bench.equal(await rpc.call("echo.bytes", [value]), "AQL/BAUGBwg=");
    bench.equal(await rpc.call("echo.echo", [{ part: new Uint8Array(source, 1, 2), none: new ArrayBuffer(0) }]),
      { part: "Av8=", none: "" });
    bench.equal((await rpc.call("echo.bytes", [new Uint8Array(300_000)])).length, 400_000);
  }],

  ["an object that only looks like a `Buffer` is an object", async ({ bench }) => {
    const rpc = await bench.open();
    const object = { type: "Buffer", data: [1, 2] };
    bench.equal(await rpc.call("echo.echo", [object]), object);
  }],

  ["text of every kind arrives unchanged", async ({ bench }) => {
    const rpc = await bench.open();
    const texts = ["😀", "\\ud83d", "\\\\ud83d", "\u0000\u2028\"", "\\\\\\", "\\😀\\", "\ufeff"];
    bench.equal(await rpc.call("echo.echo", [texts]), texts);
  }],
];
