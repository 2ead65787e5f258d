"""F7 and P12 for native connections: no address keeps others out, and a silent one gets little."""

import asyncio
import time

import pytest

import addresses
import raw
import running
from audience import raise_descriptor_limit
from native_peers import postern, run
from programs import line_with

MIB = 1 << 20
ONE, OTHER = "127.0.0.2", "127.0.0.3"


def call(server, secret=None, count=1):
    """Calls a method on connections of their own; the seconds of each, from the connection to the answer."""
    times = []

    async def test():
        for _ in range(count):
            begin = time.monotonic()
            async with postern.connect(f"tcp:127.0.0.1:{server.port}", secret=secret) as peer:
                assert await peer.call("calculator/add", 2, 3) == 5
            times.append(time.monotonic() - begin)

    run(test)
    return times


@pytest.fixture(scope="module")
def secret(tmp_path_factory):
    path = tmp_path_factory.mktemp("secret") / "secret"
    path.write_bytes(b"the secret of this test")
    return path


def test_f7_one_address_has_half_of_all_native_connections():
    with running.native("--max-connections", 8, "--limit-loopback") as server:
        with addresses.silent(server.port, ONE, 6) as connections:
            raw.wait_until(lambda: addresses.count_open(connections) == 4)
            line_with(server.program, "client refused", "too many connections of one address", ONE)
            assert running.is_greeted(server.port, OTHER)
            assert not running.is_greeted(server.port, ONE)
        raw.wait_until(lambda: running.is_greeted(server.port, ONE))


def test_f7_loopback_is_not_limited_at_the_native_door():
    with running.native("--max-connections", 8) as server:
        with addresses.silent(server.port, ONE, 7) as connections:
            assert running.greets(connections[-1])
            assert addresses.count_open(connections) == 7


def test_f7_the_oldest_silent_native_connection_makes_room():
    with running.native("--max-connections", 4) as server:
        async def test():
            async with postern.connect(f"tcp:127.0.0.1:{server.port}") as peer:
                assert await peer.call("calculator/add", 2, 3) == 5
                with addresses.silent(server.port, ONE, 6) as connections:
                    assert all(map(running.greets, connections))
                    raw.wait_until(lambda: addresses.count_open(connections) <= 3)
                    assert addresses.count_open(connections[3:]) == 3
                    assert await peer.call("calculator/add", 2, 3) == 5

        run(test)
        line_with(server.program, "client cut off", "another client needs its place")


def test_f7_silent_connections_of_one_address_leave_room_to_those_that_authenticate(secret):
    raise_descriptor_limit(16_000)
    with running.native("--secret-file", secret, "--limit-loopback") as server:
        with addresses.silent(server.port, ONE, 3_000) as connections:
            times = call(server, secret.read_bytes(), 20)
            print(f"others connect and call in {sorted(times)[10] * 1e3:.1f} ms, {max(times) * 1e3:.1f} ms at most; "
                  f"{addresses.count_open(connections)} are open")
            assert sorted(times)[10] < 0.1
            # Half of those that have yet to authenticate.
            raw.wait_until(lambda: addresses.count_open(connections) <= 500)


@pytest.mark.parametrize("authenticated", [True, False])
def test_p12_two_thousand_silent_native_connections_get_little(secret, authenticated):
    options = ("--secret-file", secret) if authenticated else ()
    raise_descriptor_limit(16_000)
    with running.native(*options) as server:
        known = secret.read_bytes() if authenticated else None
        call(server, known)
        before = server.rss()
        begin = time.monotonic()
        with addresses.silent(server.port, ONE, 2_000) as connections:
            assert running.greets(connections[-1])
            count = addresses.count_open(connections)
            each = (server.rss() - before) / count
            times = call(server, known, 20)
            print(f"{count} silent connections, {each / 1024:.1f} KiB each; "
                  f"others connect and call in {sorted(times)[10] * 1e3:.1f} ms, {max(times) * 1e3:.1f} ms at most")
            assert count >= 900 and each <= 16 << 10
            assert sorted(times)[10] < 0.1
            # In any order, since each event loop closes its own.
            raw.wait_until(lambda: addresses.count_open(connections) == 0)
            assert time.monotonic() - begin < 30


@pytest.mark.parametrize("authenticated", [True, False])
def test_p12_a_silent_native_connection_is_closed_after_5_seconds(secret, authenticated):
    with running.native(*(("--secret-file", secret) if authenticated else ())) as server:
        with addresses.connect(server.port, ONE) as connection:
            begin = time.monotonic()
            data, closed = raw.read_all(connection)
            assert data and closed and 4.5 < time.monotonic() - begin < 20


def test_p12_two_thousand_silent_connections_of_http_get_little():
    raise_descriptor_limit(16_000)
    with running.demo() as server:
        assert addresses.ask(server.port, OTHER).status == 200
        before, times = server.rss(), []
        with addresses.silent(server.port, ONE, 2_000) as connections:
            raw.wait_until(lambda: server.descriptors() > 2_000)
            each = (server.rss() - before) / 2_000
            for _ in range(20):
                begin = time.monotonic()
                assert addresses.ask(server.port, OTHER).status == 200
                times.append(time.monotonic() - begin)
            print(f"{each / 1024:.1f} KiB each; others {sorted(times)[10] * 1e3:.1f} ms, {max(times) * 1e3:.1f} ms")
            assert each <= 16 << 10 and sorted(times)[10] < 0.1
            assert addresses.count_open(connections) == 2_000


def test_w12_a_flood_of_native_pings_takes_no_memory():
    with running.native() as server:
        with raw.connect(server.port, receive_buffer=4_096) as connection:
            connection.sendall(b"\0\0\0\4\x93\0\1\x80")
            before = server.rss()
            pings = b"\0\0\0\x0b\x92\x0b\xcf" + b"\xff" * 8
            # The pongs would have 300 MB.
            for _ in range(2_000):
                connection.sendall(pings * 10_000)
            assert server.rss() - before < 8 * MIB


def test_f3_large_native_notifications_are_limited():
    with running.native() as server:
        base, peak = server.rss(), 0

        async def test():
            nonlocal peak
            over = asyncio.Event()

            async def unanswered(text):
                await over.wait()

            client = postern.Service("anything")
            client.expose(unanswered, name="echo")
            async with postern.connect(f"tcp:127.0.0.1:{server.port}", client) as peer:
                for _ in range(40):
                    peer.notify("echo/back", "anything/echo", "x" * (15 * MIB))
                    # Each is sent before the next one is given.
                    assert await peer.call("calculator/add", 2, 3) == 5
                    peak = max(peak, server.rss())
                over.set()

        run(test)
        assert any("budget reached" in line for line in server.program.output)
        # The budget of a connection, and two frames that are being read and decoded.
        assert peak - base < 128 * MIB + 64 * MIB
