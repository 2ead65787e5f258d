"""What the programs write to their standard error output."""

import http.client
import time

import pytest

from programs import LISTENING, NATIVE, Program, port_of, start_sidecar, stop_all

PATIENCE = 10


def line_with(program, *parts):
    """The first line that holds all of these, once it is written."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for line in list(program.output):
            if all(part in line for part in parts):
                return line
        time.sleep(0.02)
    raise AssertionError(f"no line with {parts}:\n{''.join(program.output)}")


def test_an_upstream_that_is_lost_and_found_is_logged_with_the_cause(tmp_path):
    programs = start_sidecar(tmp_path)
    service, gateway = programs
    try:
        line_with(gateway, "notice", "upstream found", "app.sock")
        service.kill()
        line_with(gateway, "notice", "upstream lost", "app.sock", "closed the connection")
        line_with(gateway, "notice", "upstream lost", "not reachable", "Cannot connect")
        programs[0] = Program("postern-demo", "--native", f"unix:{tmp_path}/app.sock", "--no-gateway", ready=NATIVE)
        end = time.monotonic() + PATIENCE
        while sum("upstream found" in line for line in gateway.output) < 2 and time.monotonic() < end:
            time.sleep(0.02)
        assert sum("upstream found" in line for line in gateway.output) == 2
        # One line for each reason, however often connecting is tried.
        assert sum("not reachable" in line for line in gateway.output) <= 2
    finally:
        stop_all(programs)


@pytest.fixture(scope="module")
def demo():
    demo = Program("postern-demo", "--port", 0, ready=LISTENING)
    yield demo
    stop_all([demo])


def get(demo, path="/livez", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port_of(demo), timeout=PATIENCE)
    connection.request("GET", path, headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize("cause, headers", [
    ("origin", {"Origin": "https://evil.example"}), ("host", {"Host": "evil.example"})])
def test_a_refused_host_or_origin_is_logged(demo, cause, headers):
    assert get(demo, **headers) in (403, 421)
    line_with(demo, "notice", "client refused", f"cause={cause}", "evil.example")
