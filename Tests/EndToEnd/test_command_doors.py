"""Tests the program `postern` through a proxy that ends TLS, and with header fields."""

import json
import os
import subprocess

import pytest

from commands import certificate, postern, serving, tls_proxy
from programs import LISTENING, Program, binary, port_of, stop_all


class Doors:
    """A demo, proxies in front of it whose certificates differ, and the authorities that signed these."""

    def __init__(self, port):
        self.port, self.proxies, self.authorities = port, {}, {}

    def url(self, kind, scheme, host="localhost"):
        return f"{scheme}://{host}:{self.proxies[kind]}"


@pytest.fixture(scope="module")
def doors(tmp_path_factory):
    folder = tmp_path_factory.mktemp("doors")
    demo = Program("postern-demo", "--port", 0, ready=LISTENING)
    doors = Doors(port_of(demo))
    kinds = {"right": {}, "renamed": {"names": "DNS:other.example"}, "expired": {"days": -1}}
    proxies = []
    for kind, options in kinds.items():
        doors.authorities[kind], signed, key = certificate(folder, kind, **options)
        proxies.append(tls_proxy(doors.port, signed, key))
        doors.proxies[kind] = proxies[-1].__enter__()
    yield doors
    for proxy in proxies:
        proxy.__exit__(None, None, None)
    stop_all([demo])


@pytest.mark.parametrize("scheme", ["wss", "https"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_call_passes_the_proxy(doors, scheme, host):
    done = postern("call", doors.url("right", scheme, host), "calculator.add", 2, 3, "--ca-file", doors.authorities["right"])
    assert (done.returncode, done.stdout, done.stderr) == (0, "5\n", "")


def test_every_subcommand_passes_the_proxy(doors):
    trust = {"POSTERN_CA_FILE": str(doors.authorities["right"])}
    secure, posted = doors.url("right", "wss"), doors.url("right", "https")
    stream = postern("call", secure, "clock.ticks", "0.02", "--count", "2", **trust)
    assert [json.loads(line)["tick"] for line in stream.stdout.splitlines()] == [1, 2]
    for url in (secure, posted):
        assert "calculator.add(a: number, b: number)" in postern("describe", url, **trust).stdout
        assert postern("describe", url, "chat.room", **trust).stdout.startswith("chat.room  [topic]\n")
        assert postern("tasks", url, **trust).stdout == "No tasks\n"
    assert postern("health", posted, **trust).stdout == f"ready: {posted}/readyz answered 200\n"
    with subprocess.Popen([binary("postern"), "watch", posted, "chat.room", "--count", "1"], stdout=subprocess.PIPE,
                          env={**os.environ, **trust}, text=True) as watch:
        # Messages that are published before the program has subscribed do not reach it, so the call is repeated.
        while watch.poll() is None:
            assert postern("call", posted, "chat.say", "me", "hello", **trust).returncode == 0
        assert json.loads(watch.stdout.read())["text"] == "hello"


REASONS = {
    "untrusted": "the certificate of the server is not signed by a trusted authority; --ca-file trusts others",
    "renamed": "the certificate of the server is for another name or address",
    "expired": "the certificate of the server expired on 20",
}


@pytest.mark.parametrize("command", [["call", "wss"], ["call", "https"], ["health", "https"]])
@pytest.mark.parametrize("kind", ["untrusted", "renamed", "expired"])
def test_a_certificate_that_is_not_right_is_refused_with_its_fault(doors, kind, command):
    subcommand, scheme = command
    url = doors.url("right" if kind == "untrusted" else kind, scheme)
    trust = [] if kind == "untrusted" else ["--ca-file", doors.authorities[kind]]
    done = postern(subcommand, url, *(["calculator.add", 2, 3] if subcommand == "call" else []), *trust)
    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr.count("\n") == 1 and REASONS[kind] in done.stderr


@pytest.mark.parametrize("arguments, reason", [
    (["call", "wss://127.0.0.1:{plain}", "x"], "the server does not speak TLS at this port"),
    (["call", "https://127.0.0.1:{plain}", "x"], "the server does not speak TLS at this port"),
    (["health", "https://127.0.0.1:{plain}"], "the server does not speak TLS at this port"),
    (["call", "ws://127.0.0.1:{secure}", "x"], "wss:// or https://"),
    (["call", "http://127.0.0.1:{secure}", "x"], "wss:// or https://"),
])
def test_the_wrong_one_of_plain_and_secure_is_named(doors, arguments, reason):
    ports = {"plain": doors.port, "secure": doors.proxies["right"]}
    done = postern(*(argument.format(**ports) for argument in arguments))
    assert (done.returncode, done.stdout) == (69, "")
    # A server that closes the connection without an answer may have read the request, as far as the program knows.
    lines = done.stderr.splitlines()
    assert reason in lines[0] and lines[1:] in ([], ["executed: unknown"])


@pytest.mark.parametrize("file", ["/no/such/file", "/etc/hostname"])
def test_a_file_without_authorities_is_wrong_usage(doors, file):
    done = postern("call", doors.url("right", "wss"), "x", "--ca-file", file)
    assert done.returncode == 64
    assert done.stderr.startswith(f"Error: --ca-file {file} is no readable PEM file with certificates\n")


@pytest.mark.parametrize("scheme", ["ws", "http"])
def test_header_fields_are_sent(scheme):
    heads = []

    def serve(connection):
        heads.append(connection.recv(65536).decode())
        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    with serving(serve) as port:
        url = f"{scheme}://127.0.0.1:{port}"
        postern("call", url, "x", "--header", "Authorization: Bearer a:b", "--header", "X-Own:1", "--header", "x-own: 2",
                "--header", "Host: first.example", "--header", "Host: second.example")
        postern("call", url, "x", POSTERN_HEADER="X-One: 1\nX-Two: a,b")
    assert "\r\nAuthorization: Bearer a:b\r\n" in heads[0] and "\r\nX-Own: 1\r\nx-own: 2\r\n" in heads[0]
    # A field of the program is replaced by all that have its name.
    assert "127.0.0.1" not in heads[0] and "\r\nHost: first.example\r\nHost: second.example\r\n" in heads[0]
    assert "\r\nX-One: 1\r\n" in heads[1] and "\r\nX-Two: a,b\r\n" in heads[1]


def test_a_host_field_replaces_that_of_the_url(doors):
    url = f"ws://127.0.0.1:{doors.port}"
    done = postern("call", url, "calculator.add", 2, 3, "--header", "Host: evil.example")
    assert done.returncode == 69
    assert f"{url}/rpc answered 421 Misdirected Request: The host 'evil.example' is not served here" in done.stderr


@pytest.mark.parametrize("arguments, message", [
    (["unix:/run/app.sock", "x", "--header", "A: b"], "the native protocol has no header fields"),
    (["ws://127.0.0.1:1", "x", "--header", "A"], "it has the form 'Name: value'"),
    (["ws://127.0.0.1:1", "x", "--header", "Content-Length: 1"], "the program sets Content-Length itself"),
    (["ws://127.0.0.1:1", "x", "--header", "A: b\r\nC: d"], "its value must be one line"),
])
def test_other_fields_are_wrong_usage(arguments, message):
    done = postern("call", *arguments)
    assert done.returncode == 64 and message in done.stderr
