"""Tests options in environment variables, and that an error about an invalid value names the variable."""

import concurrent.futures
import json
import os
import resource
import subprocess

import pytest

from programs import LISTENING, Program, binary, line_with, port_of, stop_all

# An invalid value of each option of the programs. Variables of flags accept words such as `1` and `no`.
WRONG = {
    "access-log": "perhaps", "allow-credentials": "perhaps", "allow-host": "a.example,https://b.example",
    "allow-origin": "https://a.example,b.example/c", "bench": "perhaps", "body-timeout": "0", "ca-file": "/no/such",
    "content-security-policy": "\u00e4", "count": "0", "drain-grace": "-1", "drain-lead": "soon", "drain-spread": "3601",
    "forwarded-field": "x-real-ip", "head-timeout": "0", "header": "x", "host": "256.0.0.1", "idle-timeout": "0",
    "interface-description": "a\nb", "interface-title": "a\tb", "interface-version": "1\x7f",
    "json": "perhaps",
    "limit-loopback": "perhaps", "listen": "tcp:127.0.0.1:0,8080", "log-format": "xml", "log-level": "loud",
    "loops": "65", "max-calls-in-flight": "0", "max-connections": "0", "max-connections-per-address": "-1",
    "max-head-bytes": "1", "max-held-bytes": "65535", "max-message-bytes": "1",
    "max-messages-per-second": "-1", "max-process-bytes": "1",
    "max-requests-per-connection": "-1", "min-rate": "-1",
    "native": "8080", "no-gateway": "perhaps", "no-tasks": "perhaps", "port": "65536", "probe": "perhaps",
    "public": "/no/such", "raw-echo": "perhaps", "ready-without-upstream": "perhaps", "secret-file": "/no/such",
    "send-traces": "perhaps", "socket-group": "no such group", "socket-mode": "0999", "stall-timeout": "0",
    "status": "perhaps", "timeout": "0", "trusted-proxy": "10.0.0.5/8", "upstream": "8080",
    "watch": "perhaps",
}
PROGRAMS = {
    "gateway": ["postern", "gateway"], "health": ["postern", "health"], "demo": ["postern-demo"],
}
# Flags without a variable: there is one for the opposite flag, which is not the default.
INVERTED = {"gateway", "no-bench", "no-probe", "tasks"}
# Options that are not tested: those without a variable, and those whose values only builds with TLS check.
LEFT_OUT = {"help", "version", "tls-authority", "tls-certificate", "tls-key"}


def options(command):
    """Returns the options in the help of a program, without the negations of flags."""
    program, *subcommand = command
    done = subprocess.run(
        [binary(program), *subcommand, "--experimental-dump-help"], capture_output=True, text=True, timeout=20)
    arguments = json.loads(done.stdout)["command"]["arguments"]
    if subcommand:
        assert json.loads(done.stdout)["command"]["commandName"] == subcommand[0]
    names = {argument["names"][-1]["name"] for argument in arguments if argument["kind"] != "positional"}
    switched_on = {name for name in names if name.startswith("no-") and name[3:] in INVERTED}
    return sorted(name for name in names - INVERTED - LEFT_OUT if not name.startswith("no-") or name in switched_on)


def run(command, variables, *arguments):
    program, *subcommand = command
    done = subprocess.run(
        [binary(program), *subcommand, *arguments], env={**os.environ, "SWIFT_BACKTRACE": "enable=no", **variables},
        capture_output=True, text=True, timeout=20)
    return done.returncode, done.stderr


def variable(name):
    return "POSTERN_" + name.upper().replace("-", "_")


@pytest.mark.parametrize("command", [["call", "a.b"], ["watch", "a.b"], ["describe"], ["tasks"]])
def test_options_without_a_variable_are_named_in_the_help(command):
    subcommand, *method = command
    without = {"data", "progress"}
    done = subprocess.run([binary("postern"), "--help"], capture_output=True, text=True, timeout=20)
    assert "--data and --progress have no variable" in " ".join(done.stdout.split())
    names = set(options(["postern", subcommand])) - without
    assert {"timeout", "header", "json"} <= names
    for name in names:
        code, text = run(["postern", subcommand], {variable(name): WRONG[name]}, "ws://127.0.0.1:1", *method)
        assert code == 64 and variable(name) in text, (name, code, text)


