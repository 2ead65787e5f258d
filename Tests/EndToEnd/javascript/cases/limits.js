import { FakeSocket } from "../fake-socket.js";

const fake = { WebSocket: FakeSocket, pingAfterMs: 0, timeoutMs: null };
const busy = { executed: "no", retryable: true, name: "resource_exhausted" };
const several = (count, make) => Array.from({ length: count }, (_, index) => make(index));

export const limits = [
  ["many calls at once all succeed, and are sent in the order in which they were made", async ({ bench }) => {
    const rpc = bench.client();
    const sent = [];
    rpc.addEventListener("frame", ({ detail }) => detail.direction === "out" && sent.push(JSON.parse(detail.text).id));
    const calls = several(1000, (n) => rpc.call("echo.echo", [n]));
    const slow = several(200, () => rpc.call("jobs.run", [1, 20]));
    bench.equal(await Promise.all(calls), several(1000, (n) => n));
    await Promise.all(slow);
    bench.equal(sent, several(1200, (n) => n + 1));
    const again = several(200, () => rpc.call("jobs.run", [1, 20]));
    bench.equal((await Promise.all(again)).every(({ done }) => done), true);
  }],

  ["batches and calls at once all succeed", async ({ bench }) => {
    const rpc = bench.client();
    const entries = (count) => several(count, () => ({ method: "jobs.run", params: [1, 5] }));
    const many = [...several(40, () => entries(2)), ...several(20, () => entries(10)), entries(1000), entries(200)];
    const batches = many.map((batch) => rpc.batch(batch));
    const calls = several(150, () => rpc.call("jobs.run", [1, 5]));
    const results = (await Promise.all(batches)).flat();
    await Promise.all(calls);
    bench.equal(results.filter(({ status }) => status !== "fulfilled").map(({ reason }) => reason.message), []);
    bench.equal(results.length, 1480);
  }],

  ["no more calls than the limit are in flight, and each answer makes room", async ({ bench }) => {
    const rpc = await bench.open({ ...fake, maximumInFlight: 3 });
    const socket = FakeSocket.last;
    const calls = several(5, (n) => rpc.call("a", [n]));
    rpc.notify("n");
    bench.equal(socket.ids("a"), [1, 2, 3]);
    const ping = rpc.ping();
    socket.answer(socket.ids("rpc.ping")[0], null);
    await ping;
    socket.answer(2, 2);
    bench.equal(socket.ids("a"), [1, 2, 3, 4]);
    // A call that has failed here still runs at the server.
    const abort = new AbortController();
    const aborted = bench.outcome(rpc.call("b", [], { signal: abort.signal }));
    abort.abort();
    bench.equal(await aborted, { code: -32800, executed: "no" });
    for (const id of [1, 3, 4]) socket.answer(id, id);
    bench.equal([socket.ids("a"), socket.ids("n").length, socket.ids("b")], [[1, 2, 3, 4, 5], 1, []]);
    socket.answer(5, 5);
    await Promise.all(calls);
  }],

  ["the queue has a limit", async ({ bench }) => {
    const rpc = bench.client({ ...fake, maximumWaiting: 2 });
    const outcomes = several(4, (n) => bench.outcome(rpc.call("a", [n])));
    bench.equal(await Promise.all(outcomes.slice(2)), several(2, () => ({ code: -32009, executed: "no" })));
    await bench.until(() => rpc.state === "open");
    for (const id of [1, 2]) FakeSocket.last.answer(id, id);
    bench.equal(await Promise.all(outcomes.slice(0, 2)), [{ value: 1 }, { value: 2 }]);
  }],

  ["calls that have settled make room in the queue", async ({ bench }) => {
    const rpc = bench.client({ ...fake, maximumWaiting: 1 });
    const abort = new AbortController();
    const first = bench.outcome(rpc.call("a", [], { signal: abort.signal }));
    abort.abort();
    const second = rpc.call("b");
    await bench.until(() => rpc.state === "open");
    FakeSocket.last.answer(FakeSocket.last.ids("b")[0], 2);
    bench.equal([await first, await second], [{ code: -32800, executed: "no" }, 2]);
  }],

  ["a server with a lower limit is asked again, in order, and no call is lost", async ({ bench }) => {
    const rpc = await bench.open(fake);
    const socket = FakeSocket.last;
    const calls = several(10, (n) => rpc.call("a", [n]));
    for (const id of [5, 6, 7, 8, 9, 10]) socket.refuse(id, -32009, busy);
    socket.answer(1, 1);
    socket.answer(2, 2);
    bench.equal(socket.ids("a").slice(10), [5, 6]);
    for (const id of [3, 4, 5, 6, 7, 8, 9, 10]) socket.answer(id, id);
    bench.equal([await Promise.all(calls), socket.ids("a").slice(10)],
      [several(10, (n) => n + 1), [5, 6, 7, 8, 9, 10]]);
  }],

  ["a server that is busy with other clients is asked again after a while", async ({ bench }) => {
    const rpc = await bench.open(fake);
    const socket = FakeSocket.last;
    const job = rpc.call("job");
    const call = rpc.call("a");
    socket.refuse(2, -32009, { ...busy, retryAfterMs: 10 });
    await bench.until(() => socket.ids("a").length === 2);
    socket.answer(2, 2);
    socket.answer(1, 1);
    bench.equal([await job, await call], [1, 2]);
  }],

  ["a busy error is reported if no other call is in flight, or if the call may have run", async ({ bench }) => {
    const rpc = await bench.open(fake);
    const socket = FakeSocket.last;
    const only = bench.outcome(rpc.call("a"));
    socket.refuse(1, -32009, busy);
    bench.equal(await only, { code: -32009, executed: "no" });
    const [run, other] = [bench.outcome(rpc.call("b")), rpc.call("c")];
    socket.refuse(2, -32009, { executed: "yes" });
    bench.equal(await run, { code: -32009, executed: "yes" });
    socket.answer(3, 3);
    await other;
  }],

  ["a call that was aborted is not sent again", async ({ bench }) => {
    const rpc = await bench.open(fake);
    const abort = new AbortController();
    const other = rpc.call("b");
    const aborted = bench.outcome(rpc.call("a", [], { signal: abort.signal }));
    abort.abort();
    FakeSocket.last.refuse(2, -32009, busy);
    bench.equal(await aborted, { code: -32009, executed: "no" });
    FakeSocket.last.answer(1, 1);
    bench.equal([await other, FakeSocket.last.ids("a")], [1, [2]]);
  }],

  ["a call does not wait for calls that all wait for the page", async ({ bench }) => {
    const rpc = await bench.open({ ...fake, maximumInFlight: 2 });
    const socket = FakeSocket.last;
    const inner = [];
    rpc.serve({ back: () => (inner.push(bench.outcome(rpc.call("inner"))), inner.at(-1)) });
    const outer = [rpc.call("a"), rpc.call("b")];
    const back = (id) => socket.take({ jsonrpc: "2.0", id, method: "back", params: [] });
    back(1);
    bench.equal(socket.ids("inner"), []);
    back(2);
    bench.equal(socket.ids("inner"), [3]);
    socket.refuse(3, -32009, busy);
    bench.equal(await inner[0], { code: -32009, executed: "no" });
    for (const id of [1, 2]) socket.answer(id, id);
    socket.answer(socket.ids("inner").at(-1), "second");
    bench.equal([await Promise.all(outer), await inner[1]], [[1, 2], { value: "second" }]);
  }],

  ["a feed that a full queue refuses is opened later", async ({ bench }) => {
    const rpc = bench.client({ ...fake, maximumWaiting: 1 });
    const first = rpc.call("a");
    const feed = rpc.subscribe("t");
    await bench.until(() => rpc.state === "open");
    FakeSocket.last.answer(1, 1);
    await first;
    await bench.until(() => FakeSocket.last.ids("rpc.subscribe").length === 1);
    FakeSocket.last.answer(FakeSocket.last.ids("rpc.subscribe")[0], { subscription: "s" });
    bench.equal((await feed.opened).subscription, "s");
  }],
];
