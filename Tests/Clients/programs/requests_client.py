"""Python's requests."""

import sys

import requests

base = sys.argv[1]
session = requests.Session()


def show(step, answer):
    print(step, answer.status_code, answer.text)


def call(method, *params):
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def follow(step, path, count, **query):
    with session.get(f"{base}/{path}", params=query, headers={"Accept": "text/event-stream"}, stream=True) as answer:
        for line in answer.iter_lines(decode_unicode=True):
            if line == ": open":
                session.post(f"{base}/rpc/chat/say", json={"author": "requests", "text": "hello"})
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


show("call", session.post(f"{base}/rpc", json=call("calculator.add", 2, 3)))
show("path", session.post(f"{base}/rpc/calculator/divide", json={"a": 1, "b": 4}))
show("get", session.get(f"{base}/rpc/calculator/add", params={"a": 2, "b": 3}))
show("error", session.post(f"{base}/rpc", json=call("calculator.divide", 1, 0)))
show("unknown", session.post(f"{base}/rpc/no/such", json={}))
show("empty", session.post(f"{base}/rpc/jobs/active"))
show("notification", session.post(f"{base}/rpc", json={"jsonrpc": "2.0", "method": "calculator.add", "params": [2, 3]}))
show("upload", session.post(f"{base}/rpc/echo/echo", data=parts(), headers={"Content-Type": "application/json"}))
follow("stream", "rpc/clock/ticks", 3, interval=0.05)
follow("topic", "events/chat/room", 1)
