"""Requests of old clients, proxies and load balancers, and the answers that RFC 9110 and 9112 require."""

import email.utils
import socket
import struct
import time

import pytest

import raw

pytestmark = pytest.mark.usefixtures("alive")


def old(request, *, keep=False, host=True):
    """Converts a request to HTTP/1.0."""
    head, separator, body = request.replace(b"HTTP/1.1", b"HTTP/1.0", 1).partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"Connection:")]
    lines = [line for line in lines if host or not line.startswith(b"Host:")]
    return b"\r\n".join(lines + [b"Connection: keep-alive"] * keep) + separator + body


def read_until(connection, isEnough):
    data = b""
    while not isEnough(data):
        piece = connection.recv(65536)
        assert piece, data
        data += piece
    return data


def options(target, *headers, host="Host: localhost\r\n", version="1.1"):
    lines = "".join(line + "\r\n" for line in headers)
    return f"OPTIONS {target} HTTP/{version}\r\n{host}{lines}\r\n".encode()


# HTTP/1.0
@pytest.mark.parametrize("request_bytes, body", [
    (raw.get("/livez"), b"ok\n"),
    (raw.get("/rpc/calculator/add?a=2&b=3"), b"5"),
    (raw.post(raw.ADD), b'"result":3'),
    (raw.post('{"a":2,"b":3}', "/rpc/calculator/add"), b"5"),
    (raw.post(raw.call("jobs.run", '{"steps":1,"stepMs":50}')), b'"result"'),
    (raw.get("/index.html"), b"<html"),
], ids=["health", "get", "post", "path", "slow", "file"])
def test_old_clients_are_answered_and_the_connection_closed(port, request_bytes, body):
    answer, closed = raw.ask(port, old(request_bytes))
    assert answer.status == 200 and body in answer.body and closed
    assert "transfer-encoding" not in answer.headers and answer.headers["connection"] == "close"
    answer, closed = raw.ask(port, old(request_bytes, keep=True))
    assert answer.status == 200 and body in answer.body and not closed
    assert answer.headers["connection"] == "keep-alive"


def test_old_clients_are_not_sent_100(port):
    with raw.connect(port) as connection:
        head, _, body = old(raw.post(raw.ADD, "/rpc", "Expect: 100-continue")).partition(b"\r\n\r\n")
        connection.sendall(head + b"\r\n\r\n")
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(4096)
        connection.sendall(body)
        assert raw.read_answer(connection).status == 200


@pytest.mark.parametrize("lines, status", [
    ("Transfer-Encoding: chunked", 400), ("Transfer-Encoding: gzip, chunked", 400), ("Transfer-Encoding:", 400),
    ("Upgrade: h2c\r\nConnection: Upgrade, keep-alive", 200), ("Upgrade: websocket\r\nConnection: upgrade", 200),
])
def test_old_clients_have_no_codings_and_no_upgrades(port, lines, status):
    request = f"POST /rpc/jobs/active HTTP/1.0\r\nHost: localhost\r\n{lines}\r\n\r\n".encode()
    answer, closed = raw.ask(port, request + (b"0\r\n\r\n" if status == 400 else b""))
    assert answer.status == status and closed == (b"keep-alive" not in request) and not answer.rest


def test_old_clients_read_an_event_stream_until_the_connection_ends(port):
    request = old(raw.get("/rpc/clock/ticks?interval=0.01", "Accept: text/event-stream"), keep=True)
    with raw.connect(port) as connection:
        connection.sendall(request)
        data = read_until(connection, lambda data: data.count(b"\n\n") > 3)
        connection.shutdown(socket.SHUT_WR)
        rest, closed = raw.read_all(connection)
        head, _, body = (data + rest).partition(b"\r\n\r\n")
        assert closed and head.startswith(b"HTTP/1.1 200") and b"Connection: close" in head and b"chunked" not in head
        assert body.startswith(b"retry: ") and body.endswith(b"\n\n") and b"\r\n" not in body


@pytest.mark.parametrize("request_bytes, status", [
    (raw.get("/livez"), 200), (raw.get("/readyz"), 200), (raw.get("/livez").replace(b"GET", b"HEAD"), 200),
    (raw.get("/"), 400), (raw.post(raw.ADD), 400), (raw.get("/rpc/calculator/add?a=2&b=3"), 400),
    (raw.get("/events/chat/room"), 400), (raw.get("/livez", "Origin: http://evil.test"), 400),
    (raw.post("", "/livez"), 400),
])
def test_without_a_host_only_health_is_answered(port, request_bytes, status):
    answer, _ = raw.ask(port, old(request_bytes, host=False))
    assert answer.status == status and (status == 200 or b"Host" in answer.body)
    assert raw.ask(port, request_bytes.replace(b"Host: localhost\r\n", b""))[0].status == 400


