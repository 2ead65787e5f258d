"""Tests two peers of `public/python/postern.py` with each other, with every kind of frame and every error code."""

import asyncio
import contextlib
import gc
import os
import re
import socket
import ssl
import sys

import pytest

from native_peers import (
    KINDS, PAGE, Frames, Raw, context_trusting, error_of, make_certificate, postern, run, services, until)
from programs import PATIENCE, ROOT

CODES = [int(code) for code in re.findall(r"^\| (-32\d{3}) \|", PAGE, re.MULTILINE)]
SECRET = b"the secret of both of these ends"
NO, YES, UNKNOWN = postern.Executed
FRAMES = Frames()


@pytest.fixture(autouse=True)
def frames(caplog):
    """Records the frames of all tests of this module; the last test checks that they are complete."""
    with FRAMES.recording_without_logs(caplog):
        yield FRAMES


@pytest.fixture(scope="module")
def contexts(tmp_path_factory):
    """Returns the TLS contexts of a server and of a client that trusts it."""
    certificate, key = make_certificate(tmp_path_factory.mktemp("tls"))
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate, key)
    return server, context_trusting(certificate)


@pytest.fixture(params=["unix", "tcp", "tls"])
def pair(request, tmp_path, contexts):
    """Returns a function that connects two peers with the same services: that of the client and that of the server."""
    server_context, client_context = contexts if request.param == "tls" else (None, None)
    address = f"unix:{tmp_path}/app.sock" if request.param == "unix" else f"{request.param}:127.0.0.1:0"

    @contextlib.asynccontextmanager
    async def connected(client=None, **options):
        async with postern.serve(address, *services(), context=server_context, **options) as server:
            client = {**options, **(client or {})}
            async with postern.connect(server.address, *services(), context=client_context, **client) as peer:
                await until(lambda: server.peers)
                yield peer, *server.peers
    return connected


def test_calls_in_both_directions(pair):
    async def test():
        async with pair() as peers:
            for peer in peers:
                assert await peer.call("t/add", 1, 2) == 3
                assert await peer.call("t/add", named={"a": 1, "b": None}) == 6
                assert await peer.call("descend", 50) == 50
                assert await peer.call("t/echo", {"a": [1, -1, 2.5, None, True, "é", b"\x00"]}) == {
                    "a": [1, -1, 2.5, None, True, "é", b"\x00"]}
                steps = []
                assert await peer.call("t/wait", 0, 3, progress=steps.append) == "done" and steps == [0, 1, 2]
                peer.notify("t/count", 3)  # A notification has no answer, and therefore no stream.
                assert [number async for number in await peer.call("t/count", 500)] == list(range(500))
                async for number in await peer.call("t/count", 1 << 40):
                    if number == 200:
                        break
    run(test)


def test_every_error_is_received_with_its_code_message_and_details(pair):
    async def test():
        async with pair() as peers:
            for peer in peers:
                for code in [*CODES, 1001]:
                    error = await error_of(peer.call("t/fail", code, NO, {"at": 1}))
                    assert (error.code, error.message, error.executed, error.details) == (
                        code, "as was asked for", NO, {"at": 1})
                    with pytest.raises(postern.CallError) as raised:
                        async for _ in await peer.call("t/fail_late", code):
                            pass
                    assert (raised.value.code, raised.value.executed) == (code, YES)
                error = await error_of(peer.call("t/fail", 7, named={"executed": UNKNOWN}))
                assert (error.code, error.executed) == (7, UNKNOWN)
                error = await error_of(peer.call("t/crash"))
                assert (error.code, error.details) == (postern.FAILED, {"type": "ValueError"})
                assert "stays" not in error.message
    run(test)


