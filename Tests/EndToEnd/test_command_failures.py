"""Tests what the program `postern` says and how it exits when something fails: one plain sentence for each cause."""

import json
import os
import pathlib
import re
import ssl
import subprocess
import time

import pytest
from websockets.utils import accept_key

from commands import answering, postern, serving
from programs import LISTENING, PATIENCE, Program, binary, port_of, stop_all

# Names of types and functions of libraries, and what is printed of values of Swift.
INTERNAL = re.compile(r"NIO|Cocoa|Error Domain|errno|\bSwift\b|error set|\w+\(\w+:|Optional|\berror:|Fatal")
HTML = b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 6\r\n\r\n<html>"
MOVED = b"HTTP/1.1 308 Permanent Redirect\r\nLocation: https://api.example/rpc\r\nContent-Length: 0\r\n\r\n"
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"
BROKEN = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}"
CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"
ESCAPES = "HTTP/1.1 500 Oops\r\nContent-Type: a\x9b2J\u202e\r\nContent-Length: 1\r\n\r\nx".encode()
INVALID = b"HTTP/1.1 500 Oops\r\nContent-Type: \x1b]0;x\x07\r\nContent-Length: 1\r\n\r\nx"


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """Yields the addresses of a demo, by the name of the door."""
    socket = f"{tmp_path_factory.mktemp('failures')}/app.sock"
    demo = Program("postern-demo", "--port", 0, "--native", "tcp:127.0.0.1:0", ready=r"native on tcp:(\S+)")
    native = demo.line[1]
    http = next(match[1] for line in demo.output if (match := re.search(r"listening on http://(\S+)/", line)))
    pathlib.Path(f"{socket}.file").write_text("")
    yield {"http": http, "native": native, "folder": os.path.dirname(socket), "file": f"{socket}.file"}
    stop_all([demo])


def fails(done, code, *parts, sent=False):
    """Asserts the exit code, and that standard error is one line with these parts and nothing internal.

    Another line follows for a request that was sent, so that its call may have run.
    """
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    if sent:
        assert done.stderr.endswith("\nexecuted: unknown\n"), done.stderr
        done.stderr = done.stderr.removesuffix("executed: unknown\n")
    assert done.stderr.endswith("\n") and done.stderr.count("\n") == 1, done.stderr
    assert not INTERNAL.search(done.stderr), done.stderr
    for part in parts:
        assert part in done.stderr


@pytest.mark.parametrize("address, parts", [
    ("unix:/no/such.sock", ["no such socket file"]),
    ("unix:{folder}", ["no server listens there"]),
    ("unix:{file}", ["no server listens there"]),
    ("unix:@no-such-name", ["no server listens there"]),
    ("tcp:127.0.0.1:1", ["no server listens there"]),
    ("ws://127.0.0.1:1", ["ws://127.0.0.1:1/rpc", "no server listens there"]),
    ("https://127.0.0.1:1", ["no server listens there"]),
    ("tcp:no.such.invalid:1", ["there is no such host"]),
    ("wss://no.such.invalid", ["there is no such host"]),
    ("tcp:{http}", ["speaks HTTP", "ws:// or http://"]),
    ("ws://{native}", ["does not speak HTTP", "unix: or tcp:"]),
    ("http://{native}", ["does not speak HTTP", "unix: or tcp:"]),
    ("wss://{native}", ["does not speak TLS"]),
    ("ws://{http}/nope", ["answered 404 Not Found", "There is nothing at this path"]),
])
@pytest.mark.parametrize("command", [["call", "x"], ["describe"], ["watch", "a.b"]])
def test_a_server_that_is_not_reached_is_one_sentence(servers, address, parts, command):
    subcommand, *arguments = command
    fails(postern(subcommand, address.format(**servers), *arguments), 69, "no connection: ", *parts)


@pytest.mark.parametrize("answer, is_read, parts", [
    (HTML, True, ["answered 502 Bad Gateway with text/html instead of "]),
    (PAGE, True, ["answered 200 OK with text/html instead of "]),
    (MOVED, True, ["answered 308 Permanent Redirect: the server is at https://api.example/rpc"]),
    (b"SSH-2.0-OpenSSH\r\n", False, ["does not speak HTTP"]),
    (b"\x15\x03\x01\x00\x02\x02\x46", False, ["speaks TLS", "wss:// or https://"]),
    (b"", True, ["closed the connection before it answered", "limit of connections", "wss:// or https://"]),
    (ESCAPES, True, ["answered 500 Internal Server Error with a\\u{9b}2J\\u{202e} instead of "]),
    (INVALID, True, ["the answer of the server is not valid HTTP"]),
])
@pytest.mark.parametrize("scheme", ["http", "ws"])
def test_an_answer_of_another_server_is_one_sentence(answer, is_read, parts, scheme):
    with answering(answer) as port:
        done = postern("call", f"{scheme}://127.0.0.1:{port}/rpc", "a.b", 1)
    # The handshake of a WebSocket is no call.
    fails(done, 69, "no connection: ", *parts, sent=is_read and scheme == "http")
    assert done.stderr.rstrip("\n").isprintable()


