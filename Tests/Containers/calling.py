"""A client that calls without a pause, and what its answers may be while a service or a gateway restarts."""

import json
import threading

from containers import ask
from waiting import until


class Calling(threading.Thread):
    """Calls until it is closed, and keeps every answer."""

    def __init__(self, url, context=None):
        super().__init__(daemon=True)
        self.url, self.context, self.answers, self.is_closed = f"{url}/rpc", context, [], threading.Event()
        self.start()

    def run(self):
        while not self.is_closed.is_set():
            number = len(self.answers)
            call = {"jsonrpc": "2.0", "id": number, "method": "calculator.add", "params": [number, 1]}
            self.answers.append(ask(self.url, call, context=self.context))

    def wait_for_results(self, count):
        """Waits until so many more calls have succeeded, one after the other."""
        first = len(self.answers)
        until(lambda: sum('"result":' in text for _, text in self.answers[first:]) >= count)

    def close(self):
        self.is_closed.set()
        self.join()

    def failures(self):
        """Whether each call that failed was executed; every other answer has to be the sum."""
        failures = []
        for number, (status, text) in enumerate(self.answers):
            # nginx answers 502 by itself when it has lost a gateway that had the call.
            answer = {} if status == 502 else json.loads(text)
            if "result" in answer:
                assert answer["result"] == number + 1
            else:
                failures.append(answer["error"]["data"]["executed"] if answer else "unknown")
        return failures
