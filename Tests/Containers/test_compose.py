"""docker/compose.yaml unchanged: the page, privileges and limits, restarts, and nginx in front of the gateways."""

import contextlib
import json
import ssl

import pytest
from websockets.sync.client import connect

from calling import Calling
from compose import Project
from containers import ask
from proxy_image import provide_nginx
from waiting import until

CALL = {"jsonrpc": "2.0", "id": 1, "method": "calculator.add", "params": [2, 3]}
SERVICES = ["demo", "gateway", "gateway-2", "nginx"]
MEBIBYTE = 1 << 20


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    provide_nginx()
    project = Project(tmp_path_factory.mktemp("compose"))
    try:
        project.run("up", "-d", "--no-build")
        until(lambda: ask(f"{project.page}/readyz")[0] == 200)
        yield project
    finally:
        project.run("down", "--volumes")


@pytest.fixture
def trust(project):
    return ssl.create_default_context(cafile=project.folder / "certificate.pem")


def test_the_page_is_served_at_the_documented_address(project):
    status, page = ask(f"{project.page}/")
    assert status == 200 and "<title>" in page


@pytest.mark.parametrize("service", SERVICES)
def test_no_container_has_privileges(project, service):
    found = project.inspect(service, "{{.EffectiveCaps}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.SecurityOpt}} "
                            "{{.Config.User}} {{.HostConfig.PidsLimit}} {{.HostConfig.Memory}}")
    assert found == f"[] true [no-new-privileges] 65532:65532 256 {256 * MEBIBYTE}"


def test_the_services_have_no_network_and_the_gateway_is_healthy(project):
    assert project.inspect("demo", "{{.HostConfig.NetworkMode}}") == "none"
    project.run("exec", "gateway", "/usr/local/bin/postern", "health")


@pytest.mark.parametrize("host, status", [("gateway:8080", 200), ("gateway-2", 200), ("demo", 421), ("other", 421)])
def test_host_names_of_services_are_allowed_where_they_are_listed(project, host, status):
    assert ask(f"{project.page}/readyz", host=host)[0] == status


def test_calls_pass_directly_and_through_nginx(project, trust):
    assert json.loads(ask(f"{project.page}/rpc", CALL)[1])["result"] == 5
    assert json.loads(ask(f"{project.front}/rpc", CALL, context=trust)[1])["result"] == 5
    for base, context in ((project.page, None), (project.front, trust)):
        with connect(base.replace("http", "ws", 1) + "/rpc", ssl=context, open_timeout=60) as socket:
            socket.send(json.dumps(CALL))
            assert json.loads(socket.recv(60))["result"] == 5


def test_calls_are_answered_while_the_services_restart(project):
    with contextlib.closing(Calling(project.page)) as calling:
        calling.wait_for_results(50)
        project.run("restart", "demo")
        calling.wait_for_results(50)
    assert set(calling.failures()) <= {"no", "unknown"}


def test_nginx_answers_while_a_gateway_restarts(project, trust):
    with contextlib.closing(Calling(project.front, context=trust)) as calling:
        calling.wait_for_results(50)
        project.run("restart", "gateway-2")
        calling.wait_for_results(3)
        # The gateway may have a new address, which nginx resolves when it is reloaded.
        project.run("exec", "nginx", "nginx", "-s", "reload")
        calling.wait_for_results(50)
    assert set(calling.failures()) <= {"no", "unknown"}


def test_all_services_stop_in_time(project):
    """Runs last, as it stops all services."""
    project.run("stop")
    assert [project.inspect(service, "{{.State.ExitCode}}") for service in SERVICES] == ["0"] * 4
