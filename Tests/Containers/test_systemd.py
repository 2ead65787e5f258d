"""docker/postern.service under a systemd of its own: the gateway starts, serves and stops with all that it forbids."""

import pytest

from engine import ROOT, podman, run
from waiting import until

IMAGE = "localhost/postern-systemd:latest"
UNIT = ROOT / "docker" / "postern.service"
# The service in front of which the unit starts a gateway, as the deployment page describes it.
SERVICE = """
[Service]
ExecStart=/usr/local/bin/postern-demo --no-gateway --native unix:/run/app/app.sock --socket-group app
User=app
RuntimeDirectory=app
"""


def make_image():
    """Makes an image that boots systemd, with the programs and without the user of the others."""
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
    """A container that has booted."""

    def __init__(self, service):
        # What systemd needs to start a unit in namespaces; /proc/sys and /sys cannot be written to.
        self.id = podman(
            "run", "--detach", "--network=none", "--systemd=always", "--cap-add=SYS_ADMIN,SYS_PTRACE",
            "--security-opt=seccomp=unconfined", f"--volume={UNIT}:/etc/systemd/system/postern.service:ro",
            f"--volume={service}:/etc/systemd/system/app.service:ro", IMAGE)

    def run(self, *command, check=True):
        return podman("exec", self.id, *command, check=check)

    def shows(self, name):
        """A property of the unit."""
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
    # First without the service, then with it.
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
