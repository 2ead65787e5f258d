"""Tests the commands and programs in the README and in the articles."""

import fcntl
import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

import pytest

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from programs import PATIENCE, ROOT, binary

README = (ROOT / "README.md").read_text()
DOORS, CLIENTS = ((ROOT / "Sources/PosternGateway/Documentation.docc" / name).read_text() for name in ("Doors.md", "Clients.md"))
ADDRESS = "http://127.0.0.1:8080"

# A part of the output of each command in the table of doors, in order.
ANSWERS = [
    '{"jsonrpc":"2.0","id":1,"result":5}',
    "0.25",
    "5",
    'data: {"jsonrpc":"2.0","method":"clock.subscription"',
    ": open",
    "HTTP/1.1 101 Switching Protocols",
    '{"openrpc":"1.4.0",',
    "HTTP/1.1 200 OK",
    "ok",
]


def doors():
    """Returns pairs of a command in the table of doors and a part of its output."""
    lines = re.findall(r"^\|.*\| `(curl [^`]+)` \|$", DOORS, re.MULTILINE)
    assert len(lines) == len(ANSWERS)
    return list(zip(lines, ANSWERS))


def shell(command, server, answer=None):
    """Runs a command in a shell, and terminates it when it has printed `answer`; returns its output.

    `stdbuf` disables the output buffer of curl, which otherwise holds the head of a response until its body arrives.
    """
    command = command.replace("curl ", f"exec stdbuf -o0 curl -s --max-time {PATIENCE} ", 1).replace(ADDRESS, server)
    with subprocess.Popen(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0) as running:
        output = b""
        while piece := running.stdout.read(65_536):
            output += piece
            if answer and answer.encode() in output:
                running.terminate()
    assert running.returncode in (0, -signal.SIGTERM), output
    return output.decode("utf-8", "replace")


@pytest.mark.parametrize("command, answer", doors())
def test_a_command_in_the_table_of_doors(server, command, answer):
    assert answer in shell(command, server, answer)


def test_the_command_that_sends_a_chat_message(server):
    [command] = re.findall(r"^curl .*chat/say.*$", DOORS, re.MULTILINE)
    assert json.loads(shell(command, server))["text"] == "hello"


@pytest.mark.parametrize("command, answer", list(zip(
    re.findall(r"^curl .*$", README, re.MULTILINE), ["5", "5", '{"openrpc":"1.4.0",'], strict=True)))
def test_a_command_in_the_readme(server, command, answer):
    assert answer in shell(command, server, answer)


def test_the_python_example(server):
    [code] = re.findall(r"```python\n(.*?)```", CLIENTS, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", code.replace(ADDRESS, server)], capture_output=True, text=True, timeout=PATIENCE)
    assert (done.stdout, done.stderr) == ("5\n", "")


def is_taken(port):
    """Whether a server accepts connections at a port."""
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def port_of_the_readme():
    """Locks the port of the README, so that concurrent test runs on this machine use it one after another."""
    with open(pathlib.Path(tempfile.gettempdir(), "postern-tests-8080"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def test_the_first_program_drains_at_sigterm(port_of_the_readme):
    if is_taken(8080):
        pytest.skip("port 8080, which the program listens on, is taken")
    program = subprocess.Popen([binary("first-program")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
    try:
        end = time.monotonic() + PATIENCE
        while not is_taken(8080):
            assert program.poll() is None and time.monotonic() < end
            time.sleep(0.02)
        with connect("ws" + ADDRESS.removeprefix("http") + "/rpc") as page:
            page.send('{"jsonrpc":"2.0","id":1,"method":"calculator.add","params":[2,3]}')
            assert json.loads(page.recv(PATIENCE))["result"] == 5
            program.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed) as closed:
                page.recv(PATIENCE)
        assert closed.value.rcvd.code == 4101
        assert program.wait(PATIENCE) == 0
    finally:
        program.kill()
        program.communicate()
