"""Tests the example clients in the folder `public` in both topologies."""

import json
import pathlib
import re
import subprocess
import sys

import pytest

from programs import PATIENCE, ROOT

SCRIPTS = sorted((ROOT / "public" / "curl").glob("*.sh"))


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout


def documented_output(script):
    """Returns the parts of the output that the comments of a script document."""
    found = re.findall(r"^# Prints: (.+)$", script.read_text(), re.MULTILINE)
    assert found, f"{script.name} has no comment with its output"
    return found


def without_spaces(text):
    """Returns JSON text without whitespace, which its content does not depend on."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_curl_script_prints_the_output_in_its_comment(server, script):
    output = run(str(script), server)
    assert output.startswith("$ curl ")
    answer = without_spaces(output.split(server, 1)[1])
    for part in documented_output(script):
        assert without_spaces(part) in answer


def test_a_curl_script_reads_the_address_from_its_environment(server, monkeypatch):
    monkeypatch.setenv("POSTERN_URL", server + "/")
    assert run(str(ROOT / "public/curl/get-safe.sh")).endswith("\n3\n")


def test_the_python_client_calls_and_receives_events(server):
    output = run(sys.executable, str(ROOT / "public/python/client.py"), server.replace("http", "ws") + "/rpc")
    first, *events = output.splitlines()
    assert first == "calculator.add: 3"
    said = [json.loads(event.removeprefix("event: ")) for event in events]
    assert [(line["author"], line["text"]) for line in said] == [("python", f"line {n}") for n in (1, 2, 3)]


def test_every_script_is_executable():
    assert SCRIPTS
    for script in SCRIPTS:
        assert pathlib.Path(script).stat().st_mode & 0o111, script.name
