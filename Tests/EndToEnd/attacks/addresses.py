"""Clients with addresses of their own: every address of 127.0.0.0/8 is this machine."""

import contextlib
import socket

import raw

DEFAULT = "127.0.0.1"


def connect(port, source, host=DEFAULT):
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # The port is chosen when the connection is made, so that clients of several addresses may share one.
    connection.setsockopt(socket.IPPROTO_IP, 24, 1)
    connection.bind((source, 0))
    connection.settimeout(raw.PATIENCE)
    connection.connect((host, port))
    return connection


def ask(port, source, request=None):
    """The answer to a request on a connection of its own; its status is None if the connection was closed."""
    with connect(port, source) as connection:
        raw.send_quietly(connection, request or raw.get("/livez"))
        return raw.read_answer(connection)


def is_open(connection):
    """Whether the other end has not closed, as far as this end knows; what it has sent before is thrown away."""
    connection.settimeout(0)
    try:
        while connection.recv(65_536):
            pass
        return False
    except BlockingIOError:
        return True
    except OSError:
        return False


def count_open(connections):
    return sum(map(is_open, connections))


@contextlib.contextmanager
def silent(port, source, count):
    """So many connections that say nothing."""
    connections = []
    try:
        for _ in range(count):
            connections.append(connect(port, source))
        yield connections
    finally:
        for connection in connections:
            connection.close()


def websocket(port, source, *headers):
    """A connection after its handshake, and the answer."""
    connection = connect(port, source)
    raw.send_quietly(connection, raw.handshake("/rpc", *headers))
    return connection, raw.read_answer(connection)
