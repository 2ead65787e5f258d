"""Tests `public/python/postern.py` with Swift peers: calls in both directions, references, streams and topics."""

import asyncio
import gc
import json
import ssl
import subprocess

import pytest

from files import replace
from native_peers import context_trusting, error_of, make_certificate, postern, run, services, until
from programs import LISTENING, PATIENCE, ROOT, Program, binary, stop_all

NATIVE_LINE = r"native on (\S+)"
SECRET = b"the secret of this test, in 40 characters"
NO, YES, UNKNOWN = postern.Executed


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    """Yields the addresses of demos on a Unix socket, on TCP and with a secret, and of the service of the case list."""
    folder = tmp_path_factory.mktemp("postern")
    (folder / "secret").write_bytes(SECRET)
    unix = Program("postern-demo", "--no-gateway", "--native", f"unix:{folder}/app.sock", ready=NATIVE_LINE)
    tcp = Program("postern-demo", "--no-gateway", "--native", "tcp:127.0.0.1:0", ready=NATIVE_LINE)
    secret = Program("postern-demo", "--no-gateway", "--native", "tcp:127.0.0.1:0", "--secret-file", folder / "secret",
                     ready=NATIVE_LINE)
    cases = Program("case-service", f"unix:{folder}/cases.sock", ready=LISTENING, stdin=True)
    yield {"unix": unix.line[1], "tcp": tcp.line[1], "secret": secret.line[1], "cases": f"unix:{folder}/cases.sock"}
    stop_all([unix, tcp, secret])
    cases.end_input()


@pytest.fixture(params=["unix", "tcp"])
def address(request, addresses):
    return addresses[request.param]


def test_calls_with_progress_errors_and_named_arguments(address):
    async def test():
        async with postern.connect(address, name="a test") as peer:
            assert peer.remote["name"] == "postern-demo"
            assert await peer.call("calculator/add", 1, 2) == 3
            assert await peer.call("calculator/add", named={"a": 1, "b": 2.5}) == 3.5
            steps = []
            await peer.call("jobs/run", named={"steps": 3, "stepMs": 1}, progress=steps.append)
            assert [step["step"] for step in steps] == [1, 2, 3]
            error = await error_of(peer.call("calculator/divide", 1, 0))
            assert (error.code, error.executed) == (1001, YES)
            error = await error_of(peer.call("no/such"))
            assert (error.code, error.executed) == (postern.NO_METHOD, NO)
            error = await error_of(peer.call("jobs/run", 1_000, 60_000, timeout=0.1))
            assert (error.code, error.executed) == (postern.DEADLINE, UNKNOWN)
            error = await error_of(peer.call("jobs/run", 1, 1, safe=True))
            assert (error.code, error.executed) == (postern.NO_METHOD, NO)
            await until_idle(peer)
    run(test)


async def until_idle(peer):
    """Waits until the demo runs no job."""
    async with asyncio.timeout(PATIENCE):
        while await peer.call("jobs/active") != 0:
            await asyncio.sleep(0.02)


def test_a_cancelled_call_and_an_abandoned_stream_end_at_the_server(address):
    async def test():
        async with postern.connect(address) as peer:
            task = asyncio.ensure_future(peer.call("jobs/run", 1_000, 60_000))
            async with asyncio.timeout(PATIENCE):
                while await peer.call("jobs/active") == 0:
                    await asyncio.sleep(0.01)
            task.cancel()
            await until_idle(peer)
            seen = 0
            async for tick in await peer.call("clock/ticks", named={"interval": 0.01}):
                seen += 1
                assert tick["tick"] == seen
                if seen == 100:
                    break
            assert seen == 100
            assert await peer.call("calculator/add", 1, 2) == 3
    run(test)


def test_concurrent_calls_above_the_limit_are_queued(address):
    async def test():
        async with postern.connect(address) as peer:
            answers = await asyncio.gather(*(peer.call("jobs/run", 1, 20) for _ in range(300)))
            assert len(answers) == 300
    run(test)


