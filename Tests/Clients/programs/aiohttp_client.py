"""Python's aiohttp."""

import asyncio
import sys

import aiohttp


def call(method, *params):
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


async def parts():
    """A body of unknown length, which is sent in chunks."""
    yield b'["'
    for _ in range(100):
        yield b"x" * 1000
    yield b'"]'


async def show(step, request):
    async with request as answer:
        print(step, answer.status, await answer.text())


async def follow(session, step, path, count, **query):
    async with session.get(path, params=query, headers={"Accept": "text/event-stream"}) as answer:
        async for line in answer.content:
            if line == b": open\n":
                await session.post("/rpc/chat/say", json={"author": "aiohttp", "text": "hello"})
            if line.startswith(b"data: "):
                print(step, answer.status, line.removeprefix(b"data: ").decode().rstrip())
                count -= 1
            if count == 0:
                return


async def talk(session):
    async with session.ws_connect("/rpc") as socket:
        await socket.send_json(call("calculator.add", 2, 3))
        print("socket-call", 101, await socket.receive_str())
        await socket.send_json(call("calculator.divide", 1, 0))
        print("socket-error", 101, await socket.receive_str())
        await socket.send_json(call("echo.echo", "x" * 100_000))
        print("socket-upload", 101, await socket.receive_str())
        await socket.send_json(call("rpc.subscribe", "chat.room"))
        await socket.receive_str()
        await socket.send_json({"jsonrpc": "2.0", "method": "chat.say", "params": ["aiohttp", "hello"]})
        print("subscription", 101, await socket.receive_str())


async def main():
    async with aiohttp.ClientSession(sys.argv[1]) as session:
        await show("call", session.post("/rpc", json=call("calculator.add", 2, 3)))
        await show("path", session.post("/rpc/calculator/divide", json={"a": 1, "b": 4}))
        await show("get", session.get("/rpc/calculator/add", params={"a": 2, "b": 3}))
        await show("error", session.post("/rpc", json=call("calculator.divide", 1, 0)))
        await show("unknown", session.post("/rpc/no/such", json={}))
        await show("empty", session.post("/rpc/jobs/active"))
        await show("notification", session.post("/rpc", json={
            "jsonrpc": "2.0", "method": "calculator.add", "params": [2, 3]}))
        await show("upload", session.post(
            "/rpc/echo/echo", data=parts(), headers={"Content-Type": "application/json"}))
        await follow(session, "stream", "/rpc/clock/ticks", 3, interval=0.05)
        await follow(session, "topic", "/events/chat/room", 1)
        if sys.argv[2:] != ["http"]:
            await talk(session)


asyncio.run(main())