@pytest.mark.parametrize("answer, part", [
    (EMPTY, "answered 204 No Content instead of JSON-RPC"),
    (BROKEN, "answered 200 OK with application/json instead of JSON-RPC"),
    (CUT, "closed the connection in its answer"),
])
def test_an_answer_to_a_post_that_is_no_json_rpc_is_one_sentence(answer, part):
    with answering(answer) as port:
        fails(postern("call", f"http://127.0.0.1:{port}", "a.b"), 69, part, sent=True)


@pytest.mark.parametrize("arguments, message", [
    (["call", "ftp://h/rpc", "x"], "it is none of ws://host:port/rpc"),
    (["call", "wss:h", "x"], "it is none of ws://host:port/rpc"),
    (["tasks", "h:80"], "it is none of ws://host:port/rpc"),
    (["call", "ws://h:99999/rpc", "x"], "its port is not within 0 to 65535"),
    (["call", "ws://user:pw@h", "x"], "a user name in a URL is not supported; --header sends the field Authorization"),
    (["call", "ws://h", "x", "--timeout", "-1"], "--timeout -1.0 is not within 0.001 to 86400"),
    (["watch", "ws://h", "x", "--count", "-1"], "--count must be at least 1"),
    (["call", "ws://h", "x", "--secret-file", "Tests/EndToEnd/pytest.ini"], "--secret-file needs a native server"),
    (["call", "unix:/x", "x", "--ca-file", ssl.get_default_verify_paths().openssl_cafile],
     "--ca-file needs a wss: or https: URL"),
    (["gateway", "--upstream", "unix:/x", "--max-held-bytes", "1"],
     "--max-held-bytes 1 is neither 0 nor within 65536 to 1099511627776"),
    (["gateway", "--upstream", "unix:/x", "--max-process-bytes", "65535"],
     "--max-process-bytes 65535 is neither 0 nor within 65536 to"),
    (["gateway", "--upstream", "unix:/x", "--public", "/nonexistent"], "--public /nonexistent cannot be read: No such"),
])
def test_wrong_usage_is_explained(arguments, message):
    done = postern(*arguments)
    assert done.returncode == 64 and message in done.stderr
    assert not INTERNAL.search(done.stderr.splitlines()[0].removeprefix("Error:"))


def test_a_connection_that_is_lost_in_a_call_is_one_sentence():
    demo = Program("postern-demo", "--port", 0, "--drain-grace", 600, ready=LISTENING)
    url = f"ws://127.0.0.1:{port_of(demo)}"
    calls = [
        subprocess.Popen([binary("postern"), "call", f"{scheme}://127.0.0.1:{port_of(demo)}", "jobs.run", "1", "60000"],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for scheme in ("ws", "http")]
    while postern("call", url, "jobs.active").stdout != "2\n":
        pass
    # Longer than a server takes that closes a connection because it does not want it.
    time.sleep(1.5)
    demo.kill()
    for call in calls:
        output, errors = call.communicate(timeout=PATIENCE)
        assert "Cannot connect" not in errors and "TLS" not in errors
        done = subprocess.CompletedProcess([], call.returncode, output, errors)
        fails(done, 69, "no connection: ", "connection", sent=True)


DOORS = ["ws://{http}", "http://{http}", "tcp:{native}"]
COMMANDS = [
    ["call", 0, "calculator.add", "1", "2"], ["call", 0, "calculator.add", "1", "2", "--json"], ["describe", 0],
    ["call", 0, "no.such", "--json"],
    ["describe", 0, "calculator.add"], ["describe", 0, "--json"], ["tasks", 0],
]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_is_a_failure(servers, door, command):
    run_full([door.format(**servers) if word == 0 else word for word in command])


@pytest.mark.parametrize("command", [
    ["health", "http://{http}"], ["call", "ws://{http}", "clock.ticks", "0.02"], ["tasks", "ws://{http}", "--watch"],
    ["--help"], ["help", "call"], ["--version"], ["--generate-completion-script", "bash"],
    ["--generate-completion-script", "zsh"],
])
def test_a_full_disk_is_a_failure_of_everything_that_prints(servers, command):
    if "--watch" in command:
        postern("call", f"ws://{servers['http']}", "tasks.spawn", "primes", '{"limit":1000}')
    run_full([word.format(**servers) for word in command])


def run_full(command):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [binary("postern"), *command], stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (74, "The output cannot be written: No space left on device\n")


@pytest.mark.parametrize("arguments", [["describe", "ws://{http}"], ["call", "tcp:{native}", "clock.ticks", "0.02"]])
def test_a_closed_pipe_ends_the_program_silently(servers, arguments):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [binary("postern"), *(argument.format(**servers) for argument in arguments)], stdout=writer,
        stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("door", DOORS)
def test_a_timeout_has_its_own_exit_code(servers, door):
    done = postern("call", door.format(**servers), "jobs.run", 1, 60000, "--timeout", 2)
    assert done.returncode == 124 and done.stderr.startswith("error -32002 deadline_exceeded: ")


@pytest.mark.parametrize("scheme, executed", [("ws", "no"), ("wss", "no"), ("http", "unknown"), ("https", "unknown")])
def test_a_server_that_says_nothing_is_a_timeout(scheme, executed):
    with serving(lambda connection: connection.recv(1) and connection.makefile("rb").read()) as port:
        done = postern("call", f"{scheme}://localhost:{port}", "a.b", "--timeout", 1)
    assert (done.returncode, done.stdout) == (124, "")
    assert done.stderr == f"error -32002 deadline_exceeded: No answer came within 1.0 seconds\nexecuted: {executed}\n"


def test_the_timeout_is_that_of_the_handshake_and_the_answer_together():
    def serve(connection):
        key = re.search(r"Sec-WebSocket-Key: (\S+)", connection.recv(65536).decode(), re.I)[1]
        time.sleep(5.5)
        connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           b"Sec-WebSocket-Accept: " + accept_key(key).encode() + b"\r\n\r\n")
        connection.makefile("rb").read()

    with serving(serve) as port:
        began = time.monotonic()
        done = postern("call", f"ws://127.0.0.1:{port}", "a.b", "--timeout", 6)
        took = time.monotonic() - began
    assert done.returncode == 124
    # A second timeout after the handshake would end after twelve seconds.
    assert 6 <= took < 11, took


