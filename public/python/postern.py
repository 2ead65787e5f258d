"""Postern's native protocol for asyncio: call a peer and be called by it, over TCP, TLS or a Unix socket.

One file; it needs Python 3.11 and the package `msgpack`. `WireProtocol.md` describes what is sent. A client:

    async with postern.connect("unix:/run/app.sock") as peer:
        print(await peer.call("calculator/add", 1, 2))
        await peer.call("jobs/run", named={"steps": 3}, progress=print, timeout=5)
        watch = await peer.call("files/watch", "a.txt", lambda change: print(change))
        await watch.call("stop")
        events = peer.subscribe("chat/room")                # since=events.position to go on later
        async for event in events:                          # the same with peer.stream("clock/ticks")
            print(event, events.position, events.missed)

A server. Either end may call the other, and pass it functions and objects:

    calculator, room = postern.Service("calculator"), postern.Topic("chat/room")

    @calculator.expose
    async def add(a: int, b: int) -> int:
        "Adds two numbers"
        postern.current.get().report("half done")           # postern.current.get().peer is the caller
        room.publish({"text": f"added {a} and {b}"})
        return a + b

    async with postern.serve("unix:/run/app.sock", calculator, room) as server:
        await asyncio.Future()

Values are None, bool, int, float, str, bytes, list, dict, datetime with a zone, dataclasses, and references: a function or
a `Service` that is passed as a value arrives as a `Remote`, and a `Remote` that returns arrives as what it stands for.
"""
from __future__ import annotations

import asyncio
import collections
import contextlib
import contextvars
import dataclasses
import enum
import hmac
import inspect
import logging
import os
import secrets
import ssl
import types
import weakref
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

import msgpack  # type: ignore[import-untyped]

F = TypeVar("F", bound=Callable[..., Any])
log = logging.getLogger("postern")
Kind = enum.IntEnum("Kind", "HELLO CALL REPLY ERROR CANCEL NOTIFY STREAM ITEM END CREDIT PROGRESS PING PONG GOODBYE PROOF "
                    "RELEASE REFERENCES", start=0)
# The forms of the fields of each kind: u is unsigned, i an integer, t text, b binary, l a list, v a value; a capital letter
# also takes nil.
_ERROR = "uituv uitulv uituUlv uituUltv"
_FORMS = [forms.split() for forms in ("", "utUuuvv", "uv", _ERROR, "u", "tvv", "uTU", "uUv", f"u {_ERROR}", "uu", "uv", "u",
                                      "u", "it", "b", "uu", "ll llu")]
_TYPES: dict[str, Any] = {"u": int, "i": int, "t": str, "b": bytes, "l": list, "?": bool}
_MEMBERS = {"frameBytes": "u", "callsInFlight": "u", "streams": "u", "references": "u", "hops": "u", "names": "?",
            "traceIds": "?", "name": "t", "auth": "b"}
INVALID_REQUEST, NO_METHOD, INVALID_PARAMETERS, INTERNAL, FAILED = -32600, -32601, -32602, -32603, -32000
NOT_FOUND, DEADLINE, RESULT_TOO_LARGE, CALL_TOO_LARGE, BUSY = -32001, -32002, -32003, -32007, -32009
UNAUTHENTICATED, DRAINING, UNAVAILABLE, TOO_MANY_REFERENCES, CANCELLED = -32050, -32053, -32054, -32056, -32800
NAMES = (" canceled unknown invalid_argument deadline_exceeded not_found already_exists permission_denied resource_exhausted "
         "failed_precondition aborted out_of_range unimplemented internal unavailable data_loss unauthenticated").split(" ")
_NAMES_OF_CODES = {-32700: 3, -32600: 3, -32601: 12, -32602: 3, -32000: 2, -32001: 5, -32002: 4, -32003: 8, -32005: 8, -32006: 8,
                   -32007: 8, -32009: 8, -32010: 8, -32011: 8, -32050: 16, -32051: 7, -32053: 14, -32054: 14, -32056: 8, -32800: 1}
EXECUTED = ("no", "yes", "unknown")
_CREDIT = 64  # Items of a stream that may be sent before the reader has taken any.


class CallError(Exception):
    """A call that failed. A handler raises one to choose its code, message, details and name; it ran unless it says "no"."""

    def __init__(self, code: int, message: str, *, executed: str | None = None, details: Any = None, name: str | None = None,
                 hops: Iterable[Any] = (), trace_id: str | None = None) -> None:
        super().__init__(code, message)
        self.code, self.message, self.executed, self.details = code, message, executed or "yes", details
        self.name = name or NAMES[_NAMES_OF_CODES.get(code, 13 if -32768 <= code <= -32000 else 2)]
        self.hops, self.trace_id, self.chosen_name, self.is_stated = list(hops), trace_id, name, executed is not None


class ProtocolViolation(Exception):
    """The other side broke the protocol."""


class Position(NamedTuple):
    """A place in a topic: behind the event with this offset."""
    epoch: str | None = None
    offset: int | None = None


class Service:
    """Methods under a path; passed as a value, an object that the other end calls."""

    def __init__(self, path: str = "", documentation: str | None = None) -> None:
        self.path, self.documentation, self.methods = path, documentation, dict[str, Method]()

    def expose(self, function: F | None = None, *, name: str | None = None, safe: bool = False) -> Any:
        """Offers a function, a coroutine function, or a generator of either kind, whose items are a stream.

        All run on the event loop. `safe` is for one that changes nothing, so that a plain GET may reach it.
        """
        if function is None:
            return lambda function: self.expose(function, name=name, safe=safe)
        self.methods[name or function.__name__] = Method(function, safe)
        return function


