"""Fixtures: containers and volumes that last as long as a test."""

import uuid

import pytest

from containers import Container
from engine import EngineError, podman, require_programs


@pytest.fixture(scope="session", autouse=True)
def images():
    """Ends the run with a sentence where no container can be run."""
    try:
        require_programs("podman", "runc")
        podman("run", "--rm", "--pull=never", "--network=none", "localhost/postern:latest", "--version")
    except EngineError as failure:
        pytest.exit(f"No container can be run here, or the images are not built (make test-image): {failure}", 1)


@pytest.fixture
def start():
    """Starts containers, and removes them at the end."""
    started = []

    def run(image, *arguments, **settings):
        started.append(Container(image, *arguments, **settings))
        return started[-1].start()

    yield run
    for container in started:
        container.remove()


@pytest.fixture(scope="module")
def demo():
    """A demo without rights, for the tests of a module that leave it as it was."""
    container = Container("postern-demo")
    yield container.start().wait_ready()
    container.remove()


@pytest.fixture
def volume():
    """The name of a new volume, which is removed with the containers that use it."""
    name = f"postern-{uuid.uuid4().hex[:12]}"
    podman("volume", "create", name)
    yield name
    podman("volume", "rm", "--force", name)
