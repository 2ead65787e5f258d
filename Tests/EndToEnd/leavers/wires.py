"""Two wires that carry the same messages: native frames, and JSON-RPC over a WebSocket."""

import json
import pathlib
import socket
import struct
import sys
import time

import msgpack

sys.path.append(str(pathlib.Path(__file__).parents[1] / "attacks"))

import raw  # noqa: E402

MARK = "__jsonrpc_marshaled"
# The frame limit of a native client. The server cannot send it a larger result.
FRAME_BYTES = 64 << 10


class Reference:
    """A function or an object in a message. `is_returned` is true for one that belongs to the receiver."""

    def __init__(self, number, is_returned=False, is_object=False):
        self.number, self.is_returned, self.is_object = number, is_returned, is_object


class Event:
    """A received message: "call" of a function of this client, "reference", "result", "stream" or "ping"."""

    def __init__(self, kind, number, value=None):
        self.kind, self.number, self.value = kind, number, value


class NativeWire:
    """Frames of the native protocol, WireProtocol.md, over a Unix socket."""

    def __init__(self, address):
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.settimeout(60)
        self.connection.connect(address)
        self.data, self.lent, self.kinds = bytearray(), [], {}

    def greet(self):
        """Sends the hello, and waits for that of the server."""
        self.send(self.frame([0, 1, {"frameBytes": FRAME_BYTES, "callsInFlight": 128, "name": "leaver"}]))
        self.data += self.connection.recv(1 << 16)

    def frame(self, fields, values=()):
        named = {}

        def write(reference):
            named[reference.number, reference.is_returned] = reference
            flags = reference.is_returned | reference.is_object << 1
            return msgpack.ExtType(1, bytes([flags]) + struct.pack(">Q", reference.number))

        body = msgpack.packb([*fields, *values], default=write)
        frame = struct.pack(">I", len(body)) + body
        if not named:
            return frame
        lent, home = ([number for number, is_returned in named if is_returned == wanted] for wanted in (False, True))
        return self.frame([16, lent, home]) + frame

    def call(self, identity, method, arguments, timeout=None, progress=False):
        return self.frame([1, identity, self.path(method), timeout, 2 if progress else 0, 0], [arguments, None])

    def notification(self, method, arguments):
        return self.frame([5, self.path(method)], [arguments, None])

    @staticmethod
    def path(method):
        """Returns the path of a method, which is a name, or a reference and a name."""
        if isinstance(method, str):
            return method.replace(".", "/")
        reference, name = method
        return f"$/{reference.number}/{name}" if reference.is_object else f"$/{reference.number}"

    def result(self, identity, value):
        return self.frame([2, identity], [value])

    def failure(self, identity):
        return self.frame([3, identity, 7, "no", 1], [None])

    def cancel(self, identity):
        return self.frame([4, identity])

    def end_stream(self, identity):
        return self.cancel(identity)

    def credit(self, identity):
        return self.frame([9, identity, 32])

    def release(self, number, count):
        return self.frame([15, number, count])

    def goodbye(self):
        return self.frame([13, 0, "bye"])

    def join(self, messages):
        return b"".join(messages)

    joined = join

    def send(self, data):
        self.connection.sendall(data)

    def read(self, seconds):
        """Yields the events that arrive within the given time."""
        deadline = time.monotonic() + seconds
        while True:
            while len(self.data) >= 4 and len(self.data) >= (end := 4 + struct.unpack_from(">I", self.data)[0]):
                body = bytes(self.data[4:end])
                del self.data[:end]
                yield from self.events(msgpack.unpackb(body, ext_hook=self.note, strict_map_key=False))
            self.connection.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                piece = self.connection.recv(1 << 16)
            except TimeoutError:
                return
            if not piece:
                raise ConnectionError("the connection was closed")
            self.data += piece

    def note(self, _kind, data):
        self.kinds[struct.unpack(">Q", data[1:])[0]] = bool(data[0] & 2)

    def events(self, frame):
        kind = frame[0]
        for number in self.lent:
            yield Event("reference", number, self.kinds.get(number, False))
        self.lent = frame[1] if kind == 16 else []
        if kind == 1 and frame[2].startswith("$/"):
            yield Event("call", frame[1])
        elif kind == 2:
            yield Event("result", frame[1])
        elif kind == 6:
            yield Event("stream", frame[1], frame[1])
        elif kind == 11:
            yield Event("ping", frame[1])

    def pong(self, number):
        return self.frame([12, number])


