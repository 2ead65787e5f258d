"""Readers of an event stream that reconnect like a browser, with the id of the last event received."""

import json
import threading
import time

import httpx

PATH = "/events/chat/room"


class Reader:
    """A reader of the chat room. `texts` has messages and reasons for gaps; `opened` is the number of streams."""

    def __init__(self, base, tls):
        self.base, self.tls, self.isOver = base, tls, threading.Event()
        self.texts, self.opened, self.last = [], 0, None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        with httpx.Client(base_url=self.base, verify=self.tls, timeout=20) as client:
            while not self.isOver.is_set():
                try:
                    self.read(client)
                except httpx.HTTPError:
                    time.sleep(0.05)

    def read(self, client):
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": self.last} if self.last else {})}
        with client.stream("GET", PATH, headers=headers) as answer:
            assert answer.status_code == 200
            for line in answer.iter_lines():
                self.take(line)
                if self.isOver.is_set():
                    return

    def take(self, line):
        if line == ": open":
            self.opened += 1
        elif line.startswith("id: "):
            self.last = line.removeprefix("id: ")
        elif line.startswith("data: "):
            params = json.loads(line.removeprefix("data: "))["params"]
            self.texts.append(params["result"]["text"] if "result" in params else params["gap"]["reason"])

    def wait_for(self, is_done):
        end = time.monotonic() + 20
        while not is_done(self):
            assert time.monotonic() < end and self.thread.is_alive(), self.texts
            time.sleep(0.01)
