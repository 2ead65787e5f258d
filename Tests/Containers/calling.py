"""A client that makes calls without a pause, while a service or a gateway restarts."""

import json
import threading

from containers import ask
from waiting import until


class Calling(threading.Thread):
    """Makes calls in a thread until it is closed, and records every answer."""

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
        """Waits until `count` more calls have succeeded, one after the other."""
        first = len(self.answers)
        until(lambda: sum('"result":' in text for _, text in self.answers[first:]) >= count)

    def close(self):
        self.is_closed.set()
        self.join()

    def failures(self):
        """Returns the `executed` value of each failed call. Every other answer must be the sum."""
        failures = []
        for number, (status, text) in enumerate(self.answers):
            # The response of nginx itself when it has lost the gateway during a call.
            answer = {} if status == 502 else json.loads(text)
            if "result" in answer:
                assert answer["result"] == number + 1
            else:
                failures.append(answer["error"]["data"]["executed"] if answer else "unknown")
        return failures
