"""Tests the command `health`, which containers run, and the option `--version`."""

import os
import re
import socket
import subprocess
import threading

import pytest

from programs import LISTENING, Program, binary, port_of, stop_all


def health(*arguments, program="postern", **environment):
    """Runs a health check; returns its exit code and its output."""
    done = subprocess.run(
        [binary(program), "health", *map(str, arguments)], env={**os.environ, "POSTERN_TIMEOUT": "30", **environment},
        capture_output=True, text=True, timeout=60)
    assert not (done.stdout and done.stderr)
    return done.returncode, done.stdout or done.stderr


@pytest.fixture(scope="module")
def port():
    demo = Program("postern-demo", "--port", 0, ready=LISTENING)
    yield port_of(demo)
    stop_all([demo])


@pytest.fixture
def listener():
    """Yields a listening socket that accepts no connection by itself."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def answer(server, text):
    """Starts a thread that accepts one connection and answers the first bytes with a text; returns the thread."""
    def run():
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(text)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.parametrize("program", ["postern", "postern-demo"])
def test_a_ready_gateway_is_addressed_by_url_or_by_environment(port, program):
    line = f"ready: http://127.0.0.1:{port}/readyz answered 200\n"
    assert health(f"http://127.0.0.1:{port}", program=program) == (0, line)
    assert health(program=program, POSTERN_PORT=str(port)) == (0, line)
    assert health(program=program, POSTERN_PORT=str(port), POSTERN_HOST="0.0.0.0") == (0, line)
    assert health(program=program, POSTERN_LISTEN=f"tcp:0.0.0.0:{port}, unix:/nowhere") == (0, line)


def test_a_gateway_without_its_service_is_not_ready(tmp_path):
    gateway = Program("postern", "gateway", "--upstream", f"unix:{tmp_path}/app.sock", "--port", 0, ready=LISTENING)
    url = f"http://127.0.0.1:{port_of(gateway)}"
    reason = f"not ready: the service is not reachable ({url}/readyz answered 503)\n"
    assert health(url) == (1, reason)
    assert health(f"{url}/livez") == (0, f"ready: {url}/livez answered 200\n")
    stop_all([gateway])


def test_a_server_that_does_not_speak_http_is_not_ready(listener):
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    thread = answer(listener, b"SSH-2.0-OpenSSH_9.2\r\n")
    assert health(url) == (1, f"not ready: what listens at {url}/readyz does not speak HTTP\n")
    thread.join()


def test_the_check_of_a_port_that_does_not_answer_ends_at_its_timeout(listener):
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    assert health(url, "--timeout", 0.2) == (69, f"no connection: {url}/readyz did not answer\n")


@pytest.mark.parametrize("gateway, line", [
    ("http://127.0.0.1:1", "no connection: Cannot connect to 127.0.0.1:1: no server listens there\n"),
    ("http://no.such.invalid", "no connection: Cannot connect to no.such.invalid:80: there is no such host\n"),
    ("unix:/no/such", "no connection: Cannot connect to unix:/no/such: there is no such socket file\n"),
])
def test_the_error_for_an_absent_gateway_is_one_sentence(gateway, line):
    assert health(gateway) == (69, line)


@pytest.mark.parametrize("arguments, environment, part", [
    (["ftp://127.0.0.1"], {}, "ftp://127.0.0.1"),
    ([], {"POSTERN_PORT": "0"}, "The gateway's port is not known"),
    ([], {"POSTERN_LISTEN": "8080"}, "'8080' of POSTERN_LISTEN"),
    ([], {"POSTERN_PORT": "x"}, "'x' of POSTERN_PORT"),
])
def test_the_error_for_wrong_usage_names_the_cause(arguments, environment, part):
    code, text = health(*arguments, **environment)
    assert code == 64 and part in text


@pytest.mark.parametrize("program", ["postern", "postern-demo"])
def test_the_version_is_printed(program):
    done = subprocess.run([binary(program), "--version"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0
    assert re.fullmatch(program + r" \d+\.\d+\.\d+ \(native protocol 1, JSON-RPC 2\.0, JSON dialect 1\)\n", done.stdout)
