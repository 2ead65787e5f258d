"""Tests the programs as PID 1, as in a container: signals, exit codes, and orphaned processes."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

import pytest
from websockets.sync.client import connect

from programs import LISTENING, NATIVE, Program, port_of, stop_all

NAMESPACE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]

pytestmark = pytest.mark.skipif(
    subprocess.run([*NAMESPACE, "true"], capture_output=True).returncode != 0, reason="no PID namespaces are permitted")


def children(process):
    """Returns the identifiers of the child processes of a process."""
    return [int(child) for child in pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split()]


class Contained(Program):
    """A program that is PID 1 of a namespace; `first` is its process identifier outside."""

    def __init__(self, name, *arguments, ready=LISTENING):
        super().__init__(name, *arguments, ready=ready, prefix=NAMESPACE)
        self.first = children(self.process.pid)[0]

    def signal(self, number=signal.SIGTERM):
        os.kill(self.first, number)

    def stop(self):
        if self.process.poll() is None:
            self.signal()
        assert self.process.wait(15) == 0, "".join(self.output)


@pytest.fixture(params=["postern", "postern-demo"])
def program(request, tmp_path):
    """Yields each program with JSON doors as PID 1; the services of the gateway are a process outside the namespace."""
    services = []
    if request.param == "postern":
        services = [Program("postern-demo", "--no-gateway", "--native", f"unix:{tmp_path}/app.sock", ready=NATIVE)]
        program = Contained("postern", "gateway", "--upstream", services[0].line[1], "--port", 0, "--drain-grace", 50)
    else:
        program = Contained("postern-demo", "--port", 0, "--drain-grace", 50)
    yield program
    if program.process.poll() is None:
        program.kill()
    stop_all(services)


@contextlib.contextmanager
def call(program, milliseconds):
    """Returns a context manager with a WebSocket on which a call of some milliseconds has begun."""
    with connect(f"ws://127.0.0.1:{port_of(program)}/rpc") as websocket:
        for method, params in [("jobs.run", [1, milliseconds]), ("echo.echo", ["begun"])]:
            websocket.send(json.dumps({"jsonrpc": "2.0", "id": method, "method": method, "params": params}))
        assert json.loads(websocket.recv(10))["result"] == "begun"
        yield websocket


def wait_until_draining(program):
    """Waits until the program has handled its first signal and accepts no new connection."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port_of(program)), 1).close()
        except ConnectionRefusedError:
            return
        time.sleep(0.01)
    raise AssertionError("".join(program.output))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_calls_end_after_a_signal_and_the_exit_code_is_0(program, number):
    with call(program, 5_000) as websocket:
        program.signal(number)
        answer = json.loads(websocket.recv(30))
        assert answer["id"] == "jobs.run" and "result" in answer
        assert program.process.wait(30) == 0


def test_a_second_signal_ends_the_program_immediately(program):
    with call(program, 60_000):
        program.signal()
        wait_until_draining(program)
        program.signal()
        assert program.process.wait(30) == 128 + signal.SIGTERM


def test_orphans_are_reaped(program):
    before = children(program.first)
    inside = ["nsenter", "--target", str(program.first), "--pid", "--mount"]
    for _ in range(3):
        subprocess.run([*inside, "sh", "-c", "sleep 0.1 &"], check=True, timeout=10)
    end = time.monotonic() + 10
    while children(program.first) != before and time.monotonic() < end:
        time.sleep(0.02)
    assert children(program.first) == before
    program.stop()
