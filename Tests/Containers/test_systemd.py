"""docker/postern.service under its own systemd: the gateway starts, serves and stops with all its restrictions."""

import pytest

from engine import ROOT, podman, run
from waiting import until

IMAGE = "localhost/postern-systemd:latest"
UNIT = ROOT / "docker" / "postern.service"
# The unit of the service behind the gateway, as described in Deployment.md.
SERVICE = """
[Service]
ExecStart=/usr/local/bin/postern-demo --no-gateway --native unix:/run/app/app.sock --socket-group app
User=app
RuntimeDirectory=app
"""


def make_image():
    """Builds an image that boots systemd, with the programs of the other images and without their user."""
    container = run("buildah", "from", "--pull-never", "localhost/postern:latest")
    run("buildah", "config", "--user", "root", container)
    inside = ["buildah", "run", container, "--"]
    run(*inside, "apt-get", "update", "-q", timeout=300)
    run(*inside, "apt-get", "install", "-y", "-q", "--no-install-recommends", "systemd", timeout=300)
    run("buildah", "copy", "--from", "localhost/postern-demo:latest", container, "/usr/local/bin/postern-demo",
        "/usr/local/bin/")
    run(*inside, "sh", "-euc", "userdel postern; useradd --system --user-group app")
    run("buildah", "config", "--entrypoint", '["/lib/systemd/systemd"]', "--cmd", "[]", "--env", "POSTERN_HOST-",
        "--stop-signal", "SIGRTMIN+3", container)
    run("buildah", "commit", "--format", "docker", "--rm", container, IMAGE)


class Machine:
    """A container that runs systemd."""

    def __init__(self, service):
        # The privileges that systemd requires to start a unit in namespaces. /proc/sys and /sys are read-only.
        self.id = podman(
            "run", "--detach", "--network=none", "--systemd=always", "--cap-add=SYS_ADMIN,SYS_PTRACE",
            "--security-opt=seccomp=unconfined", f"--volume={UNIT}:/etc/systemd/system/postern.service:ro",
            f"--volume={service}:/etc/systemd/system/app.service:ro", IMAGE)

    def run(self, *command, check=True):
        return podman("exec", self.id, *command, check=check)

    def shows(self, name):
        """Returns a property of the unit."""
        return self.run("systemctl", "show", "--value", "--property", name, "postern", check=False)

    def is_ready(self):
        return self.run("/usr/local/bin/postern", "health", check=False).startswith("ready")


@pytest.fixture
def machine(tmp_path):
    make_image()
    service = tmp_path / "app.service"
    service.write_text(SERVICE)
    machine = Machine(service)
    until(lambda: machine.run("systemctl", "is-active", "multi-user.target", check=False) == "active")
    yield machine
    podman("rm", "--force", "--time=0", machine.id)


def test_the_unit_starts_restarts_and_stops_a_gateway(machine):
    # Starts without the service, and then with it.
    machine.run("systemctl", "start", "postern")
    assert not machine.is_ready()
    machine.run("systemctl", "start", "app")
    until(machine.is_ready)
    assert machine.run("/usr/local/bin/postern", "call", "ws://127.0.0.1:8080/rpc", "calculator.add", "2", "3") == "5"

    status = machine.run("cat", f"/proc/{machine.shows('MainPID')}/status").splitlines()
    fields = {name: value.split() for name, value in (line.split(":", 1) for line in status)}
    assert (fields["CapBnd"], fields["NoNewPrivs"], fields["Seccomp"]) == (["0" * 16], ["1"], ["2"])
    assert int(fields["Uid"][0]) > 60_000

    machine.run("systemctl", "kill", "--signal=KILL", "postern")
    until(lambda: machine.shows("NRestarts") == "1" and machine.is_ready())
    machine.run("systemctl", "stop", "postern")
    assert (machine.shows("Result"), machine.shows("ExecMainStatus")) == ("success", "0")
