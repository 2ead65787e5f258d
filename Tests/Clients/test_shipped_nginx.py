"""docker/nginx.conf in front of two gateways: every door works, also when a gateway or the service ends."""

import http.client
import json
import ssl
import subprocess

import pytest

from conftest import services_and_gateways
from load import CALL, POSTS, SOCKETS, Load
from programs import Program, port_of, stop_all
from shipped import shipped_proxy
from streams import Reader
from test_recovery import say
from test_two_gateways import may_be_sent_again

TOO_LARGE = 1_100_000


class Front:
    """nginx, the programs behind it, and the certificate that its clients trust."""

    def __init__(self, proxy, programs, tls):
        self.proxy, self.base = proxy, f"https://localhost:{proxy.port}"
        self.services, *self.gateways = programs
        self.authority = tls / "certificate.pem"
        self.context = ssl.create_default_context(cafile=self.authority)

    def curl(self, *arguments):
        """Returns the output of curl, which uses HTTP/2 by default."""
        done = subprocess.run(
            ["curl", "-sS", "--cacert", self.authority, *arguments], capture_output=True, text=True, timeout=20)
        assert done.stderr == ""
        return done.stdout


@pytest.fixture
def front(tmp_path, tls):
    with services_and_gateways(tmp_path, "--allow-host", "api.example") as programs:
        with shipped_proxy(tmp_path, [f"127.0.0.1:{port_of(gateway)}" for gateway in programs[1:]], tls) as proxy:
            yield Front(proxy, programs, tls)


def test_a_body_above_the_limit_is_refused_by_the_gateway(front, tmp_path):
    body = tmp_path / "large"
    body.write_text(f'["{"x" * TOO_LARGE}"]')
    answer = front.curl("-w", "\n%{http_code} %{http_version}", f"{front.base}/rpc/echo/echo", "--json", f"@{body}")
    text, _, status = answer.rpartition("\n")
    assert status == "413 2" and json.loads(text)["error"]["data"]["executed"] == "no"


def test_a_path_is_passed_on_unchanged(front):
    """nginx does not normalize the path, which could turn it into the path of a method."""
    answer = front.curl("--path-as-is", f"{front.base}/./rpc/calculator/add?a=2&b=3")
    assert json.loads(answer)["error"]["code"] == -32601


def test_a_page_of_the_same_origin_may_call(front):
    """The gateway compares the origin with `Host`, which must include the port."""
    base, resolve = f"https://api.example:{front.proxy.port}", f"api.example:{front.proxy.port}:127.0.0.1"
    call = f"{base}/rpc/calculator/add?a=2&b=3"
    assert front.curl("--resolve", resolve, "-H", f"Origin: {base}", call) == "5"


def test_a_post_without_tls_is_sent_again_as_a_post(front):
    plain = http.client.HTTPConnection("127.0.0.1", front.proxy.plain_port, timeout=10)
    plain.request("POST", "/rpc?x=1", CALL)
    answer = plain.getresponse()
    assert (answer.status, answer.getheader("Location")) == (308, "https://127.0.0.1/rpc?x=1")
    plain.close()


def test_a_gateway_is_killed_under_load_and_no_event_is_lost(front):
    survivor, numbers = port_of(front.gateways[1]), [str(number) for number in range(20)]
    # Opened before the load: nginx balances by round-robin, so each gateway has two of them.
    readers = [Reader(front.base, front.context) for _ in range(4)]
    for reader in readers:
        reader.wait_for(lambda reader: reader.opened == 1)
    load = Load(front.base, front.context)
    load.wait_for_answers(50)
    for number in numbers[:10]:
        say(survivor, number)
    for reader in readers:
        reader.wait_for(lambda reader: reader.texts == numbers[:10])
    front.gateways[0].kill()
    for number in numbers[10:]:
        say(survivor, number)
    for reader in readers:
        reader.wait_for(lambda reader: reader.texts == numbers)
    load.wait_for_answers(100)
    load.stop()
    for reader in readers:
        reader.isOver.set()
    assert sorted(reader.opened for reader in readers) == [1, 1, 2, 2]
    assert load.failed["GET"] == []
    assert len(load.failed["POST"]) <= POSTS and len(load.failed["WebSocket"]) <= SOCKETS


def test_both_gateways_report_that_the_service_is_absent(front):
    """nginx does not mark them as unavailable, so every call is answered by a gateway."""
    front.services.kill()
    for _ in range(4):
        answer = front.curl("-w", "\n%{http_code}", f"{front.base}/rpc/calculator/add?a=2&b=3")
        text, _, status = answer.rpartition("\n")
        assert may_be_sent_again(f"{status} {text}")


def test_gateways_are_reached_at_unix_sockets(tmp_path, tls):
    addresses, programs = [f"unix:{tmp_path}/{name}.sock" for name in ("one", "two")], []
    try:
        for address in addresses:
            programs.append(Program("postern-demo", "--listen", address, ready=f"listening on {address}"))
        with shipped_proxy(tmp_path, addresses, tls) as proxy:
            front = Front(proxy, [None], tls)
            for _ in addresses:
                assert front.curl(f"{front.base}/rpc/calculator/add?a=2&b=3") == "5"
    finally:
        stop_all(programs)
