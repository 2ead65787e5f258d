"""Figures of the images: the size without the base image, the time from start to ready, and the memory when idle."""

import os
import pathlib
import threading
import time

import pytest

from containers import Container, ask
from engine import podman
from images import BASE

MEGABYTE = 1_000_000
MAXIMUM_MEGABYTES = {"postern": 48, "postern-demo": 60, "notes": 75}
MAXIMUM_START_SECONDS = 0.5
STARTS = 5


@pytest.fixture
def show(capsys):
    """Prints a line of figures, also if the test passes."""

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
    # The fastest of several starts, as other programs may use the processor.
    seconds, kibibytes = min(started(image) for _ in range(STARTS))
    start = f"ready {seconds * 1_000:.0f} ms after the start of its process"
    show(f"{image}: {start}, {kibibytes / 1024:.1f} MiB of memory when idle")
    assert seconds <= MAXIMUM_START_SECONDS


def size(image):
    return int(podman("image", "inspect", "--format", "{{.Size}}", image))


def started(image):
    """Returns the seconds from the process start to the first response, and the memory of all processes in KiB."""
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
    """Returns the proportional set size (PSS) of a process in KiB."""
    lines = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


class Watch(threading.Thread):
    """Sends requests in a thread until one is answered."""

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
        """Returns the time of the response, in seconds since boot."""
        self.join()
        assert self.answered, "there was no answer within 20 s"
        return self.answered


def began_at(process):
    """Returns the start time of a process, in seconds since boot."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")