class PageWire:
    """JSON-RPC over a WebSocket, as a page sends it."""

    def __init__(self, port):
        self.socket = raw.WebSocket(port)
        self.connection = self.socket.connection

    def greet(self):
        """Does nothing, as the handshake suffices."""

    def value(self, value):
        if isinstance(value, Reference):
            kind = {} if value.is_object else {"kind": "function"}
            return {MARK: 0 if value.is_returned else 1, "handle": value.number, **kind}
        return value

    def text(self, **members):
        return json.dumps({"jsonrpc": "2.0", **members}, default=self.value)

    def call(self, identity, method, arguments, timeout=None, progress=False):
        meta = {**({"timeoutMs": timeout} if timeout else {}), **({"progressToken": identity} if progress else {})}
        return self.text(id=identity, method=self.path(method), params=arguments, **({"meta": meta} if meta else {}))

    def notification(self, method, arguments):
        return self.text(method=self.path(method), params=arguments)

    @staticmethod
    def path(method):
        if isinstance(method, str):
            return method
        reference, name = method
        return f"$/invokeProxy/{reference.number}/{name if reference.is_object else 'call'}"

    def result(self, identity, value):
        return self.text(id=identity, result=value)

    def failure(self, identity):
        return self.text(id=identity, error={"code": 7, "message": "no"})

    def cancel(self, identity):
        return self.text(method="$/cancelRequest", params={"id": identity})

    def end_stream(self, identity):
        return self.text(method="rpc.unsubscribe", params=[str(identity)])

    def credit(self, identity):
        return self.text(method="rpc.ping", params=[])

    def release(self, number, count):
        return self.text(method="$/releaseMarshaledObject", params={"handle": number, "ownedBySender": False, "count": count})

    def goodbye(self):
        return None

    def joined(self, messages):
        """Joins the messages to a batch."""
        return raw.frame(raw.TEXT, "[" + ",".join(messages) + "]")

    def join(self, messages):
        return b"".join(raw.close_frame() if text is None else raw.frame(raw.TEXT, text) for text in messages)

    def send(self, data):
        self.connection.sendall(data)

    def read(self, seconds):
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            got = self.socket.read(left)
            if self.socket.ended or got and got[0] == raw.CLOSE:
                raise ConnectionError("the connection was closed")
            if got and got[0] == raw.PING:
                self.send(raw.frame(raw.PONG, got[1]))
            elif got:
                message = json.loads(got[1])
                for one in message if isinstance(message, list) else [message]:
                    yield from self.events(one)

    def events(self, message):
        yield from self.references(message)
        method, identity = message.get("method"), message.get("id")
        if method is None:
            yield Event("result", identity)
            result = message.get("result")
            if isinstance(result, dict) and "subscription" in result:
                yield Event("stream", identity, result["subscription"])
        elif identity is not None:
            yield Event("call", identity)

    def references(self, value):
        """Yields every reference of a message once, as a client counts them."""
        found = {}

        def look(value):
            if isinstance(value, list):
                for part in value:
                    look(part)
            elif isinstance(value, dict):
                if value.get(MARK) == 1:
                    found[value["handle"]] = value.get("kind") != "function"
                for part in value.values():
                    look(part)

        look(value)
        for handle, is_object in found.items():
            yield Event("reference", handle, is_object)
