"""Large events and long arguments cost neither much memory nor the time of other clients."""

import json
import time
from contextlib import closing

import pytest

import raw
from victim import Victim

MIB = 1 << 20


def subscriber(port):
    socket = raw.WebSocket(port, receive_buffer=4_096)
    socket.text(raw.call("rpc.subscribe", '{"topic":"bench"}'))
    assert '"subscription":"1"' in socket.message()
    return socket


def stream(port):
    connection = raw.connect(port, receive_buffer=4_096)
    connection.sendall(raw.get("/events/bench", "Accept: text/event-stream", close=False))
    assert raw.read_answer(connection).status == 200
    return connection


def publish(port, text):
    with closing(raw.WebSocket(port)) as publisher:
        publisher.text(raw.call("bench.publish", json.dumps([text])))
        assert '"result"' in publisher.message()


@pytest.mark.parametrize("text,times,count", [("x" * 1_000_000, 2, 200), ("\x01" * 1_350_000, 1, 30)],
                         ids=["1 MB", "8 MB"])
@pytest.mark.parametrize("reader", [subscriber, stream])
def test_p5_large_events_that_are_not_read_stay_within_the_budget(start, reader, text, times, count):
    own = start("--max-process-bytes", str(64 * MIB), "--max-message-bytes", str(16 * MIB))
    rest = own.rss()
    with Victim(own.port):
        readers = [reader(own.port) for _ in range(count)]
        most = rest
        for _ in range(times):
            publish(own.port, text)
            for _ in range(40):
                most = max(most, own.rss())
                time.sleep(0.05)
    # An event once for each reader would be 200 MB and more.
    # The 4 MiB are code that runs for the first time.
    assert most < rest + (64 + 4) * MIB + count * (64 << 10), f"{most - rest:,} bytes"
    for one in readers:
        one.close()


@pytest.mark.parametrize("reader", [subscriber, stream])
def test_p5_an_event_above_the_limit_becomes_a_gap(start, reader):
    own = start("--max-message-bytes", str(16 * MIB))
    with closing(reader(own.port)) as one:
        publish(own.port, "\x01" * 1_500_000)
        publish(own.port, "after")
        if reader is subscriber:
            texts = [one.message(), one.message()]
        else:
            texts, end = [""], time.monotonic() + raw.PATIENCE
            while "after" not in texts[-1] and time.monotonic() < end:
                texts[-1] += one.recv(65_536).decode()
    assert '"gap":{"from":1,"to":1,"dropped":1,"reason":"notSent"}' in texts[0] and '"after"' in texts[-1]
    assert raw.wait_until(lambda: any("event cannot be sent" in line for line in own.lines))


def test_f11_long_arguments_do_not_delay_others(start):
    own = start()
    numbers = raw.call("calculator.sum", json.dumps([[1.5] * 99_000]))
    sockets = [raw.WebSocket(own.port) for _ in range(8)]
    with Victim(own.port):
        for _ in range(2):
            for socket in sockets:
                socket.text(numbers)
            for socket in sockets:
                assert '"result":148500' in socket.message()
    for socket in sockets:
        socket.close()
