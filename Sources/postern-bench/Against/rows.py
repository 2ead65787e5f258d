"""The measurements: those of the gateway and the native core that a change of the common path affects first."""

import dataclasses
import json
import subprocess

from servers import LOAD_CORE, Gateway, NativeServer, on_core


@dataclasses.dataclass
class Reading:
    calls: int
    seconds: float

    def __add__(self, other):
        return Reading(self.calls + other.calls, self.seconds + other.seconds)

    @property
    def microseconds(self):
        return self.seconds * 1e6 / self.calls


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
        # Methods whose names are the same in all revisions, as a longer name takes longer to parse.
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
    """Work over the native protocol, made by `postern-bench native-load` of the work tree."""

    name: str
    what: str
    workload: str = "call"
    connections: int = 1
    in_flight: int = 1
    place: str = "tcp:127.0.0.1:0"

    def server(self, programs, wrapper=()):
        return NativeServer(programs, self.place, wrapper)

    def client(self, tools, server):
        return tools.bench

    def load(self, tools, server, seconds, calls=0):
        command = [self.client(tools, server), "native-load", server.line, "--workload", self.workload]
        command += ["--connections", self.connections, "--in-flight", self.in_flight, "--seconds", seconds or 1]
        if calls:
            command += ["--calls", calls]
        load = subprocess.Popen(on_core(LOAD_CORE, command), stdout=subprocess.PIPE, text=True)
        load.stdout.readline()
        before = server.cpu()
        _, count, elapsed, *_ = load.stdout.readline().split()
        cpu = server.cpu() - before
        if load.wait() != 0:
            raise SystemExit(f"{self.name}: the load ended with {load.returncode}")
        return self.reading(int(count), cpu, float(elapsed))

    def reading(self, count, cpu, elapsed):
        return Reading(count, cpu)


class BothEndsRow(NativeRow):
    """Work of a server and a client of one revision; the measurement is the time until it is done."""

    def client(self, tools, server):
        return server.programs / "postern-bench"

    def reading(self, count, cpu, elapsed):
        return Reading(count, elapsed)


TIMED = [
    JSONRow("G1", "add 1 x 1"),
    JSONRow("G2", "add 50 x 1", 50),
    JSONRow("G3", "add 50 x 16", 50, 16),
    JSONRow("G5", "echo 1 KiB 16 x 4", 16, 4, payload=1024),
    JSONRow("G7", "100 bytes to 1,000 readers", 1000, 4, door="events", payload=100),
    JSONRow("G9", "POST add 50 x 1", 50, door="http"),
    JSONRow("G10", "batch of 50, 16 x 1", 16, batch=50),
    NativeRow("N1", "native add 1 x 1"),
    NativeRow("N2", "native add 1 x 64", in_flight=64),
    NativeRow("N3", "native stream items 1 x 64", "stream", in_flight=64),
    NativeRow("N4", "native add, Unix, 1 x 1", place="unix"),
    NativeRow("N4-50", "native add, Unix, 50 x 1", connections=50, place="unix"),
    BothEndsRow("N5", "native add 1 x 64, elapsed", in_flight=64),
    NativeRow("callback-tcp-64", "native callback", "callback", in_flight=64),
    NativeRow("reference-tcp-64", "native reference", "reference", in_flight=64),
]

COUNTED = [
    JSONRow("ws", "add 1 x 1"),
    JSONRow("ws-16", "add 1 x 16", in_flight=16),
    JSONRow("post", "POST add 1 x 1", door="http"),
    JSONRow("batch", "batch of 50, 1 x 1", batch=50),
    JSONRow("events", "100 bytes to 10 readers", 10, door="events", payload=100),
    NativeRow("native", "native add 1 x 1"),
    NativeRow("native-64", "native add 1 x 64", in_flight=64),
    NativeRow("callback", "native callback 1 x 1", "callback"),
    NativeRow("reference", "native reference 1 x 1", "reference"),
]