def test_every_code_is_returned_for_its_cause(pair, monkeypatch):
    for name, value in {"FRAME_BYTES": 4_096, "MAXIMUM_CALLS": 4, "MAXIMUM_REFERENCES": 10}.items():
        monkeypatch.setattr(postern, name, value)

    async def test():
        async with pair() as (peer, other):
            async def code(awaitable):
                return (await error_of(awaitable)).code
            assert await code(peer.call("x" * 129)) == postern.INVALID_REQUEST
            assert await code(peer.call("t/no")) == postern.NO_METHOD
            assert await code(peer.call("t/echo", 1, safe=True)) == postern.NO_METHOD
            assert await code(peer.call("t/add", 1, 2, 3)) == postern.INVALID_PARAMETERS
            assert await code(peer.subscribe("no")) == postern.INVALID_PARAMETERS
            assert await code(peer.call("$/5")) == postern.NOT_FOUND
            assert await code(peer.call("t/wait", 5, timeout=0.05)) == postern.DEADLINE
            assert await code(peer.call("t/echo", "x" * 4_096)) == postern.CALL_TOO_LARGE
            assert await code(peer.call("t/echo", object())) == postern.INVALID_PARAMETERS
            functions = [lambda: None for _ in range(11)]
            assert await code(peer.call("t/keep", functions)) == postern.TOO_MANY_REFERENCES
            other.services["t"].expose(lambda: "x" * 4_096, name="large")
            other.services["t"].expose(lambda: object(), name="formless")
            other.services["t"].expose(lambda: functions, name="functions")
            assert await code(peer.call("t/large")) == postern.RESULT_TOO_LARGE
            assert await code(peer.call("t/formless")) == postern.INTERNAL
            assert await code(peer.call("t/functions")) == postern.TOO_MANY_REFERENCES
    run(test)


def test_references_are_exported_used_and_released(pair):
    async def test():
        async with pair() as (peer, other):
            received = []
            assert await peer.call("t/apply", lambda value: value * 2, 21) == 42
            counter = await peer.call("t/counter_object")
            assert [await counter.call("increment"), await counter.call("increment")] == [1, 2]
            assert await peer.call("t/is_own", counter) and not await peer.call("t/is_own", print)
            await peer.call("t/keep", received.append)
            function, = other.services["t"].received
            await function(1)
            other.notify(function.path(), 2)
            await until(lambda: received == [1, 2])
            assert len(peer._lent) == 1
            await peer.call("t/clear")
            del function, counter
            gc.collect()
            await until(lambda: not (peer._lent or peer._held or other._lent or other._held))
    run(test)


def test_a_reference_is_passed_on_to_a_third_peer(pair):
    async def test():
        async with pair() as (peer, _), pair() as (third, _):
            counter = await peer.call("t/counter_object")
            applied = await third.call("t/apply", counter_of := counter_caller(counter), 5)
            assert applied == 5 and counter_of
            function = await peer.call("t/echo", lambda value: value + 1)
            assert await third.call("t/apply", function, 1) == 2
            await third.call("t/keep", counter)
            kept = third
            assert await kept.call("t/is_own", counter) is False
    run(test)


def counter_caller(counter):
    """Returns a function that increments an object of another peer as often as its argument says."""
    async def increment(times):
        for _ in range(times):
            result = await counter.call("increment")
        return result
    return increment


CHILD = """
import asyncio, postern, socket

async def main():
    service = postern.Service("child")
    service.expose(lambda value: value + 1, name="increment")
    async with postern.adopt(socket.socket(fileno=0), service, is_initiator=False) as parent:
        await parent.ended.wait()

asyncio.run(main())
"""


def test_a_child_process_connects_over_its_standard_input():
    async def test():
        ours, theirs = socket.socketpair()
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CHILD, stdin=theirs, env={**os.environ, "PYTHONPATH": str(ROOT / "public/python")})
        theirs.close()
        async with postern.adopt(ours) as peer:
            assert await peer.call("child/increment", 1) == 2
        assert await asyncio.wait_for(child.wait(), PATIENCE) == 0
    run(test)


def test_a_slow_subscriber_is_notified_of_the_number_of_missed_events(pair):
    async def test():
        async with pair() as (peer, _):
            await peer.call("t/say", "before")
            events = await peer.subscribe("t/room")
            assert events.position.offset == 1
            for number in range(1_000):
                await peer.call("t/say", str(number))
            seen = []
            async for event in events:
                seen.append(int(event))
                if event == "999":
                    break
            assert events.missed == 1_000 - len(seen) > 0 and seen == sorted(seen)
            again = await peer.subscribe("t/room", since=postern.Position(events.position.epoch, 950))
            assert again.position == (events.position.epoch, 950)
            late = await peer.subscribe("t/room", since=postern.Position(events.position.epoch, 2))
            assert late.position == events.position
    run(test)


def test_queued_calls_keep_their_deadline(pair, monkeypatch):
    monkeypatch.setattr(postern, "MAXIMUM_CALLS", 2)

    async def test():
        async with pair() as (peer, other):
            calls = [asyncio.ensure_future(peer.call("t/wait", 0.05)) for _ in range(10)]
            await asyncio.sleep(0)
            error = await error_of(peer.call("t/wait", 0, timeout=0.01))
            assert (error.code, error.executed) == (postern.DEADLINE, NO)
            calls[5].cancel()
            results = await asyncio.gather(*calls, return_exceptions=True)
            assert results.count("done") == 9
            hanging = [asyncio.ensure_future(peer.call("t/wait", 60)) for _ in range(5)]
            await asyncio.sleep(0.1)
            other.close()
            errors = [await error_of(call) for call in hanging]
            assert [error.executed for error in errors] == [UNKNOWN, UNKNOWN, NO, NO, NO]
            # Queued calls fail at the goodbye or at the end of the connection that follows it.
            assert {error.code for error in errors} <= {postern.UNAVAILABLE, postern.DRAINING}
    run(test)


