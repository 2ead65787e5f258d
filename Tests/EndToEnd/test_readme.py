"""Tests the commands and programs in the README and in the articles."""

import json
import re
import signal
import subprocess
import sys

import pytest

from playwright.sync_api import expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from guide import Package, Reader, sections
from page import post
from programs import PATIENCE, ROOT, wait_until

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


def test_the_python_example(server):
    [code] = re.findall(r"```python\n(.*?)```", CLIENTS, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", code.replace(ADDRESS, server)], capture_output=True, text=True, timeout=PATIENCE)
    assert (done.stdout, done.stderr) == ("5\n", "")


# What the examples of the client print, by a part of their text.
SCRIPTS = {"jobs.run": ["5", "bye"], "clock.ticks": ["subscribed", "bye"], "calculator.divide": ["1001", "yes"]}


@pytest.mark.parametrize("part", SCRIPTS)
def test_a_javascript_example(demo, open_page, part):
    [code] = [code for code in re.findall(r"```js\n(.*?)```", CLIENTS, re.DOTALL) if part in code]
    code = re.sub(r'import (.*?) from ("/postern.js");', r"const \1 = await import(\2);", code)
    if "new Postern" not in code:
        code = f'const rpc = new (await import("/postern.js")).Postern();\n{code}'
    page, printed = open_page(demo), []
    page.on("console", lambda message: printed.append(message.text))
    page.evaluate(f"() => void (async () => {{ {code} }})().then(() => {{ globalThis.hasEnded = true; }})")

    def has_ended():
        post(demo, "chat.say", ["readme", "bye"])
        return page.evaluate("globalThis.hasEnded")

    wait_until(has_ended)
    assert all(any(part in line for line in printed) for part in SCRIPTS[part]), printed


@pytest.fixture(scope="module")
def calculator():
    """The package of the README, with its section followed to the end; `answers` are what its commands printed."""
    package = Package("calculator")
    reader = Reader(package, takes_variables=False)
    [blocks] = [blocks for title, blocks in sections(README).items() if title == "Your own server"]
    yield package, reader, blocks
    package.close()


def test_the_program_of_the_readme_is_built_and_called_as_shown(calculator):
    package, reader, blocks = calculator
    reader.follow(blocks)
    assert reader.output.splitlines()[:3] == ["5", "5", "0.25"]


def start(package):
    running = package.start("calculator", "--port", str(package.port))
    wait_until(package.listens)
    return running


def test_the_program_of_the_readme_drains_at_sigterm(calculator):
    package = calculator[0]
    program = start(package)
    with connect(f"ws://127.0.0.1:{package.port}/rpc") as page:
        page.send('{"jsonrpc":"2.0","id":1,"method":"calculator.add","params":[2,3]}')
        assert json.loads(page.recv(PATIENCE))["result"] == 5
        program.terminate()
        with pytest.raises(ConnectionClosed) as closed:
            page.recv(PATIENCE)
    assert closed.value.rcvd.code == 4101
    assert program.wait() == 0


def test_a_taken_port_ends_the_program_of_the_readme_with_a_sentence(calculator):
    package = calculator[0]
    start(package)
    second = package.start("calculator", "--port", str(package.port))
    assert second.wait() == 1
    assert second.output == f"Error: listen on 127.0.0.1:{package.port}: Address already in use\n"
    package.running.remove(second)
    package.stop()


def test_the_page_of_the_readme_shows_a_sum_and_each_quotient(calculator, chromium):
    package, page = calculator[0], chromium.new_page()
    start(package)
    try:
        page.goto(f"http://127.0.0.1:{package.port}/")
        expect(page.locator("body")).to_have_text("5")
        wait_until(lambda: package.shell("curl http://127.0.0.1:8080/rpc/calculator/divide --json '{\"a\":1,\"b\":4}'") and
                   "0.25" in page.inner_text("body"))
    finally:
        page.close()
    package.stop()
