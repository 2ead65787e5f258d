"""Calls off the event loop: they are scheduled fairly, and calls of disconnected clients are not started."""

import time

import pytest

import raw
from raw import TEXT, call, frame

# 128 calls with answers of 2 MB, each of which takes tens of milliseconds.
CALLS = [frame(TEXT, call("chat.history", "[1000]", number)) for number in range(128)]
CLIENTS = 8


@pytest.fixture(scope="module")
def full(start):
    """A gateway whose chat room has a full history."""
    server = start()
    writer = raw.WebSocket(server.port)
    for number in range(0, 1_000, 50):
        writer.send(*[frame(TEXT, call("chat.say", f'["a","{"x" * 1_990}"]', number)) for number in range(50)])
        assert all(writer.message() for _ in range(50))
    writer.close()
    return server


def seconds_of_a_call(client):
    """Returns the time of a call that runs off the event loop."""
    start = time.monotonic()
    client.text(call("chat.history", "[0]"))
    assert '"result":[]' in client.message()
    return time.monotonic() - start


def cost_of_a_call(full):
    """Returns the time and the processor time of one of the calls on an idle gateway."""
    client = raw.WebSocket(full.port)
    start, before = time.monotonic(), full.cpu()
    for _ in range(10):
        client.send(CALLS[0])
        assert client.message()
    client.close()
    return (time.monotonic() - start) / 10, (full.cpu() - before) / 10


def test_calls_of_disconnected_clients_do_not_delay_others(full):
    seconds, processor = cost_of_a_call(full)
    other = raw.WebSocket(full.port)
    before = full.cpu()
    for _ in range(CLIENTS):
        client = raw.WebSocket(full.port)
        client.send(*CALLS)
        client.close()
    assert seconds_of_a_call(other) < CLIENTS * len(CALLS) / 16 * seconds
    time.sleep(1)
    assert full.isBelow(0.1)
    assert full.cpu() - before < CLIENTS * len(CALLS) / 4 * processor
    other.close()


def test_clients_with_many_subscriptions_leave_without_delaying_others(start):
    server = start()
    subscribers = [raw.WebSocket(server.port) for _ in range(60)]
    for subscriber in subscribers:
        subscriber.send(*[frame(TEXT, call("rpc.subscribe", '{"topic":"bench"}', number)) for number in range(256)])
        assert all('"result"' in subscriber.message() for _ in range(256))
    client = raw.WebSocket(server.port)
    for subscriber in subscribers:
        subscriber.close()
    begin = time.monotonic()
    client.text(raw.ADD)
    assert '"result":3' in client.message()
    # A search for each subscription among all others took half a minute.
    assert time.monotonic() - begin < 5
    client.close()


def test_clients_take_turns(full):
    seconds, _ = cost_of_a_call(full)
    other, client = raw.WebSocket(full.port), raw.WebSocket(full.port)
    client.send(*CALLS)
    assert client.message()
    assert sum(seconds_of_a_call(other) for _ in range(5)) < len(CALLS) / 4 * seconds
    client.close()
    other.close()
