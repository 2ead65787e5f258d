"""Task processes in Python: a program that another one spawns as a task, and that may spawn tasks itself.

Requires `postern.py`. A child process is started by its parent with a Unix socket as its standard input:

    methods = postern.Service()

    @methods.expose
    def some_rpc_call() -> int:
        return 1337

    async def main(task: postern_task.Task, seconds: float = 60) -> int:
        await task.parent.call("set_called")                      # a method of the parent
        task.report({"step": 1})                                  # progress, for all observers of the tree
        leaf = await task.spawn([sys.executable, "leaf.py"], n=5)  # a child of this task
        return await leaf.result()

    postern_task.run(main, methods)

The inputs are the keyword arguments of `main`, and its return value is the result. Standard output and standard error
are the log of the task. Stopping a task cancels `main`. A task also ends when its parent ends.
"""
from __future__ import annotations

import asyncio
import collections
import contextlib
import inspect
import os
import secrets
import shutil
import signal
import socket
import sys
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import postern

Event = dict[str, Any]
_GRACE = 2.0      # The time in which a child must end by itself, and again after SIGTERM, in seconds.
_LINE = 1 << 16   # The maximum length of a log line, in bytes.
_SHOWN = 1_000    # The maximum length of a log line in an error message, in characters.
_QUEUE = 256      # The number of unread events beyond which the output of children is not read.
_LIVING = 10_000  # The maximum number of running descendants that are addressable.
_ENDED = 32       # The number of ended descendants that stay addressable.


class Task:
    """The running task of this process."""

    def __init__(self, id: str, parent: postern.Peer, services: Sequence[postern.Service]) -> None:
        self.id, self.parent, self._services = id, parent, services
        self._children: dict[str, Child] = {}
        self._events, self._below = _Events(), _Below()
        self._reports: list[Any] = []
        self._reporter: Callable[[Any], None] = self._reports.append

    def report(self, value: Any) -> None:
        """Reports the progress of the task."""
        self._reporter(value)

    async def spawn(self, command: Sequence[str], *, name: str | None = None, start_timeout: float = 30,
                    **inputs: Any) -> Child:
        """Starts a child, which may call the services of this task. Calls to the child wait until it has started.

        Raises `OSError` if the program cannot be started.
        """
        child = Child(self, name or os.path.basename(command[-1]).partition(".")[0], start_timeout)
        await child._start(command, inputs)
        return child

    def _report_to(self, reporter: Callable[[Any], None]) -> None:
        for value in self._reports:
            reporter(value)
        self._reporter = reporter

    async def _end(self) -> None:
        """Stops all children and waits until they have ended."""
        await asyncio.gather(*(child._end() for child in list(self._children.values())))
        self._events.end()


