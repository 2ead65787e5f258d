import { FakeSocket } from "../fake-socket.js";
import { parseExactly } from "../../../../public/client/exact-parser.js";

const large = [2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 64n - 1n];

/** Texts whose value must be equal to that of `JSON.parse`, or which neither parser accepts. */
const texts = [
  "1", "-0", "0.5", "-1.5e+3", "1E2", "1e400", "9007199254740991", "1e20", "12345678901234567.5",
  "123456789012345678e-3", "true", "false", "null", "\t\n\r 1", '{"":0}', `[${"[".repeat(500)}${"]".repeat(501)}`,
  '""', '"\\u00e9\\n\\\\"', '"\\\\\\""', '"9007199254740993"', '"\\ud83d"', "[]", "{}", " [ 1 , 2 ] ",
  '{"a":{"b":[1]}}', '{"__proto__":1}', '{"a":1,"a":2}',
  "", "01", "-", "+1", ".5", "1.", "1e", "[1,]", "[,1]", "{,}", '{"a"}', '{"a":}', "{a:1}", "{1:2}", "tru", "nulls",
  "1 2", '"a', '"\n"', '"\\x"', '"\\u12"', "'a'", "[1", '{"a":1', "]", "\u00a01", "NaN",
  "00000000000000000001", "\\", '"\\',
];

const attempt = (parse, text) => {
  try {
    return { value: parse(text) };
  } catch (error) {
    return error.name;
  }
};

export const integers = [
  ["large integers are exact with `exactIntegers`", async ({ bench }) => {
    const rpc = await bench.open({ exactIntegers: true });
    bench.equal(await rpc.call("echo.echo", [{ large, small: [1, -1, 0], text: "9007199254740993", half: 0.5 }]),
      { large, small: [1, -1, 0], text: "9007199254740993", half: 0.5 });
    bench.equal(await rpc.call("echo.echo", [2n ** 53n - 1n]), 9007199254740991);
    bench.equal(await rpc.call("echo.echo", [2n ** 64n]), "18446744073709551616");
    bench.equal(await rpc.call("echo.echo", [[Object(5n), { n: 7n }]]), [5, { n: 7 }]);
    bench.equal((await rpc.batch([{ method: "echo.echo", params: [large[1]] }]))[0].value, large[1]);
  }],

  ["large integers are those of `JSON.parse` by default, in results, events and errors", async ({ bench }) => {
    const rpc = await bench.open();
    bench.equal(await rpc.call("echo.echo", [large]), large.map(Number));
  }],

  ["events, progress, errors and arguments of the server are exact too", async ({ bench }) => {
    const rpc = await bench.open({ WebSocket: FakeSocket, exactIntegers: true });
    const socket = FakeSocket.last;
    const seen = [];
    rpc.expose("m", (params) => void seen.push(params[0]));
    const call = rpc.call("job", [], { onProgress: (value) => seen.push(value) });
    socket.take('{"jsonrpc":"2.0","method":"$/progress","params":{"token":1,"value":9007199254740993}}');
    socket.take('{"jsonrpc":"2.0","id":1,"method":"m","params":[9007199254740995]}');
    socket.take('{"jsonrpc":"2.0","id":1,"error":{"code":7,"message":"","data":{"details":-9007199254740997}}}');
    const feed = rpc.stream("s");
    socket.answer(2, { subscription: "s" });
    socket.take('{"jsonrpc":"2.0","method":"s.subscription","params":{"subscription":"s","result":9007199254740999}}');
    const { data } = await call.catch((error) => error);
    const { value } = await feed.next();
    bench.equal([seen, data.details, value.value],
      [[2n ** 53n + 1n, 2n ** 53n + 3n], -(2n ** 53n) - 5n, 2n ** 53n + 7n]);
  }],

  ["references and large integers arrive in one message", async ({ bench }) => {
    const rpc = await bench.open({ WebSocket: FakeSocket, exactIntegers: true });
    const own = () => 1;
    rpc.call("keep", [own]).catch(() => {});
    const call = rpc.call("get");
    FakeSocket.last.take('{"jsonrpc":"2.0","id":2,"result":[{"__jsonrpc_marshaled":1,"handle":7,"kind":"function"},'
      + '9007199254740993,{"__jsonrpc_marshaled":0,"handle":1}]}');
    const [remote, integer, returned] = await call;
    bench.equal([typeof remote, integer, returned === own], ["function", 2n ** 53n + 1n, true]);
    bench.equal(rpc.references.length, 2);
    rpc.close();
  }],

  ["the parser of engines without source texts equals that of the engine", async ({ bench }) => {
    for (const text of texts) bench.equal([text, attempt(parseExactly, text)], [text, attempt(JSON.parse, text)]);
    bench.equal(parseExactly(`{"a":[${large}]}`), { a: large });
    bench.equal(Object.getOwnPropertyNames(parseExactly('{"__proto__":[]}')), ["__proto__"]);
    const long = JSON.stringify("\\\"é".repeat(1_000_000));
    bench.equal(parseExactly(long) === JSON.parse(long), true);
  }],
];
