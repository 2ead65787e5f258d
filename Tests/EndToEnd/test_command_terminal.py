"""Tests the program `postern` at a terminal: progress, escapes, signals, and the completion of bash."""

import contextlib
import os
import pty
import select
import signal
import subprocess
import threading
import time

import pytest

from commands import postern
from programs import LISTENING, PATIENCE, Program, binary, port_of, stop_all, wait_until

HOSTILE = r'"\u001b[31m\u009b2J\u007f\u202e\u2066"'


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    socket = f"unix:{tmp_path_factory.mktemp('terminal')}/app.sock"
    demo = Program("postern-demo", "--port", 0, "--native", socket, ready=LISTENING)
    yield {"native": socket, "ws": f"ws://127.0.0.1:{port_of(demo)}", "http": f"http://127.0.0.1:{port_of(demo)}"}
    stop_all([demo])


class Terminal:
    """A program whose outputs are a terminal, and what it has written there."""

    def __init__(self, *command, **environment):
        self.text, master = "", None
        self.process, self.master = None, master
        master, slave = pty.openpty()
        self.master = master
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env={**os.environ, **environment}, start_new_session=True)
        os.close(slave)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        # Reading fails when the last program has closed the terminal.
        with contextlib.suppress(OSError):
            while data := os.read(self.master, 65536):
                self.text += data.decode(errors="replace")

    def send(self, text):
        os.write(self.master, text.encode())

    def end(self):
        status = self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        os.close(self.master)
        return status


@pytest.mark.parametrize("kind", ["native", "ws"])
def test_progress_is_shown_in_place_on_a_terminal(addresses, kind):
    terminal = Terminal(binary("postern"), "call", addresses[kind], "jobs.run", "2", "10")
    assert terminal.end() == 0
    assert "\r\x1b[Kprogress 50 %" in terminal.text
    assert terminal.text.split("\x1b[K")[-1] == '{"steps":2,"done":true}\r\n'


@pytest.mark.parametrize("kind", ["native", "ws"])
def test_progress_is_printed_by_option_elsewhere(addresses, kind):
    done = postern("call", addresses[kind], "jobs.run", 2, 10, "--progress")
    assert (done.stdout, done.stderr) == ('{"steps":2,"done":true}\n', "progress 50 %\nprogress 100 %\n")
    assert postern("call", addresses[kind], "jobs.run", 2, 10).stderr == ""


@pytest.mark.parametrize("kind", ["native", "ws", "http"])
def test_nothing_that_a_server_sends_reaches_the_terminal_as_a_command(addresses, kind):
    for arguments in (["call", addresses[kind], "echo.echo", HOSTILE],
                      ["call", addresses[kind], "echo.echo", f"[{','.join([HOSTILE] * 9)}]"],
                      ["call", addresses[kind], "echo.fail", "--no-progress", HOSTILE],
                      ["call", addresses[kind], f"no.{chr(0x9b)}{chr(0x202e)}such"]):
        terminal = Terminal(binary("postern"), *arguments)
        terminal.end()
        assert terminal.text and all(c.isprintable() or c in "\r\n" for c in terminal.text), ascii(terminal.text)


@pytest.mark.parametrize("kind", ["native", "ws", "http"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_cancels_the_call_on_the_server(addresses, kind, number):
    call = subprocess.Popen([binary("postern"), "call", addresses[kind], "jobs.run", "1", "60000"],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: postern("call", addresses["ws"], "jobs.active").stdout == "1\n")
    call.send_signal(number)
    output, errors = call.communicate(timeout=PATIENCE)
    assert (call.returncode, output, errors) == (128 + number, "", "")
    wait_until(lambda: postern("call", addresses["ws"], "jobs.active").stdout == "0\n")


@pytest.mark.parametrize("kind", ["native", "ws"])
def test_a_signal_ends_a_stream(addresses, kind):
    with subprocess.Popen([binary("postern"), "call", addresses[kind], "clock.ticks", "0.02"], stdout=subprocess.PIPE,
                          text=True) as call:
        assert call.stdout.readline()
        call.send_signal(signal.SIGINT)
        assert call.wait(PATIENCE) == 130


def attempts(port):
    """Returns the number of connections to a port that the system has yet to answer, which are in the state SYN_SENT."""
    with open("/proc/net/tcp") as table:
        rows = [row.split() for row in table.readlines()[1:]]
    return sum(remote.endswith(f":{port:04X}") and state == "02" for _, _, remote, state, *_ in rows)


def test_a_signal_ends_an_attempt_to_connect():
    # A backlog that is full: the system does not answer further attempts.
    with contextlib.ExitStack() as stack:
        import socket
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        port = listener.getsockname()[1]
        before = attempts(port)
        call = subprocess.Popen([binary("postern"), "call", f"ws://127.0.0.1:{port}", "x"])
        wait_until(lambda: attempts(port) > before)
        call.send_signal(signal.SIGINT)
        assert call.wait(PATIENCE / 3) == 130


class Bash(Terminal):
    """An interactive bash with the completion script of `postern`."""

    def __init__(self, folder):
        script = folder / "completion.bash"
        script.write_text(postern("--generate-completion-script", "bash").stdout)
        path = f"{os.path.dirname(binary('postern'))}:{os.environ['PATH']}"
        super().__init__("bash", "--norc", "--noprofile", "-i", PATH=path, PS1="ready> ", TERM="dumb", INPUTRC="/dev/null")
        self.send(f"source {script}; bind 'set bell-style none'\r")

    def completed(self, line, *expected):
        """Types a line, and the tab key again until the terminal shows what is expected.

        A completion whose server does not answer within two seconds shows nothing.
        """
        self.text = ""
        self.send(line + "\t\t")
        end, again = time.monotonic() + PATIENCE, time.monotonic() + 5
        while not all(text in self.text for text in expected) and time.monotonic() < end:
            time.sleep(0.05)
            if time.monotonic() > again:
                self.send("\t\t")
                again += 5
        assert all(text in self.text for text in expected), self.text
        self.send("\x15\r")


def test_bash_completes_methods_and_topics_of_the_server(addresses, tmp_path):
    bash = Bash(tmp_path)
    bash.completed(f"postern call {addresses['ws']}/rpc calculator.di", "calculator.divide ")
    bash.completed(f"postern call {addresses['native']} chat.", "chat.history", "chat.say")
    bash.completed(f"postern watch {addresses['http']}/rpc chat.r", "chat.room ")
    bash.completed(f"postern describe --json {addresses['http']}/rpc clock.t", "clock.ticks ")
    bash.completed("postern desc", "postern describe ")
    bash.send("exit\r")
    bash.end()


def test_the_completion_is_silent_and_short_without_a_server(tmp_path):
    bash = Bash(tmp_path)
    began = time.monotonic()
    bash.completed("postern call unix:/no/such/socket calc")
    bash.send("echo done\r")
    wait_until(lambda: "\ndone" in bash.text)
    assert "no connection" not in bash.text and "Error" not in bash.text
    bash.send("exit\r")
    bash.end()
    assert time.monotonic() - began < PATIENCE
