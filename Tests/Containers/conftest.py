"""Fixtures: containers and volumes with the lifetime of a test."""

import uuid

import pytest

from containers import Container
from engine import EngineError, podman, require_programs


@pytest.fixture(scope="session", autouse=True)
def images():
    """Ends the test run with a message if no container can run here."""
    try:
        require_programs("podman", "runc")
        podman("run", "--rm", "--pull=never", "--network=none", "localhost/postern:latest", "--version")
    except EngineError as failure:
        pytest.exit(f"No container can be run here, or the images are not built (make test-image): {failure}", 1)


@pytest.fixture
def start():
    """Starts containers, and removes them after the test."""
    started = []

    def run(image, *arguments, **settings):
        started.append(Container(image, *arguments, **settings))
        return started[-1].start()

    yield run
    for container in started:
        container.remove()


@pytest.fixture(scope="module")
def demo():
    """A demo without privileges, for the tests of a module that do not change it."""
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