def test_a_lost_connection_during_a_stream_and_a_cancelled_handler_are_reported(pair):
    async def test():
        async with pair() as (peer, other):
            async def cancel():
                raise asyncio.CancelledError
            other.services["t"].expose(cancel)
            error = await error_of(peer.call("t/cancel"))
            assert (error.code, error.executed) == (postern.CANCELLED, YES)
            stream, waiting = await peer.call("t/count", 1 << 40), asyncio.ensure_future(peer.call("t/wait", 60))
            with pytest.raises(postern.CallError) as raised:
                async for number in stream:
                    if number == 100:
                        other.close()
            assert (raised.value.code, raised.value.executed) == (postern.UNAVAILABLE, YES)
            assert (await error_of(waiting)).executed == UNKNOWN
            assert [item async for item in stream] == []
    run(test)


def test_a_drain_finishes_calls_and_refuses_new_ones(pair):
    async def test():
        async with pair() as (peer, other):
            gate = asyncio.Event()

            async def hold():
                await gate.wait()
                return "done"

            other.services["t"].expose(hold)
            call = asyncio.ensure_future(peer.call("t/hold"))
            stream = await peer.call("t/count", 1 << 40)
            draining = asyncio.ensure_future(other.drain())
            with pytest.raises(postern.CallError) as raised:
                async for _ in stream:
                    pass
            assert (raised.value.code, raised.value.executed) == (postern.DRAINING, YES)
            error = await error_of(peer.call("t/add", 1))
            assert (error.code, error.executed) == (postern.DRAINING, NO)
            gate.set()
            assert await call == "done"
            await draining
            await peer.ended.wait()
            assert peer.ending[0] == 0
    run(test)


def test_a_call_that_arrives_during_a_drain_is_refused(tmp_path):
    async def test():
        async with postern.serve(f"unix:{tmp_path}/s", *services()) as server:
            async with Raw.connected(f"{tmp_path}/s") as client:
                await until(lambda: server.peers)
                draining = asyncio.ensure_future(next(iter(server.peers)).drain())
                assert (await client.frame())[:2] == [13, 0] and await client.frame() == [11, 1]
                client.send(1, 1, "t/add", None, 0, 0, [1, 2], None)
                client.send(12, 1)
                assert (await client.frame())[:3] == [3, 1, postern.DRAINING]
                assert [frame[:2] for frame in await client.frames()] == [[13, 0]]
                await draining
    run(test)


@pytest.mark.parametrize("mine, theirs", [(SECRET, b"another secret of 24 byte"), (None, SECRET), (SECRET, None)])
def test_peers_with_different_secrets_do_not_connect(pair, mine, theirs):
    async def test():
        try:
            async with pair(client={"secret": mine}, secret=theirs):
                raise AssertionError("the connection was opened")
        except postern.CallError as error:
            assert (error.code, error.executed) == (postern.UNAUTHENTICATED, NO)
    run(test)


def test_peers_with_the_same_secret_connect(pair):
    async def test():
        async with pair(secret=SECRET) as (peer, _):
            assert await peer.call("t/add", 1, 2) == 3
    run(test)


def test_an_abstract_socket_name_is_an_address():
    async def test():
        async with postern.serve(f"unix:@postern-{os.getpid()}", *services()) as server:
            async with postern.connect(server.address) as peer:
                assert await peer.call("t/add", 1, 2) == 3
    run(test)


def test_a_failing_progress_function_ends_only_its_call(pair):
    async def test():
        async with pair() as (peer, _):
            with pytest.raises(ZeroDivisionError):
                await peer.call("t/wait", 0, 1, progress=lambda step: 1 / step)
            assert await peer.call("t/add", 1, 2) == 3
    run(test)


def test_every_documented_frame_and_code_was_sent_and_received(frames):
    assert len(KINDS) == 17 and len(CODES) > 15
    for way in ("sent", "received"):
        assert set(KINDS) - frames.kinds[way] == set(), way
        assert set(CODES) - frames.codes[way] == set(), way
