"""A proxy that simulates a slow line, and clients that exchange large messages through it."""

import asyncio
import json
import socket
import struct
import time

from websockets.asyncio.client import connect

from cases.native import Pairs, pack, unpack

# Bytes per second.
RATE = 300_000
# The one-way delay and the round-trip time of the line, in seconds.
DELAY = 0.05
LATENCY = 2 * DELAY
# The size of receive buffers. It is small, because larger buffers would hide the rate of the line from the sender.
BUFFER = 16 << 10
PIECE = 4 << 10


class SlowLine:
    """A proxy that forwards connections; `up` and `down` are its rates in bytes per second, or `None` for no limit."""

    def __init__(self, target, up=None, down=None):
        self.target, self.rates, self.server = target, (up, down), None

    async def __aenter__(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        listener.bind(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self.server = await asyncio.start_server(self.carry, sock=listener, limit=PIECE)
        return self

    async def __aexit__(self, *_):
        self.server.close()

    async def dial(self):
        if isinstance(self.target, str):
            return await asyncio.open_unix_connection(self.target, limit=PIECE)
        end = socket.socket()
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        end.setblocking(False)
        await asyncio.get_running_loop().sock_connect(end, ("127.0.0.1", self.target))
        return await asyncio.open_connection(sock=end, limit=PIECE)

    async def carry(self, reader, writer):
        target_reader, target_writer = await self.dial()
        await asyncio.gather(pump(reader, target_writer, self.rates[0]), pump(target_reader, writer, self.rates[1]))


async def pump(reader, writer, rate):
    """Forwards one direction, delayed by `DELAY` and at most at `rate` bytes per second; `None` is no limit."""
    pieces = asyncio.Queue(maxsize=16)

    async def deliver():
        while (piece := await pieces.get())[1]:
            await asyncio.sleep(piece[0] - time.monotonic())
            writer.write(piece[1])
            await writer.drain()

    delivery, due = asyncio.create_task(deliver()), 0
    try:
        while data := await reader.read(PIECE):
            if rate:
                due = max(due, time.monotonic()) + len(data) / rate
                await asyncio.sleep(due - time.monotonic())
            await pieces.put((time.monotonic() + DELAY, data))
        await pieces.put((0, b""))
        await delivery
    except (ConnectionError, asyncio.CancelledError):
        delivery.cancel()
    finally:
        writer.close()


class NativeCaller:
    """A native client over TCP that runs one call at a time and passes the items of streams to `onItem`."""

    async def open(self, port):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        self.count, self.onItem = 0, lambda value: None
        self.write([0, 1, Pairs([("names", True)])])
        assert (await self.read())[0] == 0
        return self

    def write(self, fields):
        body = bytes([0x90 | len(fields)]) + b"".join(map(pack, fields))
        self.writer.write(struct.pack(">I", len(body)) + body)

    async def read(self):
        length, = struct.unpack(">I", await self.reader.readexactly(4))
        return unpack(await self.reader.readexactly(length))[0]

    def begin(self, method, *arguments):
        self.count += 1
        self.write([1, self.count, method.replace(".", "/"), None, 0, 0, list(arguments), None])
        return self.count

    async def notify(self, method, *arguments):
        self.write([5, method.replace(".", "/"), list(arguments), None])

    async def call(self, method, *arguments):
        number = self.begin(method, *arguments)
        while True:
            frame = await self.read()
            if frame[0] == 7:
                self.onItem(frame[3])
            elif frame[0] in (2, 3) and frame[1] == number:
                assert frame[0] == 2, frame
                return frame[2]

    async def stream(self, method, *arguments):
        self.begin(method, *arguments)
        assert (await self.read())[0] == 6

    def close(self):
        self.writer.close()


class WebSocketCaller:
    """A client with the interface of `NativeCaller` over a WebSocket; `onItem` receives whole notifications."""

    async def open(self, port):
        self.socket = await connect(f"ws://127.0.0.1:{port}/rpc", max_size=None, ping_interval=None, compression=None)
        self.count, self.onItem = 0, lambda value: None
        return self

    async def call(self, method, *arguments):
        self.count += 1
        number = self.count
        await self.socket.send(
            json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": arguments}))
        while True:
            message = json.loads(await self.socket.recv())
            if message.get("id") == number:
                assert "result" in message, message
                return message["result"]
            self.onItem(message)

    async def notify(self, method, *arguments):
        await self.socket.send(json.dumps({"jsonrpc": "2.0", "method": method, "params": arguments}))

    stream = call

    def close(self):
        self.socket.transport.close()


async def exchange(port, request):
    """Sends an HTTP request on a new connection; returns the body of the response, whose status must be 200."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    assert head.startswith("HTTP/1.1 200 "), head
    length = int(head.lower().split("content-length:")[1].split("\r\n")[0])
    body = await reader.readexactly(length)
    writer.close()
    return body


def get(path):
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def post(method, *arguments):
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": arguments}).encode()
    head = f"POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body
