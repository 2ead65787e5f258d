"""After a client has disconnected, its answers are dropped, their producers end, and all its state is freed."""

import json
import os
import pathlib
import re
import sys
import time

import pytest

import raw
from aborts import ENDINGS, abort_everything

sys.path.append(str(pathlib.Path(__file__).parents[1]))

from programs import Program, LISTENING, NATIVE, port_of, stop_all  # noqa: E402

NOTHING = dict.fromkeys(("calls", "waiting", "sessions", "streams", "topics", "lent", "held", "callbacks"), 0)


@pytest.fixture(params=["in-process", "sidecar"])
def programs(request, tmp_path):
    """The programs of a topology. The gateway is the last one, and logs the number of its calls and streams."""
    if request.param == "in-process":
        started = [Program("postern-demo", "--port", 0, "--log-level", "trace", ready=LISTENING)]
    else:
        address = f"unix:{tmp_path}/app.sock"
        started = [Program("postern-demo", "--native", address, "--no-gateway", ready=NATIVE)]
        options = ("--upstream", address, "--port", 0, "--log-level", "trace")
        started.append(Program("postern", "gateway", *options, ready=LISTENING))
    yield started
    stop_all(started)


def counts(program):
    """Returns the counts that the gateway has logged last."""
    for line in reversed(program.output):
        if "under way" in line:
            return {name: int(number) for name, number in re.findall(r"(\w+)=(\d+)", line)}
    return None


def descriptors(programs):
    return [len(os.listdir(f"/proc/{program.process.pid}/fd")) for program in programs]


def ask(port, method):
    with raw.connect(port) as connection:
        connection.sendall(raw.post(raw.call(method, "[]"), "/rpc", "Connection: close"))
        return json.loads(raw.read_answer(connection).body)


def state(programs):
    port = port_of(programs[-1])
    return {
        "gateway": counts(programs[-1]), "descriptors": descriptors(programs),
        "jobs": ask(port, "jobs.active"),
    }


def wait_until(seconds, is_reached, programs):
    end = time.monotonic() + seconds
    while not is_reached(now := state(programs)) and time.monotonic() < end:
        time.sleep(0.1)
    return now


def is_idle(now):
    return now["gateway"] in (NOTHING, None) and now["jobs"].get("result") == 0


def settled(programs):
    """Returns the state of an idle gateway, after its lazily created resources have been created."""
    abort_everything(port_of(programs[-1]), 0, len(ENDINGS) + 1)
    now = wait_until(raw.PATIENCE, is_idle, programs)
    assert is_idle(now), now
    # The connections that request the state may not have been closed yet, so the smallest of several counts is taken.
    looks = [state(programs) for _ in range(10) if time.sleep(0.1) is None]
    return {**now, "descriptors": [min(counts) for counts in zip(*(look["descriptors"] for look in looks))]}


def check_that_all_state_is_freed(programs, before):
    def is_reached(now):
        return is_idle(now) and all(map(int.__le__, now["descriptors"], before["descriptors"]))

    now = wait_until(raw.PATIENCE, is_reached, programs)
    assert is_reached(now), (now, before)


def test_clients_that_disconnect_at_every_step_leave_no_state(programs):
    before = settled(programs)
    assert abort_everything(port_of(programs[-1])) >= 1_000
    check_that_all_state_is_freed(programs, before)

