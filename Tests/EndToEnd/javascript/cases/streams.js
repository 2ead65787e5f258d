import { FakeSocket } from "../fake-socket.js";

const fake = { WebSocket: FakeSocket, pingAfterMs: 0, minimumDelayMs: 1, maximumDelayMs: 1 };

export const streams = [
  ["`opened` settles however a feed ends", async ({ bench }) => {
    const rpc = await bench.open(fake);
    const closed = rpc.subscribe("a");
    closed.close();
    const abort = new AbortController();
    const aborted = rpc.subscribe("b", { signal: abort.signal });
    abort.abort();
    const early = rpc.subscribe("c", { signal: abort.signal });
    const open = rpc.subscribe("d");
    rpc.close();
    const late = rpc.subscribe("e");
    const all = [closed, aborted, early, open, late];
    const outcomes = await Promise.all(all.map(({ opened }) => bench.outcome(opened)));
    bench.equal(outcomes.map(({ code }) => code), [-32800, -32800, -32800, -32800, -32099]);
    for (const feed of all.slice(0, 4)) bench.equal((await feed.next()).done, true);
  }],

  ["a repeated event is delivered once, and replayed events are delivered", async ({ bench }) => {
    const rpc = await bench.open(fake);
    const feed = rpc.subscribe("t", { since: { epoch: "e", seq: 3 } });
    FakeSocket.last.answer(1, { subscription: "s", epoch: "e", seq: 9, recovered: true });
    const event = (seq) => FakeSocket.last.take(
      { jsonrpc: "2.0", method: "rpc.event", params: { subscription: "s", epoch: "e", seq, result: seq } });
    for (const seq of [4, 5, 5, 4, 6]) event(seq);
    const seen = [];
    for await (const { value } of feed) if (seen.push(value) === 3) break;
    bench.equal(seen, [4, 5, 6]);
  }],

  ["a topic continues after a cut without a loss and without a repetition", async ({ bench }) => {
    const rpc = await bench.open();
    const speaker = await bench.open();
    const gaps = [];
    const feed = rpc.subscribe("chat.room", { onGap: (gap) => gaps.push(gap) });
    await feed.opened;
    const texts = Array.from({ length: 30 }, (_, n) => `${Math.random()} ${n}`);
    const seen = [];
    const reading = (async () => {
      for await (const { value } of feed) {
        if (texts.includes(value.text) && seen.push(value.text) === texts.length) break;
      }
    })();
    for (const [n, text] of texts.entries()) {
      if (n % 10 === 3) await bench.answer("rpc.event", "cut");
      if (n % 10 === 6) await bench.answer("rpc.event", "duplicate");
      await speaker.call("chat.say", ["cases", text]);
      if (n % 5 === 4) await bench.until(() => seen.length === n + 1);
    }
    await reading;
    bench.equal([seen, gaps], [texts, []]);
  }],

  ["a stream is opened again after a cut, and says so", async ({ bench }) => {
    const rpc = await bench.open();
    const gaps = [];
    const feed = rpc.stream("clock.ticks", [0.01], { bufferSize: 1e6, onGap: (gap) => gaps.push(gap.reason) });
    await feed.next();
    await bench.proxy("cut");
    await bench.until(() => gaps.length > 0);
    bench.equal([(await feed.next()).done, gaps], [false, ["reconnected"]]);
    feed.close();
  }],

  ["feeds are opened again before the calls that were queued", async ({ bench }) => {
    const rpc = await bench.open(fake);
    rpc.subscribe("t");
    FakeSocket.last.answer(1, { subscription: "1", epoch: "e", seq: 1 });
    FakeSocket.last.onclose({ code: 1006, reason: "" });
    rpc.call("queued").catch(() => {});
    rpc.addEventListener("open", () => void rpc.call("of a listener").catch(() => {}), { once: true });
    await bench.until(() => rpc.state === "open");
    bench.equal(FakeSocket.last.sent.map(({ method }) => method), ["rpc.subscribe", "queued", "of a listener"]);
    rpc.close();
  }],

  ["a stream that was called rejects with a hint, and is ended", async ({ bench }) => {
    const rpc = await bench.open();
    const frames = [];
    rpc.addEventListener("frame", ({ detail: { text } }) => frames.push(JSON.parse(text)));
    const hint = (error) => [error.code, error.data.executed, error.message];
    const expected = [-32600, "yes", 'clock.ticks returns a stream: read it with rpc.stream("clock.ticks", params)'];
    bench.equal(await rpc.call("clock.ticks", [0.01]).catch(hint), expected);
    const [stream, sum] = await rpc.batch(
      [{ method: "clock.ticks", params: [0.01] }, { method: "calculator.add", params: [2, 3] }]);
    bench.equal([hint(stream.reason), sum.value], [expected, 5]);
    await rpc.ping();
    const ends = frames.filter(({ method }) => method === "rpc.unsubscribe").map(({ id }) => id);
    bench.equal(frames.filter(({ id, result }) => ends.includes(id) && result === true).length, 2);
    // What only resembles a stream is a value.
    for (const value of [{ subscription: "gold" }, { subscription: 1 }]) {
      bench.equal(await rpc.call("echo.echo", [value]), value);
    }
    const { subscription } = await rpc.call("rpc.subscribe", ["chat.room"]);
    bench.equal(await rpc.call("rpc.unsubscribe", [subscription]), true);
  }],

  ["names of methods and topics may have slashes", async ({ bench }) => {
    const rpc = await bench.open();
    const room = rpc.subscribe("chat/room");
    await room.opened;
    const text = `slashes ${Math.random()}`;
    await rpc.call("chat/say", ["cases", text]);
    for await (const { value } of room) if (value.text === text) break;
  }],

  ["a feed removes its listener from the signal when it ends", async ({ bench }) => {
    const rpc = await bench.open(fake);
    const { signal } = new AbortController();
    let count = 0;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...rest) => (count++, add(...rest));
    signal.removeEventListener = (...rest) => (count--, remove(...rest));
    rpc.subscribe("t", { signal }).close();
    const call = rpc.call("a", [], { signal });
    FakeSocket.last.answer(FakeSocket.last.ids("a")[0], 1);
    await call;
    bench.equal(count, 0);
  }],
];
