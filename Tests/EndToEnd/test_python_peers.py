"""Two peers of `public/python/postern.py`, over Unix sockets, TCP and TLS; every frame and every code of the page is seen."""

import asyncio
import contextlib
import gc
import os
import re
import ssl

import pytest

from native_peers import Frames, error_of, make_certificate, postern, run, services, trusting, until
from programs import ROOT

PAGE = (ROOT / "Sources/Postern/WireProtocol.md").read_text()
CODES = [int(code) for code in re.findall(r"^\| (-32\d{3}) \|", PAGE, re.MULTILINE)]
KINDS = [kind for row in re.findall(r"^\| ([a-z, ]+) \| `\[\d+,", PAGE, re.MULTILINE) for kind in row.split(", ")]
SECRET = b"the secret of both of these ends"
FRAMES = Frames()


@pytest.fixture(autouse=True)
def frames():
    """Every test adds to one record, which the last test reads."""
    with FRAMES.noted():
        yield FRAMES


@pytest.fixture(scope="module")
def contexts(tmp_path_factory):
    """TLS of a server and of a client that trusts it."""
    certificate, key = make_certificate(tmp_path_factory.mktemp("tls"))
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(certificate, key)
    return server, trusting(certificate)


@pytest.fixture(params=["unix", "tcp", "tls"])
def pair(request, tmp_path, contexts):
    """Connects a client to a server: the client's peer and the server's, which both offer the same."""
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
                peer.notify("t/count", 3)  # A notification has no answer, and so no stream either.
                assert [number async for number in peer.stream("t/count", 500)] == list(range(500))
                async for number in peer.stream("t/count", 1 << 40):
                    if number == 200:
                        break
            await until(lambda: not any(peer._served or peer._calls for peer in peers))
    run(test)


def test_every_code_arrives_with_what_belongs_to_it(pair):
    async def test():
        async with pair() as peers:
            for peer in peers:
                for code in [*CODES, 1001]:
                    error = await error_of(peer.call("t/fail", code, "no", {"at": 1}))
                    assert (error.code, error.message, error.executed, error.details) == (
                        code, "as was asked for", "no", {"at": 1})
                    with pytest.raises(postern.CallError) as raised:
                        async for _ in peer.stream("t/fail_late", code):
                            pass
                    assert (raised.value.code, raised.value.executed) == (code, "yes")
                error = await error_of(peer.call("t/fail", 7, named={"name": "aborted", "executed": "unknown"}))
                assert (error.name, error.executed, error.hops) == ("aborted", "unknown", [["t/fail", "python", None]])
                error = await error_of(peer.call("t/crash"))
                assert (error.code, error.details) == (postern.FAILED, {"type": "ValueError"})
                assert "stays" not in error.message
    run(test)


def test_every_code_has_its_cause(pair):
    async def test():
        async with pair(client={"references": 1_000}, frame_bytes=4_096, calls_in_flight=4, references=10) as (peer, other):
            async def code(awaitable):
                return (await error_of(awaitable)).code
            assert await code(peer.call("x" * 129)) == postern.INVALID_REQUEST
            assert await code(peer.call("t/no")) == postern.NO_METHOD
            assert await code(peer.call("t/echo", 1, safe=True)) == postern.NO_METHOD
            assert await code(peer.call("t/add", 1, 2, 3)) == postern.INVALID_PARAMETERS
            assert await code(peer.subscribe("no").open()) == postern.INVALID_PARAMETERS
            assert await code(peer.call("$/5")) == postern.NOT_FOUND
            assert await code(peer.call("t/wait", 5, timeout=0.05)) == postern.DEADLINE
            assert await code(peer.call("t/echo", "x" * 4_096)) == postern.CALL_TOO_LARGE
            assert await code(peer.call("t/echo", object())) == postern.INVALID_PARAMETERS
            assert await code(peer.call("t/keep", [lambda: number for number in range(11)])) == postern.TOO_MANY_REFERENCES
            other.services["t"].expose(lambda: "x" * 4_096, name="large")
            other.services["t"].expose(lambda: object(), name="formless")
            assert await code(peer.call("t/large")) == postern.RESULT_TOO_LARGE
            assert await code(peer.call("t/formless")) == postern.INTERNAL
            assert await code(peer.call("t/count", 3)) == postern.INVALID_REQUEST
            assert await code(peer.stream("t/add", 1).open()) == postern.INVALID_REQUEST
            peer._places = asyncio.Semaphore(100)
            answers = await asyncio.gather(*(peer.call("t/wait", 0.1) for _ in range(5)), return_exceptions=True)
            assert [answer for answer in answers if answer != "done"][0].code == postern.BUSY
            assert not peer._lent and not other._held
    run(test)


