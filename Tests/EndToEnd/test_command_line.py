"""Tests the program `postern` against every kind of server."""

import json
import os
import signal
import subprocess
import time

import pytest

from commands import postern
from programs import LISTENING, PATIENCE, ROOT, Program, binary, line_with, port_of, start_gateway, stop_all

NATIVE_LINE = r"native on (\S+)"


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    """Yields the addresses of servers by their kind."""
    socket = f"unix:{tmp_path_factory.mktemp('postern')}/app.sock"
    demo = Program("postern-demo", "--port", 0, "--native", socket, ready=LISTENING)
    tcp = Program("postern-demo", "--no-gateway", "--native", "tcp:127.0.0.1:0", ready=NATIVE_LINE)
    gateway = start_gateway(tcp.line[1])
    yield {
        "unix": socket,
        "tcp": tcp.line[1],
        "websocket": f"ws://127.0.0.1:{port_of(demo)}/rpc",
        "post": f"http://127.0.0.1:{port_of(demo)}/rpc",
        "sidecar": f"ws://127.0.0.1:{port_of(gateway)}/rpc",
    }
    stop_all([demo, tcp, gateway])


@pytest.fixture(params=["unix", "tcp", "websocket", "sidecar", "post"])
def any_address(request, addresses):
    return addresses[request.param]


@pytest.fixture(params=["unix", "tcp", "websocket", "sidecar"])
def address(request, addresses):
    return addresses[request.param]


