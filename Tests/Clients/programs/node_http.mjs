// Node's http and https.
import http from "node:http";
import https from "node:https";
import { createInterface } from "node:readline";
import { once } from "node:events";
import { text } from "node:stream/consumers";

const base = process.argv[2];
const { request } = base.startsWith("https:") ? https : http;
const headers = { "Content-Type": "application/json" };

const call = (method, ...params) => JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });

/** Sends a request. A body in several parts is sent in chunks. */
async function ask(path, options, ...parts) {
  const asked = request(base + path, options);
  const last = parts.pop();
  for (const part of parts) asked.write(part);
  asked.end(last);
  const [answer] = await once(asked, "response");
  return answer;
}

const post = (path, ...parts) => ask(path, { method: "POST", headers }, ...parts);
const show = async (step, answer) => console.log(step, answer.statusCode, await text(answer));

async function follow(step, path, count) {
  const answer = await ask(path, { headers: { Accept: "text/event-stream" } });
  for await (const line of createInterface({ input: answer })) {
    if (line === ": open") (await post("/rpc/chat/say", '{"author":"node","text":"hello"}')).resume();
    if (!line.startsWith("data: ")) continue;
    console.log(step, answer.statusCode, line.slice(6));
    count -= 1;
    if (count === 0) break;
  }
  answer.destroy();
}

await show("call", await post("/rpc", call("calculator.add", 2, 3)));
await show("path", await post("/rpc/calculator/divide", '{"a":1,"b":4}'));
await show("get", await ask("/rpc/calculator/add?a=2&b=3", {}));
await show("error", await post("/rpc", call("calculator.divide", 1, 0)));
await show("unknown", await post("/rpc/no/such", "{}"));
await show("empty", await ask("/rpc/jobs/active", { method: "POST" }));
await show("notification", await post("/rpc", '{"jsonrpc":"2.0","method":"calculator.add","params":[2,3]}'));
await show("upload", await post("/rpc/echo/echo", '["', ...Array(100).fill("x".repeat(1000)), '"]'));
await follow("stream", "/rpc/clock/ticks?interval=0.05", 3);
await follow("topic", "/events/chat/room", 1);
process.exit(0);
