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
