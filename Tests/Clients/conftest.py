"""Fixtures: doors to the same services, directly and through a proxy."""

import contextlib
import dataclasses
import signal

import pytest

import certificate
from clients import build_go
from programs import LISTENING, NATIVE, Program, free_port, port_of, start_in_process, start_sidecar, stop_all
from proxies import Proxy

DOCUMENTED = ["nginx.conf", "haproxy.cfg"]
SHORTEST = ["nginx-shortest.conf", "haproxy-shortest.cfg"]


@dataclasses.dataclass
class Door:
    """An address, and the environment that clients need to connect to it."""

    base: str
    environment: dict = dataclasses.field(default_factory=dict)


@pytest.fixture(scope="session", autouse=True)
def go_program():
    build_go()


@pytest.fixture(scope="session")
def tls(tmp_path_factory):
    """The folder of the certificate."""
    folder = tmp_path_factory.mktemp("tls")
    certificate.make(folder)
    return folder


@contextlib.contextmanager
def services_and_gateways(folder, *options):
    """The services, and two gateways in front of them. A test may kill any of these programs."""
    socket = f"unix:{folder}/app.sock"
    programs = [Program("postern-demo", "--native", socket, "--no-gateway", ready=NATIVE)]
    try:
        for _ in range(2):
            arguments = ("gateway", "--upstream", socket, "--port", free_port(), *options)
            programs.append(Program("postern", *arguments, ready=LISTENING))
        yield programs
    finally:
        stop_all([program for program in programs if program.process.poll() != -signal.SIGKILL])


@contextlib.contextmanager
def two_gateways(folder, *options):
    """Two gateways in front of the same services."""
    with services_and_gateways(folder, *options) as [_, *gateways]:
        yield gateways


@contextlib.contextmanager
def behind(name, folder, gateways, tls=None):
    """Starts a proxy with the configuration in a file, in front of gateways."""
    proxy = Proxy(name, folder, [port_of(gateway) for gateway in gateways], tls and tls / "both.pem")
    try:
        yield proxy
    finally:
        proxy.stop()


@pytest.fixture(scope="session", params=["in-process", "sidecar"])
def direct(request, tmp_path_factory):
    """A gateway in each topology."""
    programs = start_in_process() if request.param == "in-process" else start_sidecar(tmp_path_factory.mktemp("app"))
    yield Door(f"http://127.0.0.1:{port_of(programs[-1])}")
    stop_all(programs)


@contextlib.contextmanager
def proxied(name, folder, tls):
    """A door through a proxy: two gateways behind the documented configuration, one behind the shortest."""
    if "shortest" in name:
        programs = start_in_process()
        with behind(name, folder, programs) as proxy:
            yield Door(f"http://127.0.0.1:{proxy.port}")
        stop_all(programs)
    else:
        with two_gateways(folder) as gateways, behind(name, folder, gateways, tls) as proxy:
            yield Door(f"https://localhost:{proxy.port}", certificate.trust(tls))


@pytest.fixture(scope="session", params=DOCUMENTED)
def documented(request, tmp_path_factory, tls):
    with proxied(request.param, tmp_path_factory.mktemp("proxy"), tls) as door:
        yield door


@pytest.fixture(scope="session", params=SHORTEST)
def shortest(request, tmp_path_factory):
    with proxied(request.param, tmp_path_factory.mktemp("proxy"), None) as door:
        yield door


@pytest.fixture(scope="session", params=DOCUMENTED + SHORTEST)
def through_proxy(request, tmp_path_factory, tls):
    with proxied(request.param, tmp_path_factory.mktemp("proxy"), tls) as door:
        yield door
