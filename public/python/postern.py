"""An asyncio implementation of Postern's native protocol, `WireProtocol.md`. Requires Python 3.11 and `msgpack`.

    calculator, room = postern.Service("calculator"), postern.Topic("chat/room")

    @calculator.expose
    async def add(a: int, b: int) -> int:
        postern.current.get().report("half done")               # `postern.current.get().peer` is the caller
        room.publish({"text": f"added {a} and {b}"})
        return a + b

    async with postern.serve("unix:/run/app.sock", calculator, room):
        async with postern.connect("unix:/run/app.sock") as peer:
            print(await peer.call("calculator/add", 1, 2, timeout=5, progress=print))
            events = await peer.subscribe("chat/room")          # `since=events.position` resumes later
            async for event in events:
                print(event, events.position, events.missed)

Either side may call the other. Values are None, bool, int, float, str, bytes, list, dict, timezone-aware datetime, and
functions and `Service` objects, which are passed by reference: they arrive as a `Remote`, or as themselves if returned.
"""
from __future__ import annotations

import asyncio
import contextlib
import contextvars
import enum
import hmac
import inspect
import itertools
import logging
import math
import secrets
import socket
import ssl
import weakref
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial, partialmethod
from typing import Any, NamedTuple, get_args

import msgpack  # type: ignore[import-untyped]

log = logging.getLogger("postern")
(HELLO, CALL, REPLY, ERROR, CANCEL, NOTIFY, STREAM, ITEM, END, CREDIT, PROGRESS, PING, PONG, GOODBYE, PROOF, RELEASE,
 REFERENCES) = range(17)  # Frame types.
Executed = enum.IntEnum("Executed", "NO YES UNKNOWN", start=0)  # Whether the handler of a failed call ran.
INVALID_REQUEST, NO_METHOD, INVALID_PARAMETERS, INTERNAL, FAILED = -32600, -32601, -32602, -32603, -32000
NOT_FOUND, DEADLINE, RESULT_TOO_LARGE, CALL_TOO_LARGE, BUSY = -32001, -32002, -32003, -32007, -32009
UNAUTHENTICATED, DRAINING, UNAVAILABLE, TOO_MANY_REFERENCES, CANCELLED = -32050, -32053, -32054, -32056, -32800
STOPPING, VIOLATION, VERSION, SLOW, SILENT, UNPROVEN, FULL = range(7)  # Goodbye codes.
FRAME_BYTES, EARLY_BYTES, UNPROVEN_BYTES, QUEUED_BYTES = 1 << 24, 1 << 14, 1 << 10, 1 << 25
MAXIMUM_CALLS, MAXIMUM_NOTIFICATIONS, MAXIMUM_REFERENCES, MAXIMUM_CONNECTIONS = 2_048, 1_024, 10_000, 10_000
WINDOW = 64  # The initial credit of a stream: the number of items that may be sent before the reader grants more.
STALL_SECONDS, PING_SECONDS, OPEN_SECONDS = 10.0, 25.0, 5.0


@dataclass(eq=False)
class CallError(Exception):
    """A failed call. Handlers raise it to choose the error that the caller receives. `name` is a gRPC status code."""
    code: int
    message: str
    executed: Executed = Executed.YES
    details: Any = None
    name: int = 0
    is_answer: bool = False  # Whether this side received it as the answer to a call.


class Position(NamedTuple):
    """A position in a topic: after the event with this offset."""
    epoch: str | None = None
    offset: int | None = None


class Method:
    """A function that the peer may call. A safe method has no side effects."""

    def __init__(self, function: Callable[..., Any], is_safe: bool = False) -> None:
        self.function, self.is_safe, self.signature = function, is_safe, inspect.signature(function)

    async def run(self, positional: Any, named: Any) -> Any:
        """Calls the function. None selects a parameter's default, unless its annotation includes None."""
        _demand((positional is None or isinstance(positional, list)) and (named is None or isinstance(named, dict)),
                INVALID_PARAMETERS, "The arguments are no list, or those with names no map")
        try:
            bound = self.signature.bind(*positional or [], **named or {})
        except TypeError as error:
            raise CallError(INVALID_PARAMETERS, f"{error}; they are {self.signature}", Executed.NO) from None
        for name, it in self.signature.parameters.items():
            if bound.arguments.get(name, 0) is None and it.default is not it.empty and "None" not in str(it.annotation):
                bound.arguments[name] = it.default
        result = self.function(*bound.args, **bound.kwargs)
        return await result if inspect.isawaitable(result) else result

    def description(self, path: str) -> dict[str, Any]:
        """Returns the entry of the method in `rpc/describe`."""
        parameters = [{"name": name, "type": "any", "isRequired": it.default is it.empty}
                      for name, it in self.signature.parameters.items()]
        is_stream = inspect.isasyncgenfunction(self.function) or path == "rpc/subscribe"
        return {"path": path, "documentation": inspect.getdoc(self.function), "parameters": parameters,
                "result": "any", "isStream": is_stream, "isSafe": self.is_safe}


