"""docker/kubernetes: the start order of the containers of its pod, their probes, environment, and end."""

import json
import time
import uuid

import pytest

from containers import Asking, ask
from engine import podman
from pod import NAMESPACE, Pod, rendered
from waiting import until


@pytest.fixture(scope="module")
def manifests():
    return rendered()


@pytest.fixture
def pod(manifests):
    """The pod before its start. Its volume is in memory and belongs to the group `fsGroup`."""
    group, name = manifests["Deployment"]["spec"]["template"]["spec"]["securityContext"]["fsGroup"], uuid.uuid4().hex
    podman("volume", "create", "--opt=type=tmpfs", "--opt=device=tmpfs", f"--opt=o=gid={group},mode=2775", name)
    pod = Pod(manifests["Deployment"], name)
    yield pod
    pod.remove()
    podman("volume", "rm", "--force", name)


def test_the_gateway_starts_first_and_is_ready_with_its_service(pod):
    """The service is started after the startup probe of the gateway has succeeded."""
    pod.start("gateway")
    until(lambda: pod.passes("gateway", "startupProbe"))
    assert not pod.passes("gateway", "readinessProbe") and pod.passes("gateway", "livenessProbe")
    pod.start("service")
    until(lambda: pod.passes("service", "startupProbe"))
    assert pod.passes("gateway", "readinessProbe") and pod.passes("service", "livenessProbe")
    for name, status in {f"postern.{NAMESPACE}.svc": 200, "api.example": 200, "postern.other.svc": 421}.items():
        assert pod.ask("/readyz", host=name)[0] == status


def test_calls_in_flight_are_answered_when_the_pod_ends(pod):
    pod.start("gateway")
    pod.start("service")
    until(lambda: pod.passes("gateway", "readinessProbe"))
    jobs = f"http://{pod.address}:{pod.port}/rpc/jobs"
    call = Asking(f"{jobs}/run", {"steps": 8, "stepMs": 500})
    until(lambda: ask(f"{jobs}/active")[1] == "1")
    began = time.monotonic()
    # Sidecars are stopped after the containers of the pod.
    assert (pod.end("service"), pod.end("gateway")) == (0, 0)
    seconds = time.monotonic() - began + pod.containers["service"]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert seconds < pod.spec["terminationGracePeriodSeconds"]
    assert json.loads(call.wait()[1])["done"]


def test_service_links_are_off_as_one_would_override_the_port(manifests, start):
    assert manifests["Deployment"]["spec"]["template"]["spec"]["enableServiceLinks"] is False
    assert start("postern", environment={"POSTERN_PORT": "tcp://10.0.0.1:80"}).wait() == 64
