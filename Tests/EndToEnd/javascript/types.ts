// Checked by `deno check`, and never run: the types of the client accept and refuse what they should.
import { Code, type Feed, lend, Postern, PosternError } from "../../../public/postern.js";

interface Message {
  author: string;
  text: string;
}

const rpc = new Postern("ws://127.0.0.1:8080/rpc", {
  WebSocket, timeoutMs: null, dialTimeoutMs: 5000, minimumDelayMs: 1, maximumDelayMs: 2, maximumInFlight: 32,
  maximumWaiting: 10, maximumBatch: 10, pingAfterMs: 0, pingTimeoutMs: 1000, exactIntegers: true,
});

const sum: number = await rpc.call<number>("calculator.add", [1, 2]);
const anything = await rpc.call("calculator.add", { a: 1, b: 2 });
anything.is.not.checked;
await rpc.call<void, { step: number }>("jobs.run", [5], {
  timeoutMs: Infinity,
  signal: new AbortController().signal,
  onProgress: ({ step }) => step.toFixed(),
  meta: { progressToken: "p" },
});

const [first, second] = await rpc.batch<[number, string]>([
  { method: "calculator.add", params: [1, sum] },
  { method: "echo.echo", params: { value: "a" } },
  { method: "echo.echo", notify: true },
]);
if (first.status === "fulfilled") first.value.toFixed();
if (second.status === "fulfilled") second.value.toUpperCase();
if (second.status === "rejected") second.reason.message;

const feed: Feed<Message> = rpc.subscribe<Message>("chat.room", {
  bufferSize: 10,
  since: { epoch: "e", seq: 1 },
  onGap: ({ from, to, dropped, reason }) => [from, to, dropped, reason?.length],
  onOpen: ({ subscription, recovered }) => [subscription.length, recovered],
});
for await (const { value, epoch, seq } of feed) {
  const text: string = value.text;
  const position: [string?, number?] = [epoch, seq];
  if (text && position && feed.since && !feed.ended) break;
}
const { subscription } = await feed.opened;
const ticks = rpc.stream<{ tick: number }>("clock.ticks", { interval: 1 });
const { value } = await ticks.next();
ticks.close();
const tick: number | undefined = value?.value.tick;

rpc.addEventListener("open", ({ detail }) => { const nothing: null = detail; return nothing; });
rpc.addEventListener("close", ({ detail }) => detail.retryInMs?.toFixed() ?? detail.code.toFixed() + detail.reason);
rpc.addEventListener("frame", ({ detail: { direction, text } }) => direction === "in" && text.length);
rpc.addEventListener("notification", ({ detail }) => detail.method.length);
rpc.addEventListener("fault", ({ detail }) => detail instanceof Error);

rpc.notify("chat.say", ["a", subscription]);
rpc.expose("confirm", async (params, signal) => params.question && !signal.aborted);
rpc.serve({ confirm: (question: string) => question.length > 0 });
await rpc.call("files.watch", ["/tmp/x", (old: string, current: string) => old + current, lend({ done() {} })]);
const state: "connecting" | "open" | "waiting" | "closed" = rpc.state;
const milliseconds: number = await rpc.ping({ timeoutMs: 1000 });
rpc.references.map(({ direction, handle, kind, count }) => [direction, handle, kind, count, state, milliseconds, tick]);

try {
  await rpc.call("calculator.divide", [1, 0]);
} catch (error) {
  if (error instanceof PosternError && error.code === Code.deadlineExceeded) error.data?.executed === "no";
}
rpc.connect();
rpc.close(1000, rpc.url);

// @ts-expect-error: the method is missing
rpc.call();
// @ts-expect-error: arguments are an array or an object
rpc.call("calculator.add", 1);
// @ts-expect-error: a time is a number
rpc.call("calculator.add", [], { timeoutMs: "5 s" });
// @ts-expect-error: there is no such option
new Postern("ws://127.0.0.1/rpc", { retries: 3 });
// @ts-expect-error: there is no such event
rpc.addEventListener("close", ({ detail }) => detail.text);
// @ts-expect-error: the state is read-only
rpc.state = "open";
// @ts-expect-error: a position has an epoch
rpc.subscribe("chat.room", { since: { seq: 1 } });
// @ts-expect-error: a message has no such member
for await (const { value } of feed) value.title;
