"""Calls off the loop: clients take turns, and what a client that has left sent is not begun."""

import time

import pytest

import raw
from raw import TEXT, call, frame

# 128 calls whose answers of 2 MB take tens of milliseconds each.
CALLS = [frame(TEXT, call("chat.history", "[1000]", number)) for number in range(128)]
CLIENTS = 8


@pytest.fixture(scope="module")
def full(start):
    """A gateway whose room has as many messages as it keeps."""
    server = start()
    writer = raw.WebSocket(server.port)
    for number in range(0, 1_000, 50):
        writer.send(*[frame(TEXT, call("chat.say", f'["a","{"x" * 1_990}"]', number)) for number in range(50)])
        assert all(writer.message() for _ in range(50))
    writer.close()
    return server


def seconds_of_a_call(client):
    """How long a call takes that runs off the loop."""
    start = time.monotonic()
    client.text(call("chat.history", "[0]"))
    assert '"result":[]' in client.message()
    return time.monotonic() - start


def test_calls_of_clients_that_have_left_do_not_delay_others(full):
    other = raw.WebSocket(full.port)
    seconds_of_a_call(other)
    for _ in range(CLIENTS):
        client = raw.WebSocket(full.port)
        client.send(*CALLS)
        client.close()
    before = full.cpu()
    assert seconds_of_a_call(other) < 1
    time.sleep(1)
    assert full.cpu() - before < 1
    other.close()


def test_clients_take_turns(full):
    other, client = raw.WebSocket(full.port), raw.WebSocket(full.port)
    client.send(*CALLS)
    assert client.message()
    assert max(seconds_of_a_call(other) for _ in range(5)) < 1
    client.close()
    other.close()
