"""Chunked bodies: well-formed ones are read, all others are refused, and no hidden request is executed."""

import random
import time

import pytest

import raw

pytestmark = pytest.mark.usefixtures("alive")

HIDDEN = raw.post(raw.call("calculator.add", '{"a":20,"b":22}', 7))
HIDDEN_RESULT = b'"result":42'
HEAD = b"POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"


def chunk(data, extension=b""):
    return b"%x%s\r\n%s\r\n" % (len(data), extension, data)


def chunked(*pieces, head=HEAD, trailer=b"", extension=b""):
    pieces = [piece.encode() if isinstance(piece, str) else piece for piece in pieces]
    return head + b"\r\n" + b"".join(chunk(piece, extension) for piece in pieces) + b"0\r\n" + trailer + b"\r\n"


def refuse(port, request, status=400):
    answer, closed = raw.ask(port, request)
    assert answer.status == status, answer
    assert closed and b"HTTP/1.1" not in answer.rest and HIDDEN_RESULT not in answer.body + answer.rest
    return answer


@pytest.mark.parametrize("request_bytes, result", [
    (chunked(raw.ADD), b'"result":3'),
    (chunked(*[raw.ADD[at:at + 1] for at in range(len(raw.ADD))]), b'"result":3'),
    (chunked(raw.ADD, extension=b';name="a;b"'), b'"result":3'),
    (chunked(raw.ADD, trailer=b"X-Sum: 1\r\nContent-Length: 99\r\nHost: evil.example\r\n"), b'"result":3'),
    (HEAD + b"\r\n%08X\r\n%s\r\n000\r\n\r\n" % (len(raw.ADD), raw.ADD.encode()), b'"result":3'),
    (chunked(raw.ADD, head=HEAD.replace(b"chunked", b"Chunked")), b'"result":3'),
    (chunked('{"a":1,"b":2}', head=HEAD.replace(b"/rpc", b"/rpc/calculator/add")), b"3"),
    (chunked(head=HEAD.replace(b"/rpc", b"/rpc/jobs/active")), b"0"),
], ids=["one", "bytes", "extension", "trailer", "zeros", "upper case", "path", "empty"])
def test_well_formed_bodies_are_read(port, request_bytes, result):
    answer, closed = raw.ask(port, request_bytes)
    assert answer.status == 200 and result in answer.body and not closed and not answer.rest


@pytest.mark.parametrize("body", [
    b"\r\n", b"x\r\n", b"-1\r\n", b"+5\r\nhello\r\n", b"0x5\r\nhello\r\n", b" 5\r\nhello\r\n", b"5 \r\nhello\r\n", b"\t5\r\n",
    b"000000005\r\nhello\r\n", b"fffffffffffffffe\r\n", b"10000000000000000\r\n", b"5_0\r\n", b"5,5\r\n", b"\xef\xbc\x95\r\n",
    b"5\nhello\r\n", b"5\rhello\r\n", b"5\r\r\nhello\r\n", b"5\r\nhello\n0\r\n\r\n", b"5\r\nhello0\r\n\r\n", b"5\r\nhello\r0\r\n",
    b"4\r\nhello\r\n0\r\n\r\n", b"6\r\nhello\r\n0\r\n\r\n", b"0\r\n\n", b"0\n\r\n", b"0\r\r\n\r\n",
    b"5;\r\nhello\r\n", b"5;a\nhello\r\n", b"5;a\rhello\r\n", b"5; a\r\n", b"5;;a\r\n", b"5 ;a\r\n", b"5;a\0\r\n", b"5;a\x80\r\n",
    b"5;a\n\r\nhello\r\n", b"0\r\nX\r\n\r\n", b"0\r\n: y\r\n\r\n", b"0\r\nX : y\r\n\r\n", b"0\r\n X: y\r\n\r\n", b"0\r\nX: y\n\r\n",
    b"0\r\nX: y\r\n z\r\n\r\n", b"0\r\nX: a\0b\r\n\r\n", b"0\r\nX: y\rZ: q\r\n\r\n", b"0\r\nGET /livez HTTP/1.1\r\n\r\n",
], ids=range(43))
def test_malformed_bodies_are_refused(port, body):
    answer = refuse(port, HEAD + b"\r\n" + body + HIDDEN)
    assert b"chunk" in answer.body


