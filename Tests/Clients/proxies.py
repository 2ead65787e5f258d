"""Starts nginx and HAProxy on a loopback port, with the addresses and paths of a configuration replaced."""

import pathlib
import re
import socket
import subprocess
import time

from programs import PATIENCE, free_port

CONFIGURATIONS = pathlib.Path(__file__).parent / "proxies"

NGINX = """
daemon off;
worker_processes 1;
user root;
pid {folder}/pid;
error_log {folder}/log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/given;
}}
"""
HAPROXY = """
global
    stats socket {folder}/statistics
"""


class Proxy:
    """A proxy with a configuration of the folder `proxies`, running in its own folder."""

    def __init__(self, name, folder, gateways, certificate=None):
        self.name, self.folder, self.port = name, folder, free_port()
        (folder / "given").write_text(self.configuration(gateways, certificate))
        self.output = open(folder / "log", "a")
        self.process = subprocess.Popen(self.command(), stdout=self.output, stderr=self.output)
        self.wait_until_open()

    def configuration(self, gateways, certificate):
        return with_addresses((CONFIGURATIONS / self.name).read_text(), self.port, gateways, certificate)

    def command(self):
        main = self.folder / "main"
        if self.name.startswith("nginx"):
            main.write_text(NGINX.format(folder=self.folder))
            return ["nginx", "-p", self.folder, "-e", self.folder / "log", "-c", main]
        main.write_text(HAPROXY.format(folder=self.folder))
        return ["haproxy", "-db", "-f", main, "-f", self.folder / "given"]

    def wait_until_open(self):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    self.stop()
                    raise AssertionError(f"{self.name} did not start:\n{(self.folder / 'log').read_text()}") from None
                time.sleep(0.02)

    def servers(self):
        """Returns the name, the state and the result of the last health check of each server of HAProxy."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(f"{self.folder}/statistics")
            connection.sendall(b"show stat\n")
            answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
        head, *rows = [line.split(",") for line in answer.removeprefix("# ").splitlines() if line]
        rows = [dict(zip(head, row)) for row in rows]
        return [(row["svname"], row["status"], row["check_status"]) for row in rows if row["check_status"]]

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.output.close()


def with_addresses(text, port, gateways, certificate):
    """Replaces the addresses and paths of a configuration, each of which must occur, with those of this test."""
    address = f"127.0.0.1:{port}"
    listening = {
        "listen 80;": f"listen {address};", "listen 443 ssl": f"listen {address} ssl",
        "bind :80": f"bind {address}", "bind :443": f"bind {address}"}
    [place] = [old for old in listening if re.search(rf"{old}(?!\d)", text)]
    replaced = {f"127.0.0.1:{8080 + index}": f"127.0.0.1:{gateway}" for index, gateway in enumerate(gateways)}
    if certificate:
        replaced["/etc/ssl/api.example.pem"] = str(certificate)
    return with_replaced(text, {place: listening[place], **replaced})


def with_replaced(text, replaced):
    """Replaces texts in a configuration. Each of them must occur."""
    for old, new in replaced.items():
        assert old in text, f"{old} is not in the configuration"
        text = text.replace(old, new)
    return text