class Method:
    """A function that the other end may call."""
    WORDS = {"int": "integer", "float": "number", "bool": "boolean", "str": "string", "bytes": "bytes", "None": "null",
             "list": "array", "dict": "object", "Callable": "function", "datetime": "string"}

    def __init__(self, function: Callable[..., Any], is_safe: bool = False) -> None:
        self.function, self.is_safe = function, is_safe
        self.is_stream = inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function)
        try:
            self.signature = inspect.signature(function)
        except ValueError:  # A function of C.
            self.signature = inspect.signature(lambda *arguments: None)

    async def run(self, path: str, positional: Any, named: Any) -> Any:
        """Runs the function. Nil means the default of a parameter whose type has no nil."""
        try:
            bound = self.signature.bind(*positional or [], **named or {})
        except TypeError as error:
            raise _refusal(INVALID_PARAMETERS, f"{path}{self.signature}: {error}") from None
        for name, parameter in self.signature.parameters.items():
            if bound.arguments.get(name, 0) is None and parameter.default is not parameter.empty:
                bound.arguments[name] = None if "None" in str(parameter.annotation) else parameter.default
        result = self.function(*bound.args, **bound.kwargs)
        return await result if inspect.isawaitable(result) else result

    def word(self, kind: Any) -> str:
        """The word for a type in a description."""
        return self.WORDS.get(str(getattr(kind, "__name__", kind)).partition("[")[0], "any")

    def describe(self, path: str) -> dict[str, Any]:
        """The entry of the method in `rpc/describe`."""
        parameters = [{"name": it.name, "type": self.word(it.annotation), "isRequired": it.default is it.empty}
                      for it in self.signature.parameters.values()]
        return {"path": path, "documentation": inspect.getdoc(self.function), "parameters": parameters,
                "result": self.word(self.signature.return_annotation), "isStream": self.is_stream, "isSafe": self.is_safe}


class Topic:
    """A feed: what is published reaches all who have subscribed, in order. The last events are kept for those who return."""

    def __init__(self, path: str, documentation: str | None = None, *, history: int = 1_024) -> None:
        self.path, self.documentation, self.epoch, self.offset = path, documentation, secrets.token_hex(8), 0
        self._events, self._published = collections.deque[tuple[int, Any]](maxlen=history), asyncio.Event()

    def publish(self, value: Any) -> int:
        """Publishes an event and returns its offset."""
        self.offset, published, self._published = self.offset + 1, self._published, asyncio.Event()
        self._events.append((self.offset, value))
        published.set()
        return self.offset


class _Events:
    """A reader of a topic; begins behind a position if all that follows it is kept, and otherwise now."""

    def __init__(self, topic: Topic, epoch: str | None, offset: int | None) -> None:
        is_kept = epoch == topic.epoch and offset is not None and topic.offset - len(topic._events) <= offset <= topic.offset
        self.topic, self.position = topic, Position(topic.epoch, offset if is_kept else topic.offset)

    async def __aiter__(self) -> AsyncIterator[Any]:
        while True:
            published = self.topic._published
            for offset, value in [event for event in self.topic._events if event[0] > (self.position.offset or 0)]:
                self.position = Position(self.topic.epoch, offset)
                yield value
            await published.wait()


