"""Starts the programs of the package and stops them with signals, as an operator does."""

import os
import pathlib
import queue
import random
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The timeout of every wait, in seconds. It is long because the machine may be busy with other work.
PATIENCE = 60


def binary(name):
    """Returns the path of a program in the folder `POSTERN_BIN`, by default that of the debug build."""
    return str((ROOT / os.environ.get("POSTERN_BIN", ".build/debug") / name).resolve())


class Program:
    """A running program; `line` is the match of `ready` in the line that the program printed when it was ready."""

    def __init__(self, name, *arguments, ready, stdin=False, stderr=subprocess.PIPE, prefix=()):
        self.command = [*prefix, binary(name), *map(str, arguments)]
        environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no"}
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE if stdin else None,
            stdout=subprocess.PIPE, stderr=stderr)
        self.output = []
        lines = queue.Queue()
        self.readers = [self.read(self.process.stdout, lines)]
        if self.process.stderr:
            self.readers.append(self.read(self.process.stderr, None))
        self.line = self.wait_for(ready, lines)

    def read(self, stream, lines):
        """Reads one pipe on a thread until its end, so that the program never blocks while it writes a log line."""

        def run():
            for line in stream:
                self.output.append(line)
                if lines is not None:
                    lines.put(line)
            if lines is not None:
                lines.put(None)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def wait_for(self, ready, lines):
        """Returns the match of a pattern in the first line that has one; kills the program if there is none in time."""
        try:
            while (line := lines.get(timeout=PATIENCE)) is not None:
                if match := re.search(ready, line):
                    return match
        except queue.Empty:
            pass
        self.process.kill()
        raise AssertionError(f"{self.command} did not become ready:\n{''.join(self.output)}")

    def end_input(self):
        """Closes the standard input of the program and asserts that it exits with status 0."""
        self.process.stdin.close()
        assert self.process.wait(PATIENCE) == 0, "".join(self.output)

    def kill(self):
        """Sends SIGKILL and waits until the program has ended."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Sends SIGTERM and asserts that the program exits with status 0."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            status = "still running"
        for reader in self.readers:
            reader.join(PATIENCE)
        assert status == 0, f"{self.command} ended with {status}:\n{''.join(self.output)}"


LISTENING = r"listening on http://127\.0\.0\.1:(\d+)/"
NATIVE = r"native on (unix:\S+)"


def line_with(program, *parts):
    """Waits for a line of output that contains all parts, and returns the first one."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for line in list(program.output):
            if all(part in line for part in parts):
                return line
        time.sleep(0.02)
    raise AssertionError(f"no line contains {parts}:\n{''.join(program.output)}")


def wait_until(condition):
    """Calls a function until its result is true, and returns that result."""
    end = time.monotonic() + PATIENCE
    while not (answer := condition()):
        assert time.monotonic() < end, f"the condition is not true after {PATIENCE} seconds"
        time.sleep(0.02)
    return answer


def free_port():
    """Returns an unused TCP port, for a server that restarts on the same port or whose port is needed before it starts.

    The port is below the ephemeral range, whose ports the system may assign to a client before the server listens, and
    above the ports that browsers block.
    """
    lowest = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        try:
            with socket.create_server(("127.0.0.1", random.randrange(11_000, max(lowest, 20_000)))) as listener:
                return listener.getsockname()[1]
        except OSError:
            continue


def port_of(program):
    """Returns the TCP port that the program printed when it was ready."""
    return int(program.line[1])


def start_in_process(*options, port=0):
    """Returns one program that has the services and the gateway."""
    return [Program("postern-demo", "--port", port, *options, ready=LISTENING)]


def start_sidecar(folder, *options, port=0):
    """Returns a program with the services and, after it, a gateway program; the options are those of the gateway."""
    socket = f"unix:{folder}/app.sock"
    services = Program("postern-demo", "--native", socket, "--no-gateway", ready=NATIVE)
    try:
        return [services, start_gateway(socket, "--public", "public", *options, port=port)]
    except AssertionError:
        services.kill()
        raise


def start_gateway(upstream, *options, port=0):
    """Returns a gateway program that is connected to its services.

    It listens before, and a call would wait only a second for the connection.
    """
    gateway = Program("postern", "gateway", "--upstream", upstream, "--port", port, *options, ready=LISTENING)
    wait_until(lambda: is_ready(port_of(gateway)))
    return gateway


def is_ready(port):
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE).status == 200
    except urllib.error.HTTPError as error:
        # A gateway that does not admit the host of the URL is asked in vain.
        return error.code != 503


def stop_all(programs):
    """Stops all programs, the last one first; then raises the first failure, if there was one."""
    failures = []
    for program in reversed(programs):
        try:
            program.stop()
        except AssertionError as failure:
            failures.append(failure)
    if failures:
        raise failures[0]