class Child:
    """The parent's handle of a task in a child process. `state` is wait, work, done, stop or fail."""

    def __init__(self, parent: Task, name: str, start_timeout: float) -> None:
        self.id, self.name, self.state = f"{name}-{secrets.token_hex(3)}", name, "wait"
        self._parent, self._events, self._start_timeout = parent, parent._events, start_timeout
        loop = asyncio.get_running_loop()
        self._peer: asyncio.Future[postern.Peer] = loop.create_future()
        self._result: asyncio.Future[Any] = loop.create_future()
        self._is_stopped, self._last_line = False, ""

    async def call(self, method: str, *arguments: Any, **options: Any) -> Any:
        """Calls a method of the child, with the options of `postern.Peer.call`."""
        if self._result.done():
            message = f"Task {self.id} takes no calls in the state {self.state}: {method} was not called"
            raise postern.CallError(postern.INVALID_REQUEST, message, postern.Executed.NO)
        peer = await asyncio.shield(self._peer)
        try:
            return await peer.call(method, *arguments, **options)
        except postern.CallError as error:
            if error.code != postern.UNAVAILABLE or not peer.ending:
                raise
            executed = error.executed and postern.Executed.YES
            raise postern.CallError(error.code, await self._loss(), executed) from None

    async def result(self) -> Any:
        """Waits for the result. Raises `CallError` if the child failed, ended without a result, or was stopped."""
        return await asyncio.shield(self._result)

    async def stop(self) -> None:
        """Asks the child to stop, with all its descendants, and returns when it has acknowledged the request."""
        if self._is_stopped or self._result.done():
            return
        self._is_stopped = True
        try:
            await self._peer.result().call("task/stop", timeout=_GRACE)
            delay = _GRACE
        except (postern.CallError, asyncio.InvalidStateError):
            delay = 0.0
        self._killing = asyncio.ensure_future(self._kill(delay))

    def kill(self) -> None:
        """Kills the process group of the child, whose state becomes fail."""
        self._send(signal.SIGKILL)

    async def _serve(self, method: str) -> Any:
        """Handles a call that is addressed to the parent of the task."""
        if method == "task/stop":
            return await self.stop()
        if method == "task/kill":
            return self.kill()
        if method == "task/result":
            return await self.result()
        raise postern.CallError(postern.NO_METHOD, f"No such method: {method}", postern.Executed.NO)

    async def _start(self, command: Sequence[str], inputs: dict[str, Any]) -> None:
        if shutil.which(command[0]) is None:  # `setpriv` would be found, and fail instead.
            raise FileNotFoundError(f"there is no program {command[0]}")
        ours, theirs = socket.socketpair()
        environment = {**os.environ, "POSTERN_TASK": self.name, "POSTERN_TASK_ID": self.id, "PYTHONUNBUFFERED": "1"}
        wrapper = ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []
        try:
            self._process = await asyncio.create_subprocess_exec(
                *wrapper, *command, stdin=theirs, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
                env=environment, process_group=0)
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        self._parent._children[self.id] = self
        self._note("created", name=self.name, process=_number(self._process.pid))
        self._life = asyncio.ensure_future(self._live(ours, inputs))

    async def _live(self, ours: socket.socket, inputs: dict[str, Any]) -> None:
        output, errors = self._process.stdout, self._process.stderr
        assert output is not None and errors is not None
        self._logs = [asyncio.ensure_future(self._log(*stream)) for stream in ((output, "stdout"), (errors, "stderr"))]
        forwarding = asyncio.ensure_future(self._forward())
        try:
            async with postern.adopt(ours, *self._parent._services, is_initiator=False) as peer:
                await self._follow(peer, inputs)
                await asyncio.wait([forwarding], timeout=_GRACE)  # Events of descendants precede the exit.
                await peer.drain(_GRACE / 10)  # The child exits when the connection is closed.
        except postern.CallError as error:
            is_lost = error.code == postern.UNAVAILABLE
            self._finish(postern.CallError(error.code, await self._loss() if is_lost else error.message))
        await self._kill(_GRACE)
        await asyncio.wait(self._logs, timeout=0.5)
        for event in self._parent._below.lose(self):
            self._events.note(event)
        self._note("exit", exit=self._exit())
        del self._parent._children[self.id]

    async def _follow(self, peer: postern.Peer, inputs: dict[str, Any]) -> None:
        """Starts the task and waits for its result."""
        try:
            await peer.call("task/start", self.id, self.name, inputs, False, timeout=self._start_timeout)
            self._note("state", state="work")
            self._peer.set_result(peer)
            self._finish(await peer.call("task/result", progress=lambda value: self._note("progress", value=value)))
        except postern.CallError as error:
            if error.code == postern.UNAVAILABLE and peer.ending:
                self._finish(postern.CallError(error.code, await self._loss()))
            else:
                message = f"Task {self.id} failed: {error.message}"
                self._finish(postern.CallError(error.code, message, details=error.details))

    def _finish(self, outcome: Any) -> None:
        state = "done"
        if isinstance(outcome, postern.CallError):
            state = "stop" if self._is_stopped or outcome.code == postern.CANCELLED else "fail"
            if state == "stop":
                outcome = postern.CallError(postern.CANCELLED, f"Task {self.id} was stopped")
            else:
                self._note("failure", message=outcome.message)
            self._result.set_exception(outcome)
            self._result.exception()  # Prevents a warning if no code awaits the result.
            if not self._peer.done():
                self._peer.set_exception(outcome)
                self._peer.exception()
        else:
            self._note("result", value=outcome)
            self._result.set_result(outcome)
        self._note("state", state=state)

    async def _forward(self) -> None:
        """Forwards the events of the child's descendants."""
        with contextlib.suppress(postern.CallError):
            peer = await asyncio.shield(self._peer)
            async for event in await peer.call("task/events"):
                self._parent._below.note(event, self)
                await self._events.publish(event)

    async def _log(self, reader: asyncio.StreamReader, stream: str) -> None:
        line = bytearray()
        while data := await reader.read(_LINE):
            *ends, rest = data.split(b"\n")
            for end in ends:
                await self._publish_line(line + end, stream)
                line.clear()
            line += rest[:max(0, _LINE + 1 - len(line))]
        if line:
            await self._publish_line(line, stream)

    async def _publish_line(self, line: bytes | bytearray, stream: str) -> None:
        cut = {"isCut": True} if len(line) > _LINE else {}
        text = bytes(line[:_LINE]).decode(errors="replace")
        if self.state == "wait" and stream == "stderr" and (shown := "".join(filter(str.isprintable, text)).strip()):
            self._last_line = shown[:_SHOWN]
        await self._events.publish(self._event("log", stream=stream, text=text, **cut))

    async def _kill(self, delay: float) -> None:
        """Waits until the child has ended, and sends SIGTERM and then SIGKILL to its process group if it does not."""
        for signal_, patience in ((None, delay), (signal.SIGTERM, _GRACE), (signal.SIGKILL, _GRACE)):
            if signal_:
                self._send(signal_)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._process.wait()
                    return

    def _send(self, signal_: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self._process.returncode is None:
                os.killpg(self._process.pid, signal_)

    async def _end(self) -> None:
        await self.stop()
        await asyncio.wait([self._life])

    async def _loss(self) -> str:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GRACE):
                await self._process.wait()
        if self.state != "wait":
            return f"Lost connection to {self.id}: its process ended with {self._exit()}"
        await asyncio.wait(self._logs, timeout=0.5)
        reason = f"Task {self.id} ended before it had started: its process ended with {self._exit()}"
        return f"{reason}; it wrote: {self._last_line}" if self._last_line else reason

    def _exit(self) -> str:
        code = self._process.returncode
        return "nothing yet" if code is None else f"exit code {code}" if code >= 0 else f"signal {-code}"

    def _event(self, kind: str, **members: Any) -> Event:
        return {"id": self.id, "parent": self._parent.id, "kind": kind, "time": int(time.time() * 1_000), **members}

    def _note(self, kind: str, **members: Any) -> None:
        self.state = members.get("state", self.state)
        event = self._event(kind, **members)
        self._parent._below.note(event, self)
        self._events.note(event)