class Remote:
    """A function or an object of the other end, which keeps it for as long as this one lives here."""

    def __init__(self, peer: Peer, number: int, is_object: bool) -> None:
        self.peer, self.number, self.is_object = peer, number, is_object

    async def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Calls a function; the options are those of `Peer.call`."""
        return await self.peer.call(self.path(), *arguments, **options)

    async def call(self, method: str, *arguments: Any, **options: Any) -> Any:
        """Calls a method of an object; the options are those of `Peer.call`."""
        return await self.peer.call(self.path(method), *arguments, **options)

    def path(self, method: str = "") -> str:
        """The path of it or of its method, for `Peer.stream` and `Peer.notify`."""
        return f"$/{self.number}/{method}" if method else f"$/{self.number}"

    def __del__(self) -> None:
        if self.peer.ending is None and not self.peer.loop.is_closed():  # An object may end on any thread.
            self.peer.loop.call_soon_threadsafe(self.peer._release, [self.number])


@dataclasses.dataclass(eq=False)
class Call:
    """A call that is being served; `peer` is its caller."""
    peer: Peer
    id: int
    path: str
    deadline: float | None = None
    flags: int = 0
    depth: int = 0
    task: asyncio.Task[None] | None = None
    credit: int = _CREDIT
    is_stream: bool = False
    is_cancelled: bool = False
    has_credit: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)

    def report(self, value: Any) -> None:
        """Sends progress, if the caller wants it."""
        if self.flags & 2 and not self.is_stream and not self.is_cancelled:
            self.peer._send([Kind.PROGRESS, self.id, value])


current: contextvars.ContextVar[Call] = contextvars.ContextVar("current")  # The call that a task serves.


class Stream:
    """The items of a stream, or the events of a topic. Leaving the loop over it, or `close`, stops its producer.

    `position` is behind the last event that was read; `missed` counts the events that were lost on the way. `is_recovered`
    is false when a topic is not read from the position that was asked for.
    """

    def __init__(self, peer: Peer, path: str, arguments: Iterable[Any], named: Mapping[str, Any] | None = None,
                 timeout: float | None = None, progress: Callable[[Any], Any] | None = None, safe: bool = False) -> None:
        self.position, self.missed, self.is_recovered = Position(), 0, True
        self._peer, self._path, self._arguments, self._timeout = peer, path, (list(arguments) or None, named), timeout
        self._progress, self._flags, self._id, self._taken = progress, safe | (2 if progress else 0), 0, 0
        self._answer, self._has_place = peer.loop.create_future(), False
        self._items, self._changed = collections.deque[tuple[int | None, Any]](), asyncio.Event()
        self._end: CallError | bool = False

    async def open(self) -> Stream:
        """Makes the call, unless it was made; `position` is known then."""
        if not self._id and await self._start() is not self:
            raise CallError(INVALID_REQUEST, "The method answers with one value, not with a stream")
        return self

    async def __aiter__(self) -> AsyncIterator[Any]:
        await self.open()
        try:
            while self._items or not self._end:
                if not self._items:
                    self._changed.clear()
                    await self._changed.wait()
                    continue
                offset, value = self._items.popleft()
                self._taken += 1
                if self._taken == _CREDIT // 2 and not self._end:
                    self._peer._send([Kind.CREDIT, self._id, self._taken])
                    self._taken = 0
                if offset is not None:
                    self.missed += max(0, offset - 1 - (self.position.offset or 0))
                    self.position = Position(self.position.epoch, offset)
                yield _checked(value)
            if isinstance(self._end, CallError):
                raise self._end
        finally:
            self.close()

    def close(self) -> None:
        """Stops the producer."""
        if not self._end:
            self._peer._settle(self._id, CallError(CANCELLED, "The stream was closed"))
            self._peer._send([Kind.CANCEL, self._id])

    async def _start(self) -> Any:
        peer, serving, now, executed, is_answered = self._peer, current.get(None), self._peer.loop.time(), "no", False
        deadline = now + self._timeout if self._timeout is not None else serving.deadline if serving else None
        peer._last_id = self._id = peer._last_id + 1
        try:
            async with asyncio.timeout_at(now + peer.call_timeout if deadline is None else deadline):
                await peer._find_place(self, is_nested=serving is not None)
                peer._calls[self._id] = self
                left = None if deadline is None else max(0, int((deadline - peer.loop.time()) * 1_000) + 1)
                peer._send([Kind.CALL, self._id, self._path, left, self._flags, serving.depth + 1 if serving else 0,
                            *self._arguments], CALL_TOO_LARGE)
                executed = "unknown"
                await peer._flush()
                answer, is_answered = await self._answer, True
                return answer
        except TimeoutError:
            raise CallError(DEADLINE, "The time for the call ran out", executed=executed) from None
        finally:
            if not is_answered and peer._leave(self._id) and executed == "unknown":
                peer._send([Kind.CANCEL, self._id])
            if not is_answered:
                peer._leave_place(self)
                del self._answer  # An error in it leads to this frame: what it holds would wait for the garbage collector.


def _refusal(code: int, message: str) -> CallError:
    return CallError(code, message, executed="no")


def _checked(value: Any) -> Any:
    if isinstance(value, CallError):
        raise value  # What was received could not be read.
    return value


def _fits(value: Any, letter: str) -> bool:
    if value is None or letter == "v":
        return letter == "v" or letter.isupper()
    return type(value) is _TYPES[letter.lower()] and (letter not in "uU" or int(value) >= 0)


class Peer:
    """One end of a connection: calls the other end, and serves it. The members in capitals are options of all functions.

    `ending` is why the connection ended: the code of the goodbye, None when it was lost, and a text. Times are in seconds.
    """
    frame_bytes, calls_in_flight, notifications, references = 1 << 24, 2_048, 1_024, 10_000
    queued_bytes, waiting_calls = 1 << 25, 10_000
    call_timeout, frame_timeout, ping_interval, ping_grace = 30.0, 10.0, 25.0, 10.0

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *offers: Service | Topic, initiator: bool,
                 medium: str, name: str = "python", secret: bytes | None = None, **limits: Any) -> None:
        vars(self).update(limits)
        self.loop, self.name, self.remote = asyncio.get_running_loop(), name, dict[str, Any]()
        self.services = {it.path: it for it in [_built_in(offers), *offers] if isinstance(it, Service)}
        self.ending: tuple[int | None, str] | None = None
        self._goodbye: tuple[int | None, str] | None = None
        self._reader, self._writer, self._secret, self._medium, self._initiator = reader, writer, secret, medium, initiator
        self._nonce, self._their_nonce, self._phase = secrets.token_bytes(16), b"", "connecting"
        self.opened, self.closed, self._changed = self.loop.create_future(), self.loop.create_future(), asyncio.Event()
        self._pong = asyncio.Event()
        self.opened.add_done_callback(lambda opened: opened.cancelled() or opened.exception())  # It may have no waiter.
        self._last_id, self._calls, self._places = 0, dict[int, Stream](), asyncio.Semaphore(0)
        self._served, self._notifications, self._is_draining, self._waiting = dict[int, Call](), set[Call](), False, 0
        self._lent, self._numbers = dict[int, list[Any]](), dict[Any, int]()  # Number: target, key, how often it was sent.
        self._held, self._bad_uses = dict[int, list[Any]](), 0                # Number: how often received, weak Remote.
        self._message: tuple[list[int], dict[int, Any]] = [], {}              # The references of the next frame.
        self._heard, self._half_since = self.loop.time(), 0.0
        hello = {"frameBytes": self.frame_bytes, "callsInFlight": self.calls_in_flight, "references": self.references,
                 "hops": 64, "names": True, "traceIds": True, "name": name, **({"auth": self._nonce} if secret else {})}
        self._send([Kind.HELLO, 1, hello])
        self._tasks = [self.loop.create_task(self._read()), self.loop.create_task(self._watch())]

    async def call(self, path: str, *arguments: Any, named: Mapping[str, Any] | None = None, timeout: float | None = None,
                   progress: Callable[[Any], Any] | None = None, safe: bool = False) -> Any:
        """Calls a method and waits for its result; waits first while the other end serves as many calls as it takes.

        `timeout` is sent along; without one the call has the deadline of the call that this task serves, or ends after
        `call_timeout`. Cancelling the task cancels the call. Raises `CallError`.
        """
        answer = await Stream(self, path, arguments, named, timeout, progress, safe)._start()
        if isinstance(answer, Stream):
            answer.close()
            raise CallError(INVALID_REQUEST, f"{path} answers with a stream")
        return answer

    def stream(self, path: str, *arguments: Any, named: Mapping[str, Any] | None = None, timeout: float | None = None) -> Stream:
        """Reads a method that answers with a stream; it is called when the reading begins."""
        return Stream(self, path, arguments, named, timeout)

    def subscribe(self, topic: str, since: Position | None = None) -> Stream:
        """Reads a topic, from the position of an earlier reading or from now on."""
        return Stream(self, "rpc/subscribe", (), {"topic": topic, **(since._asdict() if since else {})})

    def notify(self, path: str, *arguments: Any, named: Mapping[str, Any] | None = None) -> None:
        """Calls a method without an answer."""
        self._check_may_leave()
        self._send([Kind.NOTIFY, path, list(arguments) or None, named], CALL_TOO_LARGE)

    async def drain(self, grace: float = 7) -> None:
        """Takes no more calls, waits for those in flight in both directions, and closes."""
        self._is_draining = True
        self._send([Kind.GOODBYE, 0, "The other side is stopping"])
        self._send([Kind.PING, 1])  # Its pong comes behind all calls that crossed the goodbye.
        for call in self._served.values():
            if call.is_stream and call.task:
                call.task.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        await self._pong.wait()
                while self._calls or self._served:
                    self._changed.clear()
                    await self._changed.wait()
        self.close()

    def close(self) -> None:
        """Ends the connection now."""
        self._finish(0, "The connection was closed")

    async def _find_place(self, call: Stream, is_nested: bool) -> None:
        """Waits until the other end serves fewer calls than it takes; not for a call that another one waits for."""
        self._check_may_leave()
        if is_nested:
            return
        if self._waiting >= self.waiting_calls:
            raise _refusal(BUSY, "Too many calls wait for others to end")
        self._waiting += 1
        try:
            call._has_place = await self._places.acquire()
            self._check_may_leave()
        finally:
            self._waiting -= 1
            if self.ending or self._goodbye:
                self._leave_place(call)  # The next one that waits fails too.

    def _check_may_leave(self) -> None:
        if self.ending:
            raise _refusal(UNAUTHENTICATED if self.ending[0] == 5 else UNAVAILABLE, f"The connection is closed: {self.ending[1]}")
        if self._goodbye:
            raise _refusal(DRAINING, self._goodbye[1])
        if self._writer.transport.get_write_buffer_size() > self.queued_bytes:
            raise _refusal(BUSY, "Too many bytes wait to be sent")

    def _leave(self, id: int) -> Stream | None:
        if call := self._calls.pop(id, None):
            self._leave_place(call)
            self._changed.set()
        return call

    def _leave_place(self, call: Stream) -> None:
        if call._has_place:
            call._has_place = False
            self._places.release()

    def _settle(self, id: int, answer: Any) -> None:
        """Ends a call or its stream, with a value or an error; True is the end of a stream."""
        self._check_was_made(id)
        if (call := self._leave(id)) is None:
            return
        if call._answer.done():
            call._end = answer
            call._changed.set()
        elif isinstance(answer, CallError):
            call._answer.set_exception(answer)
        else:
            call._answer.set_result(answer)

    def _check_was_made(self, id: int) -> Stream | None:
        if not 0 < id <= self._last_id:
            raise ProtocolViolation(f"an answer to call {id}, which was never made")
        return self._calls.get(id)

    def _send(self, fields: list[Any], too_large: int = RESULT_TOO_LARGE) -> None:
        """Writes a frame, and before it the references in it; all or nothing."""
        if self.ending:
            return
        lent, home, executed = list[int](), list[int](), "yes" if too_large == RESULT_TOO_LARGE else "no"
        try:
            body = msgpack.packb(fields, default=lambda value: self._reference(value, lent, home), datetime=True)
            frames = [msgpack.packb([Kind.REFERENCES, lent, home]), body] if lent or home else [body]
            if max(map(len, frames)) > self.remote.get("frameBytes", 1 << 24):
                raise CallError(too_large, "The message is larger than the other side takes", executed=executed)
            for number in lent:
                self._lent[number][2] += 1
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            code = INTERNAL if executed == "yes" else INVALID_PARAMETERS
            raise CallError(code, f"A value cannot be written: {error}", executed=executed) from None
        finally:
            self._forget_unsent(lent)
        self._writer.write(b"".join(len(frame).to_bytes(4, "big") + frame for frame in frames))
        if fields[0] != Kind.GOODBYE and self._writer.transport.get_write_buffer_size() > 2 * self.queued_bytes:
            self._finish(3, "The other side reads too slowly")

    async def _flush(self) -> None:
        with contextlib.suppress(OSError):  # The reader notices the end, and settles what waits.
            await self._writer.drain()

    def _reference(self, value: Any, lent: list[int], home: list[int]) -> Any:
        """What is written for a value that MessagePack has no form for."""
        if isinstance(value, Remote) and value.peer is self:
            home += [] if value.number in home else [value.number]
            return msgpack.ExtType(1, bytes([1 + 2 * value.is_object]) + value.number.to_bytes(8, "big"))
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        if not callable(value) and not isinstance(value, Service):
            raise TypeError(f"{type(value).__name__} has no form")
        key = (id(value.__self__), value.__func__) if isinstance(value, types.MethodType) else id(value)
        if (number := self._numbers.get(key)) is None:
            if len(self._lent) >= self.remote.get("references", 10_000):
                raise _refusal(TOO_MANY_REFERENCES, "The other side holds too many references")
            number = self._numbers[key] = secrets.randbelow(2**63 - 1) + 1
            self._lent[number] = [value, key, 0]
        lent += [] if number in lent else [number]
        is_object = value.is_object if isinstance(value, Remote) else isinstance(value, Service)
        return msgpack.ExtType(1, bytes([2 * is_object]) + number.to_bytes(8, "big"))

    def _forget_unsent(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            if self._lent[number][2] == 0:
                del self._numbers[self._lent.pop(number)[1]]

    async def _read(self) -> None:
        buffer = bytearray()
        try:
            while not self.ending:
                if not (data := await self._reader.read(1 << 18)):
                    self._finish(*self._goodbye or (None, "The other side closed the connection"))
                buffer += data
                self._heard, start = self.loop.time(), 0
                while len(buffer) - start >= 4 and not self.ending:
                    end, limit = start + 4 + int.from_bytes(buffer[start:start + 4], "big"), self._frame_limit()
                    if not 4 < end - start <= limit + 4:
                        raise ProtocolViolation(f"a frame of {end - start - 4} bytes is not within 1 and the limit of {limit}")
                    if end > len(buffer):
                        break
                    self._receive(bytes(buffer[start + 4:end]))
                    start = end
                del buffer[:start]
                self._half_since = self._heard if buffer else 0.0
                await asyncio.sleep(0)  # Handlers run although more has arrived.
        except ProtocolViolation as violation:
            self._finish(1, str(violation))
        except OSError as error:
            self._finish(*self._goodbye or (None, f"The connection was lost: {error}"))

    def _frame_limit(self) -> int:
        return self.frame_bytes if self._phase == "open" else 1 << 14 if self._secret is None else 1 << 10

    async def _watch(self) -> None:
        began, pinged = self.loop.time(), 0.0
        while not self.ending:
            await asyncio.sleep(min(self.frame_timeout, self.ping_interval, self.ping_grace) / 8)
            now = self.loop.time()
            if self._half_since and now - self._half_since >= self.frame_timeout:
                self._finish(4, "Half a frame was not completed in time")
            elif self._phase != "open" and now - began >= self.frame_timeout:
                self._finish(4, "The handshake was not done in time")
            elif pinged > self._heard and now - pinged >= self.ping_grace:
                self._finish(4, "The other side gave no sign of life")
            elif self._phase == "open" and pinged <= self._heard and now - self._heard >= self.ping_interval:
                self._send([Kind.PING, 0])
                pinged = now

    def _receive(self, body: bytes) -> None:
        (lent, home), self._message = self._message, ([], {})
        unpacker = msgpack.Unpacker(ext_hook=lambda code, data: self._extension(code, data, home), timestamp=3)
        unpacker.feed(body)
        try:
            count, kind = unpacker.read_array_header(), unpacker.unpack()
            if kind == Kind.HELLO:
                return self._greet(*(unpacker.unpack() for _ in range(min(count, 3) - 1)))
            form = next(form for form in _FORMS[kind] if len(form) == count - 1)
            fields = [self._value(unpacker, kind) if letter == "v" else unpacker.unpack() for letter in form]
            if not all(map(_fits, fields, form)) or "v" not in form and unpacker.tell() != len(body):
                raise ProtocolViolation(f"a field of a {Kind(kind).name.lower()} frame is of another type, or something follows")
        except (ValueError, IndexError, TypeError, StopIteration, msgpack.UnpackException) as error:
            raise ProtocolViolation(f"no frame of this protocol: {error!r}") from None
        if kind not in {"connecting": [Kind.GOODBYE], "proving": [Kind.GOODBYE, Kind.PROOF]}.get(self._phase, list(Kind)):
            raise ProtocolViolation(f"a {Kind(kind).name.lower()} frame out of turn")
        try:
            self._perform(Kind(kind), fields)
        finally:
            del fields
            self._release(lent)

    def _value(self, unpacker: Any, kind: int) -> Any:
        try:
            return unpacker.unpack()
        except CallError as error:
            return error
        except (ValueError, TypeError, OverflowError, RecursionError, msgpack.UnpackException) as error:
            is_call = kind in (Kind.CALL, Kind.NOTIFY)  # It fails the call, and not the connection.
            return CallError(INVALID_REQUEST if is_call else INTERNAL, f"The value cannot be read: {error!r}",
                             executed="no" if is_call else "yes")

    def _extension(self, code: int, data: bytes, home: dict[int, Any]) -> Any:
        if code != 1 or len(data) != 9:
            return msgpack.ExtType(code, data)
        number, found = int.from_bytes(data[1:], "big"), home if data[0] & 1 else self._held
        if number not in found:
            raise _refusal(INVALID_PARAMETERS, "no such reference")
        if data[0] & 1:
            return home[number]
        held = self._held[number]
        if (remote := held[1] and held[1]()) is None:
            remote = Remote(self, number, bool(data[0] & 2))
            held[1] = weakref.ref(remote)
        return remote

    def _perform(self, kind: Kind, fields: list[Any]) -> None:
        """Does what a frame asks for."""
        match kind, *fields:
            case Kind.CALL, id, path, timeout, flags, depth, positional, named:
                if not 0 < id < 1 << 63 or id in self._served:
                    raise ProtocolViolation(f"call {id} uses a number that is taken")
                deadline = None if timeout is None else self.loop.time() + min(timeout, 1 << 40) / 1_000
                self._serve(Call(self, id, path, deadline, flags, depth), positional, named)
            case Kind.NOTIFY, path, positional, named:
                self._serve(Call(self, 0, path), positional, named)
            case Kind.REPLY, id, value:
                self._settle(id, value)
            case (Kind.ERROR | Kind.END), id, *error:
                self._settle(id, _error(error) if error else True)
            case Kind.STREAM, id, epoch, offset:
                if (call := self._check_was_made(id)) and not call._answer.done():
                    call.position, named = Position(epoch, offset), call._arguments[1] or {}
                    call.is_recovered = (named.get("epoch", epoch), named.get("offset", offset)) == call.position
                    call._answer.set_result(call)
                    if "streams" in self.remote:  # There, an open stream is no call in flight.
                        self._leave_place(call)
            case Kind.ITEM, id, offset, value:
                if call := self._check_was_made(id):
                    if len(call._items) + call._taken >= _CREDIT:
                        raise ProtocolViolation(f"stream {id} sent an item without credit")
                    call._items.append((offset, value))
                    call._changed.set()
            case Kind.PROGRESS, id, value:
                if (call := self._calls.get(id)) and call._progress:
                    call._progress(value)
            case Kind.CREDIT, id, items:
                if served := self._served.get(id):
                    served.credit += items
                    if served.credit > 1 << 20:
                        raise ProtocolViolation(f"more credit for stream {id} than there can be")
                    served.has_credit.set()
            case Kind.CANCEL, id:
                if (served := self._served.get(id)) and served.task:
                    served.is_cancelled = True
                    served.task.cancel()
            case Kind.PONG, 1:
                self._pong.set()
            case Kind.PING, number:
                self._send([Kind.PONG, number])
            case Kind.GOODBYE, code, text:
                self._goodbye = code, text
                self._places.release()  # What waits for a place fails, one after the other.
                if code or self._phase != "open":
                    self._finish(code, text)
            case Kind.PROOF, proof:
                self._judge(proof)
            case Kind.RELEASE, number, count:
                if number not in self._lent:
                    self._note_bad_use()
                elif count > self._lent[number][2]:
                    raise ProtocolViolation("more of a reference was released than is held")
                else:
                    self._lent[number][2] -= count
                    self._forget_unsent([number])
            case Kind.REFERENCES, lent, home, *_:
                for number in lent:
                    if number not in self._held and len(self._held) >= self.references:
                        raise ProtocolViolation("more references were lent than are held")
                    self._held.setdefault(number, [0, None])[0] += 1
                for number in set(home) - self._lent.keys():
                    self._note_bad_use()
                self._message = lent, {number: self._lent[number][0] for number in home if number in self._lent}

    def _greet(self, version: Any, members: Any = None) -> None:
        if version != 1:
            return self._finish(2, f"version {version} is not spoken here; supported versions: 1")
        if self._phase != "connecting" or not isinstance(members, dict) or not all(
                _fits(members[it], of) for it, of in _MEMBERS.items() if it in members):
            raise ProtocolViolation("a second hello, or one with a member of another type")
        self.remote, nonce = {"frameBytes": 1 << 24, "callsInFlight": 128, "hops": 0, **members}, members.get("auth")
        if (nonce is None) != (self._secret is None):
            sides = ("This", "the other") if nonce is None else ("The other", "this")
            return self._finish(5, f"{sides[0]} side demands a shared secret, and {sides[1]} side has none")
        if nonce is None:
            return self._open()
        if len(nonce) != 16:
            raise ProtocolViolation(f"a nonce of {len(nonce)} bytes instead of 16")
        self._their_nonce, self._phase = nonce, "proving"
        if self._initiator:
            self._send([Kind.PROOF, self._proof("initiator")])

    def _judge(self, proof: bytes) -> None:
        if self._phase != "proving" or len(proof) != 32:
            raise ProtocolViolation("a proof out of turn, or not of 32 bytes")
        if not hmac.compare_digest(proof, self._proof("acceptor" if self._initiator else "initiator")):
            return self._finish(5, "The other side has another shared secret")
        if not self._initiator:
            self._send([Kind.PROOF, self._proof("acceptor")])
        self._open()

    def _proof(self, prover: str) -> bytes:
        nonces = [self._nonce, self._their_nonce][::1 if self._initiator else -1]
        parts = [b"postern 1 proof", prover.encode(), *nonces, self._medium.encode()]
        return hmac.digest(self._secret or b"", b"".join(bytes([len(part)]) + part for part in parts), "sha256")

    def _open(self) -> None:
        self._phase, self._places = "open", asyncio.Semaphore(self.remote["callsInFlight"])
        if not self.opened.done():
            self.opened.set_result(self)

    def _release(self, numbers: Iterable[int]) -> None:
        """Returns what is held of numbers that no object stands for."""
        for number in numbers:
            if (held := self._held.get(number)) and (held[1] is None or held[1]() is None):
                del self._held[number]
                self._send([Kind.RELEASE, number, held[0]])

    def _note_bad_use(self) -> None:
        self._bad_uses += 1
        if self._bad_uses > 100:
            raise ProtocolViolation("too many references were used that are not held")

    def _serve(self, call: Call, positional: Any, named: Any) -> None:
        """Starts the handler of a call or a notification, or refuses it."""
        try:
            if not call.id and len(self._notifications) >= self.notifications:
                return log.warning("a notification of %s was dropped: too many wait", call.path)
            if self._is_draining:
                raise _refusal(DRAINING, "No more calls are taken")
            if len(self._served) >= self.calls_in_flight:
                raise _refusal(BUSY, f"More than {self.calls_in_flight} calls in flight")
            if call.depth > 256 or len(call.path.encode()) > 128:
                raise _refusal(INVALID_REQUEST, "call depth: more than 256 calls nested, or a path of more than 128 bytes")
            run = self._find(call)
        except CallError as error:
            return self._fail(call, error)
        if call.id:
            self._served[call.id] = call
        else:
            self._notifications.add(call)
        call.task = self.loop.create_task(self._run(call, run, positional, named))

    def _find(self, call: Call) -> Callable[[Any, Any], Any]:
        """What a path leads to."""
        service, _, method = call.path.rpartition("/")
        target: Any = self.services.get(service)
        if is_reference := call.path.startswith("$/"):
            number, _, method = call.path[2:].partition("/")
            target = next((it[0] for key, it in self._lent.items() if str(key) == number), None)
            if target is None:
                self._note_bad_use()
                raise _refusal(NOT_FOUND, "No such reference")
            if isinstance(target, Remote):
                progress = call.report if call.flags & 2 else None
                return lambda positional, named: Stream(target.peer, target.path(method), positional or [], named,
                                                        progress=progress, safe=bool(call.flags & 1))._start()
        found = target.methods.get(method) if isinstance(target, Service) else Method(target) if target and not method else None
        if found is None or call.flags & 1 and not found.is_safe:
            raise _refusal(NO_METHOD, f"No such method: {call.path}" if found is None else f"{call.path} is not safe")
        return lambda positional, named: found.run("$" if is_reference else call.path, positional, named)

    async def _run(self, call: Call, run: Callable[[Any, Any], Any], positional: Any, named: Any) -> None:
        """Serves a call or a notification to its end."""
        current.set(call)
        clock = asyncio.timeout_at(call.deadline)
        try:
            if call.deadline is not None and call.deadline <= self.loop.time():
                raise _refusal(DEADLINE, "The time for the call had run out")
            async with clock:
                result = await run(_checked(positional), _checked(named))
            if call.id and isinstance(result, (types.GeneratorType, types.AsyncGeneratorType, Stream, _Events)):
                await self._produce(call, result)
            elif call.id:
                self._send([Kind.REPLY, call.id, result])
        except asyncio.CancelledError:
            self._fail(call, CallError(DRAINING if call.is_stream else CANCELLED, "The other side is stopping, or the call was cancelled"))
        except CallError as error:
            if not error.is_stated and not call.path.startswith("$/"):
                error.executed = "yes"
            self._fail(call, error)
        except Exception as error:
            if clock.expired():
                return self._fail(call, CallError(DEADLINE, "The time for the call ran out", executed="unknown"))
            log.exception("%s failed", call.path)
            self._fail(call, CallError(FAILED, "The handler failed", details={"type": type(error).__name__}))
        finally:
            self._served.pop(call.id, None)
            self._notifications.discard(call)
            self._changed.set()

    async def _produce(self, call: Call, result: Any) -> None:
        """Answers with a stream."""
        call.is_stream = True
        self._send([Kind.STREAM, call.id, *getattr(result, "position", Position())])
        async with contextlib.aclosing(aiter(_each(result) if isinstance(result, types.GeneratorType) else result)) as items:
            async for item in items:
                while not call.credit:
                    call.has_credit.clear()
                    await call.has_credit.wait()
                call.credit -= 1
                self._send([Kind.ITEM, call.id, getattr(result, "position", Position()).offset, item])
                await self._flush()
        self._send([Kind.END, call.id])

    def _fail(self, call: Call, error: CallError) -> None:
        """Answers a call, or ends its stream, with an error, in the form that the other side takes."""
        if not call.id or call.is_cancelled:
            return
        shown = "/".join(["$", *call.path.split("/")[2:]]) if call.path.startswith("$/") else call.path
        hops = [*([*hop[:2], None] for hop in error.hops), [shown, self.name, None]][:self.remote["hops"]]
        name = NAMES.index(error.chosen_name) if error.chosen_name and self.remote.get("names") else None
        trace = [error.trace_id] if error.trace_id and self.remote.get("traceIds") else []
        head = [Kind.END if call.is_stream else Kind.ERROR, call.id, error.code, error.message, EXECUTED.index(error.executed)]
        try:
            self._send([*head, *([name, hops, *trace] if name or trace else [hops] if hops else []), error.details])
        except CallError:
            self._send([*head[:3], error.message[:256], head[4], None])

    def _finish(self, code: int | None, text: str) -> None:
        """Ends the connection: says goodbye, and settles everything that waits."""
        if self.ending:
            return
        if self._goodbye is None and code is not None:
            self._send([Kind.GOODBYE, code, text])
        self._pong.set()
        self.ending, error_code = (code, text), UNAUTHENTICATED if code == 5 else UNAVAILABLE
        for id, pending in list(self._calls.items()):
            self._settle(id, CallError(error_code, text, executed="yes" if pending._answer.done() else "unknown"))
        for call in [*self._served.values(), *self._notifications]:
            if call.task:
                call.task.cancel()
        self._lent.clear()
        self._places.release()
        if not self.opened.done():
            self.opened.set_exception(_refusal(error_code, text))
        self.closed.set_result(self.ending)
        self._writer.close()
        self.loop.call_later(self.frame_timeout, self._writer.transport.abort)


async def _each(items: Iterable[Any]) -> AsyncIterator[Any]:
    for item in items:
        yield item


def _error(fields: list[Any]) -> CallError:
    """An error out of the fields behind the number of its call."""
    code, message, executed, *rest, details = fields
    name, hops, trace_id = rest + [None] * (3 - len(rest)) if len(rest) > 1 else (None, *(rest or [[]]), None)
    error = CallError(code, message, executed=EXECUTED[min(executed, 2)], name=NAMES[name] if name and name < 17 else None,
                      details=None if isinstance(details, CallError) else details, hops=hops, trace_id=trace_id)
    error.is_stated = False
    return error


def _built_in(offers: Iterable[Service | Topic]) -> Service:
    """The methods under `rpc`."""
    service = Service("rpc")

    def describe() -> dict[str, Any]:
        "Lists services, methods and topics"
        services = [it for it in [service, *offers] if isinstance(it, Service)]
        return {"services": [{"path": it.path, "documentation": it.documentation} for it in services[1:]],
                "methods": [method.describe(f"{it.path}/{name}".lstrip("/")) for it in services for name, method in it.methods.items()],
                "topics": [{"path": it.path, "documentation": it.documentation} for it in offers if isinstance(it, Topic)]}

    def subscribe(topic: str, epoch: str | None = None, offset: int | None = None) -> Any:
        "Delivers the events of a topic"
        for it in offers:
            if isinstance(it, Topic) and it.path == topic:
                return _Events(it, epoch, offset)
        raise _refusal(INVALID_PARAMETERS, f"No such topic: {topic}")

    for function in describe, subscribe:
        service.expose(function, safe=True)
    service.methods["subscribe"].is_stream = True
    return service


async def adopt(connection: Any, *offers: Service | Topic, initiator: bool = True, medium: str = "unix", **options: Any) -> Peer:
    """Makes a peer of a connected socket, or of a reader and a writer, and waits until it is open.

    `initiator` is whether this side connected, and `medium` what carries the connection: "tcp", "tls" or "unix".
    """
    reader, writer = connection if isinstance(connection, tuple) else await asyncio.open_connection(sock=connection)
    peer = Peer(reader, writer, *offers, initiator=initiator, medium=medium, **options)
    try:
        await peer.opened
    except BaseException:
        peer.close()
        raise
    return peer


@contextlib.asynccontextmanager
async def connect(address: str, *offers: Service | Topic, context: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[Peer]:
    """Connects to `unix:/path`, `unix:@name`, `tcp:host:port` or `tls:host:port`, and closes the peer at the end.

    The options are `name`, `secret` and the limits of `Peer`. Raises `CallError`, or `OSError` when there is no connection.
    """
    medium, place = _parse(address)
    if medium == "tls" and context is None:
        context = ssl.create_default_context()
    dial = asyncio.open_unix_connection if medium == "unix" else asyncio.open_connection
    peer = await adopt(await dial(*place, ssl=context), *offers, medium=medium, **options)
    try:
        yield peer
    finally:
        peer.close()


class Server(NamedTuple):
    """A server that listens at an address, whose port the system may have chosen, and the peers that are connected."""
    address: str
    peers: set[Peer]


@contextlib.asynccontextmanager
async def serve(address: str, *offers: Service | Topic, context: ssl.SSLContext | None = None, grace: float = 7,
                connections: int = 10_000, **options: Any) -> AsyncIterator[Server]:
    """Serves services and topics to all who connect, and drains their connections at the end."""
    medium, place = _parse(address)
    peers = set[Peer]()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(CallError):
            peer = await adopt((reader, writer), *offers, initiator=False, medium=medium, **options)
            if len(peers) >= connections:
                return peer._finish(6, "The server has too many connections")
            peers.add(peer)
            peer.closed.add_done_callback(lambda _: peers.discard(peer))

    listen = asyncio.start_unix_server if medium == "unix" else asyncio.start_server
    listener = await listen(accept, *place, ssl=context)
    if medium != "unix":
        address = f"{medium}:{place[0]}:{listener.sockets[0].getsockname()[1]}"
    try:
        yield Server(address, peers)
    finally:
        listener.close()
        await asyncio.gather(*(peer.drain(grace) for peer in list(peers)))


def _parse(address: str) -> tuple[str, tuple[Any, ...]]:
    medium, _, rest = address.partition(":")
    host, _, port = rest.removeprefix("//").rpartition(":")
    if medium == "unix" and rest:
        return medium, (rest.removeprefix("//").replace("@", "\0", rest.startswith("@")),)  # `@` is the abstract namespace.
    if medium not in ("tcp", "tls") or not host or not port.isdigit():
        raise ValueError(f"{address!r} is not unix:/path, tcp:host:port or tls:host:port")
    return medium, (host.strip("[]"), int(port))
