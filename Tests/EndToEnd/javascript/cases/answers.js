import { FakeSocket } from "../fake-socket.js";

/** The default time limit is off, so that only an answer or the end of the connection settles a call. */
const options = { WebSocket: FakeSocket, timeoutMs: null, pingAfterMs: 0, minimumDelayMs: 1, maximumDelayMs: 1 };

/** Opens a client on a fake socket; `call` returns the outcome of a call whose id is the number of the call. */
async function start(bench) {
  const rpc = await bench.open(options);
  const socket = FakeSocket.last;
  const call = (method, ...rest) => bench.outcome(rpc.call(method, ...rest));
  return { rpc, socket, call };
}

const parseError = -32700;
const unread = { executed: "no" };

export const answers = [
  ["the stack of an error names the code that awaits the call", async ({ bench, Postern }) => {
    const rpc = new Postern("ws://a", options);
    await bench.until(() => rpc.state === "open");
    const awaitsTheCall = async () => {
      try {
        return await rpc.call("a");
      } catch (error) {
        return error.stack;
      }
    };
    const stack = awaitsTheCall();
    FakeSocket.last.refuse(1, 1, {});
    bench.equal((await stack).match(/^PosternError: refused|awaitsTheCall/g), ["PosternError: refused", "awaitsTheCall"]);
    rpc.close();
  }],

  ["what a handler throws is a fault, and so is an answer that cannot be sent", async ({ bench, PosternError }) => {
    const { rpc, socket } = await start(bench);
    const faults = [];
    rpc.addEventListener("fault", ({ detail }) => faults.push(detail.message));
    rpc.serve({
      fails: () => { throw new Error("a mistake"); },
      refuses: () => { throw new PosternError(1, "on purpose"); },
      odd: () => Symbol("no JSON"),
    });
    for (const [id, method] of ["fails", "refuses", "odd"].entries()) socket.take({ jsonrpc: "2.0", id, method });
    await bench.until(() => socket.sent.length === 3);
    bench.equal(socket.sent.map(({ id, error }) => [id, error.code]).sort(), [[0, -32000], [1, 1], [2, -32603]]);
    bench.equal([faults.length, faults[0]], [2, "a mistake"]);
  }],

  ["an error without an id fails the only call that it can concern", async ({ bench }) => {
    const { socket, call } = await start(bench);
    const only = call("a");
    socket.refuse(null, parseError, unread);
    bench.equal(await only, { code: parseError, executed: "no" });
    const next = call("b");
    socket.take({ jsonrpc: "2.0", error: { code: parseError, message: "no id at all" } });
    bench.equal(await next, { code: parseError });
  }],

  ["an error without an id does not concern what the server has read before", async ({ bench }) => {
    const { socket, call } = await start(bench);
    const progress = [];
    const job = call("job", [], { onProgress: (value) => progress.push(value) });
    const read = call("read");
    socket.answer(2, "read");
    const guilty = call("guilty");
    socket.refuse(null, parseError, unread);
    bench.equal([await read, await guilty], [{ value: "read" }, { code: parseError, executed: "no" }]);
    socket.take({ jsonrpc: "2.0", method: "$/progress", params: { token: 1, value: 1 } });
    socket.answer(1, "done");
    bench.equal([await job, progress], [{ value: "done" }, [1]]);
  }],

  ["of several calls, those that are answered are cleared", async ({ bench }) => {
    const { socket, call } = await start(bench);
    const [first, guilty, third] = ["a", "b", "c"].map((method) => call(method));
    socket.refuse(null, parseError, unread);
    socket.answer(3, 3);
    socket.answer(1, 1);
    bench.equal(await Promise.all([first, guilty, third]),
      [{ value: 1 }, { code: parseError, executed: "no" }, { value: 3 }]);
    bench.equal(socket.ids("$/cancelRequest").length, 0);
  }],

  ["several calls that are not answered fail after a while, cancelled and perhaps executed", async ({ bench }) => {
    const { rpc, socket, call } = await start(bench);
    const both = [call("a"), call("b")];
    socket.refuse(null, parseError, unread);
    const failed = { code: parseError, executed: "unknown" };
    bench.equal(await Promise.all(both), [failed, failed]);
    bench.equal(socket.ids("$/cancelRequest").length, 2);
    // A notification may be what the server could not read.
    rpc.notify("n");
    const innocent = call("c");
    socket.refuse(null, parseError, unread);
    socket.answer(3, 3);
    bench.equal(await innocent, { value: 3 });
  }],

  ["an error about the size of a batch concerns a batch", async ({ bench }) => {
    const { rpc, socket, call } = await start(bench);
    const single = call("a");
    const batch = rpc.batch([{ method: "b" }, { method: "c" }]);
    socket.refuse(null, -32010, unread);
    const failed = (await batch).map(({ reason }) => [reason.code, reason.data.executed]);
    bench.equal(failed, [[-32010, "no"], [-32010, "no"]]);
    socket.answer(1, 1);
    bench.equal(await single, { value: 1 });
  }],

  ["an error without an id and without a call in flight is a fault and nothing else", async ({ bench }) => {
    const { rpc, socket, call } = await start(bench);
    const faults = [];
    rpc.addEventListener("fault", ({ detail }) => faults.push(detail.code));
    socket.refuse(null, parseError, unread);
    const next = call("a");
    socket.answer(1, 1);
    bench.equal([await next, faults, rpc.state], [{ value: 1 }, [parseError], "open"]);
  }],

  ["repeated answers, and answers to unknown ids, have no effect", async ({ bench }) => {
    const { rpc, socket, call } = await start(bench);
    const first = call("a");
    for (const id of [1, 1, 2, 99, "1", "x", 1.5, -1, true, [1], {}]) socket.answer(id, id);
    socket.refuse(1, -1);
    const second = call("b");
    socket.answer(2, "right");
    bench.equal([await first, await second, rpc.state], [{ value: 1 }, { value: "right" }, "open"]);
  }],

  ["an answer without a result and without an error fails its call", async ({ bench }) => {
    const { socket, call } = await start(bench);
    const [empty, odd, nothing] = [call("a"), call("b"), call("c")];
    socket.take({ jsonrpc: "2.0", id: 1 });
    socket.take({ jsonrpc: "2.0", id: 2, error: "text" });
    socket.take({ jsonrpc: "2.0", id: 3, result: null });
    bench.equal(await Promise.all([empty, odd, nothing]),
      [{ code: -32603, executed: "unknown" }, { code: -32603 }, { value: null }]);
  }],

  ["a call of a batch that the response leaves out fails", async ({ bench }) => {
    const { rpc, socket } = await start(bench);
    const batch = rpc.batch([{ method: "a" }, { method: "b" }]);
    socket.take([{ jsonrpc: "2.0", id: 2, result: 2 }, { jsonrpc: "2.0", id: 2, result: 3 }]);
    bench.equal((await batch).map(({ value, reason }) => value ?? reason.code), [-32603, 2]);
  }],

  ["a message that is not JSON-RPC ends the connection, which fails the calls in flight", async ({ bench }) => {
    for (const text of ["nonsense", '{"id":1,"res', "3", "null", '"text"', "[1]", "[[]]", ""]) {
      const { rpc, socket, call } = await start(bench);
      const sent = call("a");
      socket.take(text);
      bench.equal([text, await sent], [text, { code: -32099, executed: "unknown" }]);
      await bench.until(() => rpc.state === "open");
      bench.equal(socket.closes.length, 1);
      rpc.close();
    }
  }],

  ["a binary message is read like text, unless it is not UTF-8", async ({ bench }) => {
    const { socket, call } = await start(bench);
    bench.equal(socket.binaryType, "arraybuffer");
    const first = call("a");
    socket.onmessage({ data: new TextEncoder().encode('{"jsonrpc":"2.0","id":1,"result":"é"}').buffer });
    bench.equal(await first, { value: "é" });
    const second = call("b");
    socket.onmessage({ data: new Uint8Array([0x22, 0xff, 0x22]).buffer });
    bench.equal(await second, { code: -32099, executed: "unknown" });
  }],

  ["callbacks that throw are reported, and what follows is processed", async ({ bench }) => {
    const { rpc, socket, call } = await start(bench);
    const faults = [];
    rpc.addEventListener("fault", ({ detail }) => faults.push(detail));
    const fail = (name) => () => { throw name; };
    const job = call("job", [], { onProgress: fail("progress") });
    socket.take([{ jsonrpc: "2.0", method: "$/progress", params: { token: 1, value: 1 } },
      { jsonrpc: "2.0", id: 1, result: "done" }]);
    const feed = rpc.stream("s", [], { onOpen: fail("open"), onGap: fail("gap") });
    socket.answer(2, { subscription: "s" });
    for (const part of [{ gap: { dropped: 1 } }, { result: "event" }]) {
      socket.take({ jsonrpc: "2.0", method: "s.subscription", params: { subscription: "s", ...part } });
    }
    bench.equal([await job, (await feed.opened).subscription, (await feed.next()).value.value],
      [{ value: "done" }, "s", "event"]);
    bench.equal(faults, ["progress", "open", "gap"]);
  }],

  ["odd messages of the server are answered or ignored", async ({ bench }) => {
    const { rpc, socket, call } = await start(bench);
    for (const message of [{ method: 3 }, { method: "$/progress" }, { method: "$/cancelRequest" }, { id: 7, method: 3 },
      { method: "$/releaseMarshaledObject" }, { method: "x", params: { subscription: {} } }, { id: 8, method: "no" },
      { method: "$/releaseMarshaledObject", params: null }, { id: {}, method: "$/invokeProxy/" }]) {
      socket.take({ jsonrpc: "2.0", ...message });
    }
    const next = call("a");
    socket.answer(1, 1);
    bench.equal([await next, rpc.state], [{ value: 1 }, "open"]);
  }],
];
