"""Python's httpx."""

import sys

import httpx

client = httpx.Client(base_url=sys.argv[1])


def show(step, answer):
    print(step, answer.status_code, answer.text)


def call(method, *params):
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def follow(step, path, count, **query):
    with client.stream("GET", path, params=query, headers={"Accept": "text/event-stream"}) as answer:
        for line in answer.iter_lines():
            if line == ": open":
                client.post("/rpc/chat/say", json={"author": "httpx", "text": "hello"})
            if line.startswith("data: "):
                print(step, answer.status_code, line.removeprefix("data: "))
                count -= 1
            if count == 0:
                return


def parts():
    """A body of unknown length, which is sent in chunks."""
    yield b'["'
    for _ in range(100):
        yield b"x" * 1000
    yield b'"]'


show("call", client.post("/rpc", json=call("calculator.add", 2, 3)))
show("path", client.post("/rpc/calculator/divide", json={"a": 1, "b": 4}))
show("get", client.get("/rpc/calculator/add", params={"a": 2, "b": 3}))
show("error", client.post("/rpc", json=call("calculator.divide", 1, 0)))
show("unknown", client.post("/rpc/no/such", json={}))
show("empty", client.post("/rpc/jobs/active"))
show("notification", client.post("/rpc", json={"jsonrpc": "2.0", "method": "calculator.add", "params": [2, 3]}))
show("upload", client.post("/rpc/echo/echo", content=parts(), headers={"Content-Type": "application/json"}))
follow("stream", "/rpc/clock/ticks", 3, interval=0.05)
follow("topic", "/events/chat/room", 1)