def test_a_topic_is_read_with_positions_and_resumed_from_one(address):
    async def test():
        async with postern.connect(address) as peer:
            events = await peer.subscribe("chat/room")
            begin = events.position
            for number in range(3):
                await peer.call("chat/say", "test", str(number))
            texts = []
            async for event in events:
                texts.append(event["text"])
                assert events.position == (begin.epoch, begin.offset + len(texts))
                if len(texts) == 3:
                    break
            assert texts == ["0", "1", "2"]
            since = postern.Position(begin.epoch, begin.offset + 1)
            again = await peer.subscribe("chat/room", since)
            assert again.position == since
            async for event in again:
                assert (event["text"], again.missed) == ("1", 0)
                break
            other = await peer.subscribe("chat/room", since=postern.Position("another epoch", 7))
            assert other.position == (begin.epoch, begin.offset + 3)
            other.close()
            error = await error_of(peer.subscribe("no/such"))
            assert error.code == postern.INVALID_PARAMETERS
    run(test)


def test_a_function_is_called_and_an_unused_object_is_released(address, tmp_path):
    async def test():
        (tmp_path / "a").write_text("one")
        changes = asyncio.Queue()
        async with postern.connect(address) as peer:
            watch = await peer.call("files/watch", str(tmp_path / "a"), lambda *change: changes.put_nowait(change))
            assert watch.is_object and await watch.call("text") == "<FileMonitor object>"
            replace(tmp_path / "a", "three")
            await asyncio.wait_for(changes.get(), PATIENCE)
            await watch.call("stop")
            await until(lambda: not peer._lent)
            assert len(peer._held) == 1
            del watch
            gc.collect()
            await until(lambda: not peer._held)
            error = await error_of(peer.call("$/12345"))
            assert (error.code, error.executed) == (postern.NOT_FOUND, NO)
    run(test)


def test_errors_of_swift_handlers_are_received_with_their_codes(addresses):
    async def test():
        async with postern.connect(addresses["cases"]) as peer:
            for code in (1001, -1, postern.UNAUTHENTICATED, postern.TOO_MANY_REFERENCES, postern.CANCELLED):
                error = await error_of(peer.call("failures/coded", code))
                assert (error.code, error.executed) == (code, YES)
            error = await error_of(peer.call("failures/detailed"))
            assert (error.executed, error.details, error.name) == (NO, {"room": "kitchen"}, 10)
            error = await error_of(peer.call("failures/typed", "hall"))
            assert error.details == {"type": "RoomMissing", "value": {"room": "hall"}}
            error = await error_of(peer.call("failures/secret"))
            assert (error.code, error.details) == (postern.FAILED, {"type": "Secret", "value": None}) or (
                error.details == {"type": "Secret"})
            items = []
            with pytest.raises(postern.CallError) as raised:
                async for item in await peer.call("failures/stream"):
                    items.append(item)
            assert items == [1] and raised.value.executed == YES
    run(test)


@pytest.mark.parametrize("secret, code", [(SECRET, None), (b"another secret of this test", -32050), (None, -32050)])
def test_a_client_has_to_prove_the_shared_secret(addresses, secret, code):
    async def test():
        try:
            async with postern.connect(addresses["secret"], secret=secret) as peer:
                assert await peer.call("calculator/add", 1, 2) == 3
                assert code is None
        except postern.CallError as error:
            assert (error.code, error.executed) == (code, NO)
    run(test)


