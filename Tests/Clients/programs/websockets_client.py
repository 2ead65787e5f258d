"""Python's websockets."""

import asyncio
import json
import sys

from websockets import connect


def call(method, *params):
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})


async def main():
    async with connect(sys.argv[1].replace("http", "ws", 1) + "/rpc") as socket:
        await socket.send(call("calculator.add", 2, 3))
        print("socket-call", 101, await socket.recv())
        await socket.send(call("calculator.divide", 1, 0))
        print("socket-error", 101, await socket.recv())
        await socket.send(call("echo.echo", "x" * 100_000))
        print("socket-upload", 101, await socket.recv())
        await socket.send(call("rpc.subscribe", "chat.room"))
        await socket.recv()
        await socket.send(json.dumps({"jsonrpc": "2.0", "method": "chat.say", "params": ["websockets", "hello"]}))
        print("subscription", 101, await socket.recv())


asyncio.run(main())
