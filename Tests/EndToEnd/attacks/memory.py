"""A session under valgrind, in the background, with every unusual end of a connection."""

import shutil
import subprocess
import threading
import time

import raw
from raw import CLOSE, CONTINUATION, PING, TEXT, frame
from server import Server, program

# Looks for accesses of freed memory only: padding in Swift's runtime causes false reports of undefined values.
VALGRIND = ("valgrind", "-q", "--error-exitcode=99", "--leak-check=no", "--undef-value-errors=no", "--max-stackframe=8388608")


class MemoryCheck:
    """Runs the session once. `exitCode` and `log` are those of valgrind."""

    def __init__(self, folder):
        self.isAvailable = bool(shutil.which("valgrind") and shutil.which("strip"))
        self.exitCode, self.log, self.failure, self.counts = None, "", None, {}
        self.server = None
        self.thread = threading.Thread(target=self._run, args=(folder,), daemon=True)
        if self.isAvailable:
            self.thread.start()

    def _run(self, folder):
        try:
            # valgrind cannot read the debug information of Swift.
            binary = folder / "postern-demo"
            shutil.copy(program(), binary)
            subprocess.run(["strip", "-g", binary], check=True)
            self.server = Server(wrapper=VALGRIND, patience=600, binary=binary)
            for step in (self.upgrades, self.sockets, self.endings, self.requests, self.streams):
                start = time.monotonic()
                step(self.server.port)
                self.counts[step.__name__] = round(time.monotonic() - start, 1)
            self.exitCode = self.server.terminate(300)
        except Exception as error:
            self.failure = error
        finally:
            if self.server:
                self.log = "\n".join(line for line in self.server.lines if line.startswith("=="))

    @staticmethod
    def upgrades(port):
        """H10: upgrades that once caused a use after free in libwebsockets."""
        for upgrade in ("foo", "h2c", "websocket"):
            for _ in range(20):
                with raw.connect(port, 300) as connection:
                    connection.sendall(raw.get("/livez", close=False))
                    assert raw.read_answer(connection, 300).status == 200
                    raw.send_quietly(connection, raw.get("/livez", "Connection: Upgrade", f"Upgrade: {upgrade}", close=False))
                    raw.send_quietly(connection, raw.handshake())
                    raw.read_all(connection, 0.1)

    @staticmethod
    def sockets(port):
        for _ in range(20):
            sockets = [raw.WebSocket(port, timeout=300) for _ in range(50)]
            for socket in sockets:
                socket.text(raw.ADD)
            for socket in sockets:
                assert '"result":3' in socket.message(300)
            for index, socket in enumerate(sockets):
                if index % 2:
                    socket.send(raw.close_frame())
                socket.close()

    @staticmethod
    def endings(port):
        """Protocol errors, incomplete messages, calls that outlive their socket, and answers that are not read."""
        ends = [
            frame(TEXT, b"\xff"), frame(3, b"x"), frame(TEXT, b"x", length=2 << 20), frame(TEXT, b"x", length=1 << 63),
            frame(CLOSE, b""), frame(CLOSE, b"\x03"), raw.close_frame(1012), frame(PING, b"x" * 126), frame(CONTINUATION),
            frame(TEXT, b"[", final=False), frame(TEXT, raw.ADD) * 200, frame(PING, b"x") * 500, b"\x81", b"\x81\xfe\x00",
            frame(TEXT, raw.call("jobs.run", '{"steps":3,"stepMs":50}')), frame(TEXT, raw.call("jobs.run", '{"steps":1,"stepMs":9}')),
            frame(TEXT, raw.call("rpc.subscribe", '{"topic":"bench"}')) + frame(TEXT, raw.call("bench.publish", '{"text":"x"}', 2)),
            frame(TEXT, raw.call("rpc.subscribe", '{"topic":"bench"}')) + frame(TEXT, raw.call("rpc.unsubscribe", '{"subscription":"1"}', 2)),
            frame(TEXT, b"{}") + raw.close_frame() + frame(TEXT, raw.ADD),
        ]
        for waits in (0, 0.02, 0.2):
            sockets = []
            for end in ends:
                # Once in the segment of the handshake, once separately.
                sockets.append(raw.WebSocket(port, timeout=300, extra=end))
                sockets.append(raw.WebSocket(port, timeout=300))
                sockets[-1].send(end)
            time.sleep(waits)
            for socket in sockets:
                socket.read(0.01) if waits else None
                socket.close()
        stalled = [raw.WebSocket(port, "/echo", receive_buffer=2048) for _ in range(3)]
        for socket in stalled:
            socket.connection.settimeout(0.5)
            for _ in range(12):
                raw.send_quietly(socket.connection, frame(TEXT, b"x" * 900_000))
            socket.close()

    @staticmethod
    def requests(port):
        for _ in range(10):
            connections = [raw.connect(port, 300) for _ in range(20)]
            for connection in connections:
                raw.send_quietly(connection, raw.post(raw.ADD) * 3 + raw.post(raw.call("jobs.run", '{"steps":1,"stepMs":5}')))
            for index, connection in enumerate(connections):
                if index % 3:
                    raw.read_answer(connection, 300)
                if index % 5 == 0:
                    raw.send_quietly(connection, b"\0\0\0")
                connection.close()

    @staticmethod
    def streams(port):
        connections = [raw.connect(port, 300) for _ in range(20)]
        publisher = raw.WebSocket(port, timeout=300)
        for connection in connections:
            connection.sendall(raw.get("/events/bench", close=False))
            assert raw.read_answer(connection, 300).status == 200
        for index, connection in enumerate(connections):
            publisher.text(raw.call("bench.publish", '{"text":"x"}'))
            assert publisher.message(300)
            if index % 2:
                raw.send_quietly(connection, b"x")
            connection.close()
        # A WebSocket with a call and an open stream is connected when the gateway stops.
        publisher.text(raw.call("jobs.run", '{"steps":1,"stepMs":300}'))

    def stop(self):
        if self.server:
            self.server.stop()
