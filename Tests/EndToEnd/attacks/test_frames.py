"""WebSocket frames that violate RFC 6455, or are valid edge cases (RELIABILITY 3.3)."""

import struct
import time

import pytest

import raw
from raw import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame

pytestmark = pytest.mark.usefixtures("alive")

LIMIT = 1 << 20


@pytest.fixture
def socket(port):
    socket = raw.WebSocket(port)
    yield socket
    socket.close()


def padded(size):
    return (raw.ADD + " " * (size - len(raw.ADD))).encode()


def fragments(data, count):
    size = -(-len(data) // count)
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    kinds = [TEXT] + [CONTINUATION] * (len(pieces) - 1)
    return [frame(kind, piece, final=index == len(pieces) - 1) for index, (kind, piece) in enumerate(zip(kinds, pieces))]


# W1
@pytest.mark.parametrize("count", [1, 2, 1000])
@pytest.mark.parametrize("size", [125, 126, 65_535, 65_536, 65_537, LIMIT - 1, LIMIT])
def test_w1_messages_within_the_limit_are_read(socket, count, size):
    socket.send(*fragments(padded(size), count))
    assert '"result":3' in socket.message()


@pytest.mark.parametrize("count", [1, 2, 1000])
def test_w1_one_byte_more_is_too_big(socket, count):
    socket.send(*fragments(padded(LIMIT + 1), count))
    assert socket.ending() == 1009


def test_w1_too_big_is_reported_before_the_message_ends(socket):
    socket.send(*fragments(padded(LIMIT + 60_000), 100)[:-4])
    assert socket.ending() == 1009


# W2
@pytest.mark.parametrize("length, endings", [
    (LIMIT + 1, {1009}), (1 << 32, {1009}), (1 << 62, {1009}), ((1 << 63) - 1, {1009}),
    (1 << 63, {1009, 1002, "bare"}), ((1 << 64) - 1, {1009, 1002, "bare"}),
])
def test_w2_announced_lengths_are_checked_before_the_payload_arrives(server, socket, length, endings):
    before = server.rss()
    socket.send(frame(TEXT, b"x" * 70_000, length=length))
    assert socket.ending(waits=False) in endings
    assert server.rss() - before < 16 << 20


# W3; its timeout is tested in test_waiting.py
@pytest.mark.parametrize("piece", [b"", b"x", b"x" * 2000])
def test_w3_endless_fragments_are_refused(socket, piece):
    socket.send(frame(TEXT, piece, final=False))
    for _ in range(40):
        socket.send(*[frame(CONTINUATION, piece, final=False) for _ in range(50)])
    assert socket.ending() in (1008, 1009)


# W4
def test_w4_control_frames_inside_a_message_are_answered(socket):
    text = raw.ADD.encode()
    socket.send(frame(TEXT, text[:10], final=False), frame(PING, b"one"), frame(CONTINUATION, text[10:20], final=False))
    assert socket.read()[:2] == (PONG, b"one")
    socket.send(frame(PONG, b"nobody asked"), frame(PING, b""), frame(CONTINUATION, text[20:]))
    got = [socket.read(), socket.read()]
    assert (PONG, b"", True) in got and any(b'"result":3' in payload for _, payload, _ in got)


# W5
@pytest.mark.parametrize("bad", [
    frame(PING, b"x", final=False), frame(PONG, b"x", final=False), frame(CLOSE, b"\x03\xe8", final=False),
    frame(PING, b"x" * 126), frame(PONG, b"x" * 126), frame(CLOSE, b"\x03\xe8" + b"x" * 124), frame(PING, b"x" * 70_000),
    frame(PING, b"x", wide=16), frame(PING, b"x", wide=64),
], ids=range(9))
def test_w5_invalid_control_frames_end_the_connection(socket, bad):
    socket.send(bad)
    assert socket.ending() in (1002, "bare")


# W6
@pytest.mark.parametrize("bad", [
    [frame(TEXT, raw.ADD, reserved=bits)] for bits in range(1, 8)
] + [
    [frame(kind, b"x")] for kind in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
] + [
    [frame(CONTINUATION, b"x")],
    [frame(CONTINUATION, b"x", final=False)],
    [frame(TEXT, b"[", final=False), frame(TEXT, b"]")],
    [frame(TEXT, b"[", final=False), frame(BINARY, b"]")],
    [frame(TEXT, raw.ADD), frame(CONTINUATION, b"x")],
    [frame(PING, b"x", reserved=4)],
], ids=range(23))
def test_w6_protocol_errors_end_with_1002(socket, bad):
    socket.send(*bad)
    assert socket.ending(waits=False) == 1002


# W7
INVALID = [
    b"\xff", b"\xc3", b"\xc3\x28", b"\xa0\xa1", b"\xe2\x82", b"\xe2\x28\xa1", b"\xf0\x28\x8c\xbc", b"\xc0\xaf", b"\xe0\x80\xaf",
    b"\xf0\x80\x80\xaf", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xfe", b"ok \xce",
]


@pytest.mark.parametrize("bad", INVALID)
@pytest.mark.parametrize("count", [1, 2, 9])
def test_w7_invalid_text_ends_with_1007(socket, bad, count):
    whole = b"x" * 3 + bad
    socket.send(*fragments(whole, count))
    assert socket.ending() == 1007


def test_w7_a_character_may_be_split_between_fragments(port):
    socket = raw.WebSocket(port, "/echo")
    text = "κόσμε 🙂".encode()
    pieces = [text[at : at + 1] for at in range(len(text))]
    socket.send(*[frame(TEXT if at == 0 else CONTINUATION, piece, final=at == len(pieces) - 1)
                  for at, piece in enumerate(pieces)])
    assert socket.message() == text.decode()
    socket.close()


@pytest.mark.parametrize("bad", [b"\xff", b"\xc3", b"\xc3\x28", b"\xa0\xa1", b"\xed\xa0\x80", b"\xc0\xaf"])
def test_w7_invalid_text_in_a_close_reason(socket, bad):
    socket.send(raw.close_frame(1000, bad))
    assert socket.ending() in (1007, 1002, "bare")


# W8
def test_w8_binary_json_is_read_like_text(socket):
    socket.send(frame(BINARY, raw.ADD))
    kind, payload, _ = socket.read()
    assert kind == TEXT and b'"result":3' in payload


@pytest.mark.parametrize("bad", INVALID[:6])
def test_w8_invalid_text_in_binary_json_is_a_parse_error(socket, bad):
    socket.send(frame(BINARY, b'{"jsonrpc":"2.0","id":1,"method":"echo.echo","params":["' + bad + b'"]}'))
    assert "-32700" in socket.message()
    socket.text(raw.ADD)
    assert '"result":3' in socket.message()


# W10: every close code up to 5000, in groups
def test_w10_every_close_code_ends_the_connection(port):
    for first in range(0, 5001, 100):
        sockets = [(code, raw.WebSocket(port)) for code in range(first, min(first + 100, 5001))]
        for code, socket in sockets:
            socket.send(raw.close_frame(code, b"bye"))
        for code, socket in sockets:
            assert socket.ending(answers=False) in (code, 1002), code
            socket.close()


@pytest.mark.parametrize("payload, endings", [(b"", {1000, 1005}), (b"\x03\xe8" + b"r" * 123, {1000})])
def test_w10_close_without_a_code_and_with_a_full_reason(socket, payload, endings):
    socket.send(frame(CLOSE, payload))
    assert socket.ending() in endings


def test_w10_nothing_is_read_after_a_close(socket):
    socket.send(raw.close_frame(), frame(TEXT, raw.ADD), raw.close_frame(), frame(PING, b"x"))
    seen = []
    while got := socket.read():
        seen.append(got)
    assert socket.ended and [kind for kind, _, _ in seen] == [CLOSE]


# W12, P11
def test_w12_a_flood_of_pings_and_pongs_takes_no_memory(server, port):
    socket = raw.WebSocket(port)
    socket.connection.settimeout(0.2)
    before = server.rss()
    blob = frame(PING, b"x" * 100) * 1000 + frame(PONG, b"y" * 100) * 1000
    end = time.monotonic() + 2
    while time.monotonic() < end:
        raw.send_quietly(socket.connection, blob)
    assert server.rss() - before < 8 << 20
    socket.close()


# W13
@pytest.mark.parametrize("offer", ["permessage-deflate", "permessage-deflate; client_max_window_bits", "x-webkit-deflate-frame"])
def test_w13_compression_is_not_negotiated(port, offer):
    socket = raw.WebSocket(port, "/rpc", f"Sec-WebSocket-Extensions: {offer}")
    assert "sec-websocket-extensions" not in socket.answer.headers
    socket.send(frame(TEXT, b"\xaaV*.-.", reserved=4))
    assert socket.ending(waits=False) == 1002
    socket.close()


# W16
def test_w16_a_session_may_arrive_byte_by_byte(port):
    with raw.connect(port) as connection:
        calls = b"".join(frame(TEXT, raw.call("calculator.add", f"[{index},1]", index)) for index in range(5))
        for byte in raw.handshake() + calls:
            connection.sendall(bytes([byte]))
        data = raw.read_answer(connection).rest
        while data.count(b'"result"') < 5:
            data += connection.recv(4096)
        assert all(f'"id":{index},"result":{index + 1}'.encode() in data for index in range(5))


# W20
@pytest.mark.parametrize("seed", range(6))
def test_w20_random_and_mutated_sessions(server, port, seed):
    """The parameter is the seed of 60 sessions."""
    import random

    chance = random.Random(seed)
    session = [frame(TEXT, raw.ADD), frame(PING, b"p"), frame(TEXT, b"[", final=False), frame(CONTINUATION, b"]"),
               frame(BINARY, raw.ADD), raw.close_frame()]
    for _ in range(60):
        data = bytearray(b"".join(chance.sample(session, chance.randint(1, 6))))
        if chance.random() < 0.3:
            data = bytearray(chance.randbytes(chance.randint(1, 3000)))
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            head = bytearray(raw.handshake() if chance.random() < 0.5 else raw.post(raw.ADD))
            head[chance.randrange(len(head))] = chance.randrange(256)
            with raw.connect(port) as connection:
                raw.send_quietly(connection, bytes(head) + bytes(data))
                raw.read_all(connection, 0.02)
        else:
            socket = raw.WebSocket(port)
            socket.send(bytes(data))
            socket.read(0.02)
            socket.close()
    assert server.isAlive()


# Closing a connection with a full queue once caused an endless loop.
def test_a_client_that_never_reads_large_answers_takes_bounded_memory(server, port):
    before = server.rss()
    socket = raw.WebSocket(port, "/echo", receive_buffer=2048, timeout=5)
    socket.connection.settimeout(1)
    big = frame(TEXT, b"x" * 900_000)
    for _ in range(60):
        raw.send_quietly(socket.connection, big)
    assert server.isAlive() and server.rss() - before < 200 << 20
    socket.close()


@pytest.mark.parametrize("kind", [TEXT, BINARY])
@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 1_000_000])
def test_echo_returns_messages_of_every_size(port, kind, size):
    socket = raw.WebSocket(port, "/echo")
    socket.send(frame(kind, b"x" * size))
    assert socket.read() == (kind, b"x" * size, True)
    socket.close()


