"""A hundred clients hold and pass references and leave at random moments: nothing of them is left.

`make test-leavers` has them come and go for a minute; `POSTERN_LEAVERS` is the number of seconds, `POSTERN_SEED` the
seed that a failure printed.
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
# Heaps do not shrink to what is in use; a connection that stays takes more than 10 kB, and there are thousands.
MEMORY_ROOM = 24 << 20
# The pool on which handlers run has more threads than cores for a while, but none for each client.
THREADS_ROOM = 16


class Stage:
    """The programs of one topology, and what is left in them."""

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
        self.port = port_of(self.programs[-1])
        self.url = f"http://127.0.0.1:{self.port}"
        # The gateway of a sidecar is a native client that stays.
        self.connections = len(self.programs) - 1

    def ask(self, method):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method})
            connection.request("POST", "/rpc", body, {"Content-Type": "application/json", "Connection": "close"})
            return json.loads(connection.getresponse().read()).get("result")
        finally:
            connection.close()

    def gateway(self):
        """What the gateway has under way; it logs that when it has changed."""
        for line in reversed(self.programs[-1].output):
            if "under way" in line:
                return {name: number for name, number in re.findall(r"(\w+)=(\d+)", line) if number != "0"}
        return {}

    def left(self):
        """Everything that should be gone, by name; empty when it is."""
        self.ask("probe.forget")
        status = self.ask("probe.status") or {}
        status["references not released"] = status.pop("lent", 0) - status.pop("released", 0)
        status["connections"] = status.get("connections", 0) - self.connections
        status |= {"monitors": self.ask("files.active"), "jobs": self.ask("jobs.active"), **self.gateway()}
        return {name: count for name, count in status.items() if count != 0}

    def wait_until_nothing_is_left(self):
        return wait_for(self.left, lambda left: left == {})

    def count(self, kind):
        """Descriptors ("fd") or threads ("task") of each program."""
        return [len(os.listdir(f"/proc/{program.process.pid}/{kind}")) for program in self.programs]

    def memory(self):
        """Resident bytes of each program."""
        texts = [open(f"/proc/{program.process.pid}/status").read() for program in self.programs]
        return [int(re.search(r"VmRSS:\s+(\d+)", text)[1]) << 10 for text in texts]

    def have_visitors(self, chromium, path, seconds, seed):
        """As many clients as that at once, a process and a page; how many visits there were."""
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
            assert not visitor.is_alive(), "a client hangs"
            if visitor.failure:
                raise visitor.failure
        return sum(visitor.visits for visitor in visitors), pages


def wait_for(look, is_reached, seconds=PATIENCE):
    """What is seen once it is as wanted, or the time is over."""
    end = time.monotonic() + seconds
    while not is_reached(seen := look()) and time.monotonic() < end:
        time.sleep(0.1)
    return seen


def not_above(limits):
    """Whether no number is above its limit."""
    return lambda numbers: all(number <= limit for number, limit in zip(numbers, limits))


@pytest.fixture(params=["in-process", "sidecar"])
def stage(request, tmp_path):
    stage = Stage(request.param, tmp_path)
    yield stage
    stop_all(stage.programs)


def test_clients_that_leave_while_they_pass_references_leave_nothing_behind(stage, chromium, tmp_path):
    print(f"POSTERN_SEED={SEED}")
    watched = tmp_path / "watched.txt"
    watched.write_text("")
    # What is made when first needed is made, and heaps have grown to the size that such a crowd needs.
    stage.have_visitors(chromium, str(watched), SECONDS / 4, f"{SEED}/first")
    assert stage.wait_until_nothing_is_left() == {}
    descriptors, threads, memory = stage.count("fd"), stage.count("task"), stage.memory()
    print(stage.have_visitors(chromium, str(watched), SECONDS, SEED), "visits")
    assert stage.wait_until_nothing_is_left() == {}
    assert not_above(descriptors)(wait_for(lambda: stage.count("fd"), not_above(descriptors)))
    limits = [count + THREADS_ROOM for count in threads]
    assert not_above(limits)(wait_for(lambda: stage.count("task"), not_above(limits)))
    grown = [(after - before) >> 10 for before, after in zip(memory, stage.memory())]
    print("grown by KiB:", grown)
    assert all(kilobytes << 10 < MEMORY_ROOM for kilobytes in grown)