class Service:
    """A group of methods under a path. When passed as a value, an object whose methods the peer may call."""

    def __init__(self, path: str = "", documentation: str | None = None) -> None:
        self.path, self.documentation, self.methods = path, documentation, dict[str, Method]()
        self.rest: Callable[..., Any] | None = None  # Handles all calls below the path; first argument: the rest of it.

    def expose(self, function: Any = None, *, name: str | None = None, safe: bool = False) -> Any:
        """Registers a function, a coroutine function, or an asynchronous generator, which is answered as a stream."""
        if function is None:
            return partial(self.expose, name=name, safe=safe)
        self.methods[name or function.__name__] = Method(function, safe)
        return function


class Topic:
    """A publish/subscribe channel. The last `history` events are kept for subscribers that resume after a reconnect."""

    def __init__(self, path: str, documentation: str | None = None, *, history: int = 1_024) -> None:
        self.path, self.documentation, self.epoch, self.offset = path, documentation, secrets.token_hex(8), 0
        self.events, self._published = deque[tuple[int, Any]](maxlen=history), asyncio.Event()

    def publish(self, value: Any) -> int:
        """Publishes an event and returns its offset."""
        self.offset, published, self._published = self.offset + 1, self._published, asyncio.Event()
        self.events.append((self.offset, value))
        published.set()
        return self.offset

    async def follow(self, call: Incoming) -> AsyncIterator[Any]:
        """Yields the events after the position of a subscription, and advances that position."""
        while True:
            published = self._published
            for offset, value in [event for event in self.events if event[0] > (call.position.offset or 0)]:
                call.position = Position(self.epoch, offset)
                yield value
            await published.wait()


class Remote:
    """A function or an object of the peer. The reference is released when this object is garbage-collected."""

    def __init__(self, peer: Peer, number: int) -> None:
        self.peer, self.number, self.count, self.is_object = peer, number, 0, False

    async def call(self, method: str, *arguments: Any, **options: Any) -> Any:
        """Calls a method of the object, with the options of `Peer.call`."""
        return await self.peer.call(self.path(method), *arguments, **options)

    __call__ = partialmethod(call, "")  # Calls a function.

    def path(self, method: str = "") -> str:
        """Returns the path of the function or of a method, for `Peer.notify`."""
        return f"$/{self.number}/{method}".rstrip("/")

    def __del__(self) -> None:
        if not self.peer.loop.is_closed():  # The garbage collector may run this on any thread.
            self.peer.loop.call_soon_threadsafe(self.peer._send, RELEASE, self.number, self.count)


@dataclass(eq=False)
class Incoming:
    """A call that this side serves, or a notification, whose `id` is 0. `peer` is the caller."""
    peer: Peer
    id: int
    path: str
    deadline: float | None
    flags: int
    depth: int
    position: Position = Position()
    credit: int = WINDOW
    has_credit: asyncio.Event = field(default_factory=asyncio.Event)
    is_stream: bool = False

    def report(self, value: Any) -> None:
        """Sends a progress value, if the caller has asked for progress."""
        if self.flags & 2 and not self.is_stream:
            self.send(PROGRESS, value)

    def send(self, kind: int, *fields: Any) -> None:
        """Sends a frame of the answer, unless the call was answered or cancelled."""
        if self.peer._served.get(self.id) is self:
            self.peer._send(kind, self.id, *fields)


current: contextvars.ContextVar[Incoming] = contextvars.ContextVar("current")  # The call that the task serves.


class Outgoing:
    """The stream that answers a call, read with `async for`. Leaving the loop or calling `close` stops the stream.

    For a topic, `position` is after the last event read, and `missed` is the number of events that were dropped.
    """

    def __init__(self, peer: Peer, id: int) -> None:
        self.position, self.missed, self._peer, self._id, self._credit = Position(), 0, peer, id, WINDOW
        self._frames, self._is_stream, self._place = asyncio.Queue[tuple[Any, ...]](), False, contextlib.ExitStack()

    async def __aiter__(self) -> AsyncIterator[Any]:
        taken = 0
        try:
            while (frame := await self._frames.get())[0] == ITEM:
                _, offset, values = frame
                taken += 1
                if taken == WINDOW // 2 and self._id in self._peer._calls:
                    self._peer._send(CREDIT, self._id, taken)
                    self._credit, taken = self._credit + taken, 0
                if offset is not None:
                    self.missed += offset - 1 - (self.position.offset or 0)
                    self.position = Position(self.position.epoch, offset)
                yield values(1)[0]
            _raise_error(*frame[1:])
        finally:
            self.close()

    def close(self) -> None:
        """Cancels the call, unless it has ended."""
        self._frames.put_nowait((END, None))
        if self._peer._calls.pop(self._id, None):
            self._peer._send(CANCEL, self._id)
        self._place.close()


