"""Compares native calls with those of other systems: the CPU time of each side for one call, and the rate of calls.

    compare.py [--rounds 5] [--seconds 1] [--peers DIRECTORY] [--postern FILE] [ROW ...]

Every round runs all rows one after the other, each in two processes, the server on the first core and the load on the
second. A load prints `begin` after its warm-up and `end COUNT SECONDS P50 P99` at the end; the CPU time of both
processes is read at these two moments. For each row the median, the smallest and the largest reading are printed, and
the ratio of its median to that of the row it is compared with.
"""

import argparse
import dataclasses
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
NATS = "nats://127.0.0.1:14222"


@dataclasses.dataclass
class Reading:
    server: float
    client: float
    rate: float
    p50: float


@dataclasses.dataclass
class Row:
    name: str
    server: list
    load: list
    against: str | None = None
    helper: list | None = None


def rows(options, directory):
    peers, seconds = options.peers, str(options.seconds)
    socket = f"unix:{directory}/postern.sock"

    def postern(name, address, workload, connections, in_flight, against=None, *more):
        load = ["native-load", "{}", "--workload", workload, "--connections", str(connections)]
        load += ["--in-flight", str(in_flight), "--seconds", seconds, *more]
        return Row(name, [options.postern, "native-serve", address], [options.postern, *load], against)

    def raw(name, place, connections, in_flight, against=None):
        load = [f"{peers}/raw", "load", "{}", str(connections), str(in_flight), seconds]
        return Row(name, [f"{peers}/raw", "serve", place], load, against)

    def grpc(name, kind, program="grpc"):
        return Row(name, [f"{peers}/{program}", "serve"], [f"{peers}/{program}", "load", "{}", kind, "64", seconds])

    rpyc = [options.python, f"{HERE}/rpyc_peer.py"]
    tcp = "tcp:127.0.0.1:0"
    return [
        raw("raw-tcp-1", "tcp", 1, 1),
        postern("call-tcp-1", tcp, "call", 1, 1, "raw-tcp-1"),
        raw("raw-tcp-64", "tcp", 1, 64),
        grpc("grpc-unary-64", "unary"),
        grpc("grpc-swift-unary-64", "unary", "grpc-swift"),
        Row("capnp-64", [f"{peers}/capnp", "serve"], [f"{peers}/capnp", "load", "{}", "64", seconds]),
        Row(
            "nats-64",
            [f"{peers}/nats", "serve", NATS],
            [f"{peers}/nats", "load", NATS, "64", seconds],
            helper=["nats-server", "--addr", "127.0.0.1", "--port", NATS.rsplit(":", 1)[1]],
        ),
        Row("rpyc-64", [*rpyc, "serve"], [*rpyc, "load", "{}", "64", seconds]),
        postern("call-tcp-64", tcp, "call", 1, 64, "grpc-unary-64"),
        postern("call-tcp-64-global", tcp, "call", 1, 64, "grpc-unary-64", "--global"),
        postern("concurrent-tcp-64", tcp, "concurrent", 1, 64, "call-tcp-64"),
        postern("callback-tcp-64", tcp, "callback", 1, 64, "call-tcp-64"),
        postern("reference-tcp-64", tcp, "reference", 1, 64, "call-tcp-64"),
        postern("event-tcp-16", tcp, "event", 1, 16, "call-tcp-64"),
        grpc("grpc-stream-64", "stream"),
        grpc("grpc-swift-stream-64", "stream", "grpc-swift"),
        postern("stream-tcp-64", tcp, "stream", 1, 64, "grpc-swift-stream-64"),
        raw("raw-unix-1", f"{directory}/raw.sock", 1, 1),
        postern("call-unix-1", socket, "call", 1, 1, "call-tcp-1"),
        raw("raw-tcp-50x1", "tcp", 50, 1),
        raw("raw-unix-50x1", f"{directory}/raw.sock", 50, 1, "raw-tcp-50x1"),
        postern("call-tcp-50x1", tcp, "call", 50, 1),
        postern("call-unix-50x1", socket, "call", 50, 1, "call-tcp-50x1"),
    ]


def cpu(process):
    """Returns the CPU time of all threads of a process in microseconds, by its clock (clock_getcpuclockid)."""
    return time.clock_gettime(~process.pid << 3 | 2) * 1e6


def start(core, command):
    return subprocess.Popen(["taskset", "-c", str(core), *command], stdout=subprocess.PIPE, text=True)


def measure(row):
    servers = []
    try:
        if row.helper:
            quiet = subprocess.DEVNULL
            servers.append(subprocess.Popen(["taskset", "-c", "0", *row.helper], stdout=quiet, stderr=quiet))
            time.sleep(0.5)
        servers.append(start(0, row.server))
        address = servers[-1].stdout.readline().strip()
        load = start(1, [part.replace("{}", address) for part in row.load])
        if load.stdout.readline() != "begin\n":
            raise SystemExit(f"{row.name}: the load did not begin")
        before = sum(map(cpu, servers)), cpu(load)
        line = load.stdout.readline().split()
        after = sum(map(cpu, servers)), cpu(load)
        load.wait()
        count, seconds = int(line[1]), float(line[2])
        server, client = (end - begin for begin, end in zip(before, after))
        return Reading(server / count, client / count, count / seconds, float(line[3]))
    finally:
        for server in servers:
            server.kill()
            server.wait()


def median(readings, field):
    return statistics.median(getattr(reading, field) for reading in readings)


def tell(row, readings, all_readings):
    servers = [reading.server for reading in readings]
    line = f"{row.name:20} server {median(readings, 'server'):7.2f} µs ({min(servers):.2f}-{max(servers):.2f})"
    line += f"  client {median(readings, 'client'):7.2f} µs  {median(readings, 'rate'):9,.0f}/s"
    if p50 := median(readings, "p50"):
        line += f"  p50 {p50:.1f} µs"
    if against := all_readings.get(row.against):
        pairs = [ours.server / theirs.server for ours, theirs in zip(readings, against)]
        line += f"  {statistics.median(pairs):.2f} ({min(pairs):.2f}-{max(pairs):.2f}) x server of {row.against}"
        line += f", rate {median(readings, 'rate') / median(against, 'rate'):.2f} x"
        if median(against, "p50") and p50:
            line += f", p50 {p50 / median(against, 'p50'):.2f} x"
    print(line, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--peers", default="/tmp/postern-peers", help="where the Makefile beside this file builds")
    parser.add_argument("--postern", default=".build/release/postern-bench")
    parser.add_argument("--python", default=sys.executable, help="one that has rpyc")
    parser.add_argument("rows", nargs="*", help="all if none are named")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        known = rows(options, directory)
        if unknown := set(options.rows) - {row.name for row in known}:
            parser.error(f"no such row: {', '.join(sorted(unknown))}; there are {', '.join(row.name for row in known)}")
        chosen = [row for row in known if not options.rows or row.name in options.rows]
        readings = {row.name: [] for row in chosen}
        for _ in range(options.rounds):
            for row in chosen:
                readings[row.name].append(measure(row))
    for row in chosen:
        tell(row, readings[row.name], readings)


if __name__ == "__main__":
    main()
