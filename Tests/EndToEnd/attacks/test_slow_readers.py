"""F16: a client that reads a few KiB a second, while more than 1 MiB waits for it, is cut over every protocol."""

import json
import struct
import time

import msgpack

import raw
import running
from programs import line_with

# Far more than the kernel buffers for a connection, so that the rest waits in the program.
ANSWERS, BIG = 12, "x" * 900_000
STEP, PAUSE = 1_024, 0.25


def websocket(port):
    socket = raw.WebSocket(port, receive_buffer=4_096)
    for number in range(ANSWERS):
        socket.text(json.dumps({"jsonrpc": "2.0", "id": number, "method": "echo.echo", "params": [BIG]}))
    return socket.connection


def http(port):
    with_history = raw.WebSocket(port)
    # Each control character becomes six bytes, so that 75 messages have 900 KB.
    for _ in range(75):
        with_history.text(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "chat.say", "params": ["a", "\x01" * 2_000]}))
        assert with_history.message()
    with_history.close()
    entries = [{"jsonrpc": "2.0", "id": number, "method": "chat.history", "params": [75]} for number in range(ANSWERS)]
    connection = raw.connect(port, receive_buffer=4_096)
    connection.sendall(raw.post(json.dumps(entries)))
    return connection


def native(port):
    connection = raw.connect(port, receive_buffer=4_096)
    calls = [[1, number, "echo/echo", None, 0, 0, [BIG], None] for number in range(1, ANSWERS + 1)]
    for fields in [[0, 1, {}], *calls]:
        body = msgpack.packb(fields)
        connection.sendall(struct.pack(">I", len(body)) + body)
    return connection


def read_slowly(readers, seconds):
    """Reads until each server has closed its end; returns the number of seconds of each, by name.

    The kernel still has megabytes for the client then, so the client itself does not see the end.
    """
    begin, ends = time.monotonic(), {}
    while len(ends) < len(readers) and time.monotonic() - begin < seconds:
        for name, (server, connection) in readers.items():
            if name not in ends and server.connections(raw.ports([connection])) == 0:
                ends[name] = time.monotonic() - begin
            connection.settimeout(0)
            try:
                connection.recv(STEP)
            except OSError:
                pass
        time.sleep(PAUSE)
    return ends


def test_f16_slow_readers_are_cut_over_every_protocol():
    with running.demo("--status") as web, running.native() as services:
        readers = {
            "websocket": (web, websocket(web.port)), "http": (web, http(web.port)),
            "native": (services, native(services.port))}
        ends = read_slowly(readers, 45)
        assert set(ends) == set(readers)
        # Within the time over which the rate is averaged, and not at once.
        assert all(5 < seconds < 40 for seconds in ends.values()), ends
        line_with(web.program, "4408")
        line_with(web.program, "client cut off", 'cause="slow reader"', "address=127.0.0.1")
        status = json.loads(raw.ask(web.port, raw.post(raw.call("rpc.status")))[0].body)["result"]
        for cause in ("close 4408", "slow reader"):
            assert {"kind": "client cut off", "cause": cause, "count": 1} in status["incidents"]
        for _, connection in readers.values():
            connection.close()
