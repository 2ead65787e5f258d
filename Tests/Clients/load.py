"""Clients that make calls through a proxy without a pause and count failures."""

import json
import threading
import time

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from programs import PATIENCE

GETS, POSTS, SOCKETS = 4, 4, 2
CALL = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "jobs.run", "params": [1, 20]})


class Load:
    """The clients in threads. `failed` has the failures and `answered` the number of successful calls, both by kind."""

    def __init__(self, base, tls):
        self.base, self.tls, self.isOver = base, tls, threading.Event()
        self.answered = {"GET": 0, "POST": 0, "WebSocket": 0}
        self.failed = {"GET": [], "POST": [], "WebSocket": []}
        bodies = [self.gets] * GETS + [self.posts] * POSTS + [self.sockets] * SOCKETS
        self.threads = [threading.Thread(target=body, daemon=True) for body in bodies]
        for thread in self.threads:
            thread.start()

    def gets(self):
        self.requests("GET", lambda client: client.get("/rpc/calculator/add?a=2&b=3"))

    def posts(self):
        """Makes calls by POST that are not safe and take 20 ms."""
        self.requests("POST", lambda client: client.post("/rpc", content=CALL, headers={
            "Content-Type": "application/json"}))

    def requests(self, kind, send):
        with httpx.Client(base_url=self.base, verify=self.tls, timeout=PATIENCE) as client:
            while not self.isOver.is_set():
                try:
                    answer = send(client)
                    self.note(kind, answer.text if answer.status_code == 200 else f"{answer.status_code} {answer.text}")
                except httpx.HTTPError as error:
                    self.note(kind, repr(error))

    def sockets(self):
        """Makes calls over a WebSocket, and opens a new one whenever it is closed."""
        while not self.isOver.is_set():
            try:
                with connect(self.base.replace("http", "ws", 1) + "/rpc", ssl=self.tls) as socket:
                    while not self.isOver.is_set():
                        socket.send(CALL)
                        self.note("WebSocket", socket.recv(PATIENCE))
            except (WebSocketException, OSError) as error:
                self.note("WebSocket", repr(error))
                time.sleep(0.05)

    def note(self, kind, text):
        if text == "5" or '"result"' in text:
            self.answered[kind] += 1
        else:
            self.failed[kind].append(text)

    def wait_for_answers(self, count):
        """Waits until `count` more calls of every kind have succeeded."""
        wanted = {kind: answered + count for kind, answered in self.answered.items()}
        end = time.monotonic() + PATIENCE
        while any(self.answered[kind] < wanted[kind] for kind in wanted):
            assert time.monotonic() < end, f"{self.answered} {self.failed}"
            time.sleep(0.01)

    def stop(self):
        self.isOver.set()
        for thread in self.threads:
            thread.join(2 * PATIENCE)
            assert not thread.is_alive()
