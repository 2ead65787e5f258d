"""Runs the program `postern`, and what it is tested against: a proxy that ends TLS, and servers with fixed answers."""

import contextlib
import os
import socket
import ssl
import subprocess
import threading

from programs import PATIENCE, ROOT, binary


def postern(*arguments, input="", **environment):
    """Runs `postern` until it exits, with additional environment variables."""
    return subprocess.run(
        [binary("postern"), *map(str, arguments)], cwd=ROOT, env={**os.environ, **environment},
        capture_output=True, text=True, input=input, timeout=PATIENCE)


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def certificate(folder, name, *, names="DNS:localhost,IP:127.0.0.1", days=2):
    """Creates an authority and a certificate that it signs; returns the paths of authority, certificate and key."""
    authority, key = folder / f"{name}-authority.pem", folder / f"{name}-key.pem"
    signed, request, extension = folder / f"{name}.pem", folder / f"{name}.csr", folder / f"{name}.ext"
    new = ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(*new, "-x509", "-days", 2, "-subj", f"/CN={name}", "-keyout", folder / f"{name}-authority-key.pem",
            "-out", authority)
    openssl(*new, "-subj", "/CN=localhost", "-keyout", key, "-out", request)
    extension.write_text(f"subjectAltName={names}\n")
    openssl("x509", "-req", "-in", request, "-CA", authority, "-CAkey", folder / f"{name}-authority-key.pem",
            "-CAcreateserial", "-days", days, "-extfile", extension, "-out", signed)
    return authority, signed, key


@contextlib.contextmanager
def serving(serve):
    """Accepts connections on a port of its own, calls a function with each on a thread, and yields the port."""
    def run():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=handle, args=(connection,), daemon=True).start()

    def handle(connection):
        with connection, contextlib.suppress(OSError):
            serve(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=run, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def tls_proxy(port, signed, key):
    """Ends TLS in front of a port of this machine, as the proxies of the documentation do; yields its port."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(signed, key)

    def serve(connection):
        with context.wrap_socket(connection, server_side=True) as outside:
            with socket.create_connection(("127.0.0.1", port)) as inside:
                threading.Thread(target=copy, args=(inside, outside), daemon=True).start()
                copy(outside, inside)

    return serving(serve)


def copy(source, target):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def answering(text, *, after=b"\r\n\r\n"):
    """Sends bytes once a request has arrived, and closes the connection; yields the port."""
    def serve(connection):
        received = b""
        while after not in received:
            if not (data := connection.recv(65536)):
                break
            received += data
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        # Bytes of the request that are not read would reset the connection when it is closed.
        while connection.recv(65536):
            pass

    return serving(serve)
