"""Scenarios that wait for a timeout of the gateway. They share one gateway and run at the same time."""

import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import raw
from raw import CLOSE, CONTINUATION, PING, PONG, TEXT, frame
from server import Server


def drip(port, pieces, pause, seconds):
    """Sends the pieces one by one, and returns the received bytes and the time until the server closed."""
    start, data = time.monotonic(), b""
    pieces = iter(pieces)
    with raw.connect(port) as connection:
        while time.monotonic() - start < seconds:
            raw.send_quietly(connection, next(pieces, b""))
            connection.settimeout(pause)
            try:
                piece = connection.recv(65536)
            except TimeoutError:
                continue
            except ConnectionError:
                piece = b""
            if not piece:
                return data, time.monotonic() - start
            data += piece
    return data, None


def slow_heads(port, count):
    """T1: sends heads at a byte per second on many connections, and returns how long each stayed open."""
    start = time.monotonic()
    connections = {raw.connect(port): None for _ in range(count)}
    text = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 100
    for at in range(int(raw.PATIENCE)):
        if None not in connections.values():
            break
        for connection, ended in connections.items():
            if ended is not None:
                continue
            try:
                connection.setblocking(False)
                connection.send(text[at : at + 1])
                while piece := connection.recv(4096):
                    pass
                connections[connection] = time.monotonic() - start
            except BlockingIOError:
                pass
            except ConnectionError:
                connections[connection] = time.monotonic() - start
        time.sleep(max(0, start + at + 1 - time.monotonic()))
    for connection in connections:
        connection.close()
    return list(connections.values())


def silent_websocket(port):
    """W15, P10: a client that answers no ping. Returns the number of pings, the close code, and the time of the end."""
    start, code, pings = time.monotonic(), None, 0
    socket = raw.WebSocket(port)
    while got := socket.read():
        if got[0] == PING:
            pings += 1
        if got[0] == CLOSE:
            code = struct.unpack("!H", got[1][:2])[0]
    return pings, code, time.monotonic() - start, socket.ended


def quiet_websocket(port):
    """P10: a client that only answers pings. Returns whether it is still served at the end."""
    socket = raw.WebSocket(port)
    start = time.monotonic()
    while time.monotonic() - start < 42:
        got = socket.read(1)
        if socket.ended or got and got[0] == CLOSE:
            return False
        if got and got[0] == PING:
            socket.send(frame(PONG, got[1]))
    socket.text(raw.ADD)
    return '"result":3' in socket.message()


def unanswered_close(port):
    """W11: a client that does not answer the close of the server. Returns how long the connection stays open."""
    socket = raw.WebSocket(port)
    start = time.monotonic()
    socket.send(frame(TEXT, b"x" * 100, length=2 << 20))
    assert socket.read()[:1] == (CLOSE,)
    while socket.read():
        pass
    return time.monotonic() - start if socket.ended else None


def unfinished_message(port, piece):
    """W3: a message without an end. Returns the close code and the time of the close."""
    socket = raw.WebSocket(port)
    start = time.monotonic()
    socket.send(frame(TEXT, piece, final=False))
    while time.monotonic() - start < raw.PATIENCE:
        got = socket.read(1)
        if got and got[0] == CLOSE:
            return struct.unpack("!H", got[1][:2])[0], time.monotonic() - start
        socket.send(frame(CONTINUATION, piece, final=False))
    return None, None


def stalled_download(port):
    """A client that does not read a large answer. Returns the time until it is disconnected."""
    with raw.connect(port, receive_buffer=2048) as connection:
        big = "x" * 1_000_000
        start = time.monotonic()
        threading.Thread(target=raw.send_quietly, daemon=True, args=(
            connection, raw.post(raw.call("echo.echo", f'{{"value":"{big}"}}')) * 8)).start()
        while time.monotonic() - start < raw.PATIENCE:
            time.sleep(0.25)
            try:
                connection.send(b"x")
            except BlockingIOError:
                continue
            except TimeoutError:
                continue
            except ConnectionError:
                return time.monotonic() - start
    return None


def slow_download(port):
    """A client that reads a large answer slowly but steadily. Returns the number of bytes and the time."""
    with raw.connect(port, receive_buffer=4096) as connection:
        big = "x" * 1_000_000
        threading.Thread(target=raw.send_quietly, daemon=True, args=(
            connection, raw.post(raw.call("echo.echo", f'{{"value":"{big}"}}')))).start()
        data, start = b"", time.monotonic()
        while len(data) < 1_000_000:
            connection.settimeout(raw.PATIENCE)
            piece = connection.recv(8192)
            if not piece:
                break
            data += piece
            time.sleep(max(0, 18 * len(data) / 1_000_000 - (time.monotonic() - start)))
        return len(data), time.monotonic() - start


def slow_websocket(port):
    """Like `slow_download`, over a WebSocket, with a message that libwebsockets buffers completely."""
    socket = raw.WebSocket(port, receive_buffer=4096)
    big = "x" * 1_000_000
    threading.Thread(target=socket.text, daemon=True, args=(raw.call("echo.echo", f'{{"value":"{big}"}}'),)).start()
    count, start = 0, time.monotonic()
    while count < 1_000_000:
        socket.connection.settimeout(raw.PATIENCE)
        piece = socket.connection.recv(8192)
        if not piece:
            break
        count += len(piece)
        time.sleep(max(0, 18 * count / 1_000_000 - (time.monotonic() - start)))
    return count, time.monotonic() - start


class Scenarios:
    """All scenarios, running in threads. `result` waits for one of them."""

    def __init__(self):
        self.server = Server()
        self.pool = ThreadPoolExecutor(32)
        port, submit = self.server.port, self.pool.submit
        head = raw.post(b"x" * 100_000).split(b"\r\n\r\n")[0] + b"\r\n\r\n"
        self.running = {
            "quiet": submit(quiet_websocket, port),
            "silent websocket": submit(silent_websocket, port),
            "slow heads": submit(slow_heads, port, 1_000),
            "slow body": submit(drip, port, [head] + [b"x"] * 60, 1, raw.PATIENCE),
            "silent": submit(drip, port, [], 1, raw.PATIENCE),
            "silent after an answer": submit(drip, port, [raw.get("/livez", close=False)], 1, raw.PATIENCE),
            "half a head": submit(drip, port, [b"GET /livez HTTP/1.1\r\n"], 1, raw.PATIENCE),
            "unanswered close": submit(unanswered_close, port),
            "unfinished": submit(unfinished_message, port, b"x"),
            "unfinished and empty": submit(unfinished_message, port, b""),
            "stalled download": submit(stalled_download, port),
            "slow download": submit(slow_download, port),
            "slow websocket": submit(slow_websocket, port),
        }

    def result(self, name):
        return self.running[name].result(3 * raw.PATIENCE)

    def stop(self):
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.server.stop()
