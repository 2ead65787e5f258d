"""Measures under valgrind, in the background, how much memory leaks in few and in many connections of every kind."""

import pathlib
import re
import shutil
import subprocess
import threading

import raw
from aborts import chunked
from raw import call
from server import Server, program

# Reports leaked blocks only: padding in Swift's runtime causes false reports of undefined values.
VALGRIND = ("valgrind", "--leak-check=summary", "--undef-value-errors=no", "--max-stackframe=8388608")
ROUNDS = (10, 50)
STREAM = "Accept: text/event-stream"
# The text that a client sends over its own WebSocket, which it closes after the first message.
TEXTS = {
    "a short call": call("calculator.add", "[2,3]"),
    "a long call": call("jobs.run", "[2,1]"),
    "a failed call": call("calculator.add", "[]"),
    "a batch": f"[{call('jobs.run', '[1,1]')},{call('chat.history', '[]', 2)},{call('calculator.add', '[2,3]', 3)}]",
    "a subscription": call("rpc.subscribe", '{"topic":"chat.room"}'),
    "a stream": call("clock.ticks", "[0.01]"),
    "a callback": call("echo.back", '["ui/ask",1]'),
}
# The bytes that a client sends over HTTP. It closes the connection when the answer has begun.
REQUESTS = {
    "a posted call": raw.post(call("calculator.add", "[2,3]")),
    "a posted long call": raw.post(call("jobs.run", "[2,1]")),
    "a posted batch": raw.post(f"[{call('calculator.add', '[2,3]')},{call('jobs.active', '[]', 2)}]"),
    "a chunked body": chunked(call("calculator.add", "[2,3]")),
    "a call by path": raw.post("[2,3]", "/rpc/calculator/add"),
    "a safe call": raw.get("/rpc/chat/history?limit=3"),
    "a page": raw.get("/livez"),
    "events of a method": raw.get("/rpc/clock/ticks?interval=0.01", STREAM, close=False),
    "events of a method that is idle": raw.get("/rpc/clock/ticks?interval=3600", STREAM, close=False),
    "events of a topic": raw.get("/events/chat/room", STREAM, close=False),
}


class LeakCheck:
    """Runs a gateway for each number of rounds. `lost` has the number of leaked blocks and bytes of each."""

    def __init__(self, folder):
        self.isAvailable = bool(shutil.which("valgrind") and shutil.which("strip"))
        self.lost, self.failures, self.servers = {}, [], []
        self.threads = [threading.Thread(target=self._run, args=(folder, rounds), daemon=True) for rounds in ROUNDS]
        for thread in self.threads if self.isAvailable else ():
            thread.start()

    def _run(self, folder, rounds):
        server = None
        try:
            # valgrind cannot read the debug information of Swift.
            binary = folder / f"postern-demo-{rounds}"
            shutil.copy(program(), binary)
            subprocess.run(["strip", "-g", binary], check=True)
            server = Server(wrapper=VALGRIND, patience=600, binary=binary)
            self.servers.append(server)
            for _ in range(rounds):
                connect_in_every_way(server.port)
            assert server.terminate(300) == 0, "the gateway did not stop"
            self.lost[rounds] = lost(server.lines)
        except Exception as error:
            self.failures.append((error, server and server.lines[-40:]))

    def join(self):
        for thread in self.threads:
            thread.join(900)

    def stop(self):
        for server in self.servers:
            server.stop()


def connect_in_every_way(port):
    """Makes a connection of every kind, which is used and then closed by its client in an orderly way."""
    for text in TEXTS.values():
        socket = raw.WebSocket(port, timeout=300)
        socket.text(text)
        if "ui/ask" in socket.message():
            socket.text('{"jsonrpc":"2.0","id":1,"result":2}')
            assert socket.message()
        socket.send(raw.close_frame())
        socket.close()
    for request in REQUESTS.values():
        with raw.connect(port, 300) as connection:
            connection.sendall(request)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


def lost(lines):
    """Returns the number of blocks and bytes that valgrind reports as definitely or indirectly lost."""
    found = re.findall(r"(?:definitely|indirectly) lost: ([\d,]+) bytes in ([\d,]+) blocks", "\n".join(lines))
    assert found or any("no leaks are possible" in line for line in lines), lines[-20:]
    blocks, size = (sum(int(one[part].replace(",", "")) for one in found) for part in (1, 0))
    return blocks, size
