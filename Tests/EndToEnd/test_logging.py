"""What the programs write to their standard error output."""

import http.client
import json
import socket
import time

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from programs import LISTENING, NATIVE, Program, port_of, start_in_process, start_sidecar, stop_all

PATIENCE = 10


def line_with(program, *parts):
    """The first line that holds all of these, once it is written."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for line in list(program.output):
            if all(part in line for part in parts):
                return line
        time.sleep(0.02)
    raise AssertionError(f"no line with {parts}:\n{''.join(program.output)}")


def test_an_upstream_that_is_lost_and_found_is_logged_with_the_cause(tmp_path):
    programs = start_sidecar(tmp_path)
    service, gateway = programs
    try:
        line_with(gateway, "notice", "upstream found", "app.sock")
        service.kill()
        line_with(gateway, "notice", "upstream lost", "app.sock", "closed the connection")
        line_with(gateway, "notice", "upstream lost", "not reachable", "Cannot connect")
        programs[0] = Program("postern-demo", "--native", f"unix:{tmp_path}/app.sock", "--no-gateway", ready=NATIVE)
        end = time.monotonic() + PATIENCE
        while sum("upstream found" in line for line in gateway.output) < 2 and time.monotonic() < end:
            time.sleep(0.02)
        assert sum("upstream found" in line for line in gateway.output) == 2
        # One line for each reason, however often connecting is tried.
        assert sum("not reachable" in line for line in gateway.output) <= 2
    finally:
        stop_all(programs)


@pytest.fixture(scope="module")
def demo():
    demo = Program("postern-demo", "--port", 0, ready=LISTENING)
    yield demo
    stop_all([demo])


def get(demo, path="/livez", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port_of(demo), timeout=PATIENCE)
    connection.request("GET", path, headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize("cause, headers", [
    ("origin", {"Origin": "https://evil.example"}), ("host", {"Host": "evil.example"})])
def test_a_refused_host_or_origin_is_logged(demo, cause, headers):
    assert get(demo, **headers) in (403, 421)
    line_with(demo, "notice", "client refused", f"cause={cause}", "evil.example")


def call(server, method, params):
    connection = http.client.HTTPConnection("127.0.0.1", port_of(server), timeout=PATIENCE)
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    connection.request("POST", "/rpc", body, {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


@pytest.mark.parametrize("topology", ["in process", "sidecar"])
def test_a_handler_that_fails_is_logged_with_the_identifier_that_its_caller_gets(tmp_path, topology):
    programs = start_in_process() if topology == "in process" else start_sidecar(tmp_path)
    try:
        error = call(programs[-1], "echo.fail", ["the reason\nin two lines"])["error"]
        assert error["code"] == -32000 and "reason" not in error["message"], error
        line = line_with(programs[0], "error", "handler failed", error["data"]["traceId"])
        for part in ["method=echo/fail", "code=-32000", "durationMs=", r"the reason\nin two lines"]:
            assert part in line
        if topology == "sidecar":
            assert not any("handler failed" in line for line in programs[-1].output)
        assert "traceId" not in call(programs[-1], "calculator.divide", [1, 0])["error"]["data"]
        assert not any("division by zero" in line for line in programs[0].output)
    finally:
        stop_all(programs)


def test_a_refused_head_is_logged(demo):
    with socket.create_connection(("127.0.0.1", port_of(demo)), timeout=PATIENCE) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n")
        assert b" 400 " in connection.recv(4096)
    line_with(demo, "notice", "client refused", "cause=status 400", "address=127.0.0.1")


def test_a_client_that_a_limit_cuts_is_logged(demo):
    with connect(f"ws://127.0.0.1:{port_of(demo)}/rpc") as client:
        client.send("x" * (2 << 20))
        with pytest.raises(ConnectionClosed):
            client.recv(PATIENCE)
    line_with(demo, "notice", "client cut off", "cause=close 1009", "address=127.0.0.1")
