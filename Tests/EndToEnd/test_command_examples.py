"""Runs the examples of the help texts and of CommandLine.md, with the addresses of this test in place of theirs."""

import os
import re
import signal
import subprocess
import threading

import pytest

from commands import certificate, postern, tls_proxy
from programs import LISTENING, PATIENCE, ROOT, Program, binary, port_of, stop_all, wait_until

PAGE = ROOT / "Sources/PosternGateway/Documentation.docc/CommandLine.md"
SUBCOMMANDS = ["call", "watch", "describe", "tasks", "gateway", "health"]
# What runs until it is ended, and the exit code after SIGINT.
ENDLESS = [(r"\bgateway\b", 0), (r"\b(watch|--watch)\b(?!.*--count)", 130)]


def examples_of_help(*command):
    text = postern(*command, "--help").stdout
    _, _, rest = text.partition("EXAMPLES:")
    if not rest:
        _, _, rest = text.partition("Examples:")
    block = rest.split("\nUSAGE:")[0].split("\nARGUMENTS:")[0]
    return [line.strip() for line in block.splitlines() if re.match(r"\s+(postern|echo) ", line)]


def examples_of_page():
    return [line for block in re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.S) for line in block.splitlines()]


class Stage:
    """The servers that the examples are run against."""

    def __init__(self, folder):
        self.folder = folder
        self.demo = Program("postern-demo", "--port", 0, "--native", f"unix:{folder}/app.sock", "--listen",
                            "tcp:127.0.0.1:0", "--listen", f"unix:{folder}/http.sock", ready=LISTENING)
        self.port = port_of(self.demo)
        authority, signed, key = certificate(folder, "right")
        self.proxy = tls_proxy(self.port, signed, key)
        self.environment = {
            **os.environ, "POSTERN_CA_FILE": str(authority),
            "PATH": f"{os.path.dirname(binary('postern'))}:{os.environ['PATH']}"}
        self.secure = self.proxy.__enter__()

    def stop(self):
        self.proxy.__exit__(None, None, None)
        stop_all([self.demo])

    def adapted(self, line):
        """Returns an example with the addresses of this stage."""
        if "gateway" in line:
            line = re.sub(r" --port \d+ --host \S+", "", line).replace("tcp:10.0.0.5:9000", "unix:/run/app.sock")
            # The group of the example need not exist.
            line = line.replace("/run/http.sock", f"{self.folder}/gateway.sock").replace("www-data", "root")
            line += "" if "--listen" in line else " --port 0"
        for old, new in [
            ("/tmp/arguments.json", f"{self.folder}/arguments.json"), ("127.0.0.1:8080", f"127.0.0.1:{self.port}"), ("/run/app.sock", f"{self.folder}/app.sock"),
            ("/run/http.sock", f"{self.folder}/http.sock"), ("//api.example", f"//localhost:{self.secure}"),
        ]:
            line = line.replace(old, new)
        if line == "postern tasks":
            line += f" ws://127.0.0.1:{self.port}"
        return line

    def run(self, line):
        """Runs an example in bash, and ends what runs for ever."""
        line = self.adapted(line)
        code = next((code for pattern, code in ENDLESS if re.search(pattern, line)), None)
        environment = {**self.environment, **({"POSTERN_PORT": str(self.port)} if line == "postern health" else {})}
        process = subprocess.Popen(
            ["bash", "-c", line if code is None else f"exec {line}"], env=environment, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        if code is not None:
            self.wait(line, process)
            process.send_signal(signal.SIGINT)
        elif "watch" in line:
            wait_until(lambda: self.happen() or process.poll() is not None)
        output, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == (code or 0), f"{line}\n{output}{errors}"
        return output

    def wait(self, line, process):
        """Waits for the first output of a program that does not end."""
        if "gateway" in line:
            assert "listening on" in process.stdout.readline()
            return
        first = threading.Thread(target=process.stdout.readline)
        first.start()
        # What happens before the program has subscribed does not reach it.
        wait_until(lambda: self.happen() or not first.is_alive())

    def happen(self):
        """Makes something happen in the room and among the tasks."""
        server = f"ws://127.0.0.1:{self.port}"
        postern("call", server, "chat.say", "me", "hello")
        postern("call", server, "tasks.spawn", "primes", '{"limit":1000}')


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    stage = Stage(tmp_path_factory.mktemp("examples"))
    yield stage
    stage.stop()


@pytest.mark.parametrize("subcommand", [None, *SUBCOMMANDS])
def test_the_examples_of_the_help_work(stage, subcommand):
    examples = examples_of_help(*([subcommand] if subcommand else []))
    assert len(examples) >= 2
    for line in examples:
        stage.run(line)


def test_the_examples_of_the_page_work(stage):
    examples = examples_of_page()
    assert len(examples) > 15
    for line in examples:
        stage.run(line)


def test_the_page_and_the_help_have_the_same_exit_codes():
    rows = re.findall(r"^\| ([\d, ]+) \|", PAGE.read_text(), re.M)
    codes = {code for row in rows for code in row.split(", ")}
    text = " ".join(postern("--help").stdout.split("Exit codes:")[1].split("Examples:")[0].split())
    assert codes == set(re.findall(r"\b\d+\b", text))