def test_references_go_there_and_return(pair):
    async def test():
        async with pair() as (peer, other):
            heard = []
            assert await peer.call("t/apply", lambda value: value * 2, 21) == 42
            counter = await peer.call("t/counter_object")
            assert [await counter.call("increment"), await counter.call("increment")] == [1, 2]
            assert await peer.call("t/is_own", counter) and not await peer.call("t/is_own", print)
            await peer.call("t/keep", heard.append)
            function, = other.services["t"].methods["keep"].function.__closure__[0].cell_contents["heard"]
            await function(1)
            other.notify(function.path(), 2)
            await until(lambda: heard == [1, 2])
            assert len(peer._lent) == 1
            await peer.call("t/forget")
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
    """A function that increments an object of another peer so many times."""
    async def increment(times):
        for _ in range(times):
            result = await counter.call("increment")
        return result
    return increment


def test_a_slow_reader_of_a_topic_sees_how_much_it_missed(pair):
    async def test():
        async with pair() as (peer, _):
            await peer.call("t/say", "before")
            events = await peer.subscribe("t/room").open()
            assert events.position.offset == 1
            for number in range(1_000):
                await peer.call("t/say", str(number))
            seen = []
            async for event in events:
                seen.append(int(event))
                if event == "999":
                    break
            assert events.missed == 1_000 - len(seen) > 0 and seen == sorted(seen)
            again = await peer.subscribe("t/room", since=postern.Position(events.position.epoch, 950)).open()
            assert again.is_recovered
            late = await peer.subscribe("t/room", since=postern.Position(events.position.epoch, 2)).open()
            assert not late.is_recovered and late.position == events.position
    run(test)


def test_calls_wait_for_room_and_keep_their_deadline(pair):
    async def test():
        async with pair(calls_in_flight=2) as (peer, other):
            calls = [asyncio.ensure_future(peer.call("t/wait", 0.05)) for _ in range(10)]
            await asyncio.sleep(0)
            error = await error_of(peer.call("t/wait", 0, timeout=0.01))
            assert (error.code, error.executed) == (postern.DEADLINE, "no")
            calls[5].cancel()
            results = await asyncio.gather(*calls, return_exceptions=True)
            assert results.count("done") == 9
            hanging = [asyncio.ensure_future(peer.call("t/wait", 60)) for _ in range(5)]
            await until(lambda: len(other._served) == 2)
            other.close()
            errors = [await error_of(call) for call in hanging]
            assert [error.executed for error in errors] == ["unknown", "unknown", "no", "no", "no"]
            # Those that wait fail at the goodbye, or at the end that follows it.
            assert {error.code for error in errors} <= {postern.UNAVAILABLE, postern.DRAINING}
    run(test)


def test_a_drain_finishes_calls_and_refuses_new_ones(pair):
    async def test():
        async with pair() as (peer, other):
            call = asyncio.ensure_future(peer.call("t/wait", 0.2))
            stream = await peer.stream("t/count", 1 << 40).open()
            await until(lambda: len(other._served) == 2)
            draining = asyncio.ensure_future(other.drain())
            await until(lambda: peer._goodbye)
            error = await error_of(peer.call("t/add", 1))
            assert (error.code, error.executed) == (postern.DRAINING, "no")
            peer._goodbye = None  # A call that crosses the goodbye.
            error = await error_of(peer.call("t/add", 1))
            assert (error.code, error.executed) == (postern.DRAINING, "no")
            with pytest.raises(postern.CallError) as raised:
                async for _ in stream:
                    pass
            assert (raised.value.code, raised.value.executed) == (postern.DRAINING, "yes")
            assert await call == "done"
            await draining
            await peer.closed
    run(test)


def test_a_silent_side_is_asked_and_then_left(pair):
    async def test():
        async with pair(ping_interval=0.1, ping_grace=0.2) as (peer, other):
            await asyncio.sleep(0.4)
            assert peer.ending is None and await peer.call("t/add", 1, 2) == 3
            other._tasks[0].cancel()
            other._tasks[1].cancel()
            await until(lambda: peer.ending)
            assert peer.ending[0] == 4
    run(test)


@pytest.mark.parametrize("mine, theirs", [(SECRET, b"another secret of 24 byte"), (None, SECRET), (SECRET, None)])
def test_ends_without_the_same_secret_do_not_open(pair, mine, theirs):
    async def test():
        try:
            async with pair(client={"secret": mine}, secret=theirs):
                raise AssertionError("it is open")
        except postern.CallError as error:
            assert (error.code, error.executed) == (postern.UNAUTHENTICATED, "no")
    run(test)


def test_ends_with_the_same_secret_open(pair):
    async def test():
        async with pair(secret=SECRET) as (peer, _):
            assert await peer.call("t/add", 1, 2) == 3
    run(test)


def test_one_connection_too_many_is_refused(tmp_path):
    async def test():
        async with postern.serve(f"unix:{tmp_path}/s", *services(), connections=1) as server:
            async with postern.connect(server.address), postern.connect(server.address) as second:
                assert (await second.closed)[0] == 6
    run(test)


