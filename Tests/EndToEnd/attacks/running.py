"""Programs of every kind that serve clients, each of which can be measured."""

import contextlib
import re

import addresses
import raw
from programs import LISTENING, NATIVE, Program, line_with, stop_all
from server import Server

NATIVE_TCP = r"native on tcp:127\.0\.0\.1:(\d+)"


class Running(Server):
    """What can be measured of a program that something else has started."""

    def __init__(self, program):
        self.program, self.process, self.port = program, program.process, int(program.line[1])


@contextlib.contextmanager
def demo(*options, prefix=()):
    program = Program("postern-demo", "--port", 0, "--no-tasks", *options, ready=LISTENING, prefix=prefix)
    try:
        yield Running(program)
    finally:
        stop_all([program])


@contextlib.contextmanager
def gateway(folder, *options, prefix=()):
    """`postern gateway` in front of services that no test measures."""
    address = f"unix:{folder}/app.sock"
    services = Program("postern-demo", "--native", address, "--no-gateway", "--no-tasks", ready=NATIVE)
    try:
        program = Program("postern", "gateway", "--upstream", address, "--port", 0, *options, ready=LISTENING,
                          prefix=prefix)
        try:
            line_with(program, "listening on")
            yield Running(program)
        finally:
            stop_all([program])
    finally:
        stop_all([services])


@contextlib.contextmanager
def native(*options, prefix=()):
    program = Program("postern-demo", "--no-gateway", "--no-tasks", "--native", "tcp:127.0.0.1:0", *options,
                      ready=NATIVE_TCP, prefix=prefix)
    try:
        yield Running(program)
    finally:
        stop_all([program])


@contextlib.contextmanager
def both(*options, prefix=()):
    """A process with the JSON doors and the native one, and the port of the latter."""
    program = Program("postern-demo", "--port", 0, "--no-tasks", "--native", "tcp:127.0.0.1:0", *options,
                      ready=LISTENING, prefix=prefix)
    try:
        yield Running(program), int(re.search(NATIVE_TCP, line_with(program, "native on"))[1])
    finally:
        stop_all([program])


def greets(connection):
    """Whether a native server sends its hello, which it does as soon as it has admitted a connection."""
    connection.settimeout(raw.PATIENCE)
    with contextlib.suppress(OSError):
        return bool(connection.recv(1))
    return False


def is_greeted(port, source):
    with addresses.connect(port, source) as connection:
        return greets(connection)


def connections_possible(running, door="limits "):
    """The number of connections that a program has announced at its start."""
    return int(re.search(r" connections=(\d+)", line_with(running.program, door, "connections="))[1])
