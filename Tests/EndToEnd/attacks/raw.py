"""Raw sockets for attacks: HTTP/1.1 requests byte by byte, and WebSocket frames of a client."""

import base64
import os
import socket
import struct
import time

from programs import PATIENCE, wait_until  # noqa: F401  Used by tests as `raw.wait_until`.

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
TEXT, BINARY, CLOSE, PING, PONG, CONTINUATION = 1, 2, 8, 9, 10, 0


def connect(port, timeout=PATIENCE, receive_buffer=None, source=None):
    """Opens a TCP connection. A small receive buffer has to be set before the connection is made."""
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    if source:
        connection.bind((source, 0))
    connection.settimeout(timeout)
    connection.connect(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def ports(connections):
    """Returns the local ports of clients, which identify their connections in the server after they have closed."""
    return {connection.getsockname()[1] for connection in connections}


def read_all(connection, seconds=PATIENCE):
    """Returns all bytes until the server closes the connection, and whether it did so in time."""
    deadline, data = time.monotonic() + seconds, b""
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return data, False
        connection.settimeout(left)
        try:
            piece = connection.recv(65536)
        except TimeoutError:
            return data, False
        except ConnectionError:
            return data, True
        if not piece:
            return data, True
        data += piece


class Answer:
    """An HTTP response, and the bytes that followed it."""

    def __init__(self, data):
        head, _, rest = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.raw = data
        self.status = int(lines[0].split(" ")[1]) if lines[0].startswith("HTTP/1.1 ") else None
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.headers[name.strip().lower()] = value.strip()
        length = int(self.headers.get("content-length", 0))
        self.body, self.rest = rest[:length], rest[length:]

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.body[:200]!r} +{len(self.rest)} bytes>"


def read_answer(connection, seconds=PATIENCE):
    """Reads a response from a connection that may stay open. The status is None if there was no response."""
    deadline, data = time.monotonic() + seconds, b""
    while True:
        head, found, rest = data.partition(b"\r\n\r\n")
        if found:
            answer = Answer(data)
            wanted = int(answer.headers.get("content-length", 0))
            if answer.status in (101, 204) or len(rest) >= wanted:
                return answer
        connection.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            piece = connection.recv(65536)
        except (TimeoutError, ConnectionError):
            piece = b""
        if not piece:
            return Answer(data)
        data += piece


def read_interim(connection):
    """Reads the bytes of a response without a body, in however many segments they arrive."""
    data = b""
    while not data.endswith(b"\r\n\r\n") and (piece := connection.recv(1)):
        data += piece
    return data


def ask(port, request, seconds=PATIENCE):
    """Sends a request on a new connection, and returns the response and whether the server closed the connection.

    Waits for the close if the response announces it, or if there is no response.
    """
    with connect(port, seconds) as connection:
        send_quietly(connection, request)
        answer = read_answer(connection, seconds)
        if answer.status == 101:
            return answer, False
        ends = answer.status is None or answer.headers.get("connection") == "close"
        data, closed = read_all(connection, PATIENCE if ends else 0.02)
        answer.rest += data
        return answer, closed


def send_quietly(connection, data):
    """Sends bytes, and ignores errors, as the server may have closed the connection."""
    try:
        connection.sendall(data)
    except OSError:
        pass


def get(path="/livez", *headers, host="localhost", close=True):
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", *headers]
    if close:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def post(body, path="/rpc", *headers, kind="application/json", host="localhost"):
    body = body if isinstance(body, bytes) else body.encode()
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def handshake(path="/rpc", *headers, host="localhost", version="13", key=KEY, method="GET", upgrade="websocket"):
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Upgrade: {upgrade}", "Connection: Upgrade"]
    if version is not None:
        lines.append(f"Sec-WebSocket-Version: {version}")
    if key is not None:
        lines.append(f"Sec-WebSocket-Key: {key}")
    return ("\r\n".join([*lines, *headers]) + "\r\n\r\n").encode("latin-1")


def mask(payload, key):
    if not payload:
        return b""
    repeated = (key * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(payload), "big")


