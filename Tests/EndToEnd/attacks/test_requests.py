"""Ambiguous requests that parsers interpret differently, and malformed ones (RELIABILITY 3.2)."""

import os
import socket
import struct
import threading
import time

import pytest

import raw

pytestmark = pytest.mark.usefixtures("alive")

HIDDEN = raw.post(raw.call("calculator.add", '{"a":20,"b":22}', 7))
HIDDEN_RESULT = b'"result":42'


def refuse(port, request, *statuses):
    """Checks that a request is answered once, with one of the statuses, and that the connection is closed."""
    answer, closed = raw.ask(port, request)
    assert answer.status in statuses, answer
    assert closed and b"HTTP/1.1" not in answer.rest and HIDDEN_RESULT not in answer.body + answer.rest
    return answer


# T4
@pytest.mark.parametrize("headers, body", [
    ("Transfer-Encoding: chunked\r\nContent-Length: 4", b"0\r\n\r\n"),
    ("Content-Length: 5\r\nTransfer-Encoding: chunked", b"0\r\n\r\n"),
    ("Transfer-Encoding: identity\r\nContent-Length: 2", b"{}"),
    ("Transfer-Encoding: xchunked\r\nContent-Length: 2", b"{}"),
    ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", b"0\r\n\r\n"),
    ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", b"0\r\n\r\n"),
    ("Transfer-Encoding: chunked, chunked", b"0\r\n\r\n"),
    ("Transfer-Encoding: chunked, gzip", b"0\r\n\r\n"),
    ("Transfer-Encoding: gzip", b"{}"),
    ("Transfer-Encoding: identity", b"{}"),
    ("Transfer-Encoding: xchunked", b"0\r\n\r\n"),
    ("Transfer-Encoding: chunked;x=y", b"0\r\n\r\n"),
    ("Transfer-Encoding: chunked,", b"0\r\n\r\n"),
    ("Transfer-Encoding: \x0bchunked", b"0\r\n\r\n"),
    ("Transfer-Encoding:", b"0\r\n\r\n"),
])
def test_t4_ambiguous_lengths_are_refused(port, headers, body):
    head = f"POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}\r\n\r\n"
    refuse(port, head.encode() + body + HIDDEN, 400)


@pytest.mark.parametrize("coding", ["gzip, chunked", "deflate,chunked", "identity, chunked"])
def test_t4_other_transfer_codings_are_not_implemented(port, coding):
    head = f"POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: {coding}"
    answer = refuse(port, head.encode() + b"\r\n\r\n0\r\n\r\n" + HIDDEN, 501)
    assert coding.encode() in answer.body and b"Transfer-Encoding" in answer.body


@pytest.mark.parametrize("line", ["Transfer-Encoding : chunked", " Transfer-Encoding: chunked", "X: y\r\n\tz: q"])
def test_t4_hidden_transfer_codings_are_malformed(port, line):
    refuse(port, f"POST /rpc HTTP/1.1\r\nHost: localhost\r\n{line}\r\nContent-Length: 2\r\n\r\n{{}}".encode() + HIDDEN, 400)


# T5
@pytest.mark.parametrize("lines", [
    "Content-Length: 2\r\nContent-Length: 2", "Content-Length: 2\r\nContent-Length: 9", "Content-Length: +5",
    "Content-Length: 5abc", "Content-Length: 0x5", "Content-Length: -1", "Content-Length: 12345678901234567890",
    "Content-Length: 5, 5", "Content-Length : 5", "Content-Length: 5 5", "Content-Length:", "Content-Length: 5.0",
    "Content-Length: \t", "Content-Length: 1e3", "content-length: 2\r\nCONTENT-LENGTH: 2", "Content-Length: 5;",
    "Content-Length: \xb2", "Content-Length: ' 5'", "Content-Length: 5\x0b",
])
def test_t5_bad_lengths_are_refused(port, lines):
    head = f"POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{lines}\r\n\r\n"
    refuse(port, head.encode("latin-1") + b"{}" + HIDDEN, 400)


@pytest.mark.parametrize("length", [1_048_577, 99_999_999, 9_999_999_999, 9_999_999_999_999_999])
def test_p13_bodies_over_the_limit_are_refused_before_they_arrive(port, length):
    refuse(port, raw.post(b"").replace(b"Length: 0", f"Length: {length}".encode()), 413)