@pytest.mark.parametrize("secret", [None, SECRET])
def test_tls(tmp_path, secret):
    """Needs a build with the trait `TLS`, which `make test-traits` creates."""
    options = subprocess.run([binary("postern-demo"), "--help"], capture_output=True, text=True).stdout
    if "--tls-certificate" not in options:
        pytest.skip("this build has no TLS")
    certificate, key = make_certificate(tmp_path)
    (tmp_path / "secret").write_bytes(SECRET)
    demo = Program(
        "postern-demo", "--no-gateway", "--native", "tls:127.0.0.1:0", "--tls-certificate", certificate, "--tls-key", key,
        *(["--secret-file", tmp_path / "secret"] if secret else []), ready=NATIVE_LINE)

    async def test():
        async with postern.connect(demo.line[1], secret=secret, context=context_trusting(certificate)) as peer:
            assert await peer.call("calculator/add", 1, 2) == 3
            async for tick in await peer.call("clock/ticks", named={"interval": 0.01}):
                if tick["tick"] == 100:
                    break
        with pytest.raises(ssl.SSLCertVerificationError):
            async with postern.connect(demo.line[1], secret=secret):
                pass
    try:
        run(test)
    finally:
        stop_all([demo])


async def command(*arguments):
    """Runs a program until it exits; returns its exit code, its output and its errors."""
    process = await asyncio.create_subprocess_exec(
        *map(str, arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    output, errors = await process.communicate()
    return process.returncode, output.decode(), errors.decode()


def test_the_command_line_calls_describes_and_watches_a_python_server(tmp_path):
    async def test():
        offers = service, _, _, room = services()
        async with postern.serve(f"unix:{tmp_path}/app.sock", *offers) as server:
            assert await command(binary("postern"), "call", server.address, "t.add", "1", "2") == (0, "3\n", "")
            assert await command(binary("postern"), "call", server.address, "t.count", "3") == (0, "0\n1\n2\n", "")
            status, _, errors = await command(binary("postern"), "call", server.address, "t.fail", "1001")
            assert (status, errors) == (1, "error 1001 unknown: as was asked for\nexecuted: yes\n")
            status, output, _ = await command(binary("postern"), "describe", server.address)
            lines = [" ".join(line.split()) for line in output.splitlines()]
            assert status == 0 and "t.add(a: any, b?: any) -> any [safe] Adds two numbers" in lines
            assert "t.room What t/say was given" in lines
            watching = asyncio.ensure_future(
                command(binary("postern"), "watch", server.address, "t.room", "--count", "2"))
            async with asyncio.timeout(PATIENCE):
                while not watching.done():
                    room.publish({"text": "hello"})
                    await asyncio.sleep(0.02)
            assert watching.result() == (0, '{"text":"hello"}\n{"text":"hello"}\n', "")
    run(test)


def test_calls_of_a_swift_client_and_a_python_server_nest_fifty_levels_deep(tmp_path):
    async def test():
        async with postern.serve("tcp:127.0.0.1:0", *services()) as server:
            process = await asyncio.create_subprocess_exec(binary("native-peer"), server.address, stdout=subprocess.PIPE)
            await until(lambda: server.peers)
            swift, = server.peers
            assert await swift.call("name") == "native-peer"
            assert await swift.call("descend", named={"depth": 50}) == 50
            await swift.drain()
            output, _ = await process.communicate()
            assert json.loads(output) == {"sum": 42, "levels": 50, "wasClosed": True}
    run(test)


def test_pending_calls_of_a_killed_swift_client_end(tmp_path):
    async def test():
        offers = service, *_ = services()
        waiting = []

        async def hang(functions):
            waiting.append(functions)
            try:
                await asyncio.sleep(3_600)
            finally:
                waiting.remove(functions)

        async def endless():
            number = 0
            while True:
                yield (number := number + 1)

        offers[1].expose(hang)
        offers[1].expose(endless)
        async with postern.serve(f"unix:{tmp_path}/app.sock", *offers) as server:
            process = await asyncio.create_subprocess_exec(binary("native-peer"), server.address, "pending")
            await until(lambda: len(waiting) == 2)
            swift, = server.peers
            assert all(len(functions) == 10 for functions in waiting) and len(swift._held) == 20
            process.kill()
            await until(lambda: not waiting and not server.peers)
            assert swift.ending[0] is None and not swift._served
            await process.wait()
    run(test)
