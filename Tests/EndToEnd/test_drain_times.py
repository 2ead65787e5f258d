"""Tests stops during calls that outlast the drain grace: each call is answered before its connection is closed."""

import json
import os
import signal
import socket
import threading
import time
import urllib.error
import urllib.request

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from programs import LISTENING, NATIVE, PATIENCE, Program, port_of, start_gateway, stop_all, wait_until

SLOW = {"jsonrpc": "2.0", "id": 1, "method": "jobs.run", "params": [1, 60_000]}
# At most 32 entries of a batch run at once, so the last one has not started when the stop begins.
BATCH = [{**SLOW, "id": identity} for identity in range(1, 34)]


def start(topology, folder, *options):
    """Starts the programs of a topology and returns them, the gateway last."""
    if topology == "in-process":
        native = f"unix:{folder}/both.sock"
        return [Program("postern-demo", "--port", 0, "--native", native, *options, ready=LISTENING)]
    upstream = f"unix:{folder}/app.sock"
    services = Program("postern-demo", "--native", upstream, "--no-gateway", ready=NATIVE)
    return [services, start_gateway(upstream, *options)]


class Clients:
    """A client of each kind with a call that takes a minute; `answers` holds the status and the answer of each."""

    def __init__(self, port):
        self.port, self.answers, self.is_uploading = port, {}, threading.Event()
        kinds = {"websocket": (self.on_websocket, SLOW), "websocket batch": (self.on_websocket, BATCH),
                 "post": (self.by_post, "/rpc", SLOW), "post batch": (self.by_post, "/rpc", BATCH),
                 "path": (self.by_post, "/rpc/jobs/run", {"steps": 1, "stepMs": 60_000}),
                 "upload": (self.by_incomplete_post,)}
        self.threads = [threading.Thread(target=self.run, args=(kind, *rest)) for kind, rest in kinds.items()]
        for thread in self.threads:
            thread.start()

    def run(self, kind, body, *arguments):
        self.answers[kind] = body(*arguments)

    def on_websocket(self, message):
        """Sends a message; returns the close code of the connection and the answer."""
        with connect(f"ws://127.0.0.1:{self.port}/rpc") as websocket:
            websocket.send(json.dumps(message))
            answer = json.loads(websocket.recv(PATIENCE))
            with pytest.raises(ConnectionClosed) as closed:
                websocket.recv(PATIENCE)
            return closed.value.rcvd.code, answer

    def by_post(self, path, message):
        """Posts a message; returns the status, which must be an error, and the answer."""
        url = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, json.dumps(message).encode(), {"Content-Type": "application/json"})
        with pytest.raises(urllib.error.HTTPError) as failed:
            urllib.request.urlopen(request, timeout=PATIENCE)
        assert failed.value.headers["Retry-After"]
        return failed.value.code, json.load(failed.value)

    def by_incomplete_post(self):
        """Sends a request whose body never completes; returns the status and the body of the response."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as connection:
            connection.sendall(b"POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                               b"Content-Length: 9\r\nExpect: 100-continue\r\n\r\n")
            answer = connection.makefile("rb")
            assert answer.readline().split()[1] == b"100" and answer.readline() == b"\r\n"
            connection.sendall(b"{")
            self.is_uploading.set()
            head, _, body = answer.read().partition(b"\r\n\r\n")
            return int(head.split()[1]), json.loads(body)

    def wait_until_all_are_served(self):
        """Waits until the calls run, 32 of each batch, and the gateway has read the head of the upload."""
        wait_until(lambda: active(self.port) == 3 + 2 * 32)
        assert self.is_uploading.wait(PATIENCE)

    def wait(self):
        for thread in self.threads:
            thread.join(PATIENCE)
        return self.answers


def active(port):
    """Returns the number of jobs that run."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/rpc/jobs/active", timeout=PATIENCE) as answer:
        return json.load(answer)


def outcome(error):
    """Returns the code of an error, and whether the call was executed."""
    return error["code"], error["data"]["executed"]


def check(answers):
    for kind, code in [("websocket", 4101), ("post", 503)]:
        assert answers[kind][0] == code and outcome(answers[kind][1]["error"]) == (-32053, "unknown"), answers[kind]
        code_of_batch, batch = answers[f"{kind} batch"]
        assert code_of_batch == code and [entry["id"] for entry in batch] == list(range(1, 34))
        assert [outcome(entry["error"])[1] for entry in batch] == ["unknown"] * 32 + ["no"], batch
    assert answers["path"][0] == 503 and outcome(answers["path"][1]) == (-32053, "unknown"), answers["path"]
    assert answers["upload"][0] == 503 and outcome(answers["upload"][1]["error"]) == (-32053, "no"), answers["upload"]


@pytest.mark.parametrize("topology, options, shortest", [
    ("in-process", ("--body-timeout", 60), 7), ("sidecar", ("--body-timeout", 60, "--drain-lead", 1, "--drain-grace", 1, "--drain-spread", 0), 2)])
def test_calls_that_outlast_the_grace_are_answered_and_do_not_delay_the_stop(tmp_path, topology, options, shortest):
    programs = start(topology, tmp_path, *options)
    try:
        clients = Clients(port_of(programs[-1]))
        clients.wait_until_all_are_served()
        began = time.monotonic()
        programs[-1].process.send_signal(signal.SIGTERM)
        assert programs[-1].process.wait(PATIENCE) == 0
        # The calls take a minute. An idle machine stops three seconds after the grace; a busy one may take longer.
        assert shortest <= time.monotonic() - began < shortest + 15
        check(clients.wait())
    finally:
        stop_all(programs)


def test_a_native_server_closes_its_connections_after_the_grace(tmp_path):
    upstream = f"unix:{tmp_path}/app.sock"
    options = ("--native", upstream, "--no-gateway", "--drain-grace", 1)
    services = Program("postern-demo", *options, ready=NATIVE)
    gateway = start_gateway(upstream)
    try:
        with connect(f"ws://127.0.0.1:{port_of(gateway)}/rpc") as websocket:
            websocket.send(json.dumps(SLOW))
            wait_until(lambda: active(port_of(gateway)) == 1)
            began = time.monotonic()
            services.process.send_signal(signal.SIGTERM)
            assert outcome(json.loads(websocket.recv(PATIENCE))["error"]) == (-32054, "unknown")
            assert services.process.wait(PATIENCE) == 0 and 1 <= time.monotonic() - began < 15
    finally:
        stop_all([gateway])
        assert services.process.poll() == 0
        assert not os.path.exists(f"{tmp_path}/app.sock")