@pytest.mark.parametrize("target", ["/", "*", "/livez", "/readyz"])
def test_options_of_balancers_are_answered(port, target):
    for request in (options(target), options(target, host="", version="1.0"), options(target, version="1.0")):
        answer, _ = raw.ask(port, request)
        assert answer.status == 204 and "GET" in answer.headers["allow"] and "content-length" not in answer.headers
    assert raw.ask(port, options(target, host=""))[0].status == 400
    assert raw.ask(port, options(target, host="Host: evil.example\r\n"))[0].status == 421


@pytest.mark.parametrize("version, status", [("1.2", 200), ("1.9", 200), ("2.0", 505), ("0.9", 505), ("3.0", 505)])
def test_only_the_major_version_matters(port, version, status):
    answer, closed = raw.ask(port, raw.get("/livez", close=False).replace(b"HTTP/1.1", f"HTTP/{version}".encode()))
    assert answer.status == status and closed == (status != 200)
    assert status == 200 or f"HTTP/{version}".encode() in answer.body


# Targets
@pytest.mark.parametrize("target, host, status", [
    ("http://localhost/livez", "localhost", 200), ("http://127.0.0.1:80/livez?x", "evil.example", 200),
    ("HTTP://LOCALHOST/livez", "x", 200), ("http://evil.example/livez", "localhost", 421),
    ("http://localhost", "localhost", 200), ("http://localhost?x=y", "localhost", 200),
    ("https://localhost/livez", "localhost", 400), ("ftp://localhost/livez", "localhost", 400),
    ("http://user@localhost/livez", "localhost", 400), ("http://:80/livez", "localhost", 421),
    ("http:///livez", "localhost", 400), ("localhost/livez", "localhost", 400), ("//localhost/livez", "localhost", 404),
])
def test_the_authority_of_an_absolute_target_overrides_host(port, target, host, status):
    answer, _ = raw.ask(port, raw.get(target, host=host))
    assert answer.status == status
    if target.startswith("http://localhost"):
        assert raw.ask(port, raw.get(target).replace(b"Host: localhost\r\n", b""))[0].status == 400
        assert raw.ask(port, raw.get(target, "Host: localhost"))[0].status == 400


def test_a_handshake_with_an_absolute_target_opens_a_websocket(port):
    answer, _ = raw.ask(port, raw.handshake("http://localhost/rpc", host="evil.example"))
    assert answer.status == 101
    assert raw.ask(port, raw.handshake("http://evil.example/rpc"))[0].status == 421
    # The origin is checked for absolute targets as well.
    assert raw.ask(port, raw.handshake("http://localhost/rpc", "Origin: http://evil.test"))[0].status == 403


@pytest.mark.parametrize("pieces", [[b"\r\n"], [b"\r", b"\n"]])
def test_one_empty_line_before_a_request_is_skipped(port, pieces):
    with raw.connect(port) as connection:
        for _ in range(3):
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(0.01)
            connection.sendall(raw.get("/livez", close=False))
            assert raw.read_answer(connection).status == 200
        connection.sendall(b"\r\n\r\n")
        assert raw.read_answer(connection).status == 400 and raw.read_all(connection)[1]


# Date, and texts
@pytest.mark.parametrize("request_bytes", [
    raw.get("/livez"), raw.post(raw.ADD), raw.get("/rpc/calculator/add?a=2&b=3"), raw.get("/nothing"), raw.get("/rpc"),
    raw.get("/livez", host="evil.example"), b"GET\r\n\r\n", raw.get("/livez").replace(b"1.1", b"2.0"), options("*"),
    raw.post("{}", kind="text/plain"), raw.post('[{"jsonrpc":"2.0","method":"x"}]'),
], ids=range(11))
def test_every_answer_has_a_date(port, request_bytes):
    before = time.time()
    answer, _ = raw.ask(port, request_bytes)
    date = email.utils.parsedate_to_datetime(answer.headers["date"]).timestamp()
    assert before - 3 < date < time.time() + 1
    assert answer.headers["date"].endswith(" GMT") and answer.raw.count(b"\r\nDate: ") == 1


def test_a_stream_has_a_date_and_dates_advance(port):
    with raw.connect(port) as connection:
        connection.sendall(raw.get("/events/bench", close=False))
        assert "date" in raw.read_answer(connection).headers
    with raw.connect(port) as connection:
        dates, start = [], time.monotonic()
        while len(set(dates)) < 2:
            connection.sendall(raw.get("/livez", close=False))
            dates.append(email.utils.parsedate_to_datetime(raw.read_answer(connection).headers["date"]))
            assert time.monotonic() - start < raw.PATIENCE
            time.sleep(0.1)
        assert 1 <= (dates[-1] - dates[0]).total_seconds() <= time.monotonic() - start + 1


