"""The lines of the README that can be tried do what they say."""

import json
import re
import signal
import socket
import subprocess
import sys
import time

import pytest

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from programs import ROOT, binary

README = (ROOT / "README.md").read_text()
ADDRESS = "http://127.0.0.1:8080"
ENDLESS_SECONDS = 3

# What each line of the table of doors prints, in order.
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
    lines = re.findall(r"^\|.*\| `(curl [^`]+)` \|$", README, re.MULTILINE)
    assert len(lines) == len(ANSWERS)
    return list(zip(lines, ANSWERS))


def shell(command, server):
    """Runs a line as a person would; one that never ends is ended."""
    command = command.replace("curl ", f"curl -s --max-time {ENDLESS_SECONDS} ", 1).replace(ADDRESS, server)
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=4 * ENDLESS_SECONDS)
    assert done.returncode in (0, 28), done.stderr
    return done.stdout


@pytest.mark.parametrize("command, answer", doors())
def test_a_line_of_the_table_of_doors(server, command, answer):
    assert answer in shell(command, server)


def test_the_line_that_says_something(server):
    [command] = re.findall(r"^curl .*chat/say.*$", README, re.MULTILINE)
    assert json.loads(shell(command, server))["text"] == "hello"


def test_the_lines_of_python(server):
    [code] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", code.replace(ADDRESS, server)], capture_output=True, text=True, timeout=10)
    assert (done.stdout, done.stderr) == ("5\n", "")


def is_taken(port):
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


def test_the_first_program_drains_when_it_is_told_to_stop():
    if is_taken(8080):
        pytest.skip("port 8080, which the program listens on, is taken")
    program = subprocess.Popen([binary("first-program")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        end = time.monotonic() + 20
        while not is_taken(8080):
            assert program.poll() is None and time.monotonic() < end
            time.sleep(0.02)
        with connect("ws" + ADDRESS.removeprefix("http") + "/rpc") as page:
            page.send('{"jsonrpc":"2.0","id":1,"method":"calculator.add","params":[2,3]}')
            assert json.loads(page.recv(5))["result"] == 5
            program.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed) as closed:
                page.recv(15)
        assert closed.value.rcvd.code == 4101
        assert program.wait(15) == 0
    finally:
        program.kill()
        program.communicate()
