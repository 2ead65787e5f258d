"""Clients that disconnect at every step of every kind of request, by a reset or an orderly close."""

import socket as sockets
import struct
import time

import raw
from raw import TEXT, call, frame

STREAM = "Accept: text/event-stream"
SLOW = call("jobs.run", "[1000,100]")
CHUNKED = b"POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


def web_socket(*texts):
    return raw.handshake() + b"".join(frame(TEXT, text) for text in texts)


def chunked(text, size=9):
    pieces = [text[at : at + size].encode() for at in range(0, len(text), size)]
    return CHUNKED + b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])


SUBSCRIBE = call("rpc.subscribe", '{"topic":"chat.room"}', 2)
# The bytes that a client sends, by kind of request.
KINDS = {
    "a short call": web_socket(call("calculator.add", "[2,3]")),
    "a long call": web_socket(SLOW),
    "a long call that is cancelled": web_socket(SLOW, '{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}'),
    "many long calls": web_socket(*[call("jobs.run", "[1000,100]", number) for number in range(40)]),
    "a stream": web_socket(call("clock.ticks", "[0.01]")),
    "an idle stream": web_socket(call("clock.ticks", "[3600]")),
    "a subscription": web_socket(SUBSCRIBE, call("chat.say", '["a","left"]')),
    "a batch": web_socket(f"[{SLOW},{SUBSCRIBE},{call('clock.ticks', '[3600]', 3)},{call('chat.history', '[]', 4)}]"),
    "a callback": web_socket(call("echo.back", '["ui/ask",1]')),
    "a posted call": raw.post(call("calculator.add", "[2,3]")),
    "a posted long call": raw.post(SLOW),
    "a posted batch": raw.post(f"[{SLOW},{call('jobs.active', '[]', 2)}]"),
    "a call by path": raw.post("[1000,100]", "/rpc/jobs/run"),
    "a safe call": raw.get("/rpc/chat/history?limit=3"),
    "events of a method": raw.get("/rpc/clock/ticks?interval=0.01", STREAM, close=False),
    "events of a method that is idle": raw.get("/rpc/clock/ticks?interval=3600", STREAM, close=False),
    "events of a topic": raw.get("/events/chat/room", STREAM, close=False),
    "a chunked body": chunked(SLOW),
    "pipelined requests": raw.post(call("calculator.add", "[2,3]")) + raw.post(SLOW) + raw.get("/livez"),
}
# When a client that has sent everything disconnects: after so many seconds, or after the first byte of an answer.
ENDINGS = (0, 0.001, 0.005, 0.02, "answer")


def steps(data, count):
    """Pairs of the number of bytes to send and the ending: cuts that are spread over the request, then every ending."""
    cuts = count - len(ENDINGS)
    return [(len(data) * (cut + 1) // (cuts + 1), 0) for cut in range(cuts)] + [(len(data), ending) for ending in ENDINGS]


def abort(port, data, ending, resets):
    """Sends bytes and disconnects."""
    connection = raw.connect(port, 5)
    raw.send_quietly(connection, data)
    if ending == "answer":
        try:
            connection.settimeout(0.1)
            connection.recv(1)
        except OSError:
            pass
    else:
        time.sleep(ending)
    leave(connection, resets)


def leave(connection, resets):
    """Closes a connection by a reset or an orderly close."""
    if resets:
        connection.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def abort_everything(port, count=1_000, steps_of_each=40):
    """Disconnects clients at every step, at least `count` of them, and returns their number."""
    done = 0
    plan = [(data, step, resets) for data in KINDS.values() for step in steps(data, steps_of_each) for resets in (False, True)]
    for number in range(max(count, len(plan))):
        data, (length, ending), resets = plan[number % len(plan)]
        abort(port, data[:length], ending, resets)
        done += 1
    return done
