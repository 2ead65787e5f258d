"""Tests the logs of the programs, which they write to their standard error."""

import asyncio
import contextlib
import http.client
import json
import os
import socket
import threading
import time

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from native_peers import postern, run
from programs import (
    LISTENING, NATIVE, PATIENCE, Program, line_with, port_of, start_in_process, start_sidecar, stop_all, wait_until)


def test_the_loss_and_the_return_of_an_upstream_are_logged_with_the_cause(tmp_path):
    programs = start_sidecar(tmp_path)
    service, gateway = programs
    try:
        line_with(gateway, "notice", "upstream found", "app.sock")
        service.kill()
        line_with(gateway, "notice", "upstream lost", "app.sock", "cause=lost")
        line_with(gateway, "notice", "upstream lost", "not reachable", "Cannot connect")
        programs[0] = Program("postern-demo", "--native", f"unix:{tmp_path}/app.sock", "--no-gateway", ready=NATIVE)
        wait_until(lambda: sum("upstream found" in line for line in gateway.output) == 2)
        # Retries are logged only when their reason changes: no server listens, there is no file, no server listens yet.
        assert sum("not reachable" in line for line in gateway.output) <= 3
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
def test_a_failed_handler_is_logged_with_the_trace_identifier_of_the_error(tmp_path, topology):
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
        assert connection.makefile("rb").readline().startswith(b"HTTP/1.1 400 ")
    line_with(demo, "notice", "client refused", 'cause="status 400"', "address=127.0.0.1")


def test_a_client_that_exceeds_a_limit_is_logged(demo):
    with connect(f"ws://127.0.0.1:{port_of(demo)}/rpc") as client:
        # The server may close the connection before the whole message has been sent.
        with pytest.raises(ConnectionClosed):
            client.send("x" * (2 << 20))
            client.recv(PATIENCE)
    line_with(demo, "notice", "client cut off", 'cause="close 1009"', "address=127.0.0.1")


@pytest.mark.parametrize("topology", ["in process", "sidecar"])
def test_a_dropped_notification_of_a_page_is_logged(tmp_path, topology):
    programs = start_in_process() if topology == "in process" else start_sidecar(tmp_path)
    try:
        with connect(f"ws://127.0.0.1:{port_of(programs[-1])}/rpc") as client:
            for _ in range(1_100):
                client.send(json.dumps({"jsonrpc": "2.0", "method": "jobs.run", "params": [1, 60_000]}))
            line_with(programs[0], "notice", "notification dropped", "jobs/run")
    finally:
        stop_all(programs)


def test_a_notification_of_a_page_for_an_absent_service_is_logged(tmp_path):
    gateway = Program("postern", "gateway", "--upstream", f"unix:{tmp_path}/app.sock", "--port", 0, ready=LISTENING)
    try:
        with connect(f"ws://127.0.0.1:{port_of(gateway)}/rpc") as client:
            client.send(json.dumps({"jsonrpc": "2.0", "method": "jobs.run", "params": [1, 0]}))
            line_with(gateway, "notice", "notification dropped", 'cause="error -32054"', "jobs/run")
    finally:
        stop_all([gateway])


def test_a_dropped_native_notification_is_logged(tmp_path):
    address = f"unix:{tmp_path}/app.sock"
    program = Program("postern-demo", "--native", address, "--no-gateway", ready=NATIVE)

    async def notify():
        async with postern.connect(address) as peer:
            for _ in range(1_100):
                peer.notify("jobs/run", 1, 60_000)
            await asyncio.to_thread(line_with, program, "notice", "notification dropped", "jobs/run")

    try:
        run(notify)
    finally:
        stop_all([program])