@pytest.mark.parametrize("request_bytes, status, words", [
    (raw.post(raw.ADD).replace(b"Length: ", b"Length: x"), 400, [b"Content-Length", b"x"]),
    (raw.post(raw.ADD, "/rpc", "Content-Length: 1"), 400, [b"Content-Length", b"once"]),
    (raw.get("/livez", "Host: a"), 400, [b"Host", b"once"]),
    (raw.get("/livez", "broken line"), 400, [b"broken line"]),
    (raw.get("/livez", "Expect: a-miracle"), 417, [b"Expect", b"a-miracle", b"100-continue"]),
    (raw.get("/livez").replace(b"GET", b"BREW"), 405, [b"BREW", b"GET"]),
    (raw.get("/livez", "X: " + "y" * 9_000), 431, [b"8192"]),
    (raw.get("/" + "x" * 5_000), 414, [b"4096"]),
    (raw.post(raw.ADD).replace(b"Length: ", b"Length: 99999"), 413, [b"1048576"]),
    (raw.handshake(version="8"), 426, [b"Sec-WebSocket-Version", b"13"]),
    (raw.handshake(key="abc"), 400, [b"Sec-WebSocket-Key", b"base64"]),
    (raw.post(raw.ADD, "/rpc", "Content-Encoding: gzip"), 415, [b"Content-Encoding", b"gzip"]),
    (raw.get("/livez").replace(b"Host: localhost\r\n", b""), 400, [b"Host"]),
    (raw.get("/livez").replace(b" HTTP", b"  HTTP"), 400, [b"HTTP/1.1"]),
    (raw.get("/a%0a"), 400, [b"%0A"]),
], ids=range(15))
def test_an_error_response_names_the_cause(port, request_bytes, status, words):
    answer, closed = raw.ask(port, request_bytes)
    assert answer.status == status and closed and not [word for word in words if word not in answer.body]
    assert status != 415 or answer.headers["accept-encoding"] == "identity"
    assert status != 405 or answer.headers["allow"]


@pytest.mark.parametrize("encoding, status", [("identity", 200), ("", 200), ("br", 415), ("identity, gzip", 415)])
def test_only_plain_bodies_are_read(port, encoding, status):
    assert raw.ask(port, raw.post(raw.ADD, "/rpc", f"Content-Encoding: {encoding}"))[0].status == status


# Streams in chunks
def chunks(data):
    """Returns the contents of the chunks of a body and the bytes after the last one. The body must be well-formed."""
    found = []
    while True:
        size, _, rest = data.partition(b"\r\n")
        count = int(size, 16)
        assert size == b"%x" % count and rest[count:count + 2] == b"\r\n"
        data = rest[count + 2:]
        if count == 0:
            return found, data
        found.append(rest[:count])


def test_each_event_is_a_chunk(port):
    with raw.connect(port) as connection:
        connection.sendall(raw.get("/rpc/clock/ticks?interval=0.01", "Accept: text/event-stream", close=False))
        data = read_until(connection, lambda data: data.count(b"data: ") > 3)
        connection.shutdown(socket.SHUT_WR)
        rest, closed = raw.read_all(connection)
        head, _, body = (data + rest).partition(b"\r\n\r\n")
        assert closed and b"Transfer-Encoding: chunked" in head
        assert b"Connection" not in head and b"Content-Length" not in head
        (retry, *events), rest = chunks(body)
        assert retry.startswith(b"retry: ") and len(events) > 3 and rest == b""
        assert all(event.startswith(b"data: ") and event.endswith(b"\n\n") for event in events)


# Half-closed clients
def finished(port, request, seconds=raw.PATIENCE):
    """Returns what a client receives that shuts its side down after the request, and whether the server closed."""
    with raw.connect(port) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return raw.read_all(connection, seconds)


JOB = raw.call("jobs.run", '{"steps":1,"stepMs":300}', 1)


@pytest.mark.parametrize("request_bytes, answers", [
    (raw.get("/livez", close=False), [b"ok\n"]),
    (raw.post(raw.ADD), [b'"result":3']),
    (raw.post(JOB), [b'"id":1']),
    (old(raw.post(JOB)), [b'"id":1']),
    (raw.post('{"steps":1,"stepMs":300}', "/rpc/jobs/run"), [b"200 OK"]),
    (raw.post(JOB) + raw.post(raw.ADD) + raw.get("/livez", close=False), [b'"id":1', b'"result":3', b"ok\n"]),
    (raw.get("/livez", close=False) + b"\r\n", [b"ok\n"]),
], ids=["health", "short", "long", "old", "path", "pipelined", "empty line"])
def test_a_half_closed_client_is_answered(port, request_bytes, answers):
    start = time.monotonic()
    data, closed = finished(port, request_bytes)
    # A client whose answer takes longer than a second receives an interim response.
    finals = data.count(b"HTTP/1.1 ") - data.count(b"HTTP/1.1 100")
    assert closed and finals == data.count(b"HTTP/1.1 200") == len(answers)
    positions = [data.find(answer) for answer in answers]
    # An idle connection would be closed after 15 seconds.
    assert positions == sorted(positions) and positions[0] >= 0 and time.monotonic() - start < 14


