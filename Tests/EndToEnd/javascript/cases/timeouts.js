import { FakeSocket } from "../fake-socket.js";

const fake = { WebSocket: FakeSocket, pingAfterMs: 0 };
const late = -32002;

export const timeouts = [
  ["no limit and limits beyond those of timers are no short ones", async ({ bench }) => {
    const rpc = await bench.open();
    const limits = [Infinity, null, 2 ** 31 - 1, 2 ** 31, 2 ** 40, Number.MAX_VALUE, undefined];
    const jobs = limits.map((timeoutMs) => rpc.call("jobs.run", [2, 50], { timeoutMs }));
    bench.equal((await Promise.all(jobs)).map(({ done }) => done), limits.map(() => true));
    for (const timeoutMs of [Infinity, null, 2 ** 40]) {
      const other = bench.client({ timeoutMs, dialTimeoutMs: timeoutMs, pingAfterMs: timeoutMs });
      bench.equal((await other.call("jobs.run", [2, 50])).done, true);
    }
  }],

  ["the limit that is sent is that of the call, clamped; the default is not sent", async ({ bench }) => {
    const rpc = await bench.open(fake);
    const options = [{ timeoutMs: 2 ** 40 }, { timeoutMs: Infinity }, { timeoutMs: null }, {}, { timeoutMs: 5000.5 }];
    for (const each of options) rpc.call("a", [], each).catch(() => {});
    bench.equal(FakeSocket.last.sent.map(({ meta }) => meta && meta.timeoutMs > 4000 && meta.timeoutMs < 2 ** 31),
      [true, undefined, undefined, undefined, true]);
    rpc.close();
  }],

  ["a limit that has passed fails the call before it is sent", async ({ bench }) => {
    const rpc = await bench.open(fake);
    for (const timeoutMs of [0, -1, -Infinity]) {
      bench.equal(await bench.outcome(rpc.call("a", [], { timeoutMs })), { code: late, executed: "no" });
    }
    bench.equal(FakeSocket.last.sent.length, 0);
  }],

  ["the default limit fails and cancels a call, and progress renews it", async ({ bench }) => {
    const rpc = await bench.open({ ...fake, timeoutMs: 1000 });
    const socket = FakeSocket.last;
    const silent = bench.outcome(rpc.call("silent"));
    const busy = bench.outcome(rpc.call("busy", [], { onProgress() {} }));
    const explicit = bench.outcome(rpc.call("explicit", [], { timeoutMs: 1000, onProgress() {} }));
    let isOver = false;
    const both = Promise.all([silent, explicit]).then((all) => ((isOver = true), all));
    while (!isOver) {
      for (const token of [2, 3]) socket.take({ jsonrpc: "2.0", method: "$/progress", params: { token, value: 1 } });
      await bench.sleep(10);
    }
    bench.equal(await both, [{ code: late, executed: "unknown" }, { code: late, executed: "unknown" }]);
    const cancelled = socket.sent.filter(({ method }) => method === "$/cancelRequest");
    bench.equal(cancelled.map(({ params }) => params.id), [1, 3]);
    socket.answer(2, "done");
    bench.equal(await busy, { value: "done" });
  }],

  ["the default limit includes the wait for a connection", async ({ bench }) => {
    await bench.proxy("deafen");
    const rpc = bench.client({ timeoutMs: 100 });
    bench.equal(await bench.outcome(rpc.call("calculator.add", [2, 3])), { code: late, executed: "no" });
    await bench.proxy("listen");
    await bench.until(() => rpc.state === "open");
  }],

  ["a call that was never sent says why there is no connection", async ({ bench }) => {
    const message = (rpc, timeoutMs) => rpc.call("a", [], { timeoutMs }).catch((error) => error.message);
    FakeSocket.opens = false;
    const rpc = bench.client({ ...fake, minimumDelayMs: 60_000, maximumDelayMs: 60_000 });
    FakeSocket.opens = true;
    bench.equal(await message(rpc, 0), "not connected: no answer of the server yet; not sent within 0 ms");
    FakeSocket.last.onerror({ message: "refused" });
    bench.equal(await message(rpc, 20), "not connected: refused; not sent within 20 ms");
    rpc.connect();
    await bench.until(() => rpc.state === "open");
    bench.equal(await message(rpc, 20), "no reply within 20 ms");
    FakeSocket.last.onclose({ code: 1001, reason: "" });
    bench.equal(await message(rpc, 20), "not connected: the connection was closed (1001); not sent within 20 ms");
  }],

  ["a stream has no limit, neither while it opens nor afterwards", async ({ bench }) => {
    const rpc = await bench.open({ timeoutMs: 300 });
    await bench.answer("subscription", "delay", { seconds: 0.6 });
    const ticks = [];
    for await (const { value } of rpc.stream("clock.ticks", [0.3])) if (ticks.push(value.tick) === 3) break;
    bench.equal(ticks, [1, 2, 3]);
  }],

  ["retries as late as a server demands are not immediate ones", async ({ bench }) => {
    const rpc = await bench.open(fake);
    const feed = rpc.subscribe("t");
    FakeSocket.last.refuse(1, -32005, { retryable: true, retryAfterMs: 2 ** 40 });
    await bench.sleep(50);
    bench.equal(FakeSocket.last.ids("rpc.subscribe"), [1]);
    feed.close();
  }],
];