class Peer:
    """One side of a connection, which calls the peer and serves its calls. `remote` is the hello of the peer.

    `ended` is set when the connection ends; `ending` is then the code of the goodbye, or None, and a description.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, offers: Iterable[Service | Topic],
                 name: str, secret: bytes | None, is_initiator: bool) -> None:
        self.loop, self.name, self.services = asyncio.get_running_loop(), name, _services(offers)
        self.remote: dict[str, Any] = {"frameBytes": 1 << 24, "callsInFlight": 128, "references": 10_000, "hops": 0}
        self.opened, self.ended, self._ponged = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.ending: tuple[int | None, str] | None = None
        self._goodbye: tuple[int, str] | None = None
        self._reader, self._writer, self._is_initiator = reader, writer, is_initiator
        self._awaited: int | None = HELLO  # The frame that the handshake expects next.
        self._secret, self._nonce, self._is_draining = secret, secrets.token_bytes(16), False
        self._limit = UNPROVEN_BYTES if secret else EARLY_BYTES
        self._last_id, self._calls, self._places = 0, dict[int, Outgoing](), asyncio.Semaphore(0)
        self._served, self._tasks = dict[int, Incoming](), dict[Incoming, asyncio.Task[None]]()
        self._lent, self._numbers, self._sent = dict[int, Any](), dict[Any, int](), Counter[int]()
        self._held, self._misuses = weakref.WeakValueDictionary[int, Remote](), 0
        self._listed = dict[tuple[int, int], Any]()  # References of the next message: (is ours, number).
        self._heard, self._due, self._open_due = self.loop.time(), math.inf, self.loop.time() + OPEN_SECONDS
        self._moved, self._unsent = self._heard, 0  # The last progress of writing, and bytes unsent then.
        writer.transport.set_write_buffer_limits(1 << 21)
        hello = {"frameBytes": FRAME_BYTES, "callsInFlight": MAXIMUM_CALLS, "references": MAXIMUM_REFERENCES}
        self._send(HELLO, 1, {**hello, "names": True, "name": name, **({"auth": self._nonce} if secret else {})})
        self._reading = self.loop.create_task(self._read())
        self._watch(False)

    async def call(self, path: str, *arguments: Any, named: Mapping[str, Any] | None = None, safe: bool = False,
                   timeout: float | None = None, progress: Callable[[Any], Any] | None = None) -> Any:
        """Calls a method and returns its result: a value, or an `Outgoing` if the method answers with a stream.

        Waits while the peer's limit of calls in flight is reached. The deadline of the call that this task serves also
        applies. Cancelling the task cancels the call. `safe` requires a method without side effects.
        """
        serving, executed, answer, self._last_id = current.get(None), Executed.NO, None, self._last_id + 1
        limits = [serving.deadline if serving else None, None if timeout is None else self.loop.time() + timeout]
        deadline, call = min((it for it in limits if it is not None), default=None), Outgoing(self, self._last_id)
        try:
            async with asyncio.timeout_at(deadline):
                if not serving:  # A nested call does not wait, as that could deadlock.
                    await self._places.acquire()
                    call._place.callback(self._places.release)
                self._check_may_call()
                left = None if deadline is None else max(0, int((deadline - self.loop.time()) * 1_000) + 1)
                self._send(CALL, call._id, path, left, safe | (2 if progress else 0),
                           serving.depth + 1 if serving else 0, list(arguments) or None, named)
                self._check_has_not_ended()  # `_send` closes the connection if the peer does not read.
                self._calls[call._id], executed = call, Executed.UNKNOWN
                await self._flush()
                while (frame := await call._frames.get())[0] == PROGRESS:
                    if progress:
                        progress(frame[1](1)[0])
            if frame[0] == ERROR:
                _raise_error(*frame[1:])
            answer = call if frame[0] == STREAM else frame[1](1)[0]
            return answer
        except TimeoutError:
            raise CallError(DEADLINE, "The time for the call ran out", executed) from None
        except CallError as error:
            error.is_answer = True
            raise
        finally:
            if answer is not call:
                call.close()

    async def subscribe(self, topic: str, since: Position = Position()) -> Outgoing:
        """Subscribes to a topic, from the position of an earlier subscription or with the next event."""
        events: Outgoing = await self.call("rpc/subscribe", topic, *since)
        return events

    def notify(self, path: str, *arguments: Any, named: Mapping[str, Any] | None = None) -> None:
        """Sends a notification: a call without an answer."""
        self._check_may_call()
        self._send(NOTIFY, path, list(arguments) or None, named)

    async def drain(self, grace: float = 7) -> None:
        """Refuses new calls, waits for calls in flight in both directions, and closes the connection."""
        self._is_draining = True
        self._send(GOODBYE, STOPPING, "The other side is stopping")
        self._send(PING, 1)  # Its pong follows all calls that were sent before the goodbye arrived.
        for call in filter(lambda call: call.is_stream, self._served.values()):
            self._tasks[call].cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                while not self.ending and (self._calls or self._served or not self._ponged.is_set()):
                    await asyncio.sleep(0.01)
        self.close()

    def close(self) -> None:
        """Closes the connection immediately."""
        self._finish(STOPPING, "The connection was closed")

    def _finish(self, code: int | None, text: str) -> None:
        """Ends the connection, fails pending calls, and cancels the tasks that serve calls."""
        if self.ending:
            return
        if code is not None and not self._goodbye:
            self._send(GOODBYE, code, text[:self.remote["frameBytes"] // 4 - 8])  # Fits in a frame in UTF-8.
        self.ending, lost = (code, text), UNAUTHENTICATED if code == UNPROVEN else UNAVAILABLE
        for call in self._calls.values():
            kind, executed = (END, Executed.YES) if call._is_stream else (ERROR, Executed.UNKNOWN)
            call._frames.put_nowait((kind, lost, text, executed, None))
        for task in self._tasks.values():
            task.cancel()
        self._places.release()  # The calls that wait for room fail, one after the other.
        self.opened.set()
        self.ended.set()
        self._writer.close()
        self.loop.call_later(STALL_SECONDS, self._abort)

    def _abort(self) -> None:
        with contextlib.suppress(AttributeError):  # Python 3.11 has discarded the socket if all data was written.
            self._writer.transport.abort()

    def _check_may_call(self) -> None:
        self._check_has_not_ended()
        _demand(not self._goodbye, DRAINING, self._goodbye[1] if self._goodbye else "")

    def _check_has_not_ended(self) -> None:
        code, text = self.ending or (None, "")
        _demand(not self.ending, UNAUTHENTICATED if code == UNPROVEN else UNAVAILABLE, text)

    async def _flush(self) -> None:
        with contextlib.suppress(OSError):  # `_read` handles the end of the connection.
            await self._writer.drain()

    def _send(self, kind: int, *fields: Any) -> None:
        """Writes a message, preceded by a list of its references. Raises `CallError`, and then writes nothing."""
        if self.ending or self._writer.is_closing():
            return
        is_call, waiting = kind in (CALL, NOTIFY), self._writer.transport.get_write_buffer_size()
        executed, lent, home = Executed.NO if is_call else Executed.YES, dict[Any, int](), dict[int, Remote]()
        if waiting > 2 * QUEUED_BYTES and kind != GOODBYE:
            return self._finish(SLOW, "The other side reads too slowly")
        _demand(waiting <= QUEUED_BYTES or not is_call and kind != REPLY, BUSY, "Too many bytes wait", executed)
        try:
            frames = [msgpack.packb([kind, *fields], default=lambda it: self._extension(it, lent, home), datetime=True)]
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            code = INVALID_PARAMETERS if is_call else INTERNAL
            raise CallError(code, f"A value cannot be written: {error}", executed) from None
        if lent or home:
            frames.insert(0, msgpack.packb([REFERENCES, list(lent.values()), list(home)]))
        _demand(max(map(len, frames)) <= self.remote["frameBytes"], CALL_TOO_LARGE if is_call else RESULT_TOO_LARGE,
                "The message is larger than the other side takes", executed)
        _demand(not lent or len(self._numbers.keys() | lent) <= self.remote["references"], TOO_MANY_REFERENCES,
                "The other side would hold too many references", executed)
        self._numbers.update(lent)
        self._lent.update((number, target) for target, number in lent.items())
        self._sent.update(lent.values())
        self._writer.write(b"".join(len(frame).to_bytes(4, "big") + frame for frame in frames))

    def _extension(self, value: Any, lent: dict[Any, int], home: dict[int, Remote]) -> Any:
        """Encodes a value that MessagePack does not support as a reference, and records it in `lent` or `home`."""
        flags = 2 if isinstance(value, Service) or isinstance(value, Remote) and value.is_object else 0
        if isinstance(value, Remote) and value.peer is self:
            number, flags, home[value.number] = value.number, flags | 1, value
        elif flags or callable(value):
            number = lent[value] = lent.get(value) or self._numbers.get(value) or secrets.randbelow(2**63 - 1) + 1
        else:
            raise TypeError(f"{type(value).__name__} has no form")
        return msgpack.ExtType(1, bytes([flags]) + number.to_bytes(8, "big"))

    async def _read(self) -> None:
        try:
            while not self.ending:
                length = int.from_bytes(await self._reader.readexactly(4), "big")
                _demand(0 < length <= self._limit, VIOLATION, f"A frame of {length} bytes, not 1 to {self._limit}")
                self._heard = self.loop.time()
                self._due = self._heard + STALL_SECONDS + length / 16_384
                self._receive(await self._reader.readexactly(length))
                self._due = math.inf
        except CallError as violation:
            self._finish(VIOLATION, violation.message)
        except (EOFError, OSError):
            log.debug("a connection was lost", exc_info=True)
        finally:
            self._finish(*self._goodbye or (None, "The connection was lost"))

    def _watch(self, is_pinged: bool) -> None:
        """Pings a silent peer, and ends the connection if the peer, the handshake or a frame makes no progress."""
        now, unsent = self.loop.time(), self._writer.transport.get_write_buffer_size()
        if unsent < self._unsent or not unsent:
            self._moved = now
        self._unsent = unsent
        # A peer that reads, or sends a frame, is not silent: it receives the ping only after the output queued before.
        silence = now - max(self._heard, self._moved if unsent else 0) if self._due == math.inf else 0
        if now > min(self._due, self._open_due) or silence > PING_SECONDS + STALL_SECONDS:
            self._finish(SILENT, "The other side was silent for too long")
        elif now - self._moved > STALL_SECONDS:
            self._finish(SLOW, "The other side reads too slowly")
        elif silence > PING_SECONDS and not is_pinged:
            self._send(PING, 0)
        if not self.ending:
            self.loop.call_later(min(STALL_SECONDS, PING_SECONDS) / 8, self._watch, silence > PING_SECONDS)

    def _receive(self, body: bytes) -> None:
        """Handles a frame. Its values are decoded by the handler, so that a malformed value fails only its call."""
        listed, self._listed, unpacker = self._listed, {}, msgpack.Unpacker()
        unpacker.feed(body)
        try:
            count, kind = unpacker.read_array_header(), unpacker.unpack()
            if kind == self._awaited == HELLO and (version := unpacker.unpack()) != 1:
                return self._finish(VERSION, f"Version {version} is not spoken here; supported versions: 1")
            unread = _VALUES.get(kind, 0) if kind != END or count > 2 else 0
            fields = [unpacker.unpack() for _ in range(count - 1 - unread - (kind == self._awaited == HELLO))]
            handler = _HANDLERS[(kind, *map(type, fields))]
        except (ValueError, TypeError, LookupError, msgpack.UnpackException) as error:
            raise CallError(VIOLATION, f"No frame of this protocol: {error!r}") from None
        is_in_turn = kind == GOODBYE or self._awaited == (kind if kind in (HELLO, PROOF) else None)
        _demand(is_in_turn and type(kind) is int, VIOLATION, "A frame out of turn")
        _demand(unread or unpacker.tell() == len(body), VIOLATION, "Bytes behind a frame")
        has_code, has_sign = kind in (ERROR, END, GOODBYE), any(type(it) is int and it < 0 for it in fields)
        _demand(has_code or not has_sign, VIOLATION, "A negative number")
        if kind in _VALUES:
            fields.append(partial(_read_values, body[unpacker.tell():], listed) if unread else None)
        handler(self, kind, *fields)

    def _take_hello(self, _: int, members: dict[str, Any]) -> None:
        has_types = all(type(members[it]) is type_ for it, type_ in _HELLO.items() if it in members)
        _demand(has_types and members.get("frameBytes", 64) >= 64 and members.get("callsInFlight", 0) >= 0, VIOLATION,
                "A member of the hello has another type or is too small")
        _demand(len(members.get("auth", self._nonce)) == 16, VIOLATION, "A nonce that has not 16 bytes")
        self.remote.update(members)
        if ("auth" in members) != (self._secret is not None):
            return self._finish(UNPROVEN, "One side demands a shared secret, and the other side has none")
        if self._secret is None:
            return self._open()
        self._awaited = PROOF
        if self._is_initiator:
            self._send(PROOF, self._proof(b"initiator"))

    def _take_proof(self, _: int, proof: bytes) -> None:
        _demand(len(proof) == 32, VIOLATION, "A proof that has not 32 bytes")
        if not hmac.compare_digest(proof, self._proof(b"acceptor" if self._is_initiator else b"initiator")):
            return self._finish(UNPROVEN, "The other side has another shared secret")
        if not self._is_initiator:
            self._send(PROOF, self._proof(b"acceptor"))
        self._open()

    def _proof(self, prover: bytes) -> bytes:
        nonces = [self._nonce, self.remote["auth"]][::1 if self._is_initiator else -1]
        is_tcp = isinstance(self._writer.get_extra_info("sockname"), tuple)
        medium = b"tls" if self._writer.get_extra_info("ssl_object") else b"tcp" if is_tcp else b"unix"
        parts = [b"postern 1 proof", prover, *nonces, medium]
        return hmac.digest(self._secret or b"", b"".join(bytes([len(it)]) + it for it in parts), "sha256")

    def _open(self) -> None:
        self._awaited, self._limit, self._open_due = None, FRAME_BYTES, math.inf
        self._places = asyncio.Semaphore(self.remote["callsInFlight"])
        self.opened.set()

    def _take_goodbye(self, _: int, code: int, text: str) -> None:
        self._goodbye = code, text
        self._places.release()  # The calls that wait for room fail, one after the other.
        if code or self._awaited is not None:
            self._finish(code, text)

    def _take_answer(self, kind: int, id: int, *fields: Any) -> None:
        _demand(0 < id <= self._last_id, VIOLATION, f"An answer to call {id}, which was never made")
        call = self._calls.get(id)
        if call is None or call._is_stream != (kind in (ITEM, END)):
            return  # The answer crossed the cancel.
        if kind == STREAM:
            call.position, call._is_stream = Position(*fields), True
        if kind == ITEM:
            call._credit -= 1
            _demand(call._credit >= 0, VIOLATION, f"Stream {id} sent an item without credit")
        if kind in (REPLY, ERROR, END):
            del self._calls[id]
        if id not in self._calls or kind == STREAM and "streams" in self.remote:
            call._place.close()
        call._frames.put_nowait((kind, *fields))

    def _take_references(self, _: int, lent: list[int], home: list[int], flags: int = 0) -> None:
        _demand(all(type(number) is int and number > 0 for number in lent + home), VIOLATION,
                "A reference that is no number")
        _demand(len(lent) <= MAXIMUM_REFERENCES, VIOLATION, "More references were lent than may be held")
        for number in lent:
            self._held[number] = self._listed[0, number] = remote = self._held.get(number) or Remote(self, number)
            remote.count += 1
        _demand(len(self._held) <= MAXIMUM_REFERENCES, VIOLATION, "More references were lent than may be held")
        self._listed.update({(1, number): self._lent[number] for number in home if self._is_lent(number)})

    def _take_release(self, _: int, number: int, count: int) -> None:
        if self._is_lent(number):
            self._sent[number] -= count
            _demand(self._sent[number] >= 0, VIOLATION, "More of a reference was released than is held")
            if not self._sent[number]:
                del self._sent[number], self._numbers[self._lent.pop(number)]

    def _is_lent(self, number: int) -> bool:
        self._misuses += number not in self._lent
        if self._misuses > 100:
            self._finish(VIOLATION, "Too many references were used that are not held")
        return number in self._lent

    def _take_credit(self, _: int, id: int, items: int) -> None:
        if call := self._served.get(id):
            call.credit += items
            call.has_credit.set()
            _demand(call.credit <= 1 << 20, VIOLATION, f"More credit for stream {id} than there can be")

    def _take_call(self, kind: int, id: int, path: str, timeout: int | None, flags: int, depth: int,
                   values: Callable[..., Any]) -> None:
        _demand(kind == NOTIFY or 0 < id < 1 << 63 and id not in self._served, VIOLATION, f"Call {id} is taken")
        deadline = None if timeout is None else self.loop.time() + min(timeout, 1 << 40) / 1_000
        call, is_full = Incoming(self, id, path, deadline, flags, depth), len(self._served) >= MAXIMUM_CALLS or (
            len(self._tasks) >= 2 * MAXIMUM_CALLS + MAXIMUM_NOTIFICATIONS)  # Those that do not end count.
        if kind == CALL:
            self._served[id] = call
        elif len(self._tasks) - len(self._served) >= MAXIMUM_NOTIFICATIONS:
            return log.warning("a notification of %s was dropped: too many wait", path)
        self._tasks[call] = self.loop.create_task(self._run(call, is_full, values))
        self._tasks[call].add_done_callback(lambda _: self._tasks.pop(call))

    async def _run(self, call: Incoming, is_full: bool, values: Any) -> None:
        """Serves a call or a notification."""
        current.set(call)
        clock = asyncio.timeout_at(call.deadline)
        try:
            _demand(not is_full, BUSY, f"More than {MAXIMUM_CALLS} calls in flight")
            method = self._method(call)
            async with clock:
                await self._flush()
                result = await method.run(*values(2, INVALID_REQUEST, Executed.NO))
            if not call.id or not hasattr(result, "__aiter__"):
                return call.send(REPLY, result)
            call.is_stream, call.deadline = True, None
            call.send(STREAM, *call.position)
            _demand(not self._is_draining, DRAINING, "The other side is stopping", Executed.YES)
            async with contextlib.aclosing(aiter(result)) as items:
                async for item in items:
                    while not call.credit:
                        call.has_credit.clear()
                        await call.has_credit.wait()
                    call.credit -= 1
                    call.send(ITEM, call.position.offset, item)
                    await self._flush()
            call.send(END)
        except asyncio.CancelledError:
            self._fail(call, CallError(DRAINING if call.is_stream else CANCELLED, "The other side stopped the call"))
        except CallError as error:
            self._fail(call, error)
        except Exception as error:
            if clock.expired():
                return self._fail(call, CallError(DEADLINE, "The time for the call ran out", Executed.UNKNOWN))
            log.exception("%s failed", call.path)
            self._fail(call, CallError(FAILED, "The handler failed", details={"type": type(error).__name__}))
        finally:
            if self._served.get(call.id) is call:
                del self._served[call.id]

    def _method(self, call: Incoming) -> Method:
        """Returns the method that a call addresses."""
        _demand(not self._is_draining, DRAINING, "No more calls are taken")
        _demand(call.depth <= 256 and len(call.path.encode()) <= 128, INVALID_REQUEST,
                "The call is more than 256 deep, or its path has more than 128 bytes")
        path, _, name = call.path.rpartition("/")
        methods = self.services[path].methods if path in self.services else {}
        for it in (it for it in self.services.values() if it.rest and call.path.startswith(f"{it.path}/")):
            return Method(partial(it.rest, call.path[len(it.path) + 1:]))
        if call.path.startswith("$/"):
            digits, _, name = call.path[2:].partition("/")
            number = int(digits) if digits.isdecimal() else 0
            _demand(self._is_lent(number), NOT_FOUND, "No such reference")
            if isinstance(target := self._lent[number], Remote):  # A reference of another peer.
                return Method(lambda *positional, **named: target.call(name, *positional, named=named))
            methods = target.methods if isinstance(target, Service) else {"": Method(target)}
        _demand(name in methods and (methods[name].is_safe or not call.flags & 1), NO_METHOD,
                f"No such method, or none that is safe: {call.path}")
        return methods[name]

    def _fail(self, call: Incoming, error: CallError) -> None:
        """Answers a call, or ends its stream, with an error, in the form that the peer supports."""
        kind, path = END if call.is_stream else ERROR, call.path.split("/")
        hops = [["/".join(["$", *path[2:]] if path[0] == "$" else path), self.name, None]][:self.remote["hops"]]
        extra = [error.name, hops] if error.name and self.remote.get("names") else [hops] if hops else []
        executed = Executed.YES if error.is_answer else error.executed
        try:
            call.send(kind, error.code, error.message, executed, *extra, error.details)
        except CallError:  # The error is too large, or its details cannot be encoded.
            message = error.message.encode(errors="replace")[:self.remote["frameBytes"] - 40].decode(errors="ignore")
            call.send(kind, error.code, message, executed, None)


_HELLO = {"frameBytes": int, "callsInFlight": int, "references": int, "hops": int, "names": bool, "auth": bytes}
_VALUES = {CALL: 2, NOTIFY: 2, REPLY: 1, ERROR: 1, ITEM: 1, END: 1, PROGRESS: 1}
_ERRORS = [(int, int, str, int, *more) for more in [(), (list,), (int, list), (int | None, list, str)]]
# The handler of each frame type, and the types that its fields may have, without the values at the end.
_FRAMES: dict[int, tuple[Callable[..., Any], list[Any]]] = {
    HELLO: (Peer._take_hello, [(dict,)]),
    CALL: (Peer._take_call, [(int, str, int | None, int, int)]),
    REPLY: (Peer._take_answer, [(int,)]),
    ERROR: (Peer._take_answer, _ERRORS),
    CANCEL: (lambda peer, _, id: id in peer._served and peer._tasks[peer._served.pop(id)].cancel(), [(int,)]),
    NOTIFY: (lambda peer, kind, path, values: peer._take_call(kind, 0, path, None, 0, 0, values), [(str,)]),
    STREAM: (Peer._take_answer, [(int, str | None, int | None)]),
    ITEM: (Peer._take_answer, [(int, int | None)]),
    END: (Peer._take_answer, [(int,), *_ERRORS]),
    CREDIT: (Peer._take_credit, [(int, int)]),
    PROGRESS: (Peer._take_answer, [(int,)]),
    PING: (lambda peer, _, number: peer._send(PONG, number), [(int,)]),
    PONG: (lambda peer, _, number: peer._ponged.set() if number == 1 else None, [(int,)]),
    GOODBYE: (Peer._take_goodbye, [(int, str)]),
    PROOF: (Peer._take_proof, [(bytes,)]),
    RELEASE: (Peer._take_release, [(int, int)]),
    REFERENCES: (Peer._take_references, [(list, list), (list, list, int)]),
}
_HANDLERS = {(kind, *types): handler for kind, (handler, forms) in _FRAMES.items() for form in forms
             for types in itertools.product(*(get_args(it) or [it] for it in form))}


def _demand(condition: object, code: int, message: str, executed: Executed = Executed.NO) -> None:
    if not condition:
        raise CallError(code, message, executed)


def _raise_error(*fields: Any) -> None:
    """Raises the error in the fields of a frame. The end of a stream without an error has one field."""
    if len(fields) > 1:
        code, message, executed, *more, values = fields
        details, name = None, next((it for it in more if type(it) is int), 0)
        with contextlib.suppress(CallError):
            details = values(1)[0] if values else None
        raise CallError(code, message, Executed(executed if executed in (0, 1) else 2), details, name)


def _read_values(raw: bytes, listed: dict[tuple[int, int], Any], count: int, code: int = INTERNAL,
                 executed: Executed = Executed.YES) -> Any:
    """Decodes the values at the end of a frame, and replaces references with those listed in the frame before it."""
    def extension(type_: int, data: bytes) -> Any:
        if type_ != 1:
            return msgpack.ExtType(type_, data)
        reference = listed[data[0] & 1, int.from_bytes(data[1:9], "big")]
        if not data[0] & 1:
            reference.is_object = bool(data[0] & 2)
        return reference
    try:
        return msgpack.unpackb(bytes([0x90 + count]) + raw, ext_hook=extension, timestamp=3)
    except Exception as error:  # The decoder and the extension raise many types.
        raise CallError(code, f"The value cannot be read: {error!r}", executed) from None


def _services(offers: Iterable[Service | Topic]) -> dict[str, Service]:
    """Returns the services by path, including the service `rpc` of the protocol."""
    rpc, topics = Service("rpc"), {it.path: it for it in offers if isinstance(it, Topic)}
    services = {it.path: it for it in offers if isinstance(it, Service)}

    def describe() -> dict[str, Any]:
        "Lists services, methods and topics"
        return {"services": [{"path": it.path, "documentation": it.documentation} for it in services.values()],
                "methods": [method.description(f"{it.path}/{name}".lstrip("/"))
                            for it in [rpc, *services.values()] for name, method in it.methods.items()],
                "topics": [{"path": it.path, "documentation": it.documentation} for it in topics.values()]}

    def subscribe(topic: str, epoch: str | None = None, offset: int | None = None) -> AsyncIterator[Any]:
        "Delivers the events of a topic"
        _demand(isinstance(topic, str) and topic in topics, INVALID_PARAMETERS, f"No such topic: {topic}")
        if type(offset) is float and offset.is_integer():
            offset = int(offset)
        _demand(offset is None or type(offset) is int, INVALID_PARAMETERS, "offset is no integer")
        it, call = topics[topic], current.get()
        is_kept = epoch == it.epoch and offset in range(it.offset - len(it.events), it.offset + 1)
        call.position = Position(it.epoch, offset if is_kept else it.offset)
        return it.follow(call)

    rpc.expose(describe, safe=True)
    rpc.expose(subscribe, safe=True)
    return {**services, "rpc": rpc}


@contextlib.asynccontextmanager
async def adopt(connection: socket.socket | tuple[asyncio.StreamReader, asyncio.StreamWriter], *offers: Service | Topic,
                name: str = "python", secret: bytes | None = None, is_initiator: bool = True) -> AsyncIterator[Peer]:
    """Creates a peer from a connected socket, or a reader and a writer, and closes it on exit. Raises `CallError`."""
    reader, writer = connection if isinstance(connection, tuple) else await asyncio.open_connection(sock=connection)
    peer = Peer(reader, writer, offers, name, secret, is_initiator)
    try:
        await peer.opened.wait()
        peer._check_has_not_ended()
        yield peer
    finally:
        peer.close()


@contextlib.asynccontextmanager
async def connect(address: str, *offers: Service | Topic, name: str = "python", secret: bytes | None = None,
                  context: ssl.SSLContext | None = None) -> AsyncIterator[Peer]:
    """Connects to an address in the form of `serve`. Raises `OSError`, or `CallError` if the handshake fails."""
    medium, place = _parsed(address)
    context = context or (ssl.create_default_context() if medium == "tls" else None)
    dial = asyncio.open_unix_connection if medium == "unix" else asyncio.open_connection
    async with adopt(await dial(*place, ssl=context), *offers, name=name, secret=secret) as peer:
        yield peer


class Server(NamedTuple):
    """A running server: its address, with the port that the system has chosen if it was 0, and its connected peers."""
    address: str
    peers: set[Peer]


@contextlib.asynccontextmanager
async def serve(address: str, *offers: Service | Topic, name: str = "python", secret: bytes | None = None,
                context: ssl.SSLContext | None = None, grace: float = 7) -> AsyncIterator[Server]:
    """Serves at `unix:/path`, `unix:@name`, `tcp:host:port` or `tls:host:port`, and drains connections on exit."""
    (medium, place), peers = _parsed(address), set[Peer]()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(CallError):
            async with adopt((reader, writer), *offers, name=name, secret=secret, is_initiator=False) as peer:
                if len(peers) >= MAXIMUM_CONNECTIONS or not listener.is_serving():
                    return peer._finish(FULL, "The server has too many connections, or is stopping")
                peers.add(peer)
                await peer.ended.wait()
                peers.discard(peer)

    listen = asyncio.start_unix_server if medium == "unix" else asyncio.start_server
    listener = await listen(accept, *place, ssl=context)
    if medium != "unix":
        address = f"{medium}:{place[0]}:{listener.sockets[0].getsockname()[1]}"
    try:
        yield Server(address, peers)
    finally:
        listener.close()
        await asyncio.gather(*(peer.drain(grace) for peer in list(peers)))


def _parsed(address: str) -> tuple[str, tuple[Any, ...]]:
    medium, _, place = address.partition(":")
    host, _, port = place.rpartition(":")
    if medium == "unix" and place:
        return medium, (place.replace("@", "\0", place.startswith("@")),)  # `@`: abstract namespace.
    if medium in ("tcp", "tls") and host and port.isdecimal():
        return medium, (host.strip("[]"), int(port))
    raise ValueError(f"{address!r} is not unix:/path, tcp:host:port or tls:host:port")
