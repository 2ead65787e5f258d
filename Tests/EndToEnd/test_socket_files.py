"""Tests the Unix sockets of native servers: removal and permissions of their files, and abstract names."""

import os
import signal
import socket
import stat
import subprocess
import uuid

import pytest
from programs import LISTENING, NATIVE, PATIENCE, Program, binary, port_of, stop_all


def serve(address, *options, **environment):
    """Starts a native server with options and environment variables."""
    os.environ.update(environment)
    try:
        return Program("postern-demo", "--no-gateway", "--native", address, *options, ready=NATIVE)
    finally:
        for name in environment:
            del os.environ[name]


def refuse(address, *options):
    """Starts a server that must fail, without a crash; returns its error output."""
    done = subprocess.run(
        [binary("postern-demo"), "--no-gateway", "--native", address, *options],
        capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode not in (0, -signal.SIGTRAP, -signal.SIGABRT), done.stderr
    return done.stderr


def add(address):
    """Returns the output of a call, or its error."""
    command = [binary("postern"), "call", address, "calculator.add", "2", "3"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    return done.stdout.strip() or done.stderr


@pytest.mark.parametrize("is_renamed", [False, True])
def test_a_server_does_not_remove_the_file_of_its_successor(tmp_path, is_renamed):
    path = tmp_path / "app.sock"
    first = serve(f"unix:{path}")
    path.rename(tmp_path / "old.sock") if is_renamed else path.unlink()
    second = serve(f"unix:{path}")
    first.stop()
    assert add(f"unix:{path}") == "5"
    second.stop()
    assert not path.exists()


def test_the_socket_of_a_killed_server_is_replaced_but_not_that_of_a_live_one(tmp_path):
    path = tmp_path / "app.sock"
    serve(f"unix:{path}").kill()
    assert path.is_socket()
    server = serve(f"unix:{path}")
    assert f"Cannot listen at unix:{path}: already in use by another server" in refuse(f"unix:{path}")
    assert add(f"unix:{path}") == "5"
    server.stop()


def test_a_file_that_is_not_a_socket_is_never_removed(tmp_path):
    path = tmp_path / "app.sock"
    path.write_text("mine")
    assert "already in use by a file that is not a socket" in refuse(f"unix:{path}")
    path.unlink()
    server = serve(f"unix:{path}")
    path.unlink()
    path.write_text("mine")
    server.stop()
    assert path.read_text() == "mine"


@pytest.mark.parametrize("options, environment", [
    (["--socket-mode", "0620", "--socket-group", str(os.getgid())], {}),
    ([], {"POSTERN_SOCKET_MODE": "620", "POSTERN_SOCKET_GROUP": str(os.getgid())}),
])
def test_the_file_has_its_mode_and_group(tmp_path, options, environment):
    path = tmp_path / "app.sock"
    server = serve(f"unix:{path}", *options, **environment)
    status = path.stat()
    assert (stat.S_IMODE(status.st_mode), status.st_gid) == (0o620, os.getgid())
    server.stop()


def test_wrong_modes_and_groups_are_refused(tmp_path):
    address = f"unix:{tmp_path}/app.sock"
    assert "'0999' is invalid for '--socket-mode" in refuse(address, "--socket-mode", "0999")
    assert 'There is no group "no such group"' in refuse(address, "--socket-group", "no such group")
    assert "tcp:127.0.0.1:0 has no socket file" in refuse("tcp:127.0.0.1:0", "--socket-mode", "0600")


def test_the_error_for_an_unusable_path_names_the_cause(tmp_path):
    assert f"the directory {tmp_path}/no does not exist" in refuse(f"unix:{tmp_path}/no/app.sock")
    long = "n" * (108 - len(f"{tmp_path}/"))
    assert "the path has 108 bytes, and the system takes at most 107" in refuse(f"unix:{tmp_path}/{long}")
    assert "the path has 108 bytes, and the system takes at most 107" in add(f"unix:{tmp_path}/{long}")
    assert "there is no such socket file" in add(f"unix:{tmp_path}/app.sock")


def test_abstract_socket_names_are_accepted_by_every_program():
    name = f"postern-{uuid.uuid4()}"
    server = Program("postern-demo", "--no-gateway", "--native", f"unix:@{name}", ready=NATIVE)
    gateway = None
    try:
        assert add(f"unix:@{name}") == "5"
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(f"\0{name}")
            assert client.recv(1)
        gateway = Program("postern", "gateway", "--upstream", f"unix:@{name}", "--port", 0, ready=LISTENING)
        assert add(f"ws://127.0.0.1:{port_of(gateway)}/rpc") == "5"
        assert "already in use by another server" in refuse(f"unix:@{name}")
    finally:
        stop_all([server, *([gateway] if gateway else [])])
    assert "no server listens there" in add(f"unix:@{name}")