def refuse(server, count):
    """Sends requests with an origin that is not allowed, at most 500 on each connection."""
    for start in range(0, count, 500):
        connection = http.client.HTTPConnection("127.0.0.1", port_of(server), timeout=PATIENCE)
        for _ in range(min(500, count - start)):
            connection.request("GET", "/livez", headers={"Origin": "https://evil.example"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 403
        connection.close()


def fail(server, count):
    """Calls a handler that fails, `count` times on one WebSocket."""
    request = {"jsonrpc": "2.0", "id": 1, "method": "echo.fail", "params": ["the reason " * 20]}
    with connect(f"ws://127.0.0.1:{port_of(server)}/rpc") as client:
        for _ in range(count):
            client.send(json.dumps(request))
            assert "error" in json.loads(client.recv(PATIENCE))


@contextlib.contextmanager
def full_pipe():
    """Yields the writing end of a full pipe that no program reads."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, b"x" * 4096)
    # The program shares the file description, and its writes have to block.
    os.set_blocking(writer, True)
    try:
        yield writer
    finally:
        os.close(reader)
        os.close(writer)


INFO, TRACE = ["--log-level", "info"], ["--log-level", "trace", "--log-format", "json", "--access-log"]


@pytest.mark.parametrize("options", [[], INFO, TRACE])
def test_a_full_pipe_at_standard_error_does_not_block_the_program(options):
    with full_pipe() as writer:
        demo = Program("postern-demo", "--port", 0, *options, ready=LISTENING, stderr=writer)
        try:
            refuse(demo, 3_000)
            fail(demo, 300)
            assert call(demo, "calculator.add", [2, 3])["result"] == 5
        finally:
            demo.stop()


def prove_wrongly(port, count):
    """Opens connections of clients with another secret."""

    async def test():
        async def prove():
            with contextlib.suppress(postern.CallError):
                async with postern.connect(f"tcp:127.0.0.1:{port}", secret=b"another secret of this test"):
                    raise AssertionError("a wrong secret was accepted")

        for start in range(0, count, 50):
            await asyncio.gather(*[prove() for _ in range(min(50, count - start))])

    run(test)


SECRET = b"the secret of this test"


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret"
    path.write_bytes(SECRET)
    return path


NATIVE_TCP = r"native on tcp:127\.0\.0\.1:(\d+)"


def test_wrong_proofs_do_not_block_the_program_while_its_log_is_not_read(secret):
    with full_pipe() as writer:
        demo = Program("postern-demo", "--no-gateway", "--native", "tcp:127.0.0.1:0", "--secret-file", secret,
                       ready=NATIVE_TCP, stderr=writer)
        try:
            prove_wrongly(port_of(demo), 3_000)

            async def add():
                async with postern.connect(f"tcp:127.0.0.1:{port_of(demo)}", secret=SECRET) as peer:
                    assert await peer.call("calculator/add", 2, 3) == 5

            run(add)
        finally:
            demo.stop()


def test_wrong_proofs_are_logged_up_to_a_rate_and_counted_above_it(secret):
    demo = Program("postern-demo", "--no-gateway", "--native", "tcp:127.0.0.1:0", "--secret-file", secret,
                   ready=NATIVE_TCP)
    start = time.monotonic()
    try:
        prove_wrongly(port_of(demo), 3_000)
        seconds = time.monotonic() - start

        def counts():
            lines = [line for line in list(demo.output) if 'cause="authentication failed"' in line]
            suppressed = sum(int(line.split("suppressed=")[1]) for line in lines if "suppressed=" in line)
            return sum("suppressed=" not in line for line in lines), suppressed

        wait_until(lambda: sum(counts()) == 3_000)
        assert 20 <= counts()[0] <= 20 * (int(seconds) + 2)
    finally:
        stop_all([demo])


def test_a_sidecar_gateway_is_not_blocked_by_a_log_that_is_not_read(tmp_path):
    socket = f"unix:{tmp_path}/app.sock"
    services = Program("postern-demo", "--native", socket, "--no-gateway", ready=NATIVE)
    try:
        with full_pipe() as writer:
            gateway = Program("postern", "gateway", "--upstream", socket, "--port", 0, "--access-log", "--log-level",
                              "trace", ready=LISTENING, stderr=writer)
            try:
                refuse(gateway, 3_000)
                wait_until(lambda: call(gateway, "calculator.add", [2, 3]).get("result") == 5)
            finally:
                gateway.stop()
    finally:
        stop_all([services])


def refusals(program):
    """Returns the number of refusals that the log has written or counted."""
    lines = [json.loads(line) for line in list(program.output) if '"client refused"' in line]
    return sum(int(line.get("suppressed", 1)) for line in lines)


def test_log_lines_in_json_are_objects_and_limited_in_rate():
    demo = Program("postern-demo", "--port", 0, "--log-format", "json", ready=LISTENING)
    try:
        began = time.monotonic()
        refuse(demo, 200)
        seconds = time.monotonic() - began
        wait_until(lambda: refusals(demo) == 200)
        assert call(demo, "echo.fail", ['a "quoted"\nreason\x1b[0m'])["error"]["code"] == -32000
        line_with(demo, '"handler failed"')
    finally:
        demo.stop()
    lines = [json.loads(line) for line in demo.output if line.startswith("{")]
    refused = [line for line in lines if line["message"] == "client refused"]
    for line in refused:
        assert (line["level"], line["label"], line["cause"]) == ("notice", "postern-demo", "origin")
    suppressed = sum(int(line["suppressed"]) for line in refused if "suppressed" in line)
    written = [line for line in refused if "suppressed" not in line]
    # At most 20 lines are written per second, and the others are counted.
    assert len(written) + suppressed == 200 and 20 <= len(written) <= 20 * (int(seconds) + 1)
    assert written[0]["origin"] == "https://evil.example" and written[0]["address"] == "127.0.0.1"
    failed = [line for line in lines if line["message"] == "handler failed"]
    assert len(failed) == 1 and failed[0]["level"] == "error" and failed[0]["method"] == "echo/fail"
    assert failed[0]["error"].endswith(r'a "quoted"\nreason\u{1b}[0m')
    # All lines of the log are JSON.
    assert not any("refused" in line for line in demo.output if not line.startswith("{"))


def test_dropped_log_lines_are_counted_when_the_output_is_read():
    reader, writer = os.pipe()
    demo = Program("postern-demo", "--port", 0, "--log-level", "trace", "--access-log", ready=LISTENING, stderr=writer)
    os.close(writer)
    refuse(demo, 4_000)
    lines = []
    thread = threading.Thread(target=lambda: lines.extend(os.fdopen(reader, "r")), daemon=True)
    thread.start()
    demo.stop()
    thread.join(PATIENCE)
    dropped = [int(line.split("dropped=")[1]) for line in lines if "log lines dropped" in line]
    written = [line for line in lines if "403" in line]
    assert dropped and sum(dropped) + len(written) >= 4_000
    assert all(len(line.encode()) <= 1024 for line in lines)


def test_the_access_log_has_a_line_for_each_request_and_websocket():
    demo = Program("postern-demo", "--port", 0, "--access-log", "--log-format", "json", ready=LISTENING)
    try:
        assert get(demo, "/livez?token=secret") == 200
        assert get(demo, "/rpc/calculator.add?a=2&b=3") == 200
        assert get(demo, "/livez", Host="evil.example") == 421
        assert call(demo, "calculator.add", [2, 3])["result"] == 5
        fail(demo, 1)
        line_with(demo, "websocket closed")
    finally:
        demo.stop()
    lines = [json.loads(line) for line in demo.output if line.startswith("{")]
    requests = [line for line in lines if line["message"] == "request"]
    assert [(line["door"], line["method"], line["path"], line["code"]) for line in requests] == [
        ("files", "GET", "/livez", "200"), ("path", "GET", "/rpc/calculator.add", "200"),
        ("files", "GET", "/livez", "421"), ("rpc", "POST", "/rpc", "200")]
    for line in requests:
        assert line["level"] == "info" and line["address"] == "127.0.0.1"
        assert 0 <= int(line["durationMs"]) < 1000 * PATIENCE
    sockets = [line for line in lines if line["message"].startswith("websocket")]
    assert [line["message"] for line in sockets] == ["websocket opened", "websocket closed"]
    assert sockets[1]["code"] == "1000"
    assert not any("secret" in line for line in demo.output)


def test_missing_containment_of_tasks_is_logged(tmp_path, monkeypatch):
    tool = tmp_path / "prlimit"
    tool.write_text("#!/bin/sh\nexit 1\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    demo = Program("postern-demo", "--port", 0, ready=LISTENING)
    try:
        line_with(demo, "notice", "task processes", "Limits of tasks are not in force", "prlimit")
    finally:
        stop_all([demo])
