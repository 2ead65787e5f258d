"""RPyC: `rpyc_peer.py serve` prints the port, `rpyc_peer.py load PORT IN_FLIGHT SECONDS`."""

import sys
import time

import rpyc
from rpyc.utils.server import ThreadedServer


class Calculator(rpyc.Service):
    def exposed_add(self, a, b):
        return a + b


def serve():
    server = ThreadedServer(Calculator, hostname="127.0.0.1", port=0)
    print(server.port, flush=True)
    server.start()


def load(port, in_flight, seconds):
    connection = rpyc.connect("127.0.0.1", port)
    add = rpyc.async_(connection.root.add)
    waiting = [add(1, 2) for _ in range(in_flight)]
    start, began, done = time.monotonic(), False, 0
    while True:
        for index, result in enumerate(waiting):
            result.wait()
            assert result.value == 3
            waiting[index] = add(1, 2)
            done += 1
            passed = time.monotonic() - start
            if not began and passed > seconds / 5:
                start, began, done = time.monotonic(), True, 0
                print("begin", flush=True)
            elif began and passed > seconds:
                print("end", done, passed, 0, 0, flush=True)
                return


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve()
    else:
        load(int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
