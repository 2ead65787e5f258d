"""Tests that one client cannot use up the capacity that all clients share, in both topologies."""

import contextlib
import json
import urllib.request

import pytest
from websockets.sync.client import connect

from programs import PATIENCE

# The limits of calls in flight and of subscriptions of one connection.
CALLS, SUBSCRIPTIONS = 128, 256


@contextlib.contextmanager
def page(server):
    """Returns a context manager with a WebSocket to the server."""
    with connect(server.replace("http", "ws") + "/rpc", max_size=None, compression=None, ping_interval=None) as socket:
        yield socket


def send(socket, method, params, ids):
    """Sends a call with each of the ids."""
    for number in ids:
        socket.send(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))


def receive(socket, count):
    """Returns the next answers by their ids, without the notifications between them."""
    answers = {}
    while len(answers) < count:
        message = json.loads(socket.recv(PATIENCE))
        if "id" in message:
            answers[message["id"]] = message
    return answers


def add(server):
    """Returns the result of a call that another client sends as a POST, or `None` for an error."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "calculator.add", "params": [2, 3]}).encode()
    request = urllib.request.Request(server + "/rpc", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer).get("result")


@pytest.mark.parametrize("count", [CALLS, SUBSCRIPTIONS - 6])
def test_idle_streams_of_a_page_do_not_block_calls(server, count):
    with page(server) as socket, page(server) as other:
        for start in range(0, count, 50):
            ids = range(start, min(start + 50, count))
            send(socket, "clock.ticks", [3600], ids)
            assert all("result" in answer for answer in receive(socket, len(ids)).values())
        assert add(server) == 5
        send(other, "clock.ticks", [3600], [1])
        send(other, "calculator.add", [1, 2], [2])
        assert receive(other, 2)[2]["result"] == 3
        send(socket, "jobs.run", [1, 1], range(1_000, 1_000 + CALLS))
        assert all("result" in answer for answer in receive(socket, CALLS).values())


def test_calls_of_a_page_do_not_block_those_of_other_clients(server):
    with page(server) as socket:
        send(socket, "jobs.run", [1, 8_000], range(CALLS + 1))
        # The call above the limit of the connection is refused immediately.
        assert receive(socket, 1)[CALLS]["error"]["code"] == -32009
        assert add(server) == 5
        with pytest.raises(TimeoutError):
            socket.recv(0)
        assert all("result" in answer for answer in receive(socket, CALLS).values())


def test_calls_above_the_capacity_of_a_service_are_queued(server):
    with contextlib.ExitStack() as stack:
        pages = [stack.enter_context(page(server)) for _ in range(20)]
        for socket in pages:
            send(socket, "jobs.run", [1, 1_000], range(CALLS))
        for socket in pages:
            assert all("result" in answer for answer in receive(socket, CALLS).values())
        assert add(server) == 5
