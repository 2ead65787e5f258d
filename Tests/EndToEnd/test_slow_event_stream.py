"""Tests slow readers of event streams, at a gateway in front of a service in Python."""

import asyncio
import contextlib
import json
import socket

from coroutines import run_for
from native_peers import postern
from programs import LISTENING, Program, line_with, port_of, stop_all

ITEM = "x" * 65_536
COUNT = 400


@contextlib.asynccontextmanager
async def gateway_for(tmp_path, *offers):
    """Returns a context manager with a gateway in front of services in this process."""
    async with postern.serve(f"unix:{tmp_path}/app.sock", *offers) as server:
        arguments = ("gateway", "--upstream", server.address, "--port", 0)
        gateway = await asyncio.to_thread(lambda: Program("postern", *arguments, ready=LISTENING))
        try:
            yield gateway
        finally:
            await asyncio.to_thread(stop_all, [gateway])


async def open_stream(port, target, *fields):
    """Opens an event stream and returns its events; buffers are small, so unread events remain at the gateway."""
    end = socket.socket()
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 10)
    end.setblocking(False)
    await asyncio.get_running_loop().sock_connect(end, ("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=end, limit=1 << 14)
    head = [f"GET {target} HTTP/1.1", "Host: 127.0.0.1", "Accept: text/event-stream", *fields, "", ""]
    writer.write("\r\n".join(head).encode())
    assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
    return events(reader, writer)


async def events(reader, writer):
    """Yields each event as a pair: its id, and its `params` or, if it has no data, its fields."""
    while size := int(await reader.readline(), 16):
        chunk = await reader.readexactly(size + 2)
        fields = dict(line.split(": ", 1) for line in chunk.decode().split("\n") if ": " in line)
        yield fields.get("id"), json.loads(fields["data"])["params"] if "data" in fields else fields
    assert await reader.readexactly(2) == b"\r\n"
    writer.close()


def test_a_method_is_paused_for_a_slow_reader_of_its_stream(tmp_path):
    jobs, produced = postern.Service("jobs"), []

    @jobs.expose(safe=True)
    async def run():
        for number in range(COUNT):
            produced.append(number)
            yield [number, ITEM]
        yield [COUNT, ITEM * 60]

    async def test():
        async with gateway_for(tmp_path, jobs) as gateway:
            stream = await open_stream(port_of(gateway), "/rpc/jobs/run")
            numbers, before = [], -1
            while before < len(produced):
                before = len(produced)
                await asyncio.sleep(0.5)
            assert before < COUNT, "the method was not paused"
            async for _, params in stream:
                numbers += [params["result"][0]] if "result" in params else []
            assert numbers == list(range(COUNT + 1))

    run_for(60, test())


def test_the_stream_of_a_topic_ends_for_a_slow_reader_and_can_be_resumed(tmp_path):
    room = postern.Topic("chat/room")

    async def test():
        async with gateway_for(tmp_path, room) as gateway:
            stream = await open_stream(port_of(gateway), "/events/chat/room")
            async for id, _ in stream:
                if id:  # The gateway has subscribed: later events are received.
                    break
            for number in range(COUNT):
                room.publish([number, ITEM])
                await asyncio.sleep(0)
            await asyncio.to_thread(line_with, gateway, "slow reader of an event stream")
            numbers, last = [], None
            async for id, params in stream:
                if id:
                    numbers, last = numbers + [params["result"][0]], id
            assert "retry" in params and 0 < len(numbers) < COUNT
            while len(numbers) < COUNT:
                begin = len(numbers)
                fields = f"Last-Event-ID: {last}"
                async for id, params in await open_stream(port_of(gateway), "/events/chat/room", fields):
                    if id and "result" in params:
                        numbers, last = numbers + [params["result"][0]], id
                    if len(numbers) == COUNT:
                        break
                assert begin < len(numbers)
            assert numbers == list(range(COUNT))

    run_for(60, test())