def test_p13_a_body_of_exactly_the_limit_is_read(port):
    assert raw.ask(port, raw.post(raw.ADD + " " * (1_048_576 - len(raw.ADD))))[0].status == 200


# T6
def test_t6_without_a_length_there_is_no_body(port):
    head = b"POST /rpc/jobs/active HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer, closed = raw.ask(port, head)
    assert answer.status == 200 and not closed
    # The bytes after the head are parsed as the next request, which is malformed.
    with raw.connect(port) as connection:
        connection.sendall(head + b'{"a":1}')
        answer = raw.read_answer(connection)
        rest, closed = raw.read_all(connection)
        assert answer.status == 200 and b"HTTP/1.1 400" in answer.rest + rest and closed


# T7, T8
@pytest.mark.parametrize("request_bytes", [
    b"GET /livez HTTP/1.1\nHost: localhost\n\n",
    b"GET /livez HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\n",
    b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX: y\r\n z\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX: y\r\n\tz\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n",
    b"GET /livez HTTP/1.1\rHost: localhost\r\n\r\n",
    b"GET /livez HTTP/1.1\r\r\nHost: localhost\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: localhost\r\n: y\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX y: z\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX\x80: z\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX: \x7f\r\n\r\n",
    b"GET  /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET\t/livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /livez\r\nHost: localhost\r\n\r\n",
    b" GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"\r\n\r\nGET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET https://localhost/livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"get /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /x%0aHost:evil HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /x%0D%0AHost:evil HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /livez HTTP/1.1 \r\nHost: localhost\r\n\r\n",
    b"GET /livez HTTP/1.10\r\nHost: localhost\r\n\r\n",
    b"GET /livez HTTP/0.9\r\nHost: localhost\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40),
    b"\0" * 100,
    b"SSH-2.0-x\r\n\r\n",
], ids=range(32))
def test_t7_malformed_heads_are_refused_at_once(port, request_bytes):
    # Not 408, the status of an incomplete head.
    answer = refuse(port, request_bytes, 400, 405, 505)
    assert b"evil" not in answer.raw


# T9
def test_t9_a_field_with_a_similar_name_does_not_hide_another(port):
    request = raw.post(raw.ADD).replace(b"Content-Length", b"X-A: 1\r\nX-Content-Length: 1\r\nContent-Length")
    assert raw.ask(port, request)[0].status == 200
    assert raw.ask(port, raw.handshake("/rpc", "X-A: 1", "Origin: http://evil.test"))[0].status == 403
    assert raw.ask(port, raw.handshake("/rpc", "X-Origin: http://evil.test", "Origin-X: http://evil.test"))[0].status == 101
    # The last field name is a prefix of a known one.
    assert raw.ask(port, raw.get("/livez", "Orig: x", close=False))[0].status == 200


# T10
@pytest.mark.parametrize("request_bytes, status", [
    (raw.get("/livez", "X: " + "y" * 8_192), 431),
    (raw.get("/livez", *[f"X-{index}: y" for index in range(65)]), 431),
    (raw.get("/" + "x" * 4_200), 414),
    (b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 100_000, 431),
    (b"G" * 100_000, 431),
    (raw.get("/livez", *["X: " + "y" * 500 for _ in range(17)]), 431),
], ids=["one field", "65 fields", "target", "no end", "method", "many bytes"])
def test_t10_large_heads_are_refused(port, request_bytes, status):
    refuse(port, request_bytes, status)


@pytest.mark.parametrize("request_bytes, status", [
    (raw.get("/livez", *[f"X-{index}: y" for index in range(62)]), 200),
    (raw.get("/livez", "X: " + "y" * 8_000), 200),
    (raw.get("/" + "x" * 4_095), 404),
])
def test_t10_heads_within_the_limits_pass(port, request_bytes, status):
    assert raw.ask(port, request_bytes)[0].status == status


# T11
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "DELETE"])
def test_t11_bodies_are_refused_for_methods_without_one(port, method):
    request = f"{method} /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(HIDDEN)}\r\n\r\n".encode()
    refuse(port, request + HIDDEN, 400)


