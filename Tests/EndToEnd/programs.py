"""Starts the real programs and stops them the way an operator would."""

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

ROOT = pathlib.Path(__file__).resolve().parents[2]
# How many seconds may pass until what has to happen has happened, on a machine that is busy with other work.
PATIENCE = 60


def binary(name):
    """Path of one program, from `POSTERN_BIN` or the debug build."""
    return str((ROOT / os.environ.get("POSTERN_BIN", ".build/debug") / name).resolve())


class Program:
    """One running program; `line` is what it printed once it was ready."""

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
        """Empties one pipe for as long as the program lives, so that it never blocks on a log line."""

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
        try:
            while (line := lines.get(timeout=PATIENCE)) is not None:
                if match := re.search(ready, line):
                    return match
        except queue.Empty:
            pass
        self.process.kill()
        raise AssertionError(f"{self.command} did not get ready:\n{''.join(self.output)}")

    def end_input(self):
        """The end of its input has to end it with status 0."""
        self.process.stdin.close()
        assert self.process.wait(PATIENCE) == 0, "".join(self.output)

    def kill(self):
        """Ends it without a chance to say goodbye."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        """SIGTERM has to end it with status 0."""
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
    """The first line of a program that holds all of these, once it is written."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for line in list(program.output):
            if all(part in line for part in parts):
                return line
        time.sleep(0.02)
    raise AssertionError(f"no line with {parts}:\n{''.join(program.output)}")


def wait_until(condition):
    """Waits for an answer that is true, and returns it."""
    end = time.monotonic() + PATIENCE
    while not (answer := condition()):
        assert time.monotonic() < end, "not in time"
        time.sleep(0.02)
    return answer


def free_port():
    """A port for a server that is started again on it, or that is named before it is started.

    It is below those that the system assigns, any of which may belong to a client when the server is to listen, and
    above those that browsers refuse.
    """
    lowest = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        try:
            with socket.create_server(("127.0.0.1", random.randrange(11_000, max(lowest, 20_000)))) as listener:
                return listener.getsockname()[1]
        except OSError:
            continue


def port_of(program):
    return int(program.line[1])


def start_in_process(*options, port=0):
    """One program serves everything."""
    return [Program("postern-demo", "--port", port, *options, ready=LISTENING)]


def start_sidecar(folder, *options, port=0):
    """The services in one program, the gateway in another, which has the options and comes last."""
    socket = f"unix:{folder}/app.sock"
    services = Program("postern-demo", "--native", socket, "--no-gateway", ready=NATIVE)
    try:
        arguments = ("gateway", "--upstream", socket, "--port", port, "--public", "public", *options)
        return [services, Program("postern", *arguments, ready=LISTENING)]
    except AssertionError:
        services.kill()
        raise


def stop_all(programs):
    """Stops the gateway first; reports the first program that did not end well, after all have ended."""
    failures = []
    for program in reversed(programs):
        try:
            program.stop()
        except AssertionError as failure:
            failures.append(failure)
    if failures:
        raise failures[0]
