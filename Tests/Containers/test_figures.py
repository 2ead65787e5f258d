"""Figures of the images: size above Debian's, time from the start of the process to ready, memory when idle."""

import os
import pathlib
import threading
import time

import pytest

from containers import Container, ask
from engine import podman
from images import BASE

MEGABYTE = 1_000_000
MAXIMUM_MEGABYTES = {"postern": 45, "postern-demo": 60, "postern-example": 60}
MAXIMUM_START_SECONDS = 0.5
STARTS = 5


@pytest.fixture
def show(capsys):
    """Prints a line of figures also when the test passes."""

    def line(text):
        with capsys.disabled():
            print(f"\n{text}", end="")

    return line


@pytest.mark.parametrize("image", MAXIMUM_MEGABYTES)
def test_an_image_is_small(image, show):
    above = (size(f"localhost/{image}:latest") - size(BASE)) / MEGABYTE
    show(f"{image}: {above:.1f} MB above {BASE}")
    assert above <= MAXIMUM_MEGABYTES[image]


@pytest.mark.parametrize("image", ["postern", "postern-demo"])
def test_a_container_is_ready_soon(image, show):
    # The fastest of a few, as other programs may have the processor meanwhile.
    seconds, kibibytes = min(started(image) for _ in range(STARTS))
    start = f"ready {seconds * 1_000:.0f} ms after the start of its process"
    show(f"{image}: {start}, {kibibytes / 1024:.1f} MiB of memory when idle")
    assert seconds <= MAXIMUM_START_SECONDS


def size(image):
    return int(podman("image", "inspect", "--format", "{{.Size}}", image))


def started(image):
    """Seconds from the start of the process to the first answer, and the KiB of memory of all processes then."""
    environment = {"POSTERN_UPSTREAM": "unix:/run/postern/absent.sock"} if image == "postern" else {}
    container = Container(image, environment=environment)
    try:
        watch = Watch(f"{container.url}/livez")
        container.start()
        seconds = watch.ready_at() - began_at(container.process)
        return seconds, sum(map(memory, container.processes))
    finally:
        container.remove()


def memory(process):
    """KiB of memory of a process, with its part of what it shares."""
    lines = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


class Watch(threading.Thread):
    """Asks again and again until there is an answer."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.url, self.answered = url, None
        self.start()

    def run(self):
        end = time.monotonic() + 20
        while self.answered is None and time.monotonic() < end:
            if ask(self.url, timeout=1)[0] == 200:
                self.answered = time.clock_gettime(time.CLOCK_BOOTTIME)
            time.sleep(0.002)

    def ready_at(self):
        """When the answer came, in seconds since the machine was started."""
        self.join()
        assert self.answered, "there was no answer within 20 s"
        return self.answered


def began_at(process):
    """When a process began, in seconds since the machine was started."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")