def frame(kind, payload=b"", final=True, masked=True, reserved=0, length=None, wide=None):
    """Encodes a frame. `length` overrides the length of the payload, and `wide` its width (16 or 64 bits)."""
    payload = payload.encode() if isinstance(payload, str) else payload
    announced = len(payload) if length is None else length
    first = (0x80 if final else 0) | reserved << 4 | kind
    bit = 0x80 if masked else 0
    if wide == 64 or announced > 0xFFFF:
        head = struct.pack("!BBQ", first, bit | 127, announced)
    elif wide == 16 or announced > 125:
        head = struct.pack("!BBH", first, bit | 126, announced)
    else:
        head = struct.pack("!BB", first, bit | announced)
    if not masked:
        return head + payload
    key = os.urandom(4)
    return head + key + mask(payload, key)


def close_frame(code=1000, reason=b""):
    return frame(CLOSE, struct.pack("!H", code) + reason)


class WebSocket:
    """A client that sends arbitrary bytes and reads complete frames."""

    def __init__(self, port, path="/rpc", *headers, timeout=PATIENCE, receive_buffer=None, source=None,
                 extra=b""):
        self.connection = connect(port, timeout, receive_buffer, source)
        self.timeout, self.data, self.ended = timeout, bytearray(), False
        key = base64.b64encode(os.urandom(16)).decode()
        self.connection.sendall(handshake(path, *headers, key=key) + extra)
        while b"\r\n\r\n" not in self.data:
            piece = self.connection.recv(65536)
            if not piece:
                break
            self.data += piece
        head, _, rest = bytes(self.data).partition(b"\r\n\r\n")
        self.answer = Answer(head + b"\r\n\r\n")
        self.data = bytearray(rest)
        if self.answer.status != 101:
            raise ConnectionError(f"no upgrade: {head!r}")

    def send(self, *frames):
        send_quietly(self.connection, b"".join(frames))

    def text(self, text):
        self.send(frame(TEXT, text))

    def read(self, seconds=None):
        """Returns (kind, payload, final) of the next frame; None at the end of the connection or after the timeout."""
        deadline = time.monotonic() + (self.timeout if seconds is None else seconds)
        while True:
            taken = self._take()
            if taken:
                return taken
            left = deadline - time.monotonic()
            if left <= 0 or self.ended:
                return None
            self.connection.settimeout(left)
            try:
                piece = self.connection.recv(262144)
            except TimeoutError:
                return None
            except ConnectionError:
                piece = b""
            if not piece:
                self.ended = True
            self.data += piece

    def _take(self):
        data = self.data
        if len(data) < 2:
            return None
        length, start = data[1] & 0x7F, 2
        assert not data[1] & 0x80, "a server must not mask"
        if length == 126:
            length, start = int.from_bytes(data[2:4], "big"), 4
        elif length == 127:
            length, start = int.from_bytes(data[2:10], "big"), 10
        if len(data) < start + length:
            return None
        payload = bytes(data[start : start + length])
        kind, final = data[0] & 0x0F, bool(data[0] & 0x80)
        del data[: start + length]
        return kind, payload, final

    def message(self, seconds=None):
        """Returns the text of the next data frame. Pings before it are answered, and pongs are skipped."""
        while True:
            got = self.read(seconds)
            if got is None:
                return None
            if got[0] in (TEXT, BINARY):
                return got[1].decode("utf-8", "replace")
            if got[0] == PING:
                self.send(frame(PONG, got[1]))
            elif got[0] == CLOSE:
                return None

    def ending(self, seconds=PATIENCE, answers=True, waits=True):
        """Returns how the server ends the connection: its close code, "bare" without one, None if it does not end.

        Data before the end is skipped. If `waits` is true, the connection itself must end as well.
        """
        deadline, code = time.monotonic() + seconds, "bare"
        while (left := deadline - time.monotonic()) > 0:
            got = self.read(left)
            if got is None:
                return code if self.ended else None
            if got[0] == CLOSE and code == "bare":
                code = struct.unpack("!H", got[1][:2])[0] if len(got[1]) >= 2 else 1005
                if not waits:
                    return code
                if answers:
                    self.send(frame(CLOSE, got[1][:2]))
        return None

    def close(self):
        self.connection.close()


def call(method, params=None, identity=1):
    text = f'{{"jsonrpc":"2.0","id":{identity},"method":"{method}"'
    return text + ("}" if params is None else f',"params":{params}}}')


ADD = call("calculator.add", '{"a":1,"b":2}')
