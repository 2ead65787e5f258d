"""Helpers for the tests of `public/python/postern.py`: services for a Python peer and a recorder of frames."""

import asyncio
import contextlib
import re
import ssl
import subprocess
import sys
import weakref

import msgpack

from coroutines import run_for
from programs import PATIENCE, ROOT

sys.path.insert(0, str(ROOT / "public/python"))
import postern  # noqa: E402

SECONDS = 2 * PATIENCE
PAGE = (ROOT / "Sources/Postern/Documentation.docc/WireProtocol.md").read_text()
KINDS = [kind for row in re.findall(r"^\| ([a-z, ]+) \| `\[\d+,", PAGE, re.MULTILINE) for kind in row.split(", ")]


def run(test):
    """Calls a coroutine function and runs it until it completes; raises `TimeoutError` after `SECONDS`."""
    run_for(SECONDS, test())


def make_certificate(folder):
    """Creates a self-signed certificate for localhost; returns the paths of the certificate and of its key."""
    certificate, key = folder / "certificate", folder / "key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key,
         "-out", certificate], check=True, capture_output=True)
    return certificate, key


def context_trusting(certificate):
    """Returns the TLS context of a client that trusts one certificate."""
    return ssl.create_default_context(cafile=str(certificate))


class Frames:
    """The kinds and codes of the well-formed frames that peers of this process have sent and received."""

    def __init__(self):
        self.kinds = {"sent": set(), "received": set()}
        self.codes = {"sent": set(), "received": set()}
        self.goodbyes = {"sent": set(), "received": set()}

    def record(self, way, rest, data):
        """Records the complete frames in the bytes of one direction.

        `rest` holds the incomplete frame at the end of the previous bytes, and is updated.
        """
        rest += data
        while len(rest) >= 4 and len(rest) >= (end := 4 + int.from_bytes(rest[:4], "big")):
            body = bytes(rest[4:end])
            del rest[:end]
            with contextlib.suppress(Exception):
                self.record_frame(way, msgpack.unpackb(body, timestamp=0, ext_hook=lambda *_: None))

    def record_frame(self, way, frame):
        """Records the kind, and the error or close code, of one frame."""
        kind = KINDS[frame[0]]
        self.kinds[way].add(kind)
        if kind in ("error", "end") and len(frame) > 2:
            self.codes[way].add(frame[2])
        if kind == "goodbye":
            self.goodbyes[way].add(frame[1])

    @contextlib.contextmanager
    def recording(self):
        """Returns a context manager that records the frames of all connections of this process."""
        write, feed_data = asyncio.StreamWriter.write, asyncio.StreamReader.feed_data
        received = weakref.WeakKeyDictionary()

        def recording_write(writer, data):
            self.record("sent", bytearray(), data)
            write(writer, data)

        def recording_feed_data(reader, data):
            self.record("received", received.setdefault(reader, bytearray()), data)
            feed_data(reader, data)

        asyncio.StreamWriter.write, asyncio.StreamReader.feed_data = recording_write, recording_feed_data
        try:
            yield self
        finally:
            asyncio.StreamWriter.write, asyncio.StreamReader.feed_data = write, feed_data

    @contextlib.contextmanager
    def recording_without_logs(self, caplog):
        """Returns a context manager that records frames, and then asserts that asyncio has logged nothing."""
        with self.recording():
            yield self
        assert [record.getMessage() for record in caplog.get_records("call") if record.name == "asyncio"] == []


def services():
    """Returns a service `t` with methods of every kind, methods without a prefix for `native-peer`, and a topic."""
    service, root, numbers = postern.Service("t", "Methods of a test"), postern.Service(), postern.Service("calculator")
    room, counter = postern.Topic("t/room", "What t/say was given", history=100), postern.Service()
    state = {"count": 0, "received": []}
    service.received = state["received"]

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
    def fail(code: int, executed: int = 1, details: object = None, name: int | None = None):
        raise postern.CallError(code, "as was asked for", postern.Executed(executed), details, name)

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
        state["received"].append(value)
        return len(state["received"])

    @service.expose
    def clear():
        state["received"].clear()

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


class Raw:
    """A client that sends and receives single frames, for tests that deviate from the protocol."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    @contextlib.asynccontextmanager
    async def connected(cls, path, members={}):
        """Returns a context manager that connects and exchanges hellos; `members` are those of the client's hello."""
        client = cls(*await asyncio.open_unix_connection(path))
        client.send(0, 1, members)
        try:
            assert (await client.frame())[:2] == [0, 1]
            yield client
        finally:
            client.writer.close()

    def send(self, *fields):
        """Sends a frame with these fields, or with a single argument of bytes as its body."""
        body = fields[0] if isinstance(fields[0], bytes) else msgpack.packb(fields)
        self.writer.transport.write(len(body).to_bytes(4, "big") + body)

    async def frame(self):
        """Returns the next frame, or `None` at the end of the connection."""
        async with asyncio.timeout(PATIENCE):
            try:
                length = int.from_bytes(await self.reader.readexactly(4), "big")
                return msgpack.unpackb(await self.reader.readexactly(length), timestamp=0)
            except asyncio.IncompleteReadError:
                return None

    async def frames(self):
        """Returns all frames until the end of the connection."""
        frames = []
        while (frame := await self.frame()) is not None:
            frames.append(frame)
        return frames


async def error_of(awaitable):
    """Returns the error of a call, which must fail."""
    try:
        result = await awaitable
    except postern.CallError as error:
        return error
    raise AssertionError(f"the call succeeded: {result!r}")


async def until(condition, seconds=PATIENCE):
    """Polls a condition until it is true; raises `TimeoutError` after `seconds`."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)