@pytest.mark.parametrize("kind", PROGRAMS)
def test_the_error_for_an_invalid_value_names_the_variable(kind, tmp_path):
    names = options(PROGRAMS[kind])
    assert len(names) > 0 and set(names) <= set(WRONG)
    # Both programs parse the options of the gateway with the same code, so one of them is enough for these.
    names = names if kind != "demo" else sorted(set(names) - set(options(PROGRAMS["gateway"])))

    def refuse(name):
        variables = {"POSTERN_PORT": "0", variable(name): WRONG[name]}
        if kind == "gateway":
            variables.setdefault("POSTERN_UPSTREAM", f"unix:{tmp_path}/app.sock")
        if name.startswith("socket-"):
            variables["POSTERN_LISTEN"] = f"unix:{tmp_path}/http.sock"
        return run(PROGRAMS[kind], variables)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for name, (code, text) in zip(names, pool.map(refuse, names)):
            assert code == 64 and variable(name) in text, (name, code, text)


def test_the_error_for_an_invalid_argument_names_the_option():
    assert "--port 65536 is not" in run(["postern-demo"], {"POSTERN_PORT": "0"}, "--port", "65536")[1]
    assert "--loops 0 is not" in run(["postern-demo"], {"POSTERN_LOOPS": "1"}, "--loops=0")[1]


def test_a_gateway_can_be_configured_without_arguments(tmp_path, monkeypatch):
    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef" * 2)
    secret.chmod(0o600)
    for name, value in {
        "PORT": "0", "LOG_LEVEL": "info", "SECRET_FILE": secret, "SOCKET_MODE": "0600", "LOOPS": "auto",
        "ALLOW_HOST": "one.example, two.example:8080",
    }.items():
        monkeypatch.setenv(f"POSTERN_{name}", str(value))
    native = f"unix:{tmp_path}/app.sock"
    with monkeypatch.context() as services:
        services.setenv("POSTERN_NO_GATEWAY", "1")
        services.setenv("POSTERN_NATIVE", native)
        demo = Program("postern-demo", ready=r"native on (\S+)")
    monkeypatch.setenv("POSTERN_UPSTREAM", native)
    monkeypatch.setenv("POSTERN_LISTEN", f"tcp:127.0.0.1:0,unix:{tmp_path}/http.sock")
    gateway = Program("postern", "gateway", ready=LISTENING)
    line_with(gateway, "listening on unix:")
    assert "allowed" in line_with(gateway, "event loops", "loops=")
    url = f"http://127.0.0.1:{port_of(gateway)}/rpc/calculator/add?a=2&b=3"
    for host, answer in [("one.example", "5"), ("two.example:8080", "5"), ("two.example:81", None)]:
        done = subprocess.run(
            ["curl", "--silent", "--retry", "5", "--retry-all-errors", "--header", f"Host: {host}", url],
            capture_output=True, text=True, timeout=30)
        assert (done.stdout == "5") == (answer == "5"), done.stdout
    stop_all([demo, gateway])


@pytest.mark.parametrize("soft, hard, connections", [(1_024, 1_024, 768), (400, 20_000, 10_000)])
def test_the_limits_of_descriptors_and_connections_are_logged(soft, hard, connections):
    permitted = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if permitted != resource.RLIM_INFINITY and permitted < hard:
        pytest.skip("fewer descriptors are permitted here")
    program = Program("postern-demo", "--port", 0, "--no-tasks", "--log-level", "info", ready=LISTENING,
                      prefix=["prlimit", f"--nofile={soft}:{hard}"])
    assert f"connections={connections}" in line_with(program, " limits ")
    if connections < 10_000:
        line_with(program, "notice", "fewer connections than configured")
    stop_all([program])