# W5, W7, W10
@pytest.mark.parametrize("bad, code", [
    (frame(PING, b"x" * 126), 1002), (frame(PING, b"x" * 70_000), 1002), (raw.close_frame(1000, b"\xff"), 1007), (frame(CLOSE, b"\x03"), 1002),
], ids=["long ping", "very long ping", "close reason", "close of one byte"])
def test_invalid_control_frames_are_answered_with_a_close_code(socket, bad, code):
    socket.send(bad)
    assert socket.ending() == code


# W9
@pytest.mark.parametrize("length", [len(raw.ADD), 125, 126, 5_000, 60_000])
def test_w9_a_first_message_without_a_mask_is_refused_and_not_run(server, socket, length):
    socket.send(frame(TEXT, padded(length), masked=False))
    kind, payload, _ = socket.read()
    assert kind == CLOSE and payload[:2] == struct.pack("!H", 1002)


@pytest.mark.parametrize("length", [len(raw.ADD), 125, 126, 5_000, 60_000, 65_535, 65_536, 70_000, 500_000])
def test_w9_a_first_message_with_a_mask_is_run_however_it_arrives(port, length):
    message = frame(TEXT, padded(length))
    for extra in (b"", message[:1], message[:7], message):
        socket = raw.WebSocket(port, extra=extra)
        socket.send(message[len(extra):])
        assert '"result":3' in socket.message()
        socket.close()


@pytest.mark.parametrize("bad", [
    frame(3, b""), frame(CONTINUATION, b"x"), frame(PING, b"x" * 126), frame(PING, b"", final=False), frame(TEXT, b"\xff"), frame(CLOSE, b"\x03"),
], ids=["opcode", "continuation", "long ping", "ping in pieces", "text", "close"])
def test_calls_before_an_invalid_frame_in_the_same_read_are_answered(socket, bad):
    socket.send(frame(TEXT, raw.ADD) + frame(TEXT, raw.ADD) + bad)
    assert ['"result":3' in socket.message() for _ in range(2)] == [True, True]
    assert socket.ending() in (1002, 1007)