# T12
def active(port):
    return int(raw.ask(port, raw.get("/rpc/jobs/active"))[0].body)


def job(milliseconds, identity=1):
    return raw.post(raw.call("jobs.run", f'{{"steps":1,"stepMs":{milliseconds}}}', identity))


def test_t12_pipelined_requests_run_once_and_in_order(server):
    raw.wait_until(lambda: active(server.port) == 0)
    with raw.connect(server.port) as connection:
        connection.sendall(job(700, 1) + job(300, 2) + raw.post(raw.ADD))
        raw.wait_until(lambda: active(server.port) > 0)
        assert all(active(server.port) <= 1 for _ in range(10)), "the second request ran before the first was answered"
        first = raw.read_answer(connection)
        assert b'"id":1' in first.body
        data = first.rest
        while data.count(b'"result"') < 2:
            piece = connection.recv(65536)
            assert piece, data
            data += piece
        assert data.count(b"HTTP/1.1 200") == 2
        assert data.count(b'"id":2') == 1 and data.count(b'"result":3') == 1
    assert server.isBelow(0.9)


def test_t12_garbage_after_a_pending_request_is_refused_after_its_answer(server, port):
    with raw.connect(port) as connection:
        raw.send_quietly(connection, job(3_000) + b"x" * 20_000)
        raw.send_quietly(connection, b"x" * 1_000_000)
        assert server.isBelow(0.9)
        data, closed = raw.read_all(connection)
    assert closed and data.startswith(b"HTTP/1.1 200") and data.count(b"HTTP/1.1 431") == 1
    raw.wait_until(lambda: active(port) == 0)


# T13
@pytest.mark.parametrize("leave", ["close", "reset"])
def test_t13_a_client_that_disconnects_frees_its_slot(server, leave):
    raw.wait_until(lambda: active(server.port) == 0)
    connections = [raw.connect(server.port) for _ in range(10)]
    ports = raw.ports(connections)
    for connection in connections:
        connection.sendall(raw.post(raw.call("jobs.run", "[100,5000]")))
    raw.wait_until(lambda: active(server.port) == 10)
    for connection in connections:
        if leave == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
        else:
            connection.close()
    # A closed socket looks half-closed until it answers an interim response with a reset.
    raw.wait_until(lambda: active(server.port) == 0)
    raw.wait_until(lambda: server.connections(ports) == 0)