def test_a_long_call_of_a_half_closed_client_is_answered(port):
    data, closed = finished(port, raw.post(raw.call("jobs.run", '{"steps":1,"stepMs":4000}', 1)))
    interim, _, answer = data.partition(b"HTTP/1.1 200 OK")
    assert closed and b'"id":1' in answer
    assert interim == b"HTTP/1.1 100 Continue\r\n\r\n", "a closed client would answer it with a reset"


@pytest.mark.parametrize("request_bytes, word", [
    (b"GET /livez HTT", b"head"), (raw.post(raw.ADD)[:-1], b"body"), (raw.post(raw.ADD)[:-len(raw.ADD)], b"body"),
    (b"POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12", b"body"),
])
def test_an_incomplete_request_is_answered_with_400(port, request_bytes, word):
    data, closed = finished(port, request_bytes)
    assert data.startswith(b"HTTP/1.1 400") and word in data.partition(b"\r\n\r\n")[2] and closed


def test_streams_and_websockets_of_half_closed_clients_end(port):
    data, closed = finished(port, raw.get("/events/bench", close=False))
    assert closed and data.startswith(b"HTTP/1.1 200") and data.endswith(b"0\r\n\r\n")
    assert finished(port, raw.get("/rpc/clock/ticks?interval=60", "Accept: text/event-stream"))[1]
    assert finished(port, raw.handshake())[1]


# Handshakes after other requests
@pytest.mark.parametrize("before, answers", [
    (raw.get("/livez", close=False), [b"ok\n"]),
    (raw.post(raw.ADD) * 3, [b'"result":3'] * 3),
    (raw.post(JOB), [b'"id":1']),
    (raw.get("/index.html", close=False) * 20, [b"</html>"] * 20),
], ids=["health", "posts", "slow", "files"])
def test_answers_before_a_handshake_arrive_before_it(port, before, answers):
    call = raw.frame(raw.TEXT, raw.call("calculator.add", '{"a":20,"b":22}', 7))
    with raw.connect(port) as connection:
        connection.sendall(before + raw.handshake() + call)
        data = read_until(connection, lambda data: b'"result":42' in data)
        head, _, socket_data = data.partition(b"HTTP/1.1 101")
        assert head.count(b"HTTP/1.1 200") == len(answers) and head.count(answers[0]) >= len(answers)
        assert b'"id":7' in socket_data


def test_a_handshake_waits_for_a_client_that_does_not_read(port):
    with raw.connect(port, receive_buffer=2048) as connection:
        body = "x" * 200_000
        connection.sendall(raw.post(raw.call("echo.echo", f'{{"value":"{body}"}}', 1)) + raw.handshake())
        time.sleep(0.5)
        connection.sendall(raw.frame(raw.TEXT, raw.call("calculator.add", '{"a":20,"b":22}', 7)))
        data = read_until(connection, lambda data: b'"result":42' in data)
        first, _, rest = data.partition(b"HTTP/1.1 101")
        assert first.count(b"x") == 200_000 and b'"id":7' in rest


# Requests beyond the read-ahead buffer
@pytest.mark.parametrize("sizes", [[70_000], [40_000, 40_000], [300_000, 10, 300_000]], ids=str)
def test_requests_behind_a_slow_one_wait_however_large_they_are(port, sizes):
    echoes = [raw.post(raw.call("echo.echo", '["' + "x" * size + '"]', index + 2)) for index, size in enumerate(sizes)]
    with raw.connect(port) as connection:
        connection.sendall(raw.post(JOB) + b"".join(echoes) + raw.get("/livez"))
        data, closed = raw.read_all(connection)
    answers = [data.find(b'"id":%d' % (index + 1)) for index in range(len(sizes) + 1)]
    assert closed and min(answers) >= 0 and answers == sorted(answers) and data.endswith(b"ok\n")


def test_a_reset_is_noticed_while_the_client_is_not_read(port):
    with raw.connect(port) as connection:
        connection.sendall(raw.post(raw.call("jobs.run", "[100,5000]", 1)) + b"\r\n" * 100_000)
        raw.wait_until(lambda: active(port) == 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raw.wait_until(lambda: active(port) == 0)


def active(port):
    return int(raw.ask(port, raw.get("/rpc/jobs/active"))[0].body)
