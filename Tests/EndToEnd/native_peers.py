"""What the tests of `public/python/postern.py` share: services for a Python peer, and a record of every frame."""

import asyncio
import contextlib
import ssl
import subprocess
import sys

import msgpack

from coroutines import run_for
from programs import ROOT

sys.path.insert(0, str(ROOT / "public/python"))
import postern  # noqa: E402

SECONDS = 20


def run(test):
    """Runs a coroutine function to its end, or fails when it takes too long."""
    run_for(SECONDS, test())


def make_certificate(folder):
    """Files with a certificate for this machine and its key."""
    certificate, key = folder / "certificate", folder / "key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key,
         "-out", certificate], check=True, capture_output=True)
    return certificate, key


def trusting(certificate):
    """The TLS of a client that trusts one certificate."""
    return ssl.create_default_context(cafile=str(certificate))


class Frames:
    """The kinds and codes of the well-formed frames that peers of this process have sent and received."""

    def __init__(self):
        self.kinds = {"sent": set(), "received": set()}
        self.codes = {"sent": set(), "received": set()}
        self.goodbyes = {"sent": set(), "received": set()}

    def note(self, way, body):
        frame = msgpack.unpackb(body, timestamp=0, ext_hook=lambda *_: None, strict_map_key=False)
        kind = postern.Kind(frame[0])
        self.kinds[way].add(kind.name.lower())
        if kind in (postern.Kind.ERROR, postern.Kind.END) and len(frame) > 2:
            self.codes[way].add(frame[2])
        if kind == postern.Kind.GOODBYE:
            self.goodbyes[way].add(frame[1])

    @contextlib.contextmanager
    def noted(self):
        """Notes frames from now on, until the end of the block."""
        write, receive = asyncio.StreamWriter.write, postern.Peer._receive

        def noting_write(writer, data):
            rest = data
            while rest:
                end = 4 + int.from_bytes(rest[:4], "big")
                with contextlib.suppress(Exception):
                    self.note("sent", rest[4:end])
                rest = rest[end:]
            write(writer, data)

        def noting_receive(peer, body):
            with contextlib.suppress(Exception):
                self.note("received", body)
            receive(peer, body)

        asyncio.StreamWriter.write, postern.Peer._receive = noting_write, noting_receive
        try:
            yield self
        finally:
            asyncio.StreamWriter.write, postern.Peer._receive = write, receive


def services():
    """A service `t` with a method of every kind, methods at the root for `native-peer`, and a topic."""
    service, root, numbers = postern.Service("t", "Methods of a test"), postern.Service(), postern.Service("calculator")
    room, counter = postern.Topic("t/room", "What t/say was given", history=100), postern.Service()
    state = {"count": 0, "heard": []}

    @service.expose(safe=True)
    def add(a: int, b: int = 5) -> int:
        "Adds two numbers"
        return a + b

    @service.expose
    def echo(value):
        return value

    @service.expose
    async def wait(seconds: float, steps: int = 0) -> str:
        for step in range(steps):
            postern.current.get().report(step)
        await asyncio.sleep(seconds)
        return "done"

    @service.expose
    async def count(to: int):
        for number in range(to):
            yield number

    @service.expose
    def fail(code: int, executed: str = "yes", details: object = None, name: str = ""):
        raise postern.CallError(code, "as was asked for", executed=executed, details=details, name=name or None)

    @service.expose
    async def fail_late(code: int):
        yield 1
        raise postern.CallError(code, "after one item")

    @service.expose
    def crash():
        raise ValueError("a text that stays here")

    @service.expose
    async def apply(function, *arguments):
        return await function(*arguments)

    @service.expose
    def counter_object() -> postern.Service:
        return counter

    @service.expose
    def is_own(value) -> bool:
        return value is counter

    @counter.expose
    def increment() -> int:
        state["count"] += 1
        return state["count"]

    @service.expose
    def keep(value) -> int:
        state["heard"].append(value)
        return len(state["heard"])

    @service.expose
    def forget():
        state["heard"].clear()

    @service.expose
    def say(text: str) -> int:
        return room.publish(text)

    @numbers.expose(name="add")
    def calculator_add(a: float, b: float) -> float:
        return a + b

    @root.expose
    async def ascend(depth: int) -> int:
        return 0 if depth == 0 else await postern.current.get().peer.call("descend", named={"depth": depth - 1}) + 1

    @root.expose
    async def descend(depth: int) -> int:
        return 0 if depth == 0 else await postern.current.get().peer.call("ascend", named={"depth": depth - 1}) + 1

    return service, root, numbers, room


async def error_of(awaitable):
    """The error of a call that has to fail."""
    try:
        result = await awaitable
    except postern.CallError as error:
        return error
    raise AssertionError(f"it did not fail: {result!r}")


async def until(condition, seconds=5):
    """Waits until a condition holds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)
