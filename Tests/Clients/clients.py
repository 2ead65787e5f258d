"""The programs in `programs`, the steps of each, and the answers that every client must receive."""

import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys

from programs import PATIENCE, ROOT

PROGRAMS = pathlib.Path(__file__).parent / "programs"
BUILD = ROOT / ".build" / "clients"

# A step, the member of its answers that is checked, and the status and value expected of each answer.
CALLS = {
    "call": (["result"], [(200, 5)]),
    "path": ([], [(200, 0.25)]),
    "get": ([], [(200, 5)]),
    "error": (["error", "code"], [(200, 1001)]),
    "unknown": (["code"], [(501, -32601)]),
    "empty": ([], [(200, 0)]),
    "notification": ([], [(202, None)]),
    "upload": ([], [(200, "x" * 100_000)]),
}
STREAMS = {
    "stream": (["params", "result", "tick"], [(200, 1), (200, 2), (200, 3)]),
    "topic": (["params", "result", "text"], [(200, "hello")]),
}
SOCKET = {
    "socket-call": (["result"], [(101, 5)]),
    "socket-error": (["error", "code"], [(101, 1001)]),
    "socket-upload": (["result"], [(101, "x" * 100_000)]),
    "subscription": (["params", "result", "text"], [(101, "hello")]),
}
HTTP = CALLS | STREAMS


@dataclasses.dataclass
class Client:
    """A program that is run with an address and prints the step, the status and the body of each answer."""

    command: list
    steps: dict
    options: tuple = ()

    def run(self, base, environment=None):
        """Runs the program and returns the answers of each step, in the form of the tables above."""
        done = subprocess.run(
            [*self.command, base, *self.options], capture_output=True, text=True, timeout=2 * PATIENCE,
            env={**os.environ, **(environment or {})})
        seen = {}
        for step, status, body in re.findall(r"^(\S+) (\d+) (.*)$", done.stdout, re.MULTILINE):
            seen.setdefault(step, []).append((int(status), value(self.steps[step][0], body)))
        # Java prints the options that it reads from the environment.
        complaints = re.sub(r"NOTE: Picked up .*\n", "", done.stderr)
        assert (complaints, done.returncode) == ("", 0), f"after {list(seen)}"
        return seen

    def without_socket(self):
        options = ("http",) if "socket-call" in self.steps else ()
        return dataclasses.replace(self, options=(*self.options, *options), steps=HTTP)

    @property
    def expected(self):
        return {step: answers for step, (_, answers) in self.steps.items()}


def value(path, body):
    """Returns the member of a body that is checked, or the whole body if it has no such member."""
    if not body:
        return None
    try:
        found = json.loads(body)
        for name in path:
            found = found[name]
        return found
    except (KeyError, TypeError, ValueError):
        return body


def program(*command):
    return [*command[:-1], str(PROGRAMS / command[-1])]


def build_go():
    """Compiles the Go program, which uses only the standard library and needs no network."""
    binary = BUILD / "go"
    environment = {**os.environ, "GOCACHE": str(BUILD / "go-cache"), "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local"}
    subprocess.run(["go", "build", "-o", binary, PROGRAMS / "client.go"], env=environment, check=True)
    return binary


CLIENTS = {
    "curl --http1.0": Client(program("curl.sh"), HTTP, ("--http1.0",)),
    "curl --http1.1": Client(program("curl.sh"), HTTP, ("--http1.1",)),
    "curl --http2": Client(program("curl.sh"), HTTP, ("--http2",)),
    "requests": Client(program(sys.executable, "requests_client.py"), HTTP),
    "httpx": Client(program(sys.executable, "httpx_client.py"), HTTP),
    "aiohttp": Client(program(sys.executable, "aiohttp_client.py"), HTTP | SOCKET),
    "websockets": Client(program(sys.executable, "websockets_client.py"), SOCKET),
    "Java": Client(program("java", "Client.java"), HTTP | SOCKET),
    "Go": Client([str(BUILD / "go")], HTTP),
    "Ruby": Client(program("ruby", "client.rb"), HTTP),
    "Perl HTTP::Tiny": Client(program("perl", "http_tiny.pl"), HTTP),
    "Perl LWP": Client(program("perl", "lwp.pl"), HTTP),
    "PHP": Client(program("php", "client.php"), HTTP),
    "Node fetch": Client(program("node", "node_fetch.mjs"), HTTP),
    "Node http": Client(program("node", "node_http.mjs"), HTTP),
}
