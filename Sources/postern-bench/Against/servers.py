"""The programs of one revision, started as servers on the first core."""

import json
import os
import re
import subprocess
import tempfile
import time
import urllib.request

SERVER_CORE, LOAD_CORE = "0", "1"


def on_core(core, command):
    return ["taskset", "-c", core, *map(str, command)]


class Server:
    """A server and its address; `stop` ends it."""

    def __init__(self, command, wrapper=()):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("POSTERN_")}
        # Makes the order of dictionaries the same in every run.
        environment["SWIFT_DETERMINISTIC_HASHING"] = "1"
        self.process = subprocess.Popen(
            on_core(SERVER_CORE, [*wrapper, *command]), stdout=subprocess.PIPE, text=True, env=environment
        )
        self.line = self.process.stdout.readline().strip()
        if not self.line:
            raise SystemExit(f"{command[0]} did not start")

    def cpu(self):
        """Returns the CPU time of all threads in seconds, by the clock of the process (clock_getcpuclockid)."""
        return time.clock_gettime(~self.process.pid << 3 | 2)

    def stop(self):
        self.process.kill()
        self.process.wait()


class Gateway(Server):
    """`postern-demo`, with its port and the name of the publishing method in its revision."""

    def __init__(self, programs, wrapper=()):
        program = programs / "postern-demo"
        usage = subprocess.run([program, "--help"], capture_output=True, text=True).stdout
        flags = re.findall(r"^ +(--bench[a-z-]*)", usage, re.MULTILINE)[:1]
        options = ["--port", "0", "--max-requests-per-connection", "100000000", "--log-level", "error", *flags]
        super().__init__([program, *options], wrapper)
        self.port = int(re.search(r":(\d+)", self.line)[1])
        self.publish = self._publish()

    def _publish(self):
        call = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "rpc.discover"}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/rpc", call, {"Content-Type": "application/json"}
        )
        methods = json.load(urllib.request.urlopen(request, timeout=60))["result"]["methods"]
        names = [method["name"] for method in methods]
        return next(name for name in names if name.rpartition(".")[2] == "publish")


class NativeServer(Server):
    """`postern-bench native-serve`; for `unix` its socket is in a temporary folder."""

    def __init__(self, programs, place, wrapper=()):
        self.programs = programs
        self.folder = tempfile.TemporaryDirectory()
        address = f"unix:{self.folder.name}/socket" if place == "unix" else place
        super().__init__([programs / "postern-bench", "native-serve", address], wrapper)

    def stop(self):
        super().stop()
        self.folder.cleanup()
