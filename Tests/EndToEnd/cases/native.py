"""A native client that uses only the standard library, with the frames and the MessagePack of `WireProtocol.md`."""

import base64
import json
import socket
import struct

from cases.case import NAMES, Failure

# The error names that a frame has as numbers, and the values of `executed`.
WIRE_NAMES = [
    "", "canceled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists",
    "permission_denied", "resource_exhausted", "failed_precondition", "aborted", "out_of_range", "unimplemented",
    "internal", "unavailable", "data_loss", "unauthenticated",
]
EXECUTED = ["no", "yes", "unknown"]


class Pairs(list):
    """A map as a list of pairs, in which a name may occur more than once."""


def loads(text):
    """Parses JSON text into the values of a native client: integers beyond 64 bits and minus zero become floats."""

    def integer(digits):
        number = int(digits)
        return float(digits) if digits == "-0" or not -2**63 <= number < 2**64 else number

    return json.loads(text, object_pairs_hook=Pairs, parse_int=integer)


def pack(value):
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return pack_integer(value)
    if isinstance(value, float):
        return b"\xcb" + struct.pack(">d", value)
    if isinstance(value, str):
        data = value.encode()
        return b"\xdb" + struct.pack(">I", len(data)) + data
    if isinstance(value, Pairs):
        return b"\xdf" + struct.pack(">I", len(value)) + b"".join(pack(part) for pair in value for part in pair)
    return b"\xdd" + struct.pack(">I", len(value)) + b"".join(map(pack, value))


def pack_integer(value):
    if 0 <= value < 128:
        return bytes([value])
    return b"\xd3" + struct.pack(">q", value) if value < 0 else b"\xcf" + struct.pack(">Q", value)


def unpack(data, at=0):
    """Returns the value at an offset, and the offset after it."""
    first = data[at]
    if first < 0x80:
        return first, at + 1
    if first >= 0xe0:
        return first - 256, at + 1
    if first < 0x90:
        return unpack_map(data, at + 1, first & 15)
    if first < 0xa0:
        return unpack_array(data, at + 1, first & 15)
    if first < 0xc0:
        return text(data, at + 1, first & 31)
    if first in (0xc0, 0xc2, 0xc3):
        return {0xc0: None, 0xc2: False, 0xc3: True}[first], at + 1
    numbers = {0xca: ">f", 0xcb: ">d", 0xcc: ">B", 0xcd: ">H", 0xce: ">I", 0xcf: ">Q", 0xd0: ">b", 0xd1: ">h",
               0xd2: ">i", 0xd3: ">q"}
    if first in numbers:
        return struct.unpack_from(numbers[first], data, at + 1)[0], at + 1 + struct.calcsize(numbers[first])
    if first == 0xd6:
        return timestamp(struct.unpack_from(">I", data, at + 2)[0]), at + 6
    kinds = {0xc4: (">B", raw), 0xc5: (">H", raw), 0xc6: (">I", raw), 0xd9: (">B", text), 0xda: (">H", text),
             0xdb: (">I", text), 0xdc: (">H", unpack_array), 0xdd: (">I", unpack_array), 0xde: (">H", unpack_map),
             0xdf: (">I", unpack_map)}
    form, read = kinds[first]
    return read(data, at + 1 + struct.calcsize(form), struct.unpack_from(form, data, at + 1)[0])


def text(data, at, count):
    return data[at:at + count].decode(), at + count


def raw(data, at, count):
    """Returns bytes as base64 text, as in JSON, and the offset after them."""
    return base64.b64encode(data[at:at + count]).decode(), at + count


def timestamp(seconds):
    """Returns a time of whole seconds as RFC 3339 text, as in JSON."""
    import datetime
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def unpack_array(data, at, count):
    values = []
    for _ in range(count):
        value, at = unpack(data, at)
        values.append(value)
    return values, at


def unpack_map(data, at, count):
    values = {}
    for _ in range(count):
        name, at = unpack(data, at)
        values[name], at = unpack(data, at)
    return values, at


class NativeClient:
    """A connection whose calls run one after another."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(path)
        self.calls = 0
        self.send([0, 1, Pairs([("names", True), ("name", "python")])])
        assert self.receive()[0] == 0

    def send(self, fields):
        body = bytes([0x90 | len(fields)]) + b"".join(map(pack, fields))
        self.socket.sendall(struct.pack(">I", len(body)) + body)

    def receive(self):
        length = struct.unpack(">I", self.read(4))[0]
        return unpack(self.read(length))[0]

    def read(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(min(1 << 20, count - len(data)))
            assert piece, "the server closed the connection"
            data += piece
        return data

    def begin(self, method, params, safe=False):
        """Sends a call without waiting for its reply."""
        self.calls += 1
        arguments = loads(params) if params.strip() else None
        named = isinstance(arguments, Pairs)
        fields = [None, arguments] if named else [arguments, None]
        self.send([1, self.calls, method.replace(".", "/"), None, 1 if safe else 0, 0, *fields])

    def call(self, method, params, safe=False):
        """Runs a call; returns its result in a list, or its error."""
        self.begin(method, params, safe)
        frame = self.receive()
        assert frame[1] == self.calls, frame
        return [frame[2]] if frame[0] == 2 else failure(frame)

    def stream(self, method, params):
        """Returns the items of a stream, and the error that ended or refused it, if any."""
        self.begin(method, params)
        frame = self.receive()
        if frame[0] == 3:
            return [], failure(frame)
        assert frame[0] == 6, frame
        items = []
        while (frame := self.receive())[0] == 7:
            items.append(frame[3])
        return items, failure(frame) if len(frame) > 2 else None


def failure(frame):
    """Returns the error in a frame, which has 6, 7 or 8 fields."""
    code, message, executed = frame[2:5]
    name = WIRE_NAMES[frame[5]] if len(frame) == 8 else NAMES.get(code, "unknown")
    return Failure(code, message, name=name, executed=EXECUTED[executed], details=frame[-1],
                   retryable=name == "unavailable")