@pytest.mark.parametrize("request_bytes, status", [
    (HEAD + b"\r\n100001\r\n", 413), (HEAD + b"\r\n1\r\n \r\n100000\r\n", 413), (HEAD + b"\r\nffffffff\r\n", 413),
    (HEAD + b"\r\n1;" + b"a" * 5_000, 431), (HEAD + b"\r\n" + b"1;aaaaaaaaaa\r\n \r\n" * 500, 431),
    (HEAD + b"\r\n0\r\n" + b"X: y\r\n" * 2_000, 431), (HEAD + b"\r\n0\r\nX: " + b"y" * 5_000, 431),
], ids=range(7))
def test_sizes_extensions_and_trailers_are_limited(port, request_bytes, status):
    refuse(port, request_bytes, status)


def test_a_body_of_exactly_the_limit_is_read(port):
    pieces = [raw.ADD.encode() + b" " * (4_096 - len(raw.ADD))] + [b" " * 4_096] * 255
    answer, _ = raw.ask(port, chunked(*pieces))
    assert answer.status == 200 and b'"result":3' in answer.body
    refuse(port, chunked(*pieces, b" "), 413)


def test_requests_behind_bodies_are_answered_in_order(port):
    slow = raw.call("jobs.run", '{"steps":1,"stepMs":100}', 2)
    h2c = HEAD + b"Connection: Upgrade\r\nUpgrade: h2c\r\n"
    requests = [
        chunked(raw.call("calculator.add", '{"a":1,"b":0}', 1)), raw.post(slow), raw.get("/livez", close=False), b"\r\n",
        chunked(raw.call("calculator.add", '{"a":1,"b":2}', 3), head=h2c, trailer=b"X: y\r\n"),
        b"POST /rpc/jobs/active HTTP/1.1\r\nHost: localhost\r\n\r\n", chunked(raw.call("calculator.add", '{"a":1,"b":3}', 4)),
        raw.handshake(), raw.frame(raw.TEXT, raw.call("calculator.add", '{"a":1,"b":4}', 5)),
    ]
    marks = [b'"result":1', b'"id":2', b"ok\n", b'"result":3', b"\r\n\r\n0", b'"result":4', b"HTTP/1.1 101", b'"result":5']
    for step in (1 << 20, 700, 97):
        with raw.connect(port) as connection:
            whole, data = b"".join(requests), b""
            for at in range(0, len(whole), step):
                connection.sendall(whole[at:at + step])
                time.sleep(0.001)
            while marks[-1] not in data:
                piece = connection.recv(65536)
                assert piece, data
                data += piece
            positions = [data.find(mark) for mark in marks]
            assert positions == sorted(positions) and positions[0] > 0 and data.count(b"HTTP/1.1 200") == 6


def test_splits_at_every_byte_change_nothing(port):
    whole = chunked(raw.ADD[:20], raw.ADD[20:], extension=b";a=b", trailer=b"X: y\r\n") + raw.get("/livez")
    for at in range(len(HEAD) - 20, len(whole)):
        with raw.connect(port) as connection:
            connection.sendall(whole[:at])
            time.sleep(0.0005)
            connection.sendall(whole[at:])
            data, closed = raw.read_all(connection)
            assert closed and data.count(b"HTTP/1.1 200") == 2 and b'"result":3' in data and data.endswith(b"ok\n")


def test_mutated_bodies_never_run_a_hidden_request(server):
    generator = random.Random(8)
    original = chunked(raw.ADD[:30], raw.ADD[30:], extension=b";a=b", trailer=b"X: y\r\n")
    start = original.index(b"\r\n\r\n") + 4
    for _ in range(300):
        body = bytearray(original[start:])
        for _ in range(generator.randint(1, 3)):
            at = generator.randrange(len(body))
            body[at:at + generator.randint(0, 2)] = generator.choice([b"\r", b"\n", b"\r\n", b"0", b";", b" ", b"\0", b"f", b""])
        with raw.connect(server.port) as connection:
            raw.send_quietly(connection, original[:start] + bytes(body))
            connection.shutdown(1)
            data, closed = raw.read_all(connection)
            # No mutation may produce a second result. An incomplete body is answered as well.
            assert closed and data.startswith(b"HTTP/1.1 ") and data.count(b'"result"') <= 1


def test_a_client_that_waits_for_100_continue_gets_it(port):
    with raw.connect(port) as connection:
        head, body = chunked(raw.ADD, head=HEAD + b"Expect: 100-continue\r\n").split(b"\r\n\r\n", 1)
        connection.sendall(head + b"\r\n\r\n")
        assert raw.read_interim(connection) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert raw.read_answer(connection).status == 200


def test_large_bodies_in_small_chunks_take_linear_time(server):
    before, data = server.cpu(), raw.ADD.encode() + b" " * (1 << 19)
    pieces = [data[at:at + 64] for at in range(0, len(data), 64)]
    answer, _ = raw.ask(server.port, chunked(*pieces))
    assert answer.status == 200 and server.cpu() - before < 2
