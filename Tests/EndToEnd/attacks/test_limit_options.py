"""The limits and timeouts that an operator can set."""

import json
import subprocess
import time

import pytest

import raw
import server


@pytest.fixture(scope="module")
def own(start):
    return start("--idle-timeout", "2", "--body-timeout", "2", "--max-head-bytes", "20000",
                 "--max-message-bytes", "2000", "--max-calls-in-flight", "2", "--max-requests-per-connection", "3")


def test_the_sizes_of_heads_and_messages_are_options(own):
    assert raw.ask(own.port, raw.get("/livez", "Cookie: " + "x" * 15_000))[0].status == 200
    answer, _ = raw.ask(own.port, raw.get("/livez", "Cookie: " + "x" * 21_000))
    assert answer.status == 431 and b"20000" in answer.body
    assert raw.ask(own.port, raw.post(raw.ADD + " " * 1_900))[0].status == 200
    answer, _ = raw.ask(own.port, raw.post(raw.ADD + " " * 2_000))
    assert answer.status == 413 and b"2000" in answer.body


def test_the_timeouts_of_idle_connections_and_bodies_are_options(own):
    with raw.connect(own.port) as idle:
        idle.sendall(raw.get("/livez", close=False))
        assert raw.read_answer(idle).status == 200
        start = time.monotonic()
        with raw.connect(own.port) as slow:
            slow.sendall(raw.post(raw.ADD)[:-1])
            assert raw.read_all(idle) == (b"", True)
            data, closed = raw.read_all(slow)
        # The defaults are 15 and 10 seconds.
        assert data.startswith(b"HTTP/1.1 408 ") and closed and 1.5 < time.monotonic() - start < 9


def test_the_numbers_of_requests_and_calls_are_options(own):
    with raw.connect(own.port) as connection:
        for number in range(3):
            connection.sendall(raw.get("/livez", close=False))
            assert raw.read_answer(connection).headers.get("connection") == ("close" if number == 2 else None)
    socket = raw.WebSocket(own.port)
    for identity in range(3):
        socket.text(raw.call("jobs.run", "[100,5000]", identity))
    refused = json.loads(socket.message())
    assert refused["id"] == 2 and refused["error"]["code"] == -32009
    socket.close()


def test_the_number_of_connections_is_an_option(start):
    port = start("--max-connections", "3").port
    connections = [raw.connect(port) for _ in range(3)]
    for connection in connections:
        connection.sendall(raw.get("/livez", close=False))
        assert raw.read_answer(connection).status == 200
    with raw.connect(port) as fourth:
        raw.send_quietly(fourth, raw.get("/livez"))
        assert raw.read_all(fourth) == (b"", True)
    for connection in connections:
        connection.close()


@pytest.mark.parametrize("option, value", [
    ("idle-timeout", "0"), ("head-timeout", "3601"), ("body-timeout", "-1"), ("stall-timeout", "0"),
    ("min-rate", "-1"),
    ("max-head-bytes", "100"), ("max-message-bytes", "999999999"), ("max-connections", "0"),
    ("max-calls-in-flight", "0"), ("max-requests-per-connection", "-1"), ("max-messages-per-second", "1048577"),
])
def test_limits_out_of_range_are_refused_at_start(option, value):
    command = [server.program(), f"--{option}={value}"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=raw.PATIENCE)
    assert ran.returncode == 64 and f"--{option} {value} is not within" in ran.stderr
