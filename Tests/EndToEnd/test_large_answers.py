"""Tests many large answers at once, and streams of large items."""

import asyncio
import functools
import json
import urllib.request

import pytest
import websockets

from coroutines import run_for
from native_peers import postern, until
from programs import LISTENING, PATIENCE, Program, port_of, start_in_process, stop_all

# The client sends no pings: it would close connections whose pongs are queued behind large answers.
connect = functools.partial(websockets.connect, max_size=None, compression=None, ping_interval=None)
COUNT = 66
LARGE = "x" * 1_000_000


def test_many_large_answers_are_all_received(server):
    async def run():
        url = server.replace("http", "ws", 1) + "/rpc"
        async with connect(url, max_queue=None) as socket:
            # Arguments count three times, so that a client is refused whose calls in flight have more than 10 MiB.
            room = asyncio.Semaphore(8)

            async def send():
                for number in range(COUNT):
                    await room.acquire()
                    request = {"jsonrpc": "2.0", "id": number, "method": "echo.echo", "params": [LARGE]}
                    await socket.send(json.dumps(request))

            sending = asyncio.create_task(send())
            answers = []
            for _ in range(COUNT):
                answers.append(json.loads(await socket.recv()))
                room.release()
            await sending
            assert sorted(answer["id"] for answer in answers) == list(range(COUNT))
            assert [answer["error"] for answer in answers if answer.get("result") != LARGE] == []

    run_for(2 * PATIENCE, run())


def test_a_connection_remains_open_while_many_large_answers_are_queued(server):
    """All calls arrive before the first answer is sent, so behind a gateway there is no back-pressure on the results.

    An answer that exceeds the queue of the connection becomes the error -32009 with `executed` "yes". No other answer
    is lost, and the connection remains open.
    """
    async def run():
        url = server.replace("http", "ws", 1) + "/rpc"
        async with connect(url, max_queue=None) as socket:
            async def call(number, method, *params):
                await socket.send(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))

            for number in range(600):
                await call(number, "chat.say", "me", LARGE[:1_900])
                assert "result" in json.loads(await socket.recv())
            for number in range(COUNT):
                await call(number, "chat.history", 600)
            answers = [json.loads(await socket.recv()) for _ in range(COUNT)]
            assert sorted(answer["id"] for answer in answers) == list(range(COUNT))
            whole = [answer for answer in answers if "result" in answer]
            # As many as the budget of a connection has room for, 32 MiB, are sent whatever the client reads.
            assert len(whole) > 25 and all(len(answer["result"]) == 600 for answer in whole)
            errors = [answer["error"] for answer in answers if "error" in answer]
            assert all((error["code"], error["data"]["executed"]) == (-32009, "yes") for error in errors), errors[:1]
            await call(COUNT, "calculator.add", 1, 2)
            assert json.loads(await socket.recv())["result"] == 3

    run_for(2 * PATIENCE, run())


@pytest.mark.parametrize("slow", [None, 0, 7], ids=["in order", "first is last", "inner is last"])
def test_a_large_batch_is_answered_in_its_order_through_every_door(server, slow):
    """The answers of a batch are sent in pieces; those of slow calls end behind the others."""
    batch = [{"jsonrpc": "2.0", "id": n, "method": "echo.echo", "params": [f"{n:02}" * 12_000]} for n in range(40)]
    if slow is not None:
        batch[slow] |= {"method": "jobs.run", "params": [1, 50]}
    expected = [(n, None if n == slow else f"{n:02}" * 12_000) for n in range(40)]
    text = json.dumps(batch)

    def found(answer):
        return [(entry["id"], None if entry["id"] == slow else entry["result"]) for entry in json.loads(answer)]

    async def run():
        async with connect(server.replace("http", "ws", 1) + "/rpc") as socket:
            for _ in range(3):
                await socket.send(text)
                await socket.send('{"jsonrpc":"2.0","id":"after","method":"rpc.ping"}')
                answers = [json.loads(await socket.recv()) for _ in range(2)]
                whole = next(answer for answer in answers if isinstance(answer, list))
                assert {"jsonrpc": "2.0", "id": "after", "result": "pong"} in answers
                assert found(json.dumps(whole)) == expected

    run_for(PATIENCE, run())
    request = urllib.request.Request(server + "/rpc", text.encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        body = answer.read()
        assert len(body) == int(answer.headers["Content-Length"])
        assert found(body) == expected


def test_a_large_batch_whose_calls_end_while_it_begins_is_answered():
    """The last call of the batch ends on the event loop, while the others are being started."""
    programs = start_in_process("--bench")
    try:
        port = port_of(programs[-1])
        batch = [{"jsonrpc": "2.0", "id": 0, "method": "bench.addAsync", "params": [1, 2]}]
        batch += [{"jsonrpc": "2.0", "id": n, "method": "echo.echo", "params": ["x" * 24_000]} for n in (1, 2, 3, 4)]
        url = f"http://127.0.0.1:{port}/rpc"
        request = urllib.request.Request(url, json.dumps(batch).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            assert answer.status == 200
            assert [entry["result"] for entry in json.load(answer)] == [3] + ["x" * 24_000] * 4
    finally:
        stop_all(programs)


@pytest.mark.parametrize("disconnects", [False, True])
def test_streams_of_large_items_wait_for_a_client_that_does_not_read(tmp_path, disconnects):
    service, open_streams = postern.Service("large"), []

    @service.expose
    async def items(count: int):
        open_streams.append(count)
        try:
            for _ in range(count):
                yield LARGE[:300_000]
        finally:
            open_streams.remove(count)

    async def read(gateway):
        url = f"ws://127.0.0.1:{port_of(gateway)}/rpc"
        # The client does not read from the connection while one message is queued.
        async with connect(url, max_queue=1) as socket:
            for number in (1, 2):
                request = {"jsonrpc": "2.0", "id": number, "method": "large.items", "params": [COUNT]}
                await socket.send(json.dumps(request))
            await until(lambda: len(open_streams) == 2)
            await asyncio.sleep(1)
            assert len(open_streams) == 2
            if disconnects:
                return socket.transport.abort()
            ended, count = 0, 0
            while ended < 2:
                message = json.loads(await socket.recv())
                ended += "done" in message.get("params", {})
                count += "result" in message.get("params", {})
            assert count == 2 * COUNT

    async def run():
        address = f"unix:{tmp_path}/app.sock"
        async with postern.serve(address, service):
            arguments = ("postern", "gateway", "--upstream", address, "--port", 0)
            gateway = await asyncio.to_thread(Program, *arguments, ready=LISTENING)
            try:
                await read(gateway)
                while open_streams:
                    await asyncio.sleep(0.02)
            finally:
                await asyncio.to_thread(stop_all, [gateway])

    run_for(2 * PATIENCE, run())
