"""Event streams end if their clients have disconnected before the stream begins."""

import json
import pathlib
import sys
import time

import raw
from aborts import STREAM, leave

sys.path.append(str(pathlib.Path(__file__).parents[1]))

from programs import port_of, start_sidecar, stop_all  # noqa: E402

IDLE_STREAM = raw.get("/rpc/clock/ticks?interval=3600", STREAM, close=False)
# Each round is repeated with every pause, as only some clients disconnect at the moment in which their stream begins.
# There are far more of them than the 128 calls in flight that a service allows a gateway.
ROUNDS, AT_ONCE = 25, 20
PAUSES = (0, 0.0003, 0.001, 0.002)


def reset_streams(port, pause):
    """Requests streams on several connections, and resets the connections while the streams begin."""
    connections = [raw.connect(port) for _ in range(AT_ONCE)]
    for connection in connections:
        raw.send_quietly(connection, IDLE_STREAM)
    time.sleep(pause)
    for connection in connections:
        leave(connection, resets=True)


def answer(port):
    """Returns the answer to a call through the gateway."""
    with raw.connect(port) as connection:
        connection.sendall(raw.post(raw.call("jobs.active"), "/rpc", "Connection: close"))
        return json.loads(raw.read_answer(connection).body)


def test_streams_of_disconnected_clients_free_their_capacity(tmp_path):
    programs = start_sidecar(tmp_path)
    try:
        port = port_of(programs[-1])
        for _ in range(ROUNDS):
            for pause in PAUSES:
                reset_streams(port, pause)
        end = time.monotonic() + raw.PATIENCE
        while "error" in (now := answer(port)) and time.monotonic() < end:
            time.sleep(0.1)
        assert now.get("result") == 0, now
    finally:
        stop_all(programs)