# T14
@pytest.mark.parametrize("request_bytes, status, allow", [
    (raw.get("/rpc"), 405, "POST"),
    (raw.post("{}", "/"), 404, None),
    (raw.post("{}", "/livez"), 405, "GET, HEAD"),
    (raw.post("{}").replace(b"POST", b"PUT"), 405, "POST"),
    (raw.post("{}").replace(b"POST", b"PATCH"), 405, "POST"),
    (b"DELETE /rpc HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, "POST"),
    (b"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, None),
    (b"BREW /pot HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, None),
    (raw.get("/nothing"), 404, None),
    (raw.get("/rpc/no/such"), 501, None),
    (raw.get("/events/no-such-topic"), 404, None),
    (raw.post(raw.ADD, kind="text/plain"), 415, None),
    (raw.post(raw.ADD, kind="application/x-www-form-urlencoded"), 415, None),
    (raw.post(raw.ADD, kind="multipart/form-data; boundary=x"), 415, None),
    (raw.post(raw.ADD, kind="application/jsonx"), 415, None),
    (raw.post(raw.ADD, kind="text/plain; application/json"), 415, None),
    (raw.post(raw.ADD, kind="application/json; charset=utf-16"), 415, None),
    (raw.post(raw.ADD, kind=""), 415, None),
    (raw.post(raw.ADD).replace(b"Content-Type: application/json\r\n", b""), 415, None),
    (raw.post('{"a":1,"b":2}', "/rpc/calculator/add", kind="text/plain"), 415, None),
    (raw.post(raw.ADD, kind="application/json; charset=utf-8"), 200, None),
    (raw.post(raw.ADD, kind="Application/JSON"), 200, None),
])
def test_t14_wrong_methods_paths_and_types(port, request_bytes, status, allow):
    answer, _ = raw.ask(port, request_bytes)
    assert answer.status == status
    if status == 405:
        assert "allow" in answer.headers and allow in (None, answer.headers["allow"])


# T15
def test_t15_a_client_that_waits_for_100_continue_gets_it(port):
    with raw.connect(port) as connection:
        head, _, body = raw.post(raw.ADD, "/rpc", "Expect: 100-continue").partition(b"\r\n\r\n")
        connection.sendall(head + b"\r\n\r\n")
        assert raw.read_interim(connection) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert raw.read_answer(connection).status == 200


def test_t15_other_expectations_fail(port):
    refuse(port, raw.post(raw.ADD, "/rpc", "Expect: a-miracle"), 417)


# T19
PATHS = [
    "/..", "/../", "/../etc/passwd", "/../../etc/passwd", "/./../etc/passwd", "/a/../../etc/passwd", "/.git/config",
    "/.env", "/%2e%2e/etc/passwd", "/%2e%2e%2fetc%2fpasswd", "/..%2fetc/passwd", "/%2e./etc/passwd", "/.%2e/secret",
    "/..\\etc\\passwd", "/%5c..%5cetc", "/..%5cetc", "/%00", "/index.html%00", "/index.html%00.png", "//", "//etc/passwd",
    "///index.html", "/index.html/", "/index.html/.", "/index.html/..", "/%c0%ae%c0%ae/etc/passwd", "/%e0%80%ae/x",
    "/%c0%af", "/..%c0%af", "/.hidden", "/%2ehidden", "/link", "/folder", "/folder/", "/folder/.", "/pipe", "/INDEX.HTML",
    "/index.html%20", "/index.html.", "/~root", "/proc/self/environ", "/dev/null", "/link.txt", "/folder/..%2findex.html",
    "/%252e%252e/x", "/;/index.html", "/index.html;x",
]


@pytest.fixture(scope="module")
def folder_server(tmp_path_factory, start):
    folder = tmp_path_factory.mktemp("public")
    secret = tmp_path_factory.mktemp("secret") / "secret.txt"
    secret.write_text("the secret")
    (folder / "index.html").write_text("<p>page</p>")
    (folder / ".hidden").write_text("the secret")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("the secret")
    (folder / "folder").mkdir()
    (folder / "link").symlink_to(secret)
    (folder / "link.txt").symlink_to(secret)
    os.mkfifo(folder / "pipe")
    server = start("--public", str(folder))
    (folder / "later.html").write_text("the secret")
    return server


@pytest.mark.parametrize("path", PATHS + ["/later.html"])
def test_t19_only_names_in_the_table_are_served(folder_server, path):
    answer, _ = raw.ask(folder_server.port, raw.get(path))
    assert answer.status in (404, 400) and b"secret" not in answer.raw and b"root:" not in answer.raw


def test_t19_names_in_the_table_are_served(folder_server):
    assert raw.ask(folder_server.port, raw.get("/"))[0].status == 200
    assert raw.ask(folder_server.port, raw.get("/index.html?x=../.."))[0].status == 200


# P6: a client that sends requests and does not read
def test_p6_answers_do_not_accumulate_for_a_client_that_does_not_read(server):
    before = server.rss()
    connections = [raw.connect(server.port, receive_buffer=2048) for _ in range(20)]
    request = raw.get("/", close=False) * 900
    for connection in connections:
        connection.settimeout(0.5)
        raw.send_quietly(connection, request)
    time.sleep(0.5)
    assert server.rss() - before < 64 << 20
    for connection in connections:
        connection.close()


def test_answers_reach_a_client_that_reads_late(port):
    """60 answers are queued, and all of them arrive in order when the client reads."""
    with raw.connect(port, receive_buffer=2048) as connection:
        count = 60
        big = "x" * 20_000
        request = b"".join(raw.post(raw.call("echo.echo", f'{{"value":"{big}"}}', index)) for index in range(count))
        threading.Thread(target=raw.send_quietly, args=(connection, request), daemon=True).start()
        time.sleep(1)
        data = bytearray()
        connection.settimeout(raw.PATIENCE)
        while data.count(b'"result"') < count:
            piece = connection.recv(1 << 20)
            assert piece, "closed early"
            data += piece
        positions = [data.find(f'"id":{index},'.encode()) for index in range(count)]
        assert positions == sorted(positions) and positions[0] >= 0
