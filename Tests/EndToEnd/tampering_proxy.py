"""A proxy in front of a gateway that cuts connections, and delays, duplicates and changes messages, on command."""

import asyncio
import contextlib
import os
import struct

TEXT, BINARY = 1, 2


class TamperingProxy:
    """A TCP proxy that reads the WebSocket frames of both directions; `command` runs on its event loop.

    A rule is applied once, to the next message of its direction that contains `match`:
    `drop`, `duplicate`, `cut` before it, `cut after` it, `binary` for a binary message, `replace` by `text` of the part
    that is `match`, `delay` by `seconds`.
    """

    def __init__(self, port, target):
        self.port, self.target = port, target
        self.server, self.connections = None, set()
        self.reset()

    def reset(self):
        self.mode, self.rules, self.accepted = "forward", [], 0
        self.moving = asyncio.Event()
        self.moving.set()

    async def command(self, do, **values):
        """Runs one command and returns its result."""
        return await getattr(self, f"do_{do}")(**values)

    async def do_reset(self):
        await self.do_cut()
        self.reset()
        await self.do_listen()

    async def do_listen(self):
        if not self.server:
            self.server = await asyncio.start_server(self.carry, "127.0.0.1", self.port)

    async def do_deafen(self):
        """Stops listening, so that new connections are refused, and cuts the others."""
        server, self.server = self.server, None
        if server:
            server.close()
        await self.do_cut()

    async def do_mode(self, mode):
        """Sets what happens to new connections: `forward`, `silent` without any answer, or `forbid` with status 403."""
        self.mode = mode

    async def do_cut(self):
        for connection in list(self.connections):
            connection.abort()
        while self.connections:
            await asyncio.sleep(0.001)

    async def do_hold(self):
        self.moving.clear()

    async def do_release(self):
        self.moving.set()

    async def do_rule(self, **rule):
        self.rules.append(rule)

    async def do_inject(self, text):
        """Sends a message to each client, as if the server had sent it."""
        for connection in list(self.connections):
            connection.client.write(frame(TEXT, text.encode()))

    async def do_accepted(self):
        return self.accepted

    async def carry(self, reader, writer):
        self.accepted += 1
        if self.mode == "forbid":
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return writer.close()
        connection = Connection(self, reader, writer)
        self.connections.add(connection)
        try:
            await (connection.run() if self.mode == "forward" else reader.read())
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.connections.discard(connection)
            connection.abort()

    def rule_for(self, direction, payload):
        """Removes and returns the first rule for a message; `None` if there is none."""
        for rule in self.rules:
            if rule["direction"] == direction and rule["match"].encode() in payload:
                self.rules.remove(rule)
                return rule
        return None


class Connection:
    """A connection of a client, and that to the gateway which it is forwarded to."""

    def __init__(self, proxy, reader, writer):
        self.proxy, self.reader, self.client, self.gateway, self.tasks = proxy, reader, writer, None, []

    def abort(self):
        for task in self.tasks:
            task.cancel()
        for writer in (self.client, self.gateway):
            if writer:
                writer.transport.abort()

    async def run(self):
        gateway, self.gateway = await asyncio.open_connection("127.0.0.1", self.proxy.target)
        self.tasks = [asyncio.create_task(self.pump("up", self.reader, self.gateway)),
                      asyncio.create_task(self.pump("down", gateway, self.client))]
        _, pending = await asyncio.wait(self.tasks, return_when=asyncio.FIRST_COMPLETED)
        # The other direction may still have the end of the closing handshake.
        if pending:
            await asyncio.wait(pending, timeout=1)
        for task in self.tasks:
            task.cancel()

    async def pump(self, direction, reader, writer):
        # A connection that was cut is no error.
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            writer.write(await reader.readuntil(b"\r\n\r\n"))
            while True:
                opcode, payload, masked, raw = await read_frame(reader)
                await self.proxy.moving.wait()
                rule = self.proxy.rule_for(direction, payload) if opcode in (TEXT, BINARY) else None
                if rule:
                    raw = await self.apply(rule, writer, opcode, payload, masked, raw)
                writer.write(raw)
                await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()

    async def apply(self, rule, writer, opcode, payload, masked, raw):
        """Returns the bytes to forward instead of a frame."""
        action = rule["action"]
        if action == "drop":
            return b""
        if action == "duplicate":
            return raw + raw
        if action == "delay":
            await asyncio.sleep(rule["seconds"])
        if action == "binary":
            return frame(BINARY, payload, masked)
        if action == "replace":
            changed = payload.replace(rule["match"].encode(), rule["text"].encode("latin-1"), 1)
            return frame(opcode, changed, masked)
        if action == "cut after":
            writer.write(raw)
            await writer.drain()
        if action.startswith("cut"):
            self.abort()
        return raw


async def read_frame(reader):
    """Returns the opcode, the payload without its mask, whether it was masked, and the bytes of a whole frame."""
    raw = await reader.readexactly(2)
    size, masked = raw[1] & 0x7F, bool(raw[1] & 0x80)
    if size > 125:
        raw += await reader.readexactly(2 if size == 126 else 8)
        size = int.from_bytes(raw[2:], "big")
    if masked:
        raw += await reader.readexactly(4)
    mask, body = raw[-4:], await reader.readexactly(size)
    return raw[0] & 0x0F, masking(body, mask) if masked else body, masked, raw + body


def frame(opcode, payload, masked=False):
    """Returns a whole frame."""
    size, bit = len(payload), 0x80 if masked else 0
    if size < 126:
        head = bytes([0x80 | opcode, bit | size])
    elif size < 1 << 16:
        head = bytes([0x80 | opcode, bit | 126]) + struct.pack(">H", size)
    else:
        head = bytes([0x80 | opcode, bit | 127]) + struct.pack(">Q", size)
    mask = os.urandom(4) if masked else b""
    return head + mask + (masking(payload, mask) if masked else payload)


def masking(payload, mask):
    repeated = (mask * (len(payload) // 4 + 1))[:len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(payload), "big")
