"""Two containers with a socket in a shared volume: the services, and the gateway in front of them."""

import json
import threading

from containers import ask
from waiting import until

SOCKET = "unix:/run/postern/app.sock"


class Calling(threading.Thread):
    """Calls without a pause until it is stopped, and keeps every answer."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self.url, self.answers, self.is_stopped = f"{url}/rpc", [], threading.Event()
        self.start()

    def run(self):
        while not self.is_stopped.is_set():
            number = len(self.answers)
            call = {"jsonrpc": "2.0", "id": number, "method": "calculator.add", "params": [number, 1]}
            self.answers.append(ask(self.url, call)[1])

    def wait_for_results(self, count):
        """Waits until so many more calls have succeeded, one after the other."""
        first = len(self.answers)
        until(lambda: sum(is_result(answer) for answer in self.answers[first:]) >= count)

    def stop(self):
        self.is_stopped.set()
        self.join()
        return self.answers


def is_result(answer):
    return '"result":' in answer


def test_a_gateway_answers_throughout_while_its_service_comes_and_ends(start, volume):
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
    answers = [json.loads(answer) for answer in calling.stop()]
    for number, answer in enumerate(answers):
        if "error" in answer:
            assert answer["error"]["data"]["executed"] in ("no", "unknown"), answer
        else:
            assert answer["result"] == number + 1
    assert {"no"} <= {answer["error"]["data"]["executed"] for answer in answers if "error" in answer}
