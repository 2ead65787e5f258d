"""Runs podman and buildah with a separate storage, apart from the images and containers of the user."""

import hashlib
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The folder of images, containers and networks.
FOLDER = pathlib.Path(os.environ.get("POSTERN_CONTAINERS", ROOT / ".build/containers")).resolve()

STORAGE = """\
[storage]
driver = "{driver}"
graphroot = "{folder}/storage"
runroot = "{folder}/run"
{options}"""
# Otherwise, a mount would remain that prevents the removal of the folder.
OVERLAY_OPTIONS = """
[storage.options.overlay]
skip_mount_home = "true"
"""

# `cgroupfs` works without systemd. The default limits of podman may exceed those of this machine.
CONTAINERS = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]

[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
tmp_dir = "{folder}/state"

[network]
network_backend = "netavark"
network_config_dir = "{folder}/networks"
default_subnet = "10.{subnet}.0.0/16"
"""


class EngineError(AssertionError):
    """An error of a command of podman or buildah, with its output as the message."""


def environment():
    """Returns the environment in which podman, buildah and podman-compose use the storage."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    driver = storage_driver()
    options = OVERLAY_OPTIONS if driver == "overlay" else ""
    (FOLDER / "storage.conf").write_text(STORAGE.format(folder=FOLDER, driver=driver, options=options))
    (FOLDER / "containers.conf").write_text(CONTAINERS.format(folder=FOLDER, subnet=100 + subnet()))
    return {
        **os.environ,
        "CONTAINERS_STORAGE_CONF": str(FOLDER / "storage.conf"),
        "CONTAINERS_CONF": str(FOLDER / "containers.conf"),
        "BUILDAH_ISOLATION": "chroot",
    }


def storage_driver():
    """Returns `overlay`, or `vfs`, which copies whole layers, in a container whose own file system is an overlay."""
    kind = subprocess.run(["stat", "-f", "-c", "%T", FOLDER], capture_output=True, text=True).stdout
    return "vfs" if "overlay" in kind else "overlay"


def subnet():
    """Returns a number below 100, so that two storages on one machine rarely have the same addresses."""
    return hashlib.sha256(str(FOLDER).encode()).digest()[0] % 100


def run(program, *arguments, check=True, timeout=120):
    """Runs a command and returns its output without surrounding whitespace."""
    command = [program, *map(str, arguments)]
    try:
        done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired as late:
        raise EngineError(f"{' '.join(command)} took longer than {timeout} s") from late
    if check and done.returncode != 0:
        raise EngineError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def podman(*arguments, check=True, timeout=120):
    """Runs a command of podman and returns its output."""
    return run("podman", *arguments, check=check, timeout=timeout)


def require_programs(*names):
    """Raises an error if a program is not installed."""
    missing = [name for name in names if not shutil.which(name)]
    if missing:
        raise EngineError(f"not installed: {', '.join(missing)}")


ENVIRONMENT = environment()
