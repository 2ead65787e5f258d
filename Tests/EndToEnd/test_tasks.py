"""Tests the task processes of the demo over HTTP, over WebSockets and on the command line."""

import json
import os
import subprocess
import sys

import pytest

from websockets.sync.client import connect

from programs import PATIENCE, ROOT, binary, port_of, start_in_process, stop_all, wait_until

# The numbers that a task checks per second: at the slow pace a part takes minutes, at the fast one no time.
SLOW, FAST = 100, 1_000_000


@pytest.fixture(scope="module", autouse=True)
def python_of_the_tests():
    """Puts the interpreter of the tests first in `PATH`, because it has the packages that tasks in Python import."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}")
        yield


def curl(url, *arguments):
    """Sends a request with curl and returns the response, parsed as JSON."""
    command = ["curl", "-sS", "--max-time", str(PATIENCE), *arguments, url]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def post(server, method, arguments):
    return curl(f"{server}/rpc/tasks/{method}", "--json", json.dumps(arguments))


def spawn(server, **inputs):
    return post(server, "spawn", {"name": "primes", "inputs": inputs})


def tasks(server):
    """Returns the descriptions of all tasks by their identifiers."""
    return {task["id"]: task for task in curl(f"{server}/rpc/tasks/list")["tasks"]}


def running_parts(server, root, count):
    """Waits until `count` parts of a task run and have reported progress; returns their identifiers."""

    def find():
        found = [task["id"] for task in tasks(server).values()
                 if task.get("parent") == root and task["state"] == "work" and "progress" in task]
        return found if len(found) == count else None

    return wait_until(find)


def ended(server, root, count):
    """Waits until `count` parts of a task have ended, and returns the descriptions of all tasks.

    The result of a task does not wait for the end of its parts.
    """

    def find():
        known = tasks(server)
        below = [task for task in known.values() if task.get("parent") == root and task["state"] in ("done", "fail", "stop")]
        return known if len(below) == count else None

    return wait_until(find)


def test_a_task_is_spawned_and_awaited_with_curl(server):
    offers = curl(f"{server}/rpc/tasks/offers")
    assert [offer["name"] for offer in offers] == ["primes"]
    assert [parameter["name"] for parameter in offers[0]["inputs"]] == ["limit", "parts", "pace", "python"]
    root = spawn(server, limit=1000, parts=2, pace=FAST)
    assert post(server, "result", {"id": root}) == {"primes": 168, "missing": []}
    known = ended(server, root, 2)
    assert known[root]["state"] == "done"
    assert sum(task["result"] for task in known.values() if task.get("parent") == root) == 168


def test_errors_name_invalid_inputs_and_unknown_tasks(server):
    error = spawn(server, limit="many")
    assert (error["code"], error["data"]["executed"]) == (-32602, "no")
    assert "limit" in error["message"]
    error = post(server, "call", {"id": "nothing-1", "method": "status"})
    assert (error["code"], error["message"]) == (-32001, "No such task: nothing-1")


def test_a_killed_part_is_repeated_and_a_stopped_one_is_left_out(server):
    root = spawn(server, limit=90_000, parts=3, pace=SLOW)
    lost, stopped, _ = running_parts(server, root, 3)
    assert post(server, "call", {"id": lost, "method": "status"})["of"] == 30_000
    post(server, "kill", {"id": lost})
    wait_until(lambda: len(running_parts(server, root, 3)) == 3)
    post(server, "stop", {"id": stopped})
    wait_until(lambda: tasks(server)[stopped]["state"] == "stop")
    assert post(server, "call", {"id": root, "method": "setPace", "arguments": [FAST]}) is None
    result = post(server, "result", {"id": root})
    assert result["primes"] > 5000 and len(result["missing"]) == 1
    known = ended(server, root, 4)
    assert known[lost]["state"] == "fail" and "signal 9" in known[lost]["message"]
    assert sorted(task["state"] for task in known.values() if task.get("parent") == root) == [
        "done", "done", "fail", "stop"]


def test_the_results_of_parts_in_swift_and_in_python_are_combined(server):
    root = spawn(server, limit=20_000, parts=2, pace=SLOW, python=1)
    parts = running_parts(server, root, 2)
    assert sorted(part.split("-")[0] for part in parts) == ["python", "range"]
    for part in parts:
        assert post(server, "call", {"id": part, "method": "status"})["of"] == 10_000
    post(server, "call", {"id": root, "method": "setPace", "arguments": [FAST]})
    assert post(server, "result", {"id": root}) == {"primes": 2262, "missing": []}


def test_a_subscriber_of_the_topic_receives_every_event(server):
    with connect(f"ws{server.removeprefix('http')}/rpc", subprotocols=["jsonrpc"]) as socket:
        listing = curl(f"{server}/rpc/tasks/list")
        since = {"epoch": listing["epoch"], "seq": listing["seq"]}
        socket.send(json.dumps({
            "jsonrpc": "2.0", "id": "events", "method": "rpc.subscribe", "params": {"topic": "tasks.events"},
            "meta": {"since": since}}))
        root = spawn(server, limit=100, parts=1, pace=FAST)
        events = []
        while not events or (events[-1]["id"], events[-1]["kind"]) != (root, "exit"):
            message = json.loads(socket.recv(timeout=PATIENCE))
            if message.get("method") == "rpc.event":
                events.append(message["params"]["result"])
    own = [event for event in events if event["id"] == root]
    kinds = [event["kind"] for event in own if event["kind"] not in ("log", "progress")]
    assert kinds == ["created", "state", "result", "state", "exit"]
    assert [event["state"] for event in own if event["kind"] == "state"] == ["work", "done"]
    part = [event for event in events if event.get("parent") == root]
    assert "25 primes from 1 to 100" in [event.get("text") for event in part]


def test_the_command_line_prints_the_tree_and_the_events(server):
    root = spawn(server, limit=100, parts=2, pace=FAST)
    post(server, "result", {"id": root})
    ended(server, root, 2)
    url = f"ws{server.removeprefix('http')}/rpc"
    lines = subprocess.run(
        [binary("postern"), "tasks", url], cwd=ROOT, check=True, capture_output=True, text=True,
        timeout=PATIENCE).stdout.splitlines()
    index = next(index for index, line in enumerate(lines) if line.startswith(root))
    assert lines[index].endswith('{"primes":25,"missing":[]}')
    assert all(line.startswith("  range-") and " done " in line for line in lines[index + 1:index + 3])
    done = subprocess.run(
        [binary("postern"), "tasks", url, "--watch", "--count", "1"], cwd=ROOT, check=True, capture_output=True,
        text=True, timeout=PATIENCE)
    assert done.stdout.endswith("created\n")


def test_all_tasks_end_when_the_demo_stops():
    programs = start_in_process()
    server = f"http://127.0.0.1:{port_of(programs[0])}"
    root = spawn(server, limit=90_000, parts=2, pace=SLOW)
    running_parts(server, root, 2)
    numbers = [task["process"] for task in tasks(server).values()]
    assert len(numbers) == 3
    stop_all(programs)
    # A process that ends after its parent is reaped asynchronously.
    wait_until(lambda: not any(os.path.exists(f"/proc/{number}") for number in numbers))
