"""Clients that resume a topic and do not read do not delay others that resume it."""

import json

import pytest

import raw

TOPIC, EVENTS, SINCE = "/events/chat/room", 1_000, 600
# The number of catch-ups that run at a time.
READERS = 16
# Each control character becomes six bytes, so that 400 events have 4.8 MB: more than the kernel buffers for a client.
TEXT, RECEIVE_BUFFER = "\x01" * 2_000, 1 << 16
# The clients that do not read are cut long after the end of the test.
PATIENT = ("--stall-timeout", "120", "--min-rate", "1")


def stream(port, since, receive_buffer=None):
    connection = raw.connect(port, receive_buffer=receive_buffer)
    connection.sendall(raw.get(TOPIC, f"Last-Event-ID: {since}", "Accept: text/event-stream", close=False))
    return connection


@pytest.fixture(scope="module")
def filled(start):
    """A gateway with a history, and the epoch of the topic."""
    own = start(*PATIENT)
    socket = raw.WebSocket(own.port)
    for number in range(EVENTS):
        socket.text(json.dumps({"jsonrpc": "2.0", "id": number, "method": "chat.say", "params": ["a", TEXT]}))
        assert socket.message()
    socket.text(json.dumps({"jsonrpc": "2.0", "id": "s", "method": "rpc.subscribe", "params": ["chat.room"]}))
    epoch = json.loads(socket.message())["result"]["epoch"]
    socket.close()
    return own, epoch


def numbers_of_stream(connection):
    """Reads an event stream up to the last event of the history, and returns the numbers of its events."""
    data, last = bytearray(), f":{EVENTS}\n".encode()
    while not data.endswith(b"\n\n\r\n") or last not in data[-16_384:]:
        piece = connection.recv(1 << 20)
        assert piece, "the stream has ended"
        data += piece
    return [int(line.rpartition(b":")[2]) for line in data.split(b"\n") if line.startswith(b"id: ")]


def numbers_of_subscriptions(socket):
    """Reads the events of all subscriptions, and returns their numbers for each."""
    found = {}
    while len(found) < READERS or any(numbers[-1] < EVENTS for numbers in found.values()):
        params = json.loads(socket.message()).get("params")
        if params:
            assert "gap" not in params
            found.setdefault(params["subscription"], []).append(params["seq"])
    return found.values()


def test_streams_that_are_not_read_do_not_delay_others_that_resume(filled):
    own, epoch = filled
    readers = [stream(own.port, f"{epoch}:{SINCE}", RECEIVE_BUFFER) for _ in range(READERS)]
    for reader in readers:
        assert reader.recv(256)
    for _ in range(3):
        with stream(own.port, f"{epoch}:{EVENTS - 1}") as other:
            # The first line of identity is that of the position at which it resumes.
            assert numbers_of_stream(other) == [EVENTS - 1, EVENTS]
    for reader in readers:
        numbers = [number for number in numbers_of_stream(reader) if number > SINCE]
        assert numbers == list(range(SINCE + 1, EVENTS + 1))
        reader.close()


def test_subscriptions_of_a_client_that_does_not_read_do_not_delay_others(filled):
    own, epoch = filled
    socket = raw.WebSocket(own.port, receive_buffer=RECEIVE_BUFFER)
    for number in range(READERS):
        socket.text(json.dumps({
            "jsonrpc": "2.0", "id": number, "method": "rpc.subscribe", "params": ["chat.room"],
            "meta": {"since": {"epoch": epoch, "seq": SINCE}}}))
    assert socket.message()
    for _ in range(3):
        with stream(own.port, f"{epoch}:{EVENTS - 1}") as other:
            assert numbers_of_stream(other) == [EVENTS - 1, EVENTS]
    assert all(numbers == list(range(SINCE + 1, EVENTS + 1)) for numbers in numbers_of_subscriptions(socket))
    socket.close()
