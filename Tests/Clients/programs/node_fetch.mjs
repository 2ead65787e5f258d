// Node's fetch.
const base = process.argv[2];
const headers = { "Content-Type": "application/json" };

const call = (method, ...params) => JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
const post = (path, body) => fetch(base + path, { method: "POST", headers, body });
const show = async (step, answer) => console.log(step, answer.status, await answer.text());

async function* lines(answer) {
  let rest = "";
  for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
    const whole = (rest + part).split("\n");
    rest = whole.pop();
    yield* whole;
  }
}

async function follow(step, path, count) {
  const answer = await fetch(base + path, { headers: { Accept: "text/event-stream" } });
  for await (const line of lines(answer)) {
    if (line === ": open") await post("/rpc/chat/say", '{"author":"fetch","text":"hello"}');
    if (!line.startsWith("data: ")) continue;
    console.log(step, answer.status, line.slice(6));
    count -= 1;
    if (count === 0) return;
  }
}

function* parts() {
  yield '["';
  for (let part = 0; part < 100; part += 1) yield "x".repeat(1000);
  yield '"]';
}

await show("call", await post("/rpc", call("calculator.add", 2, 3)));
await show("path", await post("/rpc/calculator/divide", '{"a":1,"b":4}'));
await show("get", await fetch(`${base}/rpc/calculator/add?a=2&b=3`));
await show("error", await post("/rpc", call("calculator.divide", 1, 0)));
await show("unknown", await post("/rpc/no/such", "{}"));
await show("empty", await fetch(`${base}/rpc/jobs/active`, { method: "POST" }));
await show("notification", await post("/rpc", '{"jsonrpc":"2.0","method":"calculator.add","params":[2,3]}'));
const body = ReadableStream.from(parts()).pipeThrough(new TextEncoderStream());
await show("upload", await fetch(`${base}/rpc/echo/echo`, { method: "POST", headers, body, duplex: "half" }));
await follow("stream", "/rpc/clock/ticks?interval=0.05", 3);
await follow("topic", "/events/chat/room", 1);
