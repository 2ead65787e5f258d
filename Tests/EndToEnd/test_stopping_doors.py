"""Tests posts whose bodies arrive while a gateway drains."""

import functools
import http.client
import json
import select
import socket
import urllib.request

import pytest
from websockets.sync.client import connect

from programs import PATIENCE, port_of, start_in_process, start_sidecar, stop_all, wait_until

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("topology", ["in-process", "sidecar"])
def test_posts_to_a_gateway_that_drains_are_answered_503(topology, tmp_path):
    start = start_in_process if topology == "in-process" else functools.partial(start_sidecar, tmp_path)
    programs = start("--drain-grace", 60)
    port = port_of(programs[-1])
    connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE) for _ in range(7)]
    try:
        job = connections.pop()
        job.request("POST", "/rpc", '{"jsonrpc":"2.0","id":7,"method":"jobs.run","params":[1,12000]}', JSON)
        entry = '{"jsonrpc":"2.0","id":1,"method":"calculator.add","params":[1,2]}'
        ping = '{"jsonrpc":"2.0","id":2,"method":"rpc.ping"}'
        notification = '{"jsonrpc":"2.0","method":"calculator.add","params":[1,2]}'
        bodies = [
            (entry, 503), (f"[{entry},{entry.replace('1,', '3,', 1)},{notification}]", 503), (f"[{entry},{ping}]", 200),
            (ping, 200), (notification, 202)]
        # The heads arrive before the drain begins, so the drain does not close these connections as idle.
        path = connections[5]
        for connection, (body, _) in zip(connections, bodies):
            begin_post(connection, "/rpc", len(body))
        begin_post(path, "/rpc/calculator/add", 5)
        wait_until(lambda: active_jobs(port) == b"1")
        programs[-1].process.terminate()
        # The gateway refuses new calls before it refuses new connections.
        wait_until(lambda: is_refused(port))
        for connection, (body, status) in zip(connections, bodies):
            connection.send(body.encode())
            response = connection.getresponse()
            text = response.read().decode()
            assert response.status == status, text
            assert (status == 503) == (response.headers["retry-after"] is not None)
            codes = [answer.get("error", {}).get("code") for answer in as_list(text)]
            assert (-32053 in codes) == ("calculator" in body and status != 202)
        path.send(b"[1,2]")
        response = path.getresponse()
        assert response.status == 503 and response.headers["retry-after"] and b"-32053" in response.read()
        assert job.getresponse().status == 200
        programs[-1].process.wait(PATIENCE)
    finally:
        stop_all(programs)


def test_a_large_batch_with_a_call_that_outlasts_the_grace_is_answered():
    programs = start_in_process("--drain-lead", 0, "--drain-grace", 1, "--drain-spread", 0)
    port = port_of(programs[-1])
    texts = [f"{number:02}" * 12_000 for number in range(20)]
    batch = [{"jsonrpc": "2.0", "id": number, "method": "echo.echo", "params": [text]} for number, text in enumerate(texts)]
    batch.append({"jsonrpc": "2.0", "id": 20, "method": "jobs.run", "params": [1, 60_000]})
    post = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        with connect(f"ws://127.0.0.1:{port}/rpc", max_size=None, compression=None) as page:
            page.send(json.dumps(batch))
            post.request("POST", "/rpc", json.dumps(batch), JSON)
            wait_until(lambda: active_jobs(port) == b"2")
            programs[-1].process.terminate()
            for answers in [json.loads(page.recv(PATIENCE)), json.load(post.getresponse())]:
                assert [answer.get("result") for answer in answers] == [*texts, None]
                assert answers[20]["error"]["code"] == -32053
        assert programs[-1].process.wait(PATIENCE) == 0
    finally:
        stop_all(programs)


def active_jobs(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/rpc/jobs/active", timeout=PATIENCE) as answer:
        return answer.read()


def begin_post(connection, path, length):
    """Sends the head of a request, and waits until the gateway has read it."""
    connection.putrequest("POST", path)
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(length))
    connection.putheader("Expect", "100-continue")
    connection.endheaders()
    assert select.select([connection.sock], [], [], PATIENCE)[0]


def is_refused(port):
    """Whether a gateway refuses new connections."""
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) != 0


def as_list(text):
    """Returns the answers in a body: those of a batch, a single one, or none."""
    content = json.loads(text) if text else []
    return content if isinstance(content, list) else [content]
