import { FakeSocket } from "../fake-socket.js";

/** Without a default time limit: only an answer, or the end of the connection, settles a call. */
const options = { timeoutMs: null };
const lost = { code: -32099, executed: "unknown" };

export const network = [
  ["a cut fails the calls in flight and keeps those that were not sent", async ({ bench }) => {
    const rpc = await bench.open(options);
    const job = bench.outcome(rpc.call("jobs.run", [1, 60_000]));
    await bench.until(async () => (await rpc.call("jobs.active")) >= 1);
    await bench.cut(rpc);
    const next = rpc.call("calculator.add", [2, 3]);
    bench.equal([await job, await next], [lost, 5]);
  }],

  ["a request that is cut on its way fails, and is not repeated", async ({ bench }) => {
    const rpc = await bench.open(options);
    for (const action of ["cut", "cut after"]) {
      await bench.request("cut here", action);
      bench.equal(await bench.outcome(rpc.call("echo.echo", ["cut here"])), lost);
      bench.equal(await rpc.call("echo.echo", ["next"]), "next");
    }
    await bench.answer("cut this", "cut");
    bench.equal(await bench.outcome(rpc.call("echo.echo", ["cut this"])), lost);
  }],

  ["an answer that is duplicated or delayed settles its call once", async ({ bench }) => {
    const rpc = await bench.open(options);
    await bench.answer("twice", "duplicate");
    await bench.answer("slow", "delay", { seconds: 0.2 });
    bench.equal(await Promise.all(["twice", "slow", "next"].map((text) => rpc.call("echo.echo", [text]))),
      ["twice", "slow", "next"]);
  }],

  ["a request that is duplicated settles its call", async ({ bench }) => {
    const rpc = await bench.open(options);
    await bench.request("jobs.run", "duplicate");
    await bench.request("echo twice", "duplicate");
    const [job, echo] = await Promise.all(
      [["jobs.run", [1, 50]], ["echo.echo", ["echo twice"]]].map((call) => bench.outcome(rpc.call(...call))));
    // The gateway refuses the repetition, as its id is in flight, and that answer may be the first with this id.
    bench.equal([job.value?.done ?? job.code, echo.value ?? echo.code],
      [job.value ? true : -32600, echo.value ? "echo twice" : -32600]);
  }],

  ["a request that is mangled fails with the error of the gateway", async ({ bench }) => {
    const rpc = await bench.open(options);
    await bench.request('"jsonrpc"', "replace", { text: "jsonrpc" });
    const mangled = await bench.outcome(rpc.call("echo.echo", ["one"]));
    bench.equal([mangled.code, await rpc.call("echo.echo", ["two"])], [-32700, "two"]);
  }],

  ["a request whose bytes are not UTF-8 fails with the connection", async ({ bench }) => {
    const rpc = await bench.open(options);
    await bench.request("bytes", "replace", { text: "\u00ff\u00fe" });
    bench.equal(await bench.outcome(rpc.call("echo.echo", ["bytes"])), lost);
    bench.equal(await rpc.call("echo.echo", ["next"]), "next");
  }],

  ["an answer that is mangled fails its call with the connection", async ({ bench }) => {
    const rpc = await bench.open(options);
    for (const [part, text] of [['"result"', "result"], ["}", ""], ["mangled", "\u00ff"], ["{", "3"]]) {
      await bench.answer(part, "replace", { text });
      bench.equal(await bench.outcome(rpc.call("echo.echo", ["mangled"])), lost);
    }
    await bench.answer('"result":', "replace", { text: '"r":' });
    bench.equal((await bench.outcome(rpc.call("echo.echo", [1]))).code, -32603);
    bench.equal(await rpc.call("echo.echo", ["next"]), "next");
  }],

  ["an answer whose id is lost fails its call", async ({ bench }) => {
    const rpc = await bench.open(options);
    await rpc.ping();
    await bench.answer('"id":2', "replace", { text: '"id":null' });
    bench.equal((await bench.outcome(rpc.call("echo.echo", [1]))).code, -32603);
  }],

  ["a binary answer is read like text", async ({ bench }) => {
    const rpc = await bench.open(options);
    await bench.answer("binary é", "binary");
    bench.equal(await rpc.call("echo.echo", ["binary é"]), "binary é");
  }],

  ["a connection that is silent is found and replaced", async ({ bench }) => {
    const rpc = await bench.open({ ...options, pingAfterMs: 50, pingTimeoutMs: 50 });
    const job = bench.outcome(rpc.call("jobs.run", [1, 60_000]));
    await bench.proxy("hold");
    bench.equal(await job, lost);
    const next = bench.outcome(rpc.call("calculator.add", [2, 3]));
    await bench.proxy("release");
    const outcome = await next;
    // It may have been sent on a connection that was replaced as well.
    bench.equal([{ value: 5 }, lost].some((one) => one.code === outcome.code), true);
  }],

  ["many calls over a line that is cut all settle, and those that were sent are not repeated", async ({ bench }) => {
    const rpc = await bench.open(options);
    const counts = { done: 0, lost: 0 };
    const count = ({ value, code }) => {
      if (code !== undefined) bench.equal(code, -32099);
      counts[value === undefined ? "lost" : "done"] += 1;
    };
    const all = Array.from({ length: 600 }, (_, n) => bench.outcome(rpc.call("jobs.run", [1, n % 20])).then(count));
    for (let cuts = 0; cuts < 3; cuts += 1) {
      await bench.until(() => rpc.state === "open");
      await bench.cut(rpc);
    }
    await Promise.all(all);
    bench.equal(counts.done + counts.lost, 600);
  }],

  ["a close code that forbids a reconnect ends calls and feeds", async ({ bench }) => {
    const rpc = await bench.open({ ...options, WebSocket: FakeSocket });
    const feed = rpc.subscribe("t");
    FakeSocket.last.answer(1, { subscription: "s" });
    const ends = [];
    rpc.addEventListener("close", ({ detail }) => ends.push(detail));
    const call = bench.outcome(rpc.call("a"));
    FakeSocket.last.onclose({ code: 4503, reason: "abuse" });
    bench.equal([await call, ends, rpc.state], [lost, [{ code: 4503, reason: "abuse" }], "closed"]);
    bench.equal(await bench.outcome(feed.next()), lost);
  }],
];
