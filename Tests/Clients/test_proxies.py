"""Requirements of proxies on a gateway, and behaviour that must be the same through them."""

import os
import subprocess

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from conftest import DOCUMENTED, behind, two_gateways
from programs import PATIENCE, ROOT, start_in_process, stop_all, wait_until
from proxies import CONFIGURATIONS

LARGE, TOO_LARGE = 900_000, 1_100_000


@pytest.mark.parametrize("language, name", [("nginx", "nginx.conf"), ("haproxy", "haproxy.cfg")])
def test_the_article_has_the_configurations_that_run_here(language, name):
    text = (ROOT / "Sources/PosternGateway/Documentation.docc/Proxies.md").read_text()
    assert f"```{language}\n{(CONFIGURATIONS / name).read_text()}```" in text


def curl(door, *arguments):
    """Returns the status and the body of a response."""
    done = subprocess.run(
        ["curl", "-sS", "-w", "\n%{http_code}", *arguments], capture_output=True, text=True, timeout=PATIENCE,
        env={**os.environ, **door.environment})
    assert done.stderr == ""
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_health_is_answered_through_a_proxy(through_proxy, path):
    assert curl(through_proxy, through_proxy.base + path) == (200, "ok\n")


def test_a_large_body_passes(through_proxy, tmp_path):
    body = tmp_path / "body"
    body.write_text(f'["{"x" * LARGE}"]')
    status, answer = curl(through_proxy, f"{through_proxy.base}/rpc/echo/echo", "--json", f"@{body}")
    assert status == 200 and len(answer) == LARGE + 2


def test_a_body_above_the_limit_is_refused(through_proxy, tmp_path):
    body = tmp_path / "body"
    body.write_text(f'["{"x" * TOO_LARGE}"]')
    assert curl(through_proxy, f"{through_proxy.base}/rpc/echo/echo", "--json", f"@{body}")[0] == 413


def test_a_proxy_that_does_not_upgrade_is_reported(tmp_path):
    """Without the lines for WebSockets, nginx forwards the key of the handshake but not the `Upgrade` field."""
    programs = start_in_process()
    try:
        with behind("nginx-shortest.conf", tmp_path, programs) as proxy:
            with pytest.raises(InvalidStatus) as refused:
                connect(f"ws://127.0.0.1:{proxy.port}/rpc")
            answer = refused.value.response
            assert answer.status_code == 426 and b"proxy" in answer.body
    finally:
        stop_all(programs)


def wait_until_checks_succeed(proxy):
    """Waits until HAProxy reports each server as up. On a busy machine, the first check may have failed."""
    wait_until(lambda: {(state, check) for _, state, check in proxy.servers()} == {("UP", "L7OK")})


@pytest.mark.parametrize("name", ["haproxy.cfg", "haproxy-shortest.cfg"])
def test_the_checks_of_haproxy_succeed(name, tmp_path, tls):
    """The shortest configuration sends `OPTIONS / HTTP/1.0` without `Host`."""
    with two_gateways(tmp_path) as gateways:
        gateways = gateways if name == "haproxy.cfg" else gateways[:1]
        with behind(name, tmp_path, gateways, tls if name == "haproxy.cfg" else None) as proxy:
            wait_until_checks_succeed(proxy)


@pytest.mark.parametrize("options, status", [((), 421), (("--allow-host", "api.example"), 200)])
@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_gateway_allows_the_host_name_of_the_proxy(name, options, status, tmp_path, tls):
    with two_gateways(tmp_path, *options) as gateways, behind(name, tmp_path, gateways, tls) as proxy:
        done = subprocess.run(
            ["curl", "-sS", "--cacert", tls / "certificate.pem", "--resolve", f"api.example:{proxy.port}:127.0.0.1",
             "-o", "/dev/null", "-w", "%{http_code}", f"https://api.example:{proxy.port}/rpc/calculator/add?a=2&b=3"],
            capture_output=True, text=True, timeout=PATIENCE)
        assert (done.stdout, done.stderr) == (str(status), "")