class _Below:
    """The descendants of a task, each with the child through which calls to it are routed."""

    def __init__(self) -> None:
        self._ways, self._living, self._ended = dict[str, Child](), dict[str, Any](), collections.deque[str]()

    def note(self, event: Any, child: Child) -> None:
        """Applies an event that a child has sent. Its form is not trusted."""
        match event:
            case {"kind": "created", "id": str(id)} if id not in self._ways and len(self._living) < _LIVING:
                self._ways[id], self._living[id] = child, event.get("parent")
            case {"kind": "state", "id": str(id), "state": "done" | "stop" | "fail"} if self._ways.get(id) is child:
                self._end(id)

    def lose(self, child: Child) -> list[Event]:
        """Marks the descendants of a child that has ended as failed, and returns their events."""
        lost = [(id, parent) for id, parent in self._living.items() if self._ways[id] is child]
        for id, _ in lost:
            self._end(id)
        return [child._event(kind, id=id, parent=parent, **members) for id, parent in lost for kind, members in (
            ("failure", {"message": f"Lost connection to {id}: {child.id}, above it, has ended"}),
            ("state", {"state": "fail"}))]

    async def pass_on(self, path: str, /, *arguments: Any, **named: Any) -> Any:
        """Routes a call of `task/below/<id>/<method>`. `path` begins with the id."""
        (id, _, method), call = path.partition("/"), postern.current.get()
        if not (child := self._ways.get(id)):
            raise postern.CallError(postern.NOT_FOUND, f"No such task: {id}", postern.Executed.NO)
        if id != child.id:
            method = f"task/below/{path}"
        elif method.startswith("task/"):
            return await child._serve(method)
        try:
            return await child.call(method, *arguments, named=named or None, safe=bool(call.flags & 1),
                                    progress=call.report if call.flags & 2 else None)
        except postern.CallError as error:
            error.is_answer = False  # Keep `executed` as reported by the task itself.
            raise

    def _end(self, id: str) -> None:
        if self._living.pop(id, self) is not self:
            self._ended.append(id)
        while len(self._ended) > _ENDED:  # A call to a task that has just ended may be in flight.
            del self._ways[self._ended.popleft()]


class _Events:
    """A queue of the events of a task's descendants, read by its parent."""

    def __init__(self) -> None:
        self._queue, self._has_ended = collections.deque[Event](), False
        self._changed, self._room = asyncio.Event(), asyncio.Event()

    def note(self, event: Event) -> None:
        """Appends an event without waiting."""
        self._queue.append(event)
        self._changed.set()

    async def publish(self, event: Event) -> None:
        """Appends an event, and waits while the queue is too long, which suspends the reading of a child's output."""
        self.note(event)
        while len(self._queue) > _QUEUE and not self._has_ended:
            self._room.clear()
            await self._room.wait()

    def end(self) -> None:
        """Ends the iteration after the queued events."""
        self._has_ended = True
        self._changed.set()
        self._room.set()

    async def read(self) -> AsyncIterator[Event]:
        """Yields the events in order."""
        while self._queue or not self._has_ended:
            if self._queue:
                yield self._queue.popleft()
                self._room.set()
            else:
                self._changed.clear()
                await self._changed.wait()


