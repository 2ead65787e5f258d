"""Tests the JSON doors on a Unix socket: every door, permissions, removal of the file, and drains."""

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import threading
import time

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import unix_connect

from programs import LISTENING, NATIVE, Program, binary, line_with, port_of, stop_all

ON_UNIX = r"listening on (unix:\S+)"


def message(method, *arguments, identity=1):
    return json.dumps({"jsonrpc": "2.0", "id": identity, "method": method, "params": arguments})


def curl(path, target, *options):
    done = subprocess.run(
        ["curl", "--silent", "--max-time", "10", "--unix-socket", path, f"http://localhost{target}", *options],
        capture_output=True, text=True, timeout=20)
    return done.stdout


def add(path):
    return json.loads(curl(path, "/rpc", "-H", "Content-Type: application/json", "-d", message("calculator.add", 2, 3)))


def demo(path, *options):
    return Program("postern-demo", "--listen", f"unix:{path}", "--no-tasks", *options, ready=ON_UNIX)


def refuse(*arguments, **environment):
    """Starts a demo that must fail; returns its error output."""
    done = subprocess.run(
        [binary("postern-demo"), "--no-tasks", *map(str, arguments)], env={**os.environ, **environment},
        capture_output=True, text=True, timeout=20)
    assert done.returncode > 0, done.stderr
    return done.stderr


@pytest.fixture(scope="module", params=["in-process", "sidecar"])
def path(request, tmp_path_factory):
    """Yields the path of the socket of a gateway with two event loops."""
    folder = tmp_path_factory.mktemp("doors")
    listen = ["--listen", f"unix:{folder}/http.sock", "--loops", 2, "--public", "public"]
    if request.param == "in-process":
        programs = [Program("postern-demo", *listen, ready=ON_UNIX)]
    else:
        services = Program("postern-demo", "--no-gateway", "--native", f"unix:{folder}/app.sock", ready=NATIVE)
        programs = [services, Program("postern", "gateway", "--upstream", services.line[1], *listen, ready=ON_UNIX)]
    assert programs[-1].line[1] == f"unix:{folder}/http.sock"
    yield f"{folder}/http.sock"
    stop_all(programs)
    assert not os.path.exists(f"{folder}/http.sock")


def test_every_door_answers(path):
    assert add(path)["result"] == 5
    assert curl(path, "/rpc/calculator/add?a=2&b=3") == "5"
    assert "<title>" in curl(path, "/")
    assert curl(path, "/readyz") == "ok\n"
    ticks = ["curl", "--no-buffer", "--silent", "--max-time", "10", "--unix-socket", path]
    with subprocess.Popen([*ticks, "http://localhost/rpc/clock/ticks?interval=0.05"], stdout=subprocess.PIPE) as stream:
        assert next(line for line in stream.stdout if b'"tick":2' in line)
        stream.kill()
    with unix_connect(path, "ws://localhost/rpc") as websocket:
        websocket.send(message("calculator.add", 2, 3))
        assert json.loads(websocket.recv(30))["result"] == 5


def test_large_messages_are_received_and_sent(path):
    text = "x" * 1_000_000
    with unix_connect(path, "ws://localhost/rpc", max_size=None) as websocket:
        for identity in range(5):
            websocket.send(message("echo.echo", text, identity=identity))
        for _ in range(5):
            assert json.loads(websocket.recv(20))["result"] == text


def test_many_clients_connect_concurrently(path):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(add(path)["result"])) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [5] * 20


@pytest.mark.parametrize("host, origin, status", [
    ("localhost", None, 200), ("10.0.0.1", None, 200), ("app.example", None, 421),
    ("localhost", "https://app.example", 403), ("localhost", "http://localhost:3000", 200),
])
def test_host_and_origin_are_checked_as_on_tcp(path, host, origin, status):
    fields = ["-H", f"Host: {host}", *(["-H", f"Origin: {origin}"] if origin else [])]
    found = curl(path, "/rpc/calculator/add?a=2&b=3", *fields, "--output", "/dev/null", "--write-out", "%{http_code}")
    assert found == str(status)


def test_a_gateway_listens_at_both_addresses_and_logs_them(tmp_path):
    path = f"{tmp_path}/http.sock"
    program = Program("postern-demo", "--no-tasks", "--listen", "tcp:127.0.0.1:0", "--listen", f"unix:{path}",
                      "--access-log", "--log-level", "info", ready=LISTENING)
    line_with(program, "listening on unix:" + path)
    line_with(program, f"listening address=unix:{path}")
    line_with(program, f"listening host=127.0.0.1 port={port_of(program)}")
    assert add(path)["result"] == 5
    line_with(program, "address=unix", "path=/rpc")
    connection = http.client.HTTPConnection("127.0.0.1", port_of(program))
    connection.request("GET", "/readyz")
    assert connection.getresponse().status == 200
    connection.close()
    stop_all([program])


@pytest.mark.parametrize("options, environment", [
    (["--socket-mode", "0620", "--socket-group", str(os.getgid())], {}),
    ([], {"POSTERN_SOCKET_MODE": "620", "POSTERN_SOCKET_GROUP": str(os.getgid())}),
])
def test_the_file_has_its_mode_and_group(tmp_path, monkeypatch, options, environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "http.sock"
    program = demo(path, *options)
    status = path.stat()
    assert (stat.S_IMODE(status.st_mode), status.st_gid) == (0o620, os.getgid())
    stop_all([program])


def test_a_gateway_replaces_the_file_of_a_killed_one_and_removes_only_its_own_file(tmp_path):
    path = tmp_path / "http.sock"
    demo(path).kill()
    assert path.is_socket()
    first = demo(path)
    assert f"Cannot listen at unix:{path}: already in use by another server" in refuse("--listen", f"unix:{path}")
    path.unlink()
    second = demo(path)
    stop_all([first])
    assert add(path)["result"] == 5
    stop_all([second])
    assert not path.exists()


def test_a_successor_listens_while_the_calls_of_the_first_gateway_end(tmp_path):
    path = f"{tmp_path}/http.sock"
    first = demo(path)
    with unix_connect(path, "ws://localhost/rpc") as websocket:
        websocket.send(message("jobs.run", 1, 6_000))
        websocket.send(message("echo.echo", "begun", identity=2))
        assert json.loads(websocket.recv(30))["result"] == "begun"
        first.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 10
        while os.path.exists(path):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        second = demo(path)
        assert add(path)["result"] == 5
        assert "result" in json.loads(websocket.recv(30))
        with pytest.raises(ConnectionClosed) as closed:
            websocket.recv(30)
        assert closed.value.rcvd.code == 4101
    assert first.process.wait(30) == 0
    assert add(path)["result"] == 5
    stop_all([second])


def test_the_error_for_an_unusable_address_names_the_cause(tmp_path):
    path = tmp_path / "http.sock"
    assert "--listen tcp:127.0.0.1:2 is a second tcp: address" in refuse(
        "--listen", "tcp:127.0.0.1:1", "--listen", "tcp:127.0.0.1:2")
    assert "POSTERN_LISTEN=tls:localhost:1" in refuse(POSTERN_LISTEN="tls:localhost:1")
    assert "'8080' of POSTERN_LISTEN" in refuse(POSTERN_LISTEN="8080")
    assert "need a unix: address" in refuse("--port", 0, "--socket-mode", "0600")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert "in use" in refuse("--listen", f"unix:{path}", "--listen", f"tcp:127.0.0.1:{port}")
    assert "the directory /no/such does not exist" in refuse("--listen", f"unix:{path}", "--listen", "unix:/no/such/a")
    assert not path.exists()
