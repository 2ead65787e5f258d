"""What is measured: the goals of the gateway and the native core that a change of the common path moves first."""

import dataclasses
import json
import subprocess

from servers import LOAD_CORE, Gateway, NativeServer, on_core


@dataclasses.dataclass
class Reading:
    calls: int
    cpu: float

    def __add__(self, other):
        return Reading(self.calls + other.calls, self.cpu + other.cpu)

    @property
    def microseconds(self):
        return self.cpu * 1e6 / self.calls


@dataclasses.dataclass
class JSONRow:
    """Calls through the JSON doors, made by load.c."""

    name: str
    what: str
    connections: int = 1
    in_flight: int = 1
    batch: int = 1
    door: str = "ws"
    payload: int = 0
    server = Gateway

    def load(self, tools, server, seconds, calls=0):
        # Methods that every revision calls alike: a longer name is more to read.
        method, params, result = "calculator.add", "[1,2]", "3"
        if self.door == "events":
            method, params, result = server.publish, json.dumps(["e" * self.payload]), "bench"
        elif self.payload:
            method, params, result = "echo.echo", json.dumps(["x" * self.payload]), json.dumps("x" * self.payload)
        command = [tools.load, self.door, server.port, server.process.pid, self.connections, self.in_flight, self.batch]
        command += [seconds, calls, method, params, result]
        done = subprocess.run(on_core(LOAD_CORE, command), stdout=subprocess.PIPE, text=True, check=True)
        count, cpu = done.stdout.split()
        return Reading(int(count), int(cpu) / 1e9)


@dataclasses.dataclass
class NativeRow:
    """Calls over the native protocol, made by `postern-bench native-load` of the work tree."""

    name: str
    what: str
    in_flight: int = 1
    server = NativeServer

    def load(self, tools, server, seconds, calls=0):
        command = [tools.bench, "native-load", server.line, "--in-flight", self.in_flight, "--seconds", seconds or 1]
        if calls:
            command += ["--calls", calls]
        load = subprocess.Popen(on_core(LOAD_CORE, command), stdout=subprocess.PIPE, text=True)
        load.stdout.readline()
        before = server.cpu()
        end = load.stdout.readline().split()
        cpu = server.cpu() - before
        if load.wait() != 0:
            raise SystemExit(f"{self.name}: the load ended with {load.returncode}")
        return Reading(int(end[1]), cpu)


TIMED = [
    JSONRow("G1", "add 1 x 1"),
    JSONRow("G2", "add 50 x 1", 50),
    JSONRow("G3", "add 50 x 16", 50, 16),
    JSONRow("G5", "echo 1 KiB 16 x 4", 16, 4, payload=1024),
    JSONRow("G7", "100 bytes to 1,000 readers", 1000, 4, door="events", payload=100),
    JSONRow("G9", "POST add 50 x 1", 50, door="http"),
    JSONRow("G10", "batch of 50, 16 x 1", 16, batch=50),
    NativeRow("N2", "native add 1 x 64", 64),
]

COUNTED = [
    JSONRow("ws", "add 1 x 1"),
    JSONRow("ws-16", "add 1 x 16", in_flight=16),
    JSONRow("post", "POST add 1 x 1", door="http"),
    JSONRow("batch", "batch of 50, 1 x 1", batch=50),
    NativeRow("native", "native add 1 x 1"),
]