@pytest.mark.parametrize("answer", [b"\x92\x00\x02", *(b"\x93\x0d%c\xa2no" % code for code in range(7))])
def test_another_version_or_a_goodbye_instead_of_a_hello_ends_the_connection(tmp_path, answer):
    async def test():
        async def accept(reader, writer):
            await reader.read(100)
            writer.transport.write(len(answer).to_bytes(4, "big") + answer)
            await reader.read()
            writer.close()

        async with await asyncio.start_unix_server(accept, f"{tmp_path}/s"):
            with pytest.raises(postern.CallError) as raised:
                async with postern.connect(f"unix:{tmp_path}/s"):
                    pass
            expected = postern.UNAUTHENTICATED if answer[2] == 5 else postern.UNAVAILABLE
            assert (raised.value.code, raised.value.executed) == (expected, "no")
    run(test)


def test_a_name_in_the_abstract_namespace_is_an_address():
    async def test():
        async with postern.serve(f"unix:@postern-{os.getpid()}", *services()) as server:
            async with postern.connect(server.address) as peer:
                assert await peer.call("t/add", 1, 2) == 3
    run(test)


def test_a_reader_that_is_too_slow_is_left(tmp_path):
    async def test():
        async with postern.serve(f"unix:{tmp_path}/s", *services(), queued_bytes=1 << 18) as server:
            async with postern.connect(server.address) as peer:
                await until(lambda: server.peers)
                other, = server.peers
                peer._writer.transport.pause_reading()
                peer._last_id = 1
                peer._send([postern.Kind.CALL, 1, "t/echo", None, 0, 0, ["x" * (4 << 20)], None])
                await until(lambda: other.ending)
                assert other.ending[0] == 3
                peer._writer.transport.resume_reading()
                assert (await peer.closed)[0] == 3
    run(test)


BAD = {
    "no bytes": b"\x00\x00\x00\x00", "too long": b"\xff\xff\xff\xff", "not MessagePack": b"\x00\x00\x00\x01\xc1",
    "no array": b"\x00\x00\x00\x01\x05", "no such kind": b"\x00\x00\x00\x02\x91\x63", "too few fields": b"\x00\x00\x00\x02\x91\x02",
    "a field of another type": b"\x00\x00\x00\x04\x93\x02\xa1a", "cut": b"\x00\x00\x00\x03\x92\x04\xcf", "a second hello":
    b"\x00\x00\x00\x04\x93\x00\x01\x80", "something behind": b"\x00\x00\x00\x04\x92\x0b\x01\x01", "an answer to no call":
    b"\x00\x00\x00\x04\x93\x02\x05\x01", "a proof": b"\x00\x00\x00\x04\x92\x0e\xc4\x00", "call 0":
    b"\x00\x00\x00\x0a\x98\x01\x00\xa1a\xc0\x00\x00\xc0\xc0",
}


@pytest.mark.parametrize("name", BAD)
def test_what_breaks_the_protocol_ends_the_connection(tmp_path, name):
    async def test():
        async with postern.serve(f"unix:{tmp_path}/s", *services()) as server:
            reader, writer = await asyncio.open_unix_connection(f"{tmp_path}/s")
            writer.transport.write(b"\x00\x00\x00\x04\x93\x00\x01\x80" + BAD[name])
            data = await asyncio.wait_for(reader.read(), 5)
            assert data[4:].find(b"\x93\x0d\x01") > 0, data
            async with postern.connect(server.address) as peer:
                assert await peer.call("t/add", 1, 2) == 3
            writer.close()
    run(test)


def test_half_a_frame_and_half_a_handshake_end_the_connection(tmp_path):
    async def test():
        async with postern.serve(f"unix:{tmp_path}/s", *services(), frame_timeout=0.2):
            for data in (b"", b"\x00\x00\x00\x04\x93", b"\x00\x00\x00\x04\x93\x00\x01\x80\x00\x00\x00\x09\x98"):
                reader, writer = await asyncio.open_unix_connection(f"{tmp_path}/s")
                writer.transport.write(data)
                assert (await asyncio.wait_for(reader.read(), 5)).find(b"\x93\x0d\x04") > 0
                writer.close()
    run(test)


def test_a_value_that_is_not_well_formed_fails_its_call_only(tmp_path):
    async def test():
        async with postern.serve(f"unix:{tmp_path}/s", *services()) as server:
            async with postern.connect(server.address) as peer:
                body = b"\x98\x01\x01\xa6t/echo\xc0\x00\x00\x91\xc1\xc0"
                answer = peer.loop.create_future()
                call = peer.stream("t/echo")
                call._answer, peer._calls[1], peer._last_id = answer, call, 1
                peer._writer.write(len(body).to_bytes(4, "big") + body)
                error = await error_of(asyncio.wait_for(answer, 5))
                assert (error.code, error.executed) == (postern.INVALID_REQUEST, "no")
                assert await peer.call("t/add", 1, 2) == 3
    run(test)


def test_every_frame_and_every_code_of_the_page_was_sent_and_received(frames):
    assert len(KINDS) == 17 and len(CODES) > 15
    for way in ("sent", "received"):
        assert set(KINDS) - frames.kinds[way] == set(), way
        assert set(CODES) - frames.codes[way] == set(), way
        assert set(range(7)) - frames.goodbyes[way] == set(), way
