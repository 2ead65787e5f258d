"""Two gateways behind a proxy with the documented configuration: the effects on clients when one of them ends.

- Stopped by SIGTERM: no GET fails. Through HAProxy, which checks /readyz, no POST fails either. nginx has no checks, so
  a POST may be answered 503 with `executed` "no", after which a client may repeat it. A WebSocket is closed with 4101,
  and a new one opens immediately.
- Killed: no GET fails. Only calls in flight on the killed gateway fail: at most one POST of each client. WebSockets are
  reopened on the other gateway.
"""

import re
import signal
import ssl

import pytest

from conftest import DOCUMENTED, behind, two_gateways
from load import POSTS, SOCKETS, Load
from programs import PATIENCE


@pytest.fixture(params=DOCUMENTED)
def pair(request, tmp_path, tls):
    """The name of the proxy, two gateways behind it, and a load on them.

    HAProxy checks once a second whether they are ready; the lead is long enough for a late check.
    """
    with two_gateways(tmp_path, "--drain-lead", 6) as gateways, behind(request.param, tmp_path, gateways, tls) as proxy:
        load = Load(f"https://localhost:{proxy.port}", ssl.create_default_context(cafile=tls / "certificate.pem"))
        load.wait_for_answers(50)
        yield request.param, gateways, load
        load.stop()


def test_a_gateway_that_is_stopped_loses_no_call(pair):
    name, gateways, load = pair
    gateways[0].process.send_signal(signal.SIGTERM)
    assert gateways[0].process.wait(PATIENCE) == 0
    load.wait_for_answers(50)
    load.stop()
    assert load.failed["GET"] == []
    assert [text for text in load.failed["POST"] if not may_be_sent_again(text)] == []
    assert name == "nginx.conf" or load.failed["POST"] == []
    assert [text for text in load.failed["WebSocket"] if "4101" not in text and "-32053" not in text] == []


def test_a_gateway_that_is_killed_loses_only_calls_in_flight(pair):
    _, gateways, load = pair
    gateways[0].kill()
    load.wait_for_answers(100)
    load.stop()
    assert load.failed["GET"] == []
    assert len(load.failed["POST"]) <= POSTS and len(load.failed["WebSocket"]) <= SOCKETS


def may_be_sent_again(text):
    return re.match(r'503 .*"executed":"no"', text)
