"""Tests a gateway whose native server is absent: the errors that clients receive, readiness, and `Retry-After`."""

import json
import time
import urllib.error
import urllib.request

import pytest
from websockets.sync.client import connect

from programs import LISTENING, NATIVE, PATIENCE, Program, port_of, stop_all

CALL = {"jsonrpc": "2.0", "id": 1, "method": "calculator.add", "params": [2, 3]}
SECRETS = ("app.sock", "errno", "/tmp", "unix:")


@pytest.fixture
def gateway(tmp_path):
    """Yields a function that starts a gateway without its native server; its attribute `serve` starts that server."""
    programs, socket = [], f"unix:{tmp_path}/app.sock"

    def start(*options):
        programs.append(Program("postern", "gateway", "--upstream", socket, "--port", 0, *options, ready=LISTENING))
        return f"http://127.0.0.1:{port_of(programs[-1])}"

    def serve():
        programs.insert(0, Program("postern-demo", "--native", socket, "--no-gateway", ready=NATIVE))
        return programs[0]

    start.serve = serve
    yield start
    stop_all([program for program in programs if program.process.poll() is None])


def ask(url, body=None, **headers):
    request = urllib.request.Request(url, body, {"Content-Type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def wait_for_status(url, status):
    deadline = time.monotonic() + PATIENCE
    while ask(url)[0] != status:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_errors_say_that_the_service_is_not_reachable_without_internal_details(gateway):
    base = gateway()
    answers = [ask(f"{base}/rpc", json.dumps(CALL).encode()), ask(f"{base}/rpc/calculator/add?a=2&b=3")]
    answers.append(ask(f"{base}/rpc", json.dumps([CALL, {**CALL, "id": 2}]).encode()))
    for status, headers, body in answers:
        assert status == 503 and headers["Retry-After"], body
        assert "The service is not reachable" in body and not any(word in body for word in SECRETS), body
    error = json.loads(answers[0][2])["error"]
    assert (error["code"], error["data"]["executed"], error["data"]["retryable"]) == (-32054, "no", True)
    with connect(base.replace("http", "ws") + "/rpc") as socket:
        for identity, method in enumerate(("calculator.add", "rpc.subscribe")):
            socket.send(json.dumps({**CALL, "id": identity, "method": method, "params": ["chat.room", 1][:2 - identity]}))
            text = socket.recv(PATIENCE)
            assert json.loads(text)["error"]["code"] == -32054
            assert "The service is not reachable" in text and not any(word in text for word in SECRETS), text


def test_readiness_depends_on_the_native_server_and_liveness_does_not(gateway):
    base = gateway()
    status, headers, body = ask(f"{base}/readyz")
    assert (status, body) == (503, "the service is not reachable\n") and headers["Retry-After"]
    assert ask(f"{base}/livez")[0] == 200
    server = gateway.serve()
    wait_for_status(f"{base}/readyz", 200)
    server.kill()
    wait_for_status(f"{base}/readyz", 503)
    assert ask(f"{base}/livez")[0] == 200


def test_readiness_does_not_depend_on_the_native_server_with_the_option(gateway):
    base = gateway("--ready-without-upstream")
    assert ask(f"{base}/readyz")[0] == 200
