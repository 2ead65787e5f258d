"""Calls a method and reads a topic over a WebSocket: python3 client.py [URL], default ws://127.0.0.1:8080/rpc."""
import asyncio
import itertools
import json
import sys

from websockets.asyncio.client import connect

EVENTS = 3


async def main(url):
    async with connect(url, subprotocols=["jsonrpc"]) as socket:
        ids = itertools.count(1)
        events = []

        async def call(method, params):
            request = {"jsonrpc": "2.0", "id": next(ids), "method": method, "params": params}
            await socket.send(json.dumps(request))
            while True:
                message = json.loads(await socket.recv())
                if message.get("id") == request["id"]:
                    if "error" in message:
                        raise RuntimeError(message["error"])
                    return message["result"]
                events.append(message)

        print("calculator.add:", await call("calculator.add", {"a": 1, "b": 2}))
        await call("rpc.subscribe", {"topic": "chat.room"})
        for number in range(1, EVENTS + 1):
            await call("chat.say", {"author": "python", "text": f"line {number}"})
        while len(events) < EVENTS:
            events.append(json.loads(await socket.recv()))
        for event in events:
            print("event:", json.dumps(event["params"]["result"]))


asyncio.run(asyncio.wait_for(main(sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8080/rpc"), 10))
