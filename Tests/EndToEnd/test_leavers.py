"""Tests that clients which pass references and disconnect at random moments leave no resources behind.

A hundred clients run at once, for the number of seconds in `POSTERN_LEAVERS`; `make test-leavers` runs them for a
minute. `POSTERN_SEED` repeats a run with the seed that it printed.
"""

import http.client
import json
import os
import random
import re
import time

import pytest

from leavers.pages import visit_until
from leavers.visits import KilledVisitor, Visitor
from leavers.wires import NativeWire, PageWire
from programs import LISTENING, NATIVE, PATIENCE, Program, binary, port_of, stop_all

SECONDS = float(os.environ.get("POSTERN_LEAVERS", 3))
SEED = int(os.environ.get("POSTERN_SEED", random.randrange(1 << 30)))
CLIENTS = 100
# Heaps keep freed memory, so they may grow a little. A leaked connection takes more than 10 kB, and thousands are made.
MEMORY_ROOM = 24 << 20
# The thread pool of the handlers may have more threads than cores for a while, but not one for each client.
THREADS_ROOM = 16


class Stage:
    """The programs of one topology, and the resources that they hold."""

    def __init__(self, topology, folder):
        os.environ["POSTERN_PROBE"] = "1"
        self.address = f"{folder}/native.sock"
        services = ("postern-demo", "--native", f"unix:{self.address}", "--log-level", "trace")
        if topology == "in-process":
            self.programs = [Program(*services, "--port", 0, ready=LISTENING)]
        else:
            self.programs = [Program(*services, "--no-gateway", ready=NATIVE)]
            options = ("--upstream", f"unix:{self.address}", "--port", 0, "--public", "public", "--log-level", "trace")
            self.programs.append(Program("postern", "gateway", *options, ready=LISTENING))
        # Programs of other tests have no probe.
        del os.environ["POSTERN_PROBE"]
        self.port = port_of(self.programs[-1])
        self.url = f"http://127.0.0.1:{self.port}"
        # The gateway of a sidecar is a native client that remains connected.
        self.connections = len(self.programs) - 1

    def ask(self, method):
        """Calls a method without arguments; returns its result, or `None` for an error."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method})
            connection.request("POST", "/rpc", body, {"Content-Type": "application/json", "Connection": "close"})
            return json.loads(connection.getresponse().read()).get("result")
        finally:
            connection.close()

    def gateway(self):
        """Returns the counters of the gateway that are not 0, from its log, where it writes them when they change."""
        for line in reversed(self.programs[-1].output):
            if "under way" in line:
                return {name: number for name, number in re.findall(r"(\w+)=(\d+)", line) if number != "0"}
        return {}

    def unreleased(self):
        """Returns the counts, by name, of resources that were not released; it is empty if there are none."""
        self.ask("probe.forget")
        status = self.ask("probe.status") or {}
        status["references not released"] = status.pop("lent", 0) - status.pop("released", 0)
        status["connections"] = status.get("connections", 0) - self.connections
        status |= {"monitors": self.ask("files.active"), "jobs": self.ask("jobs.active"), **self.gateway()}
        return {name: count for name, count in status.items() if count != 0}

    def wait_until_all_is_released(self):
        return wait_for(self.unreleased, lambda unreleased: unreleased == {})

    def count(self, kind):
        """Returns the number of descriptors ("fd") or threads ("task") of each program."""
        return [len(os.listdir(f"/proc/{program.process.pid}/{kind}")) for program in self.programs]

    def memory(self):
        """Returns the resident memory of each program, in bytes."""
        texts = [open(f"/proc/{program.process.pid}/status").read() for program in self.programs]
        return [int(re.search(r"VmRSS:\s+(\d+)", text)[1]) << 10 for text in texts]

    def run_visitors(self, chromium, path, seconds, seed):
        """Runs all clients at once for some seconds; returns the number of their connections and of those of pages."""
        end = time.monotonic() + seconds
        connects = [lambda: NativeWire(self.address), lambda: PageWire(self.port)]
        visitors = [Visitor(connects[index % 2], f"{seed}/{index}", path, end) for index in range(CLIENTS)]
        addresses = [f"unix:{self.address}", f"ws://127.0.0.1:{self.port}/rpc"]
        visitors.append(KilledVisitor(binary("postern"), addresses, f"{seed}/killed", end))
        for visitor in visitors:
            visitor.start()
        pages = visit_until(chromium, self.url, path, random.Random(f"{seed}/pages"), end)
        for visitor in visitors:
            visitor.join(PATIENCE)
            assert not visitor.is_alive(), "a client did not end"
            if visitor.failure:
                raise visitor.failure
        return sum(visitor.visits for visitor in visitors), pages


def wait_for(look, is_reached, seconds=PATIENCE):
    """Calls `look` until its result is as wanted or the time is over; returns the last result."""
    end = time.monotonic() + seconds
    while not is_reached(seen := look()) and time.monotonic() < end:
        time.sleep(0.1)
    return seen


def not_above(limits):
    """Returns a function that checks that no number is above its limit."""
    return lambda numbers: all(number <= limit for number, limit in zip(numbers, limits))


@pytest.fixture(params=["in-process", "sidecar"])
def stage(request, tmp_path):
    stage = Stage(request.param, tmp_path)
    yield stage
    stop_all(stage.programs)


def test_all_resources_of_clients_that_disconnect_at_random_are_released(stage, chromium, tmp_path):
    print(f"POSTERN_SEED={SEED}")
    watched = tmp_path / "watched.txt"
    watched.write_text("")
    # The first run creates what is created lazily, and grows the heaps to the size that so many clients need.
    stage.run_visitors(chromium, str(watched), SECONDS / 4, f"{SEED}/first")
    assert stage.wait_until_all_is_released() == {}
    descriptors, threads, memory = stage.count("fd"), stage.count("task"), stage.memory()
    print(stage.run_visitors(chromium, str(watched), SECONDS, SEED), "visits")
    assert stage.wait_until_all_is_released() == {}
    assert not_above(descriptors)(wait_for(lambda: stage.count("fd"), not_above(descriptors)))
    limits = [count + THREADS_ROOM for count in threads]
    assert not_above(limits)(wait_for(lambda: stage.count("task"), not_above(limits)))
    grown = [(after - before) >> 10 for before, after in zip(memory, stage.memory())]
    print("grown by KiB:", grown)
    assert all(kilobytes << 10 < MEMORY_ROOM for kilobytes in grown)
