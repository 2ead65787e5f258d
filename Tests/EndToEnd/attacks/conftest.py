"""Fixtures: one gateway for all attacks that can share it. Every test checks that it runs within its memory limit."""

import pathlib
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from audience import raise_descriptor_limit  # noqa: E402
from leaks import LeakCheck  # noqa: E402
from memory import MemoryCheck  # noqa: E402
from scenarios import Scenarios  # noqa: E402
from server import Server  # noqa: E402
from victim import Victim  # noqa: E402

# 256 MiB of output, and 64 KiB for each of 1,000 connections (RELIABILITY P6).
MEMORY_ROOM = (256 << 20) + 1_000 * (64 << 10)


@pytest.fixture(scope="session")
def shared_server():
    server = Server()
    server.base = server.rss()
    yield server
    server.stop()


@pytest.fixture
def server(shared_server):
    """The shared gateway, with the checks that every row requires."""
    lines, start = shared_server.lineCount, time.monotonic()
    yield shared_server
    assert shared_server.isAlive(), "the gateway died:\n" + "\n".join(shared_server.lines[-50:])
    assert shared_server.rss() < shared_server.base + MEMORY_ROOM
    # The log is limited to 20 lines per second for each cause.
    assert shared_server.lineCount - lines <= 200 + 20 * (time.monotonic() - start), "the gateway wrote too many lines"


@pytest.fixture
def port(server):
    return server.port


@pytest.fixture
def alive(server):
    """Checks that another client is served during the test."""
    with Victim(server.port):
        yield


@pytest.fixture(scope="module")
def start():
    """Starts gateways for the tests of a module, and stops them at its end."""
    started = []

    def start(*options, **settings):
        server = Server(*options, **settings)
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


def pytest_terminal_summary(terminalreporter):
    latencies = sorted(Victim.seen)
    if latencies:
        p50, p99 = (latencies[int(len(latencies) * part)] * 1000 for part in (0.5, 0.99))
        terminalreporter.write_line(
            f"others meanwhile: {len(latencies)} calls, p50 {p50:.2f} ms, p99 {p99:.2f} ms, worst {latencies[-1] * 1000:.1f} ms")


@pytest.fixture(scope="session")
def scenarios():
    scenarios = Scenarios()
    yield scenarios
    scenarios.stop()


@pytest.fixture(scope="session")
def memory(tmp_path_factory):
    check = MemoryCheck(tmp_path_factory.mktemp("memory"))
    yield check
    check.stop()


@pytest.fixture(scope="session")
def leaks(tmp_path_factory):
    check = LeakCheck(tmp_path_factory.mktemp("leaks"))
    yield check
    check.stop()


@pytest.fixture(scope="session", autouse=True)
def begin(request):
    """Starts the long scenarios first, so that they run in the background of other tests."""
    # Some scenarios keep a thousand connections open while a test opens thousands.
    raise_descriptor_limit(8_192)
    wanted = {name for item in request.session.items for name in item.fixturenames}
    for name in ("scenarios", "memory", "leaks"):
        if name in wanted:
            request.getfixturevalue(name)
