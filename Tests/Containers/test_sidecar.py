"""Two containers with a socket in a shared volume: the services, and the gateway in front of them."""

from calling import Calling
from containers import ask
from waiting import until

SOCKET = "unix:/run/postern/app.sock"


def test_a_gateway_answers_while_its_service_starts_and_stops(start, volume):
    shared = [f"--volume={volume}:/run/postern"]
    gateway = start("postern", environment={"POSTERN_UPSTREAM": SOCKET}, options=shared)
    until(lambda: ask(f"{gateway.url}/livez")[0] == 200)
    assert ask(f"{gateway.url}/readyz")[0] == 503
    calling = Calling(gateway.url)
    until(lambda: calling.answers)
    service = start("postern-demo", environment={"POSTERN_NATIVE": SOCKET, "POSTERN_NO_GATEWAY": "1"}, options=shared)
    gateway.wait_ready()
    calling.wait_for_results(50)
    service.kill("KILL")
    assert service.wait() == 137
    until(lambda: ask(f"{gateway.url}/readyz")[0] == 503)
    service.start()
    gateway.wait_ready()
    calling.wait_for_results(50)
    calling.close()
    failures = set(calling.failures())
    assert "no" in failures and failures <= {"no", "unknown"}
