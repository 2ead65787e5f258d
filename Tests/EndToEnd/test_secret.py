"""Tests the authentication of native programs with a shared secret."""

import json
import os
import subprocess

import pytest

from programs import LISTENING, NATIVE, PATIENCE, ROOT, Program, binary, line_with, port_of, start_gateway, stop_all


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("secret")
    (folder / "right").write_text("the right secret of this test\n")
    (folder / "wrong").write_text("the wrong secret of this test\n")
    (folder / "short").write_text("too short\n")
    return folder


@pytest.fixture(scope="module")
def demo(folder):
    demo = Program("postern-demo", "--no-gateway", "--native", f"unix:{folder}/app.sock",
                   "--secret-file", folder / "right", ready=NATIVE)
    yield demo
    stop_all([demo])


def call(address, *options, **environment):
    return subprocess.run(
        [binary("postern"), "call", address, "calculator.add", "2", "3", *map(str, options)], cwd=ROOT,
        env={**os.environ, **environment}, capture_output=True, text=True, timeout=PATIENCE)


def test_a_client_with_the_secret_is_served(demo, folder):
    by_option = call(demo.line[1], "--secret-file", folder / "right")
    by_environment = call(demo.line[1], POSTERN_SECRET_FILE=str(folder / "right"))
    for done in [by_option, by_environment]:
        assert (done.returncode, json.loads(done.stdout), done.stderr) == (0, 5, "")


@pytest.mark.parametrize("name, reason", [("wrong", "has another shared secret"), (None, "demands a shared secret")])
def test_the_error_for_a_client_without_the_secret_names_the_cause(demo, folder, name, reason):
    done = call(demo.line[1], *(["--secret-file", folder / name] if name else []))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error -32050 unauthenticated: ") and reason in done.stderr
    line_with(demo, "client refused", 'cause="authentication failed"')


@pytest.mark.parametrize("name, reason", [("short", "16 bytes at least"), ("missing", "cannot be read")])
def test_an_invalid_secret_file_is_wrong_usage(demo, folder, name, reason):
    done = call(demo.line[1], "--secret-file", folder / name)
    assert done.returncode == 64 and reason in done.stderr


def test_a_gateway_connects_to_its_server_with_the_secret(demo, folder):
    gateway = start_gateway(demo.line[1], "--secret-file", folder / "right")
    try:
        done = call(f"ws://127.0.0.1:{port_of(gateway)}/rpc")
        assert (done.returncode, json.loads(done.stdout)) == (0, 5)
    finally:
        stop_all([gateway])


def test_a_gateway_with_a_wrong_secret_exits_and_logs_the_cause(demo, folder):
    gateway = Program("postern", "gateway", "--upstream", demo.line[1], "--port", 0,
                      "--secret-file", folder / "wrong", ready=LISTENING)
    assert gateway.process.wait(PATIENCE) == 69
    for reader in gateway.readers:
        reader.join(PATIENCE)
    assert any("has another shared secret" in line for line in gateway.output)
