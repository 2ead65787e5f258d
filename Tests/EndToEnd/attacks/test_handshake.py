"""Handshakes, origins and hosts (RELIABILITY 3.1): invalid and foreign ones do not open a WebSocket."""

import pytest

import raw

pytestmark = pytest.mark.usefixtures("alive")


def status(port, request):
    return raw.ask(port, request)[0].status


# H1, H2: an origin must be the requested host, a local one, or listed; these only resemble such origins.
FOREIGN = [
    "http://evil.test", "https://evil.test", "http://localhost.evil.test", "http://evil.localhost.test",
    "http://127.0.0.1.evil.test", "http://evil.test/localhost", "http://evil.test#localhost", "http://evil.test?localhost",
    "http://localhost@evil.test", "http://evil.test:80@localhost/", "http://localhost:x", "http://localhost:99999",
    "http://localhost:80:80", "http://", "localhost", "//localhost", "ftp://localhost", "file://", "null", "NULL",
    "http://127.1.evil.test", "http://0.0.0.0", "http://[::1].evil.test", "http://localhost, http://evil.test",
    "http://good.example.evil.test", "chrome-extension://abcdefgh", "http://xlocalhost", "http://local\thost",
]


@pytest.mark.parametrize("origin", FOREIGN)
def test_h1_foreign_origin_is_refused(port, origin):
    assert status(port, raw.handshake("/rpc", f"Origin: {origin}")) == 403


def test_h2_two_origins_are_refused(port):
    assert status(port, raw.handshake("/rpc", "Origin: http://localhost", "Origin: http://localhost")) == 403


@pytest.mark.parametrize("origin", [None, "http://localhost", "http://127.0.0.1:3000", "https://localhost:8443"])
def test_h3_missing_and_local_origins_are_accepted(port, origin):
    headers = [f"Origin: {origin}"] if origin else []
    assert status(port, raw.handshake("/rpc", *headers)) == 101


@pytest.mark.parametrize("origin", ["http://evil.test", "null"])
def test_h1_foreign_origin_of_a_post_is_refused(port, origin):
    assert status(port, raw.post(raw.ADD, "/rpc", f"Origin: {origin}")) == 403


# H4
@pytest.mark.parametrize("lines, expected", [
    ("Host: evil.test\r\n", {421, 400}), ("Host: localhost.evil.test\r\n", {421, 400}), ("Host: \r\n", {421, 400}),
    ("Host: localhost\r\nHost: localhost\r\n", {400}), ("Host: localhost, evil.test\r\n", {400}), ("", {400}),
    ("Host: localhost:99999\r\n", {421, 400}), ("Host: evil.test:80@localhost\r\n", {421, 400}),
])
@pytest.mark.parametrize("upgrade", [True, False])
def test_h4_wrong_hosts_are_refused_and_closed(port, lines, expected, upgrade):
    rest = raw.handshake("/rpc").split(b"Host: localhost\r\n")[1] if upgrade else b"\r\n"
    answer, closed = raw.ask(port, b"GET /rpc HTTP/1.1\r\n" + lines.encode() + rest)
    assert answer.status in expected and closed


# H5
@pytest.mark.parametrize("version", ["12", "8", "14", "013", "13, 8", "", None])
def test_h5_other_versions_are_refused_with_the_supported_one(port, version):
    answer, closed = raw.ask(port, raw.handshake(version=version))
    assert answer.status == 426 and answer.headers["sec-websocket-version"] == "13" and closed


# H6
@pytest.mark.parametrize("key", [
    None, "", "abc", "AAAAAAAAAAAAAAAAAAAAAA==AAAA", "dGhlIHNhbXBsZSBub25jZR==", "dGhlIHNhbXBsZSBub25jZQ=",
    "dGhlIHNhbXBsZSBub25j!Q==", "dGhlIHNhbXBsZSBub25jZQ== x", "A" * 24, "dGhlIHNhbXBsZSBub25jZ===", "=" * 24,
])
def test_h6_bad_keys_are_refused(port, key):
    answer, closed = raw.ask(port, raw.handshake(key=key))
    assert answer.status in (400, None) and closed


