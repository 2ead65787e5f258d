"""Tests the arguments that the program `postern` reads from standard input and from files, and what it describes."""

import json
import os
import re
import subprocess

import pytest

from commands import postern
from programs import LISTENING, PATIENCE, Program, binary, port_of, stop_all


@pytest.fixture(scope="module")
def addresses(tmp_path_factory):
    socket = f"unix:{tmp_path_factory.mktemp('input')}/app.sock"
    demo = Program("postern-demo", "--port", 0, "--native", socket, ready=LISTENING)
    yield {"native": socket, "ws": f"ws://127.0.0.1:{port_of(demo)}", "http": f"http://127.0.0.1:{port_of(demo)}"}
    stop_all([demo])


@pytest.fixture(params=["native", "ws", "http"])
def address(request, addresses):
    return addresses[request.param]


@pytest.mark.parametrize("arguments, text, expected", [
    (["calculator.add", "-"], "[2,3]\n", 5),
    (["calculator.add", "-"], '{"a":2,"b":3}', 5),
    (["calculator.add", "--data", "-"], '{"a":2,"b":3}', 5),
    (["calculator.add", "--data", "[2, 3]"], "", 5),
    (["calculator.add", "a=-", "b=3"], "2\n", 5),
    (["echo.echo", "value=-"], "two\nlines\n", "two\nlines"),
    (["echo.echo", "value=-"], '{"big":9007199254740993}', {"big": 9007199254740993}),
    (["echo.echo", '"@me"'], "", "@me"),
])
def test_arguments_are_read_from_standard_input(address, arguments, text, expected):
    done = postern("call", address, *arguments, input=text)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == expected


def test_arguments_are_read_from_a_file(address, tmp_path):
    all_of_them, one = tmp_path / "all.json", tmp_path / "one.txt"
    all_of_them.write_text('{"a": 2, "b": 3}\n')
    one.write_text("ü" * 200_000)
    for arguments in ([f"@{all_of_them}"], ["--data", f"@{all_of_them}"]):
        assert postern("call", address, "calculator.add", *arguments).stdout == "5\n"
    assert json.loads(postern("call", address, "echo.echo", f"value=@{one}").stdout) == "ü" * 200_000


@pytest.mark.parametrize("arguments", [["@/dev/fd/{}"], ["--data", "@/dev/fd/{}"], ["a=2", "b=@/dev/fd/{}"]])
def test_arguments_are_read_from_a_pipe(addresses, arguments):
    # As for @<(command) in a shell.
    reader, writer = os.pipe()
    os.write(writer, b"3" if "a=2" in arguments else b"[2,3]")
    os.close(writer)
    words = [word.format(reader) for word in arguments]
    done = subprocess.run([binary("postern"), "call", addresses["ws"], "calculator.add", *words], pass_fds=[reader],
                          capture_output=True, text=True, timeout=PATIENCE)
    os.close(reader)
    assert (done.returncode, done.stdout, done.stderr) == (0, "5\n", "")


def test_a_device_is_read(address):
    assert postern("call", address, "echo.echo", "value=@/dev/null").stdout == '""\n'
    assert postern("call", address, "calculator.add", "@/dev/stdin", input="[2,3]").stdout == "5\n"


def test_a_pipe_that_is_still_open_is_awaited(addresses):
    with subprocess.Popen([binary("postern"), "call", addresses["ws"], "calculator.add", "-"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as call:
        call.stdin.write("[2,")
        call.stdin.flush()
        output, _ = call.communicate("3]", timeout=PATIENCE)
    assert (call.returncode, output) == (0, "5\n")


@pytest.mark.parametrize("arguments, text, message", [
    (["-"], "", "Standard input is not JSON: "),
    (["-"], "5", "Standard input must hold a JSON array or object with all arguments"),
    (["a=-", "b=-"], "1", "Standard input holds one argument only"),
    (["1", "-"], "1", "- among other arguments needs a name, as in name=-"),
    (["--data", "[1]", "2"], "", "--data replaces all other arguments"),
    (["--data", "x"], "", "--data is not JSON"),
    (["@/no/such/file"], "", "@/no/such/file cannot be read: No such file or directory"),
    (["value=@/etc"], "", "@/etc cannot be read: Is a directory"),
])
def test_what_cannot_be_read_is_wrong_usage(arguments, text, message):
    done = postern("call", "ws://127.0.0.1:1", "echo.echo", *arguments, input=text)
    assert done.returncode == 64 and message in done.stderr


def test_a_method_is_described_with_its_parameters(address):
    done = postern("describe", address, "jobs/run")
    assert (done.returncode, done.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[:3] == ["jobs.run(steps?, stepMs?)", "Takes its time, step by step, and reports progress", ""]
    assert lines[3] == "Parameters" and lines[4].startswith("steps integer ") and lines[4].endswith("1 to 10000")
    assert "Result" in lines
    assert json.loads(postern("describe", address, "jobs.run", "--json").stdout)["name"] == "jobs.run"


def test_the_description_of_a_method_has_the_schemas_that_it_refers_to(address):
    description = postern("describe", address, "bookings.book", "--json").stdout
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', description))
    assert {"Booking", "Booking.Guest", "Booking.Room", "Confirmation"} <= names
    assert set(json.loads(description)["components"]["schemas"]) == names
    assert "components" not in json.loads(postern("describe", address, "calculator.add", "--json").stdout)


def test_a_method_that_does_not_exist_is_not_described(address):
    done = postern("describe", address, "no.such")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "The server has no method or topic no.such; postern describe lists them\n"


def test_the_version_names_the_protocols():
    done = postern("--version")
    assert done.stdout.startswith("postern ") and "native protocol 1" in done.stdout and "JSON-RPC 2.0, JSON dialect 1" in done.stdout
