"""F10: under any limit of open files, programs serve as many as they can, and refuse the rest with a reason."""

import contextlib
import pathlib
import resource
import subprocess
import time

import pytest

import addresses
import raw
import running
from audience import raise_descriptor_limit
from programs import line_with

ONE, OTHER = "127.0.0.2", "127.0.0.3"


def limit(count):
    return ["prlimit", f"--nofile={count}:{count}"]


def start(kind, folder, *options, prefix=()):
    if kind == "gateway":
        return running.gateway(folder, *options, prefix=prefix)
    return (running.demo if kind == "demo" else running.native)(*options, prefix=prefix)


def speak(port, count):
    """Connections that have each sent a request and received its answer, or were refused; those that are open."""
    served = []
    for _ in range(count):
        connection = addresses.connect(port, ONE)
        raw.send_quietly(connection, raw.get("/livez", close=False))
        if raw.read_answer(connection).status == 200:
            served.append(connection)
        else:
            connection.close()
    return served


@pytest.mark.parametrize("kind", ["demo", "gateway"])
@pytest.mark.parametrize("descriptors, possible", [(64, 32), (1_024, 768)])
def test_programs_serve_what_the_limit_allows(kind, descriptors, possible, tmp_path):
    raise_descriptor_limit(16_000)
    with start(kind, tmp_path, "--log-level", "info", prefix=limit(descriptors)) as server:
        assert running.connections_possible(server) == possible
        line_with(server.program, "notice", "fewer connections than configured", f"connections={possible}")
        served = speak(server.port, possible + 40)
        assert len(served) == possible
        line_with(server.program, "client refused", "too many connections", ONE)
        assert server.isBelow(0.2) and server.isAlive()
        assert server.descriptors() <= descriptors
        # Those that are served are served on.
        served[0].sendall(raw.get("/livez", close=False))
        assert raw.read_answer(served[0]).status == 200
        for connection in served:
            connection.close()
        raw.wait_until(lambda: addresses.ask(server.port, OTHER).status == 200)


@pytest.mark.parametrize("descriptors, possible", [(64, 32), (1_024, 768)])
def test_native_servers_serve_what_the_limit_allows(descriptors, possible, tmp_path):
    raise_descriptor_limit(16_000)
    with running.native("--log-level", "info", prefix=limit(descriptors)) as server:
        assert running.connections_possible(server) == possible
        line_with(server.program, "notice", "fewer native connections than configured", f"connections={possible}")
        with addresses.silent(server.port, ONE, possible + 40) as connections:
            # Those before it have made room.
            assert running.greets(connections[-1])
            raw.wait_until(lambda: addresses.count_open(connections) <= possible)
            assert running.is_greeted(server.port, OTHER)
            assert server.isBelow(0.2) and server.descriptors() <= descriptors
        raw.wait_until(lambda: running.is_greeted(server.port, OTHER))


@pytest.mark.parametrize("descriptors, possible", [(64, 32), (1_024, 768)])
def test_two_doors_of_a_process_share_what_the_limit_allows(descriptors, possible, tmp_path):
    raise_descriptor_limit(16_000)
    with running.both("--log-level", "info", prefix=limit(descriptors)) as (server, native):
        announced = [running.connections_possible(server, f" {door} ") for door in ("limits", "native limits")]
        assert sum(announced) <= possible and min(announced) == possible // 2
        for door in ("fewer connections than configured", "fewer native connections than configured"):
            line_with(server.program, "notice", door, f"connections={possible // 2}")
        # Each door serves its half while the other one is full, and refuses the rest with a reason.
        served = speak(server.port, possible // 2 + 20)
        assert len(served) == possible // 2
        line_with(server.program, "client refused", "too many connections", ONE)
        with addresses.silent(native, ONE, possible // 2 + 20) as connections:
            assert running.greets(connections[-1])
            raw.wait_until(lambda: addresses.count_open(connections) <= possible // 2)
            line_with(server.program, "client cut off", "another client needs its place")
            served[0].sendall(raw.get("/livez", close=False))
            assert raw.read_answer(served[0]).status == 200
        assert server.isBelow(0.2) and server.isAlive() and server.descriptors() <= descriptors
        assert not any("no descriptor left" in line for line in server.program.output)
        for connection in served:
            connection.close()
        raw.wait_until(lambda: addresses.ask(server.port, OTHER).status == 200)
        raw.wait_until(lambda: running.is_greeted(native, OTHER))


@pytest.mark.parametrize("kind", ["demo", "gateway", "native"])
def test_descriptors_that_run_out_later_cost_no_processor_time(kind, tmp_path):
    """Something else in the process has opened files: the limit is lowered below what the program has counted with."""
    with start(kind, tmp_path) as server:
        port = server.port
        ask = (lambda: running.is_greeted(port, OTHER)) if kind == "native" else (
            lambda: addresses.ask(port, OTHER).status == 200)
        assert ask()
        used = server.descriptors()
        with contextlib.ExitStack() as stack:
            subprocess.run(["prlimit", "--pid", str(server.pid), f"--nofile={used + 10}:"], check=True)
            # All silent: the oldest make room for one after the other, and the newest is served.
            stack.enter_context(addresses.silent(port, ONE, 30))
            assert ask()
            line_with(server.program, "client refused", "no descriptor left")
            if kind != "native":
                # Those that have spoken keep their places, and one more waits for a descriptor.
                served, waiting = [], None
                while not waiting:
                    connection = stack.enter_context(addresses.connect(port, ONE))
                    connection.sendall(raw.get("/livez", close=False))
                    if raw.read_answer(connection, seconds=5).status == 200:
                        served.append(connection)
                    else:
                        waiting = connection
                assert 5 <= len(served) <= 15
            assert server.isBelow(0.2, seconds=1) and server.isAlive()
            if kind != "native":
                assert addresses.count_open(served) == len(served) and addresses.is_open(waiting)
                served[0].close()
                begin = time.monotonic()
                assert raw.read_answer(waiting).status == 200 and time.monotonic() - begin < 14
        raw.wait_until(ask)


@pytest.mark.parametrize("kind", ["demo", "gateway", "native"])
def test_an_infinite_limit_costs_no_more_memory(kind, tmp_path, monkeypatch):
    source, library = pathlib.Path(__file__).with_name("unlimited.c"), tmp_path / "unlimited.so"
    subprocess.run(["cc", "-O1", "-Wall", "-Werror", "-fPIC", "-shared", source, "-o", library, "-ldl"], check=True)
    with start(kind, tmp_path) as server:
        usual = server.rss()
    prefix = ["env", f"LD_PRELOAD={library}"]
    with start(kind, tmp_path, "--log-level", "info", "--max-connections", 1_048_576, prefix=prefix) as server:
        assert 1_000_000 < running.connections_possible(server) <= 1_048_576
        assert "descriptors=1073741816" in line_with(server.program, "limits ", "connections=")
        # Two tables of libwebsockets with about a million entries, 16 bytes together.
        assert server.rss() < usual + (32 << 20)
        soft, _ = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
        assert soft <= 1 << 20
        if kind == "native":
            assert running.is_greeted(server.port, OTHER)
        else:
            assert addresses.ask(server.port, OTHER).status == 200
