"""The address of the client behind a proxy: only listed proxies name it, and it has the share of one address."""

import contextlib
import json

import pytest

import addresses
import raw

PROXY, STRANGER = "127.0.0.2", "127.0.0.3"
CLIENT, OTHER = "192.0.2.1", "192.0.2.9"
OPTIONS = ("--max-connections", "8", "--trusted-proxy", "127.0.0.2", "--limit-loopback", "--access-log",
           "--log-format", "json")


@pytest.fixture(scope="module")
def own(start):
    """A gateway of eight connections, of which one address may have four; 127.0.0.2 is a proxy."""
    return start(*OPTIONS)


def lines_of(server, message, address):
    lines = [json.loads(line) for line in list(server.lines) if line.startswith("{")]
    return [line for line in lines if line["message"] == message and line.get("address") == address]


def x_forwarded_for(*entries):
    return f"X-Forwarded-For: {', '.join(entries)}"


@contextlib.contextmanager
def websockets(port, source, header, count):
    """So many WebSockets, all of which are accepted."""
    with contextlib.ExitStack() as stack:
        for number in range(count):
            connection, answer = addresses.websocket(port, source, header(number))
            stack.enter_context(connection)
            assert answer.status == 101, answer
        yield


@pytest.mark.parametrize("header", [
    lambda number: x_forwarded_for(CLIENT),
    # Whatever a client sends comes before what the proxy appends.
    lambda number: x_forwarded_for(f"203.0.113.{number}", CLIENT),
    lambda number: x_forwarded_for(f"203.0.113.{number}") + f"\r\n{x_forwarded_for(CLIENT, PROXY)}",
    lambda number: f"Forwarded: for=203.0.113.{number}\r\n{x_forwarded_for(CLIENT + ':4711')}",
    lambda number: f'X-Real-IP: 203.0.113.{number}\r\n{x_forwarded_for(chr(34), CLIENT)}',
])
def test_one_client_behind_a_proxy_has_the_share_of_one_address(own, header):
    with websockets(own.port, PROXY, header, 4):
        with addresses.connect(own.port, PROXY) as connection:
            connection.sendall(raw.handshake("/rpc", header(9)))
            answer = raw.read_answer(connection)
            error = json.loads(answer.body)["error"]
            assert (answer.status, error["code"], error["data"]["executed"]) == (429, -32009, "no")
            assert answer.headers["retry-after"] == "1"
            # The proxy sends what others ask on the same connection.
            connection.sendall(raw.get("/rpc/calculator/add?a=2&b=3", x_forwarded_for(OTHER)))
            answer = raw.read_answer(connection)
            assert (answer.status, answer.body) == (200, b"5")
        assert addresses.ask(own.port, PROXY).status == 200, "the proxy itself is not limited"
    raw.wait_until(lambda: addresses.ask(own.port, PROXY, raw.get("/livez", header(0))).status == 200)
    raw.wait_until(lambda: lines_of(own, "client refused", CLIENT))
    assert lines_of(own, "client refused", CLIENT)[0]["cause"] == "status 429"
    raw.wait_until(lambda: lines_of(own, "websocket opened", CLIENT) and lines_of(own, "request", OTHER))


def test_requests_in_flight_have_places_until_they_are_answered(own):
    call = raw.post(raw.call("jobs.run", "[1,5000]"), "/rpc", x_forwarded_for(CLIENT))
    with contextlib.ExitStack() as stack:
        waiting = [stack.enter_context(addresses.connect(own.port, PROXY)) for _ in range(4)]
        for connection in waiting:
            connection.sendall(call)
        raw.wait_until(lambda: addresses.ask(own.port, PROXY, raw.get("/livez", x_forwarded_for(CLIENT))).status == 429)
        assert addresses.ask(own.port, PROXY, raw.get("/livez", x_forwarded_for(OTHER))).status == 200
        for connection in waiting:
            assert raw.read_answer(connection).status == 200
        # The connections are open, and have no request: their places are free for those of other connections.
        assert addresses.ask(own.port, PROXY, raw.get("/livez", x_forwarded_for(CLIENT))).status == 200
        for connection in waiting:
            connection.sendall(raw.get("/livez", x_forwarded_for(CLIENT)))
            assert raw.read_answer(connection).status == 200


def test_requests_that_are_given_up_leave_their_places(own):
    for _ in range(3):
        for _ in range(4):
            with addresses.connect(own.port, PROXY) as connection:
                connection.sendall(raw.post(raw.call("jobs.run", "[1,60000]"), "/rpc", x_forwarded_for(CLIENT)))
        raw.wait_until(lambda: addresses.ask(own.port, PROXY, raw.get("/livez", x_forwarded_for(CLIENT))).status == 200)


def test_a_peer_that_is_not_listed_cannot_choose_its_address(own):
    with websockets(own.port, STRANGER, lambda number: x_forwarded_for(f"192.0.2.{100 + number}"), 4):
        assert addresses.ask(own.port, STRANGER, raw.get("/livez", x_forwarded_for(PROXY))).status is None
    raw.wait_until(lambda: lines_of(own, "websocket opened", STRANGER))
    raw.wait_until(lambda: lines_of(own, "client refused", STRANGER))
    assert not any(f"192.0.2.{number}" in line for line in own.lines for number in range(100, 104))


def test_a_head_that_is_refused_is_logged_with_the_client(own):
    answer = addresses.ask(own.port, PROXY, raw.get("/livez", x_forwarded_for("192.0.2.77"), "Content-Length: x"))
    assert answer.status == 400
    raw.wait_until(lambda: lines_of(own, "client refused", "192.0.2.77"))


@pytest.mark.parametrize("value, address", [
    ("for=192.0.2.1;proto=https", "192.0.2.1"), ('for="[2001:db8::7]:80"', "2001:db8::7"),
    ('for=203.0.113.1, for="192.0.2.5:80"', "192.0.2.5"), ("for=unknown", PROXY),
])
def test_the_field_of_the_proxies_is_an_option(start, value, address):
    server = start(*OPTIONS, "--forwarded-field", "forwarded")
    request = raw.get("/livez", f"Forwarded: {value}", x_forwarded_for("203.0.113.66"))
    assert addresses.ask(server.port, PROXY, request).status == 200
    raw.wait_until(lambda: lines_of(server, "request", address))
    server.stop()


def test_networks_and_unix_sockets_are_listed_in_the_environment(start, tmp_path):
    server = start("--listen", f"unix:{tmp_path}/http.sock", "--listen", "tcp:127.0.0.1:0", *OPTIONS[:2],
                   *OPTIONS[4:], environment={"POSTERN_TRUSTED_PROXY": "127.0.0.2/31,unix"})
    for source, address in [(PROXY, CLIENT), (STRANGER, CLIENT), ("127.0.0.4", "127.0.0.4")]:
        request = raw.get("/livez", x_forwarded_for(f"{CLIENT}{source[-1]}"))
        assert addresses.ask(server.port, source, request).status == 200
        expected = f"{CLIENT}{source[-1]}" if address == CLIENT else address
        raw.wait_until(lambda: lines_of(server, "request", expected))
