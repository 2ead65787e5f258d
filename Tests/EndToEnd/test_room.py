"""One client uses no more than its share of what all clients have together, whether or not a gateway is in between."""

import contextlib
import json
import urllib.request

import pytest
from websockets.sync.client import connect

from programs import PATIENCE

# The calls in flight and the subscriptions that one page may have.
CALLS, SUBSCRIPTIONS = 128, 256


@contextlib.contextmanager
def page(server):
    with connect(server.replace("http", "ws") + "/rpc", max_size=None, compression=None, ping_interval=None) as socket:
        yield socket


def send(socket, method, params, ids):
    for number in ids:
        socket.send(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))


def receive(socket, count):
    """The next answers, by id; notifications between them are ignored."""
    answers = {}
    while len(answers) < count:
        message = json.loads(socket.recv(PATIENCE))
        if "id" in message:
            answers[message["id"]] = message
    return answers


def add(server):
    """What another client's call is answered, by POST."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "calculator.add", "params": [2, 3]}).encode()
    request = urllib.request.Request(server + "/rpc", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer).get("result")


@pytest.mark.parametrize("count", [CALLS, SUBSCRIPTIONS - 6])
def test_idle_streams_of_one_page_leave_room_for_others_and_for_itself(server, count):
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


def test_calls_of_one_page_leave_room_for_others(server):
    with page(server) as socket:
        send(socket, "jobs.run", [1, 4_000], range(CALLS + 1))
        # The limit of a page stays: one more is refused at once.
        assert receive(socket, 1)[CALLS]["error"]["code"] == -32009
        assert add(server) == 5
        with pytest.raises(TimeoutError):
            socket.recv(0)
        assert all("result" in answer for answer in receive(socket, CALLS).values())


def test_calls_of_more_pages_than_a_service_takes_at_once_wait_for_room(server):
    with contextlib.ExitStack() as stack:
        pages = [stack.enter_context(page(server)) for _ in range(20)]
        for socket in pages:
            send(socket, "jobs.run", [1, 1_000], range(CALLS))
        for socket in pages:
            assert all("result" in answer for answer in receive(socket, CALLS).values())
        assert add(server) == 5
