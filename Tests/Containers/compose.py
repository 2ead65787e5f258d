"""Runs docker/compose.yaml with podman-compose, on free ports and with a certificate as documented in Deployment.md."""

import socket
import subprocess
import sys
import uuid

from engine import ENVIRONMENT, ROOT, EngineError, podman

FILE = ROOT / "docker" / "compose.yaml"
COMPOSE = [sys.executable, "-m", "podman_compose"]
PORTS = ["HTTP_PORT", "HTTPS_PORT", "PLAIN_PORT"]


class Project:
    """The services of compose.yaml, including those of all profiles."""

    def __init__(self, folder):
        self.name = f"postern{uuid.uuid4().hex[:8]}"
        self.folder = make_certificate(folder)
        self.ports = dict(zip(PORTS, free_ports(len(PORTS))))
        self.page = f"http://localhost:{self.ports['HTTP_PORT']}"
        self.front = f"https://localhost:{self.ports['HTTPS_PORT']}"

    def run(self, *arguments):
        """Runs a command of podman-compose."""
        settings = {name: str(port) for name, port in self.ports.items()} | {"TLS_FOLDER": str(self.folder)}
        command = [*COMPOSE, "-p", self.name, "-f", FILE, "--profile", "nginx", *arguments]
        done = subprocess.run(command, env=ENVIRONMENT | settings, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise EngineError(f"podman-compose {' '.join(arguments)}:\n{done.stdout}{done.stderr}")

    def container(self, service):
        return f"{self.name}_{service}_1"

    def inspect(self, service, template):
        """Returns a part of the description of a container."""
        return podman("inspect", "--type=container", "--format", template, self.container(service))

    def logs(self):
        return "\n".join(podman("logs", self.container(name), check=False) for name in ("demo", "gateway", "nginx"))


def free_ports(count):
    """Returns different free ports, all of which are reserved at the same time."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def make_certificate(folder):
    """Creates a certificate with the command in Deployment.md, in a folder that replaces docker/tls."""
    page = (FILE.parent / "Deployment.md").read_text()
    [block] = [block for block in page.split("```sh\n") if block.startswith("mkdir docker/tls\n")]
    script = block.split("```")[0]
    (folder / "docker").mkdir()
    subprocess.run(["bash", "-euc", script], cwd=folder, check=True, capture_output=True)
    return folder / "docker" / "tls"
