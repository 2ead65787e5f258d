"""F7: no address occupies the places of all others, and the oldest silent connection makes room for a new one."""

import contextlib
import time

import pytest

import addresses
import raw
from audience import raise_descriptor_limit

ONE, OTHER, THIRD = "127.0.0.2", "127.0.0.3", "127.0.0.4"
LIMITED = ("--limit-loopback", "--log-format", "json")


def lines_with(server, *parts):
    return [line for line in server.lines if all(part in line for part in parts)]


@pytest.mark.parametrize("loops", [1, 3])
def test_f7_one_address_has_half_of_all_connections(start, loops):
    server = start("--max-connections", "24", "--loops", str(loops), *LIMITED)
    with addresses.silent(server.port, ONE, 18) as connections:
        # The kernel distributes connections over the loops, each of which has a third of all.
        raw.wait_until(lambda: addresses.count_open(connections) <= 12)
        raw.wait_until(lambda: lines_with(server, "too many connections of one address", f'"{ONE}"'))
        assert addresses.ask(server.port, OTHER).status == 200
        if loops == 1:
            assert addresses.count_open(connections) == 12
            assert addresses.ask(server.port, ONE).status is None
    raw.wait_until(lambda: addresses.ask(server.port, ONE).status == 200)


def test_f7_the_share_of_one_address_is_set(start):
    server = start("--max-connections", "100", "--max-connections-per-address", "3", *LIMITED)
    with addresses.silent(server.port, ONE, 4) as connections:
        raw.wait_until(lambda: addresses.count_open(connections) == 3)
        assert addresses.ask(server.port, OTHER).status == 200


def test_f7_websockets_keep_their_place_until_they_end(start):
    server = start("--max-connections", "8", *LIMITED)
    with contextlib.ExitStack() as stack:
        for _ in range(4):
            connection, answer = addresses.websocket(server.port, ONE)
            stack.enter_context(connection)
            assert answer.status == 101
        assert addresses.ask(server.port, ONE).status is None
        assert addresses.ask(server.port, OTHER).status == 200
    raw.wait_until(lambda: addresses.ask(server.port, ONE).status == 200)
    # One that never becomes a WebSocket keeps none.
    for _ in range(20):
        assert addresses.ask(server.port, ONE, raw.handshake("/nowhere")).status == 404
    raw.wait_until(lambda: addresses.ask(server.port, ONE).status == 200)


def test_f7_loopback_is_not_limited_unless_it_is_asked_for(start):
    server = start("--max-connections", "8")
    with addresses.silent(server.port, ONE, 7) as connections:
        assert addresses.ask(server.port, ONE).status == 200
        assert addresses.count_open(connections) == 7


def test_f7_the_oldest_silent_connection_makes_room(start):
    server = start("--max-connections", "6", "--log-format", "json")
    kept = addresses.connect(server.port, ONE)
    kept.sendall(raw.get("/livez", close=False))
    assert raw.read_answer(kept).status == 200
    socket, answer = addresses.websocket(server.port, ONE)
    assert answer.status == 101
    half = addresses.connect(server.port, ONE)
    half.sendall(b"GET /livez HT")
    with addresses.silent(server.port, OTHER, 3) as silent:
        assert addresses.count_open([kept, socket, half, *silent]) == 6
        assert addresses.ask(server.port, THIRD).status == 200
        # Half a head is as good as none: it was the oldest of those that have sent no request.
        raw.wait_until(lambda: not addresses.is_open(half))
        # The third has closed meanwhile or not; two more take the places of it, and of the oldest silent one.
        fresh = []
        for _ in range(2):
            fresh.append(addresses.connect(server.port, THIRD))
            fresh[-1].sendall(raw.get("/livez", close=False))
            assert raw.read_answer(fresh[-1]).status == 200
        raw.wait_until(lambda: not addresses.is_open(silent[0]))
        assert addresses.count_open([kept, socket, *fresh, silent[2]]) == 5
    raw.wait_until(lambda: lines_with(server, "client cut off", "silent while others wait", f'"{OTHER}"'))
    for connection in [kept, socket, half, *fresh]:
        connection.close()


def test_f7_a_server_that_is_full_of_clients_that_speak_refuses_new_ones(start):
    server = start("--max-connections", "3", "--log-format", "json")
    spoken = [addresses.connect(server.port, ONE) for _ in range(3)]
    for connection in spoken:
        connection.sendall(raw.get("/livez", close=False))
        assert raw.read_answer(connection).status == 200
    assert addresses.ask(server.port, OTHER).status is None
    assert addresses.count_open(spoken) == 3
    raw.wait_until(lambda: lines_with(server, "client refused", '"too many connections"', f'"{OTHER}"'))
    for connection in spoken:
        connection.close()


@pytest.mark.parametrize("options", [(), LIMITED])
def test_f7_ten_thousand_silent_connections_of_one_address_keep_no_other_out(start, options):
    raise_descriptor_limit(16_000)
    server = start(*options)
    lines, begin = server.lineCount, time.monotonic()
    with addresses.silent(server.port, ONE, 10_100) as connections:
        times = []
        for _ in range(20):
            asked = time.monotonic()
            assert addresses.ask(server.port, OTHER).status == 200
            times.append(time.monotonic() - asked)
        print(f"opened in {time.monotonic() - begin:.1f} s; others {sorted(times)[10] * 1e3:.1f} ms, "
              f"{max(times) * 1e3:.1f} ms at most; {addresses.count_open(connections)} are open")
        assert sorted(times)[10] < 0.1
        # The first one waits until the server has accepted the silent ones, and a busy machine may take longer once.
        assert max(times) < 15
        assert addresses.count_open(connections) <= (5_000 if options else 10_000)
    assert server.isAlive()
    assert server.lineCount - lines <= 60 + 40 * (time.monotonic() - begin)
