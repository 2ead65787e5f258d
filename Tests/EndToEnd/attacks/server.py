"""Starts the demo gateway and observes its process."""

import os
import pathlib
import re
import signal
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]


def program():
    """Returns the path of the demo gateway: `POSTERN_DEMO`, or the newest build of this checkout."""
    if named := os.environ.get("POSTERN_DEMO"):
        return pathlib.Path(named)
    built = [ROOT / ".build" / kind / "postern-demo" for kind in ("release", "debug")]
    built = [path for path in built if path.exists()]
    if not built:
        raise FileNotFoundError("build postern-demo first, or name it in POSTERN_DEMO")
    return max(built, key=lambda path: path.stat().st_mtime)


class Server:
    """A running gateway. `lines` has the first lines of its output."""

    def __init__(self, *options, wrapper=(), environment=None, patience=60, binary=None):
        command = [*wrapper, str(binary or program()), "--port", "0", "--raw-echo", *options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, "SWIFT_BACKTRACE": "enable=no", "POSTERN_BENCH": "1", **(environment or {})})
        self.lines, self.port, self.lineCount = [], None, 0
        self.started = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()
        if not self.started.wait(patience) or self.port is None:
            self.process.kill()
            raise RuntimeError("the gateway did not start:\n" + "\n".join(self.lines))

    def _read(self):
        for line in self.process.stdout:
            text = line.decode("utf-8", "replace").rstrip()
            self.lineCount += 1
            if len(self.lines) < 2000:
                self.lines.append(text)
            if self.port is None and (found := re.search(r"listening on (?:http://[^:]+:)?(\d+)", text)):
                self.port = int(found.group(1))
                self.started.set()
        self.started.set()

    @property
    def pid(self):
        return self.process.pid

    def isAlive(self):
        return self.process.poll() is None

    def rss(self):
        """Returns the resident memory in bytes."""
        with open(f"/proc/{self.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) * 1024

    def cpu(self):
        """Returns the processor time used so far, in seconds."""
        with open(f"/proc/{self.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def connections(self, ports):
        """Returns how many connections from these ports of clients the gateway has open."""
        with open("/proc/net/tcp") as table:
            rows = [row.split() for row in list(table)[1:]]
        ends = [[int(end.rpartition(":")[2], 16) for end in row[1:3]] + row[9:10] for row in rows]
        wanted = {f"socket:[{inode}]" for here, there, inode in ends if here == self.port and there in ports}
        return len(wanted.intersection(self._links()))

    def _links(self):
        """Yields the files and sockets that its descriptors refer to."""
        folder = f"/proc/{self.pid}/fd"
        for name in os.listdir(folder):
            try:
                yield os.readlink(f"{folder}/{name}")
            except FileNotFoundError:
                pass

    def isBelow(self, share, seconds=0.3):
        """Whether its share of a processor is below `share` in one of several intervals, unlike that of a busy loop."""
        return any(self.cpuShare(seconds) < share for _ in range(8))

    def cpuShare(self, seconds):
        """Returns the processor time per second in an interval that begins now."""
        before, start = self.cpu(), time.monotonic()
        time.sleep(seconds)
        return (self.cpu() - before) / (time.monotonic() - start)

    def terminate(self, seconds=60):
        """Sends SIGTERM, and returns the exit code; None if it did not stop in time."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def wait(self, seconds=60):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def stop(self):
        if self.isAlive():
            self.process.terminate()
            if self.wait() is None:
                self.process.kill()
                self.process.wait()
