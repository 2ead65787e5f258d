"""The numbers of rpc.status: what waits, and what was refused, by reason."""

import json
import struct
from contextlib import closing

import msgpack

import addresses
import raw
import running
from programs import line_with


def status(port):
    return json.loads(raw.ask(port, raw.post(raw.call("rpc.status")))[0].body)["result"]


def count(port, kind, cause):
    found = [entry for entry in status(port)["incidents"] if (entry["kind"], entry["cause"]) == (kind, cause)]
    return found[0]["count"] if found else 0


def test_the_status_has_the_calls_that_were_refused_by_reason(start):
    own = start("--status", "--max-calls-in-flight", "2")
    with closing(raw.WebSocket(own.port)) as socket:
        for identity in range(5):
            socket.text(raw.call("jobs.run", "[1,60000]", identity))
        for _ in range(3):
            assert json.loads(socket.message())["error"]["code"] == -32009
        socket.text("[" + ",".join([raw.call("clock.now")] * 1_001) + "]")
        assert json.loads(socket.message())["error"]["code"] == -32010
    assert count(own.port, "call refused", "calls in flight") == 3
    assert count(own.port, "call refused", "entries of a batch") == 1


def test_the_status_has_what_waits(start):
    own = start("--status")
    assert status(own.port)["queues"] == {"openBatches": 0, "unsentBytes": 0, "waitingResults": 0}
    with closing(raw.WebSocket(own.port)) as socket, closing(raw.WebSocket(own.port, receive_buffer=4_096)) as slow:
        for identity in range(3):
            socket.text("[" + raw.call("jobs.run", "[1,60000]", identity) + "]")
        assert raw.wait_until(lambda: status(own.port)["queues"]["openBatches"] == 3)
        for identity in range(20):
            slow.text(raw.call("echo.echo", json.dumps(["x" * 900_000]), identity))
        assert raw.wait_until(lambda: status(own.port)["queues"]["unsentBytes"] > 1_000_000)
    assert raw.wait_until(
        lambda: status(own.port)["queues"] == {"openBatches": 0, "unsentBytes": 0, "waitingResults": 0})


def test_a_result_by_path_without_room_is_reported(start):
    own = start("--status", "--max-held-bytes", "65536")
    for _ in range(12):
        said = raw.post(raw.call("chat.say", json.dumps(["a", "\x01" * 2_000])))
        assert "result" in json.loads(raw.ask(own.port, said)[0].body)
    answer = raw.ask(own.port, raw.post("[75]", "/rpc/chat/history"))[0]
    assert answer.status == 429 and json.loads(answer.body)["code"] == -32009
    assert count(own.port, "budget reached", "connection") == 1
    assert any("budget reached" in line for line in own.lines)


def test_the_status_has_the_incidents_of_the_native_door():
    with running.both("--status", "--limit-loopback", "--max-connections-per-address", "2") as (server, native):
        with addresses.silent(native, "127.0.0.2", 3) as connections:
            assert raw.wait_until(lambda: addresses.count_open(connections) == 2)
        line_with(server.program, "client refused", "too many connections of one address")
        assert count(server.port, "client refused", "too many connections of one address") == 1
        with addresses.connect(native, "127.0.0.3") as connection:
            body = msgpack.packb([99, 1])
            connection.sendall(struct.pack(">I", len(body)) + body)
            assert raw.wait_until(lambda: any(
                entry["kind"] == "client cut off" for entry in status(server.port)["incidents"]))