# H7
@pytest.mark.parametrize("request_bytes", [
    raw.handshake(method="POST"),
    raw.handshake("/rpc", "Content-Length: 0", method="POST"),
    raw.handshake(method="HEAD"),
    raw.handshake(method="PUT"),
    raw.handshake().replace(b"HTTP/1.1", b"http/1.1"),
    raw.handshake().replace(b"Connection: Upgrade", b"Connection: keep-alive"),
    raw.handshake().replace(b"Connection: Upgrade\r\n", b""),
    raw.handshake(upgrade="websocket, h2c"),
    raw.handshake(upgrade="h2c"),
    raw.handshake("/rpc", "Content-Length: 2") + b"{}",
    raw.handshake("/rpc", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
    raw.handshake(upgrade="WebSocketX"),
    raw.handshake("/rpc", "Upgrade: websocket"),
    raw.handshake("/rpc", "Sec-WebSocket-Version: 13"),
    raw.handshake("/rpc", f"Sec-WebSocket-Key: {raw.KEY}"),
], ids=range(15))
def test_h7_only_a_valid_get_upgrades(port, request_bytes):
    answer, closed = raw.ask(port, request_bytes)
    assert answer.status == 400 and closed and not answer.rest


@pytest.mark.parametrize("request_bytes", [
    raw.handshake().replace(b"HTTP/1.1", b"HTTP/1.0"),
    raw.handshake().replace(b"Upgrade: websocket\r\n", b""),
    raw.handshake().replace(b"Upgrade: websocket\r\nConnection: Upgrade\r\n", b"Connection: close\r\n"),
    raw.handshake().replace(b"Upgrade: websocket\r\nConnection: Upgrade\r\n", b"").replace(b"1.1", b"1.0"),
], ids=["old", "no upgrade", "closing proxy", "old proxy"])
def test_h7_a_handshake_without_its_upgrade_fields_is_answered_with_426(port, request_bytes):
    answer, closed = raw.ask(port, request_bytes)
    assert answer.status == 426 and b"proxy" in answer.body and closed and answer.headers["upgrade"] == "websocket"


def test_h7_a_later_minor_version_upgrades(port):
    assert status(port, raw.handshake().replace(b"HTTP/1.1", b"HTTP/1.2")) == 101


# H8
@pytest.mark.parametrize("offered, echoed", [
    (None, None), ("chat", None), ("chat, superchat", None), ("jsonrpc", "jsonrpc"), ("chat, jsonrpc", "jsonrpc"),
    ("jsonrpcx", None), ("xjsonrpc", None), ("", None), (",,,", None), ("jsonrpc2", None),
])
def test_h8_only_our_subprotocol_is_echoed(port, offered, echoed):
    headers = [] if offered is None else [f"Sec-WebSocket-Protocol: {offered}"]
    socket = raw.WebSocket(port, "/rpc", *headers)
    socket.text(raw.ADD)
    assert socket.answer.headers.get("sec-websocket-protocol") == echoed and '"result":3' in socket.message()
    socket.close()


@pytest.mark.parametrize("path", ["/", "/rpc/", "/rpc/calculator/add", "/RPC", "//rpc", "/livez", "/events/bench", "/nothing"])
def test_h8_other_paths_are_not_found(port, path):
    assert status(port, raw.handshake(path)) == 404


# H9
@pytest.mark.parametrize("request_bytes", [
    raw.get("/livez", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk", close=False),
    raw.get("/livez", "Connection: Upgrade", "Upgrade: h2c", close=False),
    raw.get("/livez", "Connection: Upgrade", "Upgrade: foo", close=False),
    raw.get("/livez", "Connection: Upgrade", close=False),
    raw.get("/livez", "Connection: , upgrade\t,,", close=False),
    raw.get("/livez", "Connection: x-gone , keep-alive", close=False),
    raw.get("/livez", "Upgrade: TLS/1.0 , h2c", close=False),
], ids=["settings", "h2c", "foo", "nothing", "empty members", "no such field", "list"])
def test_h9_offers_of_other_protocols_are_ignored(port, request_bytes):
    answer, closed = raw.ask(port, request_bytes)
    assert answer.status == 200 and answer.body == b"ok\n" and not closed and not answer.rest


def test_h9_another_major_version_is_refused(port):
    answer, closed = raw.ask(port, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9))
    assert answer.status == 505 and closed and not answer.rest


def test_h9_an_offer_in_a_request_with_a_body_is_ignored(port):
    h2c = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk")
    answer, closed = raw.ask(port, raw.post(raw.ADD, "/rpc", *h2c))
    assert answer.status == 200 and b'"result":3' in answer.body and not closed


# H10, also under valgrind in test_memory.py
def test_h10_upgrade_to_another_protocol_on_a_kept_connection(port):
    with raw.connect(port) as connection:
        connection.sendall(raw.get("/livez", close=False))
        assert raw.read_answer(connection).status == 200
        connection.sendall(raw.get("/livez", "Connection: Upgrade", "Upgrade: foo", close=False))
        assert raw.read_answer(connection).status == 200
        connection.sendall(raw.get("/livez"))
        assert raw.read_answer(connection).status == 200


# H11
@pytest.mark.parametrize("target", ["x:1", "localhost:80", "/", "*"])
def test_h11_connect_is_closed_at_once(port, target):
    answer, closed = raw.ask(port, f"CONNECT {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert answer.status in (400, 405, 501, None) and closed


# H18
@pytest.mark.parametrize("count, size", [(1, 10), (5, 10), (200, 100), (3, 60_000), (20, 60_000)])
def test_h18_frames_behind_the_handshake_are_handled_in_order(port, count, size):
    texts = [f"{index}:" + "y" * size for index in range(count)]
    socket = raw.WebSocket(port, "/echo", extra=b"".join(raw.frame(raw.TEXT, text) for text in texts))
    assert [socket.message() for _ in texts] == texts
    socket.close()


def test_h18_cut_at_every_byte(port):
    """Sends a handshake and a call in two segments, split at each byte."""
    whole = raw.handshake() + raw.frame(raw.TEXT, raw.ADD)
    for cut in range(1, len(whole)):
        with raw.connect(port) as connection:
            connection.sendall(whole[:cut])
            connection.sendall(whole[cut:])
            answer = raw.read_answer(connection)
            assert answer.status == 101, cut
            data = answer.rest
            while b'"result":3' not in data:
                piece = connection.recv(4096)
                assert piece, cut
                data += piece