@pytest.mark.parametrize("arguments, expected", [
    (["calculator.add", "2", "3"], 5),
    (["calculator/divide", "a=1", "b=4"], 0.25),
    (["echo.echo", 'value={"a":[1,2.5,null,"ü"]}'], {"a": [1, 2.5, None, "ü"]}),
    (["echo.echo", "plain text"], "plain text"),
    (["calculator.add", "--", "-2", "3"], 1),
])
def test_a_call_prints_its_result_as_json(any_address, arguments, expected):
    done = postern("call", any_address, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == expected


@pytest.mark.parametrize("arguments, message", [
    (["calculator.divide", "1", "0"], "error 1001 unknown: division by zero\nexecuted: yes\n"),
    (["calculator.add", "1"],
     "error -32602 invalid_argument: Parameter b of calculator.add is missing\nexecuted: no\n"),
    (["no.such"], "error -32601 unimplemented: No such method: no.such\nexecuted: no\n"
     "hint: postern describe lists the methods of the server\n"),
    (["calculator.add", "[2,3]"],
     "error -32602 invalid_argument: Parameter a of calculator.add: expected a number, found an array\nexecuted: no\n"
     "hint: the array is one argument; --data passes an array with all arguments\n"),
    (["echo.bytes", "SGVsbG8="],
     "error -32602 invalid_argument: echo.bytes has no parameter SGVsbG8; it takes data\nexecuted: no\n"
     "hint: SGVsbG8= is read as an argument named SGVsbG8; as a value it is quoted twice: '\"SGVsbG8=\"'\n"),
])
def test_a_failed_call_prints_its_error(any_address, arguments, message):
    done = postern("call", any_address, *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == message


def test_a_failed_call_prints_its_trace_if_the_server_sends_it():
    server = Program("postern-demo", "--no-gateway", "--native", "tcp:127.0.0.1:0", "--send-traces", ready=NATIVE_LINE)
    try:
        run = postern("call", server.line[1], "calculator.divide", 1, 0)
        assert run.returncode == 1
        assert run.stderr == (
            "error 1001 unknown: division by zero\nexecuted: yes\n"
            "Remote trace (1): calculator/divide at postern-demo\n"
            "    CallError 1001 (unknown): division by zero\n")
    finally:
        stop_all([server])


def test_a_call_fails_at_its_timeout(any_address):
    done = postern("call", any_address, "jobs.run", "1", "60000", "--timeout", "2")
    assert done.returncode == 124
    assert done.stderr.startswith("error -32002 deadline_exceeded")


def test_a_stream_is_printed_line_by_line(address):
    done = postern("call", address, "clock.ticks", "interval=0.02", "--count", "3")
    assert done.returncode == 0
    assert [json.loads(line)["tick"] for line in done.stdout.splitlines()] == [1, 2, 3]


def test_a_stream_ends_when_its_output_is_closed(address):
    command = [binary("postern"), "call", address, "clock.ticks", "interval=0.02"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as call:
        assert json.loads(call.stdout.readline())["tick"] == 1
        call.stdout.close()
        assert call.wait(PATIENCE) == 141


def test_a_topic_is_watched(any_address):
    with subprocess.Popen(
            [binary("postern"), "watch", any_address, "chat.room", "--count", "2"], stdout=subprocess.PIPE, text=True) as watch:
        # Messages that are published before the program has subscribed do not reach it, so the call is repeated.
        while watch.poll() is None:
            assert postern("call", any_address, "chat.say", "me", "hello").returncode == 0
        assert [json.loads(line)["text"] for line in watch.stdout] == ["hello", "hello"]
    assert watch.returncode == 0


def test_a_server_describes_itself(any_address):
    table = postern("describe", any_address).stdout
    assert "calculator.add(a: number, b: number) -> number" in table
    assert "chat.room" in table
    description = json.loads(postern("describe", any_address, "--json").stdout)
    assert "calculator/add" in [method["path"] for method in description["methods"]]


@pytest.mark.parametrize("arguments", [
    ["call", "nowhere", "x"], ["call", "ws://h/rpc", "x", "1", "a=2"], ["call", "ws://h/rpc", "x", "{1"], ["gateway"], ["x"],
])
def test_wrong_usage_ends_with_64(arguments):
    assert postern(*arguments).returncode == 64


@pytest.mark.parametrize("server", ["unix:/no/such.sock", "tcp:127.0.0.1:1", "ws://127.0.0.1:1/rpc", "https://127.0.0.1:1"])
def test_a_failed_connection_ends_with_69(server):
    done = postern("call", server, "x")
    assert done.returncode == 69
    assert done.stderr.startswith("no connection: ")


def test_options_are_read_from_the_environment():
    assert postern("gateway", POSTERN_UPSTREAM="nowhere").returncode == 64
    program = subprocess.run(
        [binary("postern-demo"), "--port", "70000"], env={**os.environ, "POSTERN_PORT": "abc"},
        capture_output=True, text=True, timeout=PATIENCE)
    assert program.returncode == 64
    assert "POSTERN_PORT" in program.stderr


def test_flags_are_read_from_the_environment():
    names = {"SEND_TRACES": "1", "RAW_ECHO": "yes", "ALLOW_CREDENTIALS": "true", "ALLOW_ORIGIN": "https://a.example", "BENCH": "1"}
    environment = {**os.environ, **{f"POSTERN_{name}": value for name, value in names.items()}}
    for options, status in (["--port", "70000"], "--port 70000"), (["--no-gateway"], "--no-gateway needs --native"):
        program = subprocess.run(
            [binary("postern-demo"), *options], env=environment, capture_output=True, text=True, timeout=PATIENCE)
        assert program.returncode == 64 and f"Error: {status}" in program.stderr, program.stderr


def test_a_second_signal_ends_the_program_without_waiting_for_calls():
    options = ("--drain-grace", 600, "--log-level", "info")
    demo = Program("postern-demo", "--port", 0, *options, ready=LISTENING)
    call = subprocess.Popen(
        [binary("postern"), "call", f"ws://127.0.0.1:{port_of(demo)}/rpc", "jobs.run", "100", "60000"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    server = f"ws://127.0.0.1:{port_of(demo)}/rpc"
    while postern("call", server, "jobs.active").stdout != "1\n":
        pass
    demo.process.send_signal(signal.SIGTERM)
    # The first signal must be handled first: the system does not queue a second signal while one is pending.
    line_with(demo, "draining")
    time.sleep(0.3)
    assert demo.process.poll() is None
    demo.process.send_signal(signal.SIGTERM)
    assert demo.process.wait(PATIENCE) == 128 + signal.SIGTERM
    assert call.wait(PATIENCE) == 69
    call.communicate()
