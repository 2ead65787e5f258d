"""A well-behaved client that measures the latency of its calls during an attack."""

import statistics
import threading
import time

import raw


class Victim:
    """Calls `add` every few milliseconds in its own thread. Leaving `with` checks answers and latencies."""

    # The latencies of all victims in the session.
    seen = []

    def __init__(self, port, interval=0.005, worst=15, median=0.5, path="/rpc"):
        self.port, self.interval, self.worst, self.median, self.path = port, interval, worst, median, path
        self.latencies, self.failure = [], None
        self.over = threading.Event()

    def __enter__(self):
        self.socket = raw.WebSocket(self.port, self.path)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        return self

    def _run(self):
        try:
            while not self.over.is_set() or len(self.latencies) < 5:
                start = time.perf_counter()
                self.socket.text(raw.ADD)
                answer = self.socket.message()
                if answer is None or ('"result":3' not in answer and answer != raw.ADD):
                    raise AssertionError(f"unexpected answer to the victim: {answer!r}")
                self.latencies.append(time.perf_counter() - start)
                time.sleep(self.interval)
        except Exception as error:
            self.failure = error

    def __exit__(self, kind, value, trace):
        self.over.set()
        self.thread.join(2 * raw.PATIENCE)
        self.socket.close()
        Victim.seen += self.latencies
        if kind is not None:
            return
        assert self.failure is None, f"the victim failed: {self.failure!r}"
        assert self.latencies, "the victim was never answered"
        assert statistics.median(self.latencies) < self.median, f"median {statistics.median(self.latencies):.3f} s"
        assert max(self.latencies) < self.worst, f"worst {max(self.latencies):.3f} s"
