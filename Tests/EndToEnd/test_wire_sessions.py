"""Replays the sessions of `Tests/Corpus/sessions.txt` against `public/python/postern.py`."""

import asyncio
import re
import socket

import msgpack
import pytest

from native_peers import postern, run
from programs import PATIENCE, ROOT

TEXT = (ROOT / "Tests/Corpus/sessions.txt").read_text()
SESSIONS = [(lines[0], lines[1:]) for part in TEXT.split("\nsession ")[1:]
            for lines in [[line for line in part.splitlines() if line and not line.startswith("#")]]]
SECRET, NONCE = bytes(range(0x20)), bytes(range(0x80, 0x90))


def offers():
    """Returns the services of the acceptor, which the head of the file describes."""
    service, room, thing, state = postern.Service("t"), postern.Topic("t/room"), postern.Service(), {"count": 0}

    def fail(code: int):
        raise postern.CallError(code, "failed")

    def fail_named():
        raise postern.CallError(7, "failed", postern.Executed.NO, {"a": 1}, name=5)

    async def count(to: int):
        for number in range(to):
            yield number

    async def count_and_fail():
        yield 0
        fail(1001)

    async def wait():
        await asyncio.Event().wait()

    async def steps():
        for step in (1, 2):
            postern.current.get().report(step)
        return "done"

    async def apply(function, value):
        return await function(value)

    def increment():
        state["count"] += 1
        return state["count"]

    service.expose(lambda a, b=5: int(a + b), name="add", safe=True)
    thing.expose(increment)
    for name, function in {
            "echo": lambda value: value, "wait": wait, "count": count, "countAndFail": count_and_fail, "steps": steps,
            "fail": fail, "failNamed": fail_named, "say": lambda text: room.publish(text), "said": lambda: room.offset,
            "apply": apply, "object": lambda: thing,
            "increment": lambda object: object.methods["increment"].function()}.items():
        service.expose(function, name=name)
    return service, room


class Replay:
    """A session: sends the frames of its lines, and compares the received frames with those of other lines."""

    def __init__(self, reader, writer):
        self.reader, self.writer, self.numbers = reader, writer, {}

    def bytes_of(self, tokens):
        """Returns the body of a frame that a line sends."""
        parts = []
        for token in tokens.split():
            name, _, method = token[1:].partition("/")
            if token[0] == "@":
                parts.append(self.numbers[name].to_bytes(8, "big"))
            elif token[0] == "#":
                parts.append(msgpack.packb(self.numbers[name]))
            elif token[0] == "$":
                parts.append(msgpack.packb(f"$/{self.numbers[name]}" + (f"/{method}" if method else "")))
            else:
                parts.append(bytes.fromhex(token))
        return b"".join(parts)

    def matches(self, tokens, body):
        """Whether a received frame matches a line; if so, stores the numbers that the line names."""
        at, numbers = 0, dict(self.numbers)
        for token in tokens.split():
            if token in "*" or token[0] == "#":
                unpacker = msgpack.Unpacker(timestamp=0)
                unpacker.feed(body[at:])
                value = unpacker.unpack()
                at += unpacker.tell()
                if token != "*" and numbers.setdefault(token[1:], value) != value:
                    return False
            elif token[0] == "@":
                number = int.from_bytes(body[at:at + 8], "big")
                at += 8
                if numbers.setdefault(token[1:], number) != number:
                    return False
            else:
                part = bytes.fromhex(token)
                if body[at:at + len(part)] != part:
                    return False
                at += len(part)
        if at == len(body):
            self.numbers = numbers
        return at == len(body)

    async def frame(self):
        """Returns the body of the next received frame."""
        async with asyncio.timeout(PATIENCE):
            return await self.reader.readexactly(int.from_bytes(await self.reader.readexactly(4), "big"))

    async def play(self, lines):
        """Replays lines; frames marked with `~` may arrive in any order before the next line that sends or ends."""
        waiting = []
        for line in [*lines, "end"]:
            kind, _, tokens = line.partition(" ")
            if kind == "~":
                waiting.append(tokens)
                continue
            while waiting and kind in (">", "raw", "end", "close"):
                body = await self.frame()
                found = [tokens for tokens in waiting if self.matches(tokens, body)]
                assert found, (body.hex(), waiting)
                waiting.remove(found[0])
            if kind == "<":
                body = await self.frame()
                assert self.matches(tokens, body), (body.hex(), line)
            elif kind == ">":
                body = self.bytes_of(tokens)
                self.writer.write(len(body).to_bytes(4, "big") + body)
            elif kind == "raw":
                self.writer.write(bytes.fromhex(tokens))
            elif kind == "close":
                async with asyncio.timeout(PATIENCE):
                    assert await self.reader.read() == b""


@pytest.mark.parametrize("name, lines", SESSIONS, ids=[re.sub(r"[^a-z0-9]+", "-", name.lower()) for name, _ in SESSIONS])
def test_a_session_is_replayed(name, lines, monkeypatch):
    monkeypatch.setattr(postern.secrets, "token_bytes", lambda _: NONCE)

    async def test():
        ours, theirs = socket.socketpair()
        secret = SECRET if lines[0] == "secret" else None

        async def accept():
            async with postern.adopt(theirs, *offers(), name="corpus", secret=secret, is_initiator=False) as peer:
                await peer.ended.wait()

        accepting = asyncio.ensure_future(accept())
        reader, writer = await asyncio.open_connection(sock=ours)
        await Replay(reader, writer).play(lines[1:] if secret else lines)
        writer.close()
        await asyncio.gather(accepting, return_exceptions=True)
    run(test)


def test_the_corpus_has_sessions():
    assert len(SESSIONS) > 50
