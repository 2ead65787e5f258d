"""Many large answers at once, to a client that reads at full speed."""

import asyncio
import json

import websockets

from coroutines import run_for

COUNT = 66
LARGE = "x" * 1_000_000


def test_a_page_receives_every_one_of_many_large_answers(server):
    async def run():
        url = server.replace("http", "ws", 1) + "/rpc"
        async with websockets.connect(url, max_size=None, max_queue=None, compression=None) as socket:
            async def send():
                for number in range(COUNT):
                    request = {"jsonrpc": "2.0", "id": number, "method": "echo.echo", "params": [LARGE]}
                    await socket.send(json.dumps(request))

            sending = asyncio.create_task(send())
            answers = [json.loads(await socket.recv()) for _ in range(COUNT)]
            await sending
            assert sorted(answer["id"] for answer in answers) == list(range(COUNT))
            assert all(answer.get("result") == LARGE for answer in answers)

    run_for(60, run())


def test_a_page_stays_while_many_large_answers_to_small_calls_wait(server):
    """All calls are there before the first answer: behind a gateway nothing holds back what they return.

    An answer that finds no room is -32009, executed; no other is lost, and the connection goes on.
    """
    async def run():
        url = server.replace("http", "ws", 1) + "/rpc"
        async with websockets.connect(url, max_size=None, max_queue=None, compression=None) as socket:
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
            assert len(whole) > COUNT / 2 and all(len(answer["result"]) == 600 for answer in whole)
            errors = [answer["error"] for answer in answers if "error" in answer]
            assert all((error["code"], error["data"]["executed"]) == (-32009, "yes") for error in errors), errors[:1]
            await call(COUNT, "calculator.add", 1, 2)
            assert json.loads(await socket.recv())["result"] == 3

    run_for(60, run())