class _Runner:
    """Runs the task of this process on behalf of its parent."""

    def __init__(self, main: Callable[..., Awaitable[Any]], services: Sequence[postern.Service]) -> None:
        self._main, self._services = main, services
        loop = asyncio.get_running_loop()
        self.outcome: asyncio.Future[Any] = loop.create_future()
        self._peer: asyncio.Future[postern.Peer] = loop.create_future()
        self._task: Task | None = None
        self._work: asyncio.Task[None] | None = None
        self._is_stopped = False
        self.control, self.below = postern.Service("task"), postern.Service("task/below")
        self.below.rest = self._pass_on
        for method in self.start, self.stop, self.result, self.events:
            self.control.expose(method)

    def begin(self, peer: postern.Peer) -> None:
        """Sets the connection to the parent."""
        self._peer.set_result(peer)

    async def start(self, id: str, name: str, inputs: Any, detached: bool = False) -> None:
        "Starts the task with its inputs"
        if self._task:
            raise postern.CallError(postern.INVALID_REQUEST, "The task was started before", postern.Executed.NO)
        peer = await self._peer
        try:
            inspect.signature(self._main).bind(None, **(inputs or {}))
        except TypeError as error:
            message = f"inputs of {name}: {error}"
            raise postern.CallError(postern.INVALID_PARAMETERS, message, postern.Executed.NO) from None
        self._task = Task(id, peer, self._services)
        self._work = asyncio.ensure_future(self._run(self._task, inputs or {}))

    def stop(self) -> None:
        "Stops the task"
        self._is_stopped = True
        if self._work:
            self._work.cancel()

    async def result(self) -> Any:
        "Waits for the result"
        self._started()._report_to(postern.current.get().report)
        return await asyncio.shield(self.outcome)

    async def events(self) -> AsyncIterator[Event]:
        "Delivers what happens to the tasks below"
        async for event in self._started()._events.read():
            yield event

    async def _pass_on(self, path: str, /, *arguments: Any, **named: Any) -> Any:
        return await self._started()._below.pass_on(path, *arguments, **named)

    def _started(self) -> Task:
        if self._task is None:
            raise postern.CallError(postern.INVALID_REQUEST, "The task has not been started", postern.Executed.NO)
        return self._task

    async def _run(self, task: Task, inputs: dict[str, Any]) -> None:
        outcome: Any
        try:
            outcome = await self._main(task, **inputs)
        except asyncio.CancelledError:
            outcome = postern.CallError(postern.CANCELLED, f"Task {task.id} was stopped")
        except postern.CallError as error:
            outcome = error
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:
            outcome = _failure(error)
        await task._end()
        if not isinstance(outcome, postern.CallError):
            self.outcome.set_result(outcome)
            return
        if self._is_stopped:
            outcome = postern.CallError(postern.CANCELLED, f"Task {task.id} was stopped")
        self.outcome.set_exception(outcome)
        self.outcome.exception()  # Prevents a warning if no code awaits the outcome.


def _failure(error: BaseException) -> postern.CallError:
    """Converts the exception with which a task ended to an error."""
    name = text = type(error).__name__
    with contextlib.suppress(Exception):  # Standard error may be closed, and `__str__` may raise.
        traceback.print_exc()
    with contextlib.suppress(Exception):
        text = f"{name}: {error}"
    return postern.CallError(postern.FAILED, text, details={"type": name})


async def _serve(channel: socket.socket, main: Callable[..., Awaitable[Any]],
                 services: Sequence[postern.Service]) -> int:
    runner = _Runner(main, services)
    async with postern.adopt(channel, runner.control, runner.below, *services) as peer:
        runner.begin(peer)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, runner.stop)
        end = asyncio.ensure_future(peer.ended.wait())
        await asyncio.wait([runner.outcome, end], return_when=asyncio.FIRST_COMPLETED)
        if not runner.outcome.done():
            runner.stop()  # The parent has ended; the task has half a second to clean up.
            await asyncio.wait([runner.outcome], timeout=0.5)
            return 1
        # The parent closes the connection after it has received the result and the last events of descendants.
        await asyncio.wait([end], timeout=10)
    error = runner.outcome.exception()
    return 1 if isinstance(error, postern.CallError) and error.code != postern.CANCELLED else 0


def _number(process: int) -> int:
    """Returns the id of a process in the PID namespace of `/proc`, which may be an outer one."""
    with contextlib.suppress(OSError, LookupError, ValueError):
        descriptor = os.pidfd_open(process)
        try:
            with open(f"/proc/self/fdinfo/{descriptor}") as file:
                return int(dict(line.split(":") for line in file)["Pid"])
        finally:
            os.close(descriptor)
    return process


def run(main: Callable[..., Awaitable[Any]], *services: postern.Service) -> None:
    """Runs `main` as the task of this process when the parent starts it, and then exits.

    The parent may call the methods of `services` in the meantime. Standard input is the connection to the parent.
    """
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    channel = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.exit(asyncio.run(_serve(channel, main, services)))