@pytest.mark.parametrize("door", DOORS)
def test_a_count_of_a_result_is_reported(servers, door):
    done = postern("call", door.format(**servers), "calculator.add", 2, 3, "--count", 2)
    assert (done.returncode, done.stdout) == (0, "5\n")
    assert done.stderr == "--count has no effect: the answer is no stream\n"


@pytest.mark.parametrize("door", DOORS)
def test_json_has_one_object_a_line_for_results_and_errors(servers, door):
    address = door.format(**servers)
    done = postern("call", address, "calculator.divide", 1, 0, "--json")
    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (1, "", 1)
    error = json.loads(done.stdout)["error"]
    assert (error["code"], error["message"], error["data"]["executed"]) == (1001, "division by zero", "yes")
    assert json.loads(postern("call", address, "calculator.add", 2, 3, "--json").stdout) == {"result": 5}


def test_json_has_the_failure_of_a_connection_too():
    done = postern("call", "ws://127.0.0.1:1", "x", POSTERN_JSON="1")
    assert (done.returncode, done.stderr) == (69, "")
    error = json.loads(done.stdout)["error"]
    assert (error["code"], error["data"]["name"], error["data"]["executed"]) == (-32054, "unavailable", "no")


@pytest.mark.parametrize("arguments, code, error", [
    (["ws://127.0.0.1:1"], 69, -32054), (["ws://{http}", "no.such"], 1, -32601), (["tcp:{native}", "no.such"], 1, -32601),
])
def test_describe_has_its_failures_as_json(servers, arguments, code, error):
    done = postern("describe", *[argument.format(**servers) for argument in arguments], "--json")
    assert (done.returncode, done.stderr) == (code, "")
    assert json.loads(done.stdout)["error"]["code"] == error


def test_the_data_of_an_error_is_printed():
    answer = json.dumps({"jsonrpc": "2.0", "id": "postern-1", "error": {
        "code": 7, "message": "no\x1b[2J\u202e", "data": {
            "name": "aborted", "retryable": True, "executed": "no", "traceId": "t\x9b", "details": {"a": [1, "\x7f"]}}}})
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(answer.encode())}\r\n\r\n"
    with answering((head + answer).encode()) as port:
        done = postern("call", f"http://127.0.0.1:{port}", "a.b")
    assert done.returncode == 1
    assert done.stderr == (
        "error 7 aborted: no\\u{1b}[2J\\u{202e}\nretryable: true\nexecuted: no\ntraceId: t\\u{9b}\n"
        'details: {"a":[1,"\\u007f"]}\n')


@pytest.mark.parametrize("command, variable", [
    (["postern", "gateway", "--upstream"], "POSTERN_UPSTREAM"),
    (["postern-demo", "--no-gateway", "--native"], "POSTERN_NATIVE"),
])
def test_an_address_with_tls_is_refused_by_a_build_without_it(command, variable):
    program, *arguments = command
    help_text = subprocess.run([binary(program), *arguments[:-1], "--help"], capture_output=True, text=True).stdout
    if "needs a build with the trait TLS" not in " ".join(help_text.split()):
        pytest.skip("this build has TLS")
    for words, variables, source in [
            ([*arguments, "tls:127.0.0.1:1"], {}, f"{arguments[-1]} tls:127.0.0.1:1"),
            (arguments[:-1], {variable: "tls:127.0.0.1:1"}, f"{variable}=tls:127.0.0.1:1")]:
        done = subprocess.run([binary(program), *words], env={**os.environ, **variables}, capture_output=True,
                              text=True, timeout=PATIENCE)
        assert done.returncode == 64
        assert f"{source}: this program was built without TLS for native connections; " in done.stderr
