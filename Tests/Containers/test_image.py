"""The images: privileges, doors, health checks, and the end of a container."""

import contextlib
import json
import pathlib
import time
import urllib.request

import pytest
from websockets.sync.client import connect

from containers import Asking, ask
from engine import podman
from waiting import until

CALL = {"jsonrpc": "2.0", "id": 1, "method": "calculator.add", "params": [2, 3]}
MEBIBYTE = 1 << 20
# The options that a gateway requires to start.
ABSENT = {"POSTERN_UPSTREAM": "unix:/run/postern/absent.sock"}


def test_the_process_has_no_privileges(demo):
    status = demo.status()
    assert (status["Uid"].split(), status["Gid"].split()) == (["65532"] * 4, ["65532"] * 4)
    assert [status[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")] == ["0" * 16] * 5
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    with pytest.raises(AssertionError, match="Read-only file system"):
        demo.run("touch", "/run/postern/file")


def test_the_limits_of_the_container_are_in_force(demo):
    # The first path of each pair is that of cgroups v1.
    names = "{pids/,}pids.max,memory/memory.limit_in_bytes,memory.max"
    limits = demo.run("bash", "-c", f"cd /sys/fs/cgroup && cat {{{names}}} 2>/dev/null || true")
    assert limits.split() == ["256", str(256 * MEBIBYTE)]


def test_the_page_and_its_files_are_served(demo):
    status, page = ask(f"{demo.url}/")
    assert status == 200 and "<title>" in page
    assert ask(f"{demo.url}/postern.js")[0] == 200


def test_calls_and_batches_are_answered(demo):
    assert json.loads(ask(f"{demo.url}/rpc", CALL)[1])["result"] == 5
    answers = json.loads(ask(f"{demo.url}/rpc", [CALL, {**CALL, "id": 2, "params": [4, 5]}])[1])
    assert {answer["id"]: answer["result"] for answer in answers} == {1: 5, 2: 9}


def test_an_event_arrives_over_a_web_socket(demo):
    with connect(f"ws://127.0.0.1:{demo.port}/rpc", open_timeout=60) as socket:
        socket.send(json.dumps({**CALL, "method": "rpc.subscribe", "params": ["chat.room"]}))
        assert "result" in json.loads(socket.recv(60))
        ask(f"{demo.url}/rpc/chat/say", {"author": "a", "text": "hello"})
        assert json.loads(socket.recv(60))["params"]["result"]["text"] == "hello"


def test_a_stream_arrives_as_server_sent_events(demo):
    url = f"{demo.url}/rpc/clock/ticks?interval=0.05"
    request = urllib.request.Request(url, headers={"Accept": "text/event-stream"})
    with urllib.request.urlopen(request, timeout=10) as events:
        data = (line for line in events if line.startswith(b"data:"))
        assert [json.loads(next(data)[5:])["params"]["result"]["tick"] for _ in range(3)] == [1, 2, 3]


def children(process):
    """Returns the process ids of the children of a process, including zombies."""
    found = set()
    for file in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            name, fields = file.read_text().rsplit(")", 1)
            if int(fields.split()[1]) == process:
                found.add(int(name.split()[0]))
    return found


@pytest.mark.parametrize("image, program", [
    ("postern", "postern"), ("postern-demo", "postern-demo"), ("notes", "postern"),
])
def test_the_metadata_of_an_image(image, program):
    described = json.loads(podman("image", "inspect", f"localhost/{image}:latest"))[0]
    assert (described["User"], described["Config"]["StopSignal"]) == ("65532:65532", "SIGTERM")
    assert list(described["Config"]["ExposedPorts"]) == ["8080/tcp"]
    assert described["Healthcheck"]["Test"] == ["CMD", f"/usr/local/bin/{program}", "health"]
    labels = described["Labels"]
    assert {f"org.opencontainers.image.{name}" for name in ("title", "description", "licenses")} <= set(labels)


def test_a_demo_is_healthy(demo):
    assert demo.check_health()


def test_a_gateway_without_its_service_is_not_healthy(start):
    gateway = start("postern", environment=ABSENT)
    until(lambda: ask(f"{gateway.url}/livez")[0] == 200)
    assert not gateway.check_health()
    gateway.kill("TERM")
    assert gateway.wait() == 0


def test_the_health_of_a_gateway_on_a_unix_socket_is_checked_there(start, volume):
    environment = {"POSTERN_LISTEN": "unix:/run/postern/http.sock"}
    demo = start("postern-demo", environment=environment, options=[f"--volume={volume}:/run/postern"])
    until(demo.check_health)


def test_there_are_as_many_event_loops_as_processors_in_the_quota(start):
    demo = start("postern-demo", environment={"POSTERN_LOG_LEVEL": "info"}, options=["--cpus=1.5"]).wait_ready()
    line = next(line for line in demo.logs().splitlines() if "event loops" in line)
    assert "loops=1 " in line and "quota of 1.5" in line


def test_the_service_of_the_guide_is_ready_serves_its_page_and_stops(start):
    service = start("notes").wait_ready()
    assert json.loads(ask(f"{service.url}/rpc/notes/add", {"text": "Buy milk"})[1]) == {"id": 1, "text": "Buy milk"}
    assert "notes.js" in ask(f"{service.url}/")[1]
    assert ask(f"{service.url}/client/link.js")[0] == 200
    assert service.check_health()
    service.kill("TERM")
    assert service.wait() == 0


def test_the_version_is_printed():
    assert podman("run", "--rm", "--network=none", "localhost/postern:latest", "--version").startswith("postern ")


def test_wrong_arguments_end_a_program_with_its_own_exit_code(start):
    assert start("postern", "gateway", "--port", "x").wait() == 64


@pytest.mark.parametrize("image", ["postern", "postern-demo"])
def test_an_orphaned_process_is_reaped(start, image):
    container = start(image, environment=ABSENT)
    until(lambda: ask(f"{container.url}/livez")[0] == 200)
    before = children(container.process)
    container.run("bash", "-c", "sleep 0.2 >/dev/null 2>&1 &")
    until(lambda: children(container.process) == before)


def test_calls_in_flight_are_answered_before_the_container_stops(start):
    demo = start("postern-demo", hardened=False).wait_ready()
    url = demo.url
    calls = [Asking(f"{url}/rpc/jobs/run", {"steps": 10, "stepMs": 500}) for _ in range(8)]
    until(lambda: ask(f"{url}/rpc/jobs/active")[1] == "8")
    began = time.monotonic()
    demo.kill("TERM")
    assert demo.wait() == 0
    assert time.monotonic() - began < 30
    assert [json.loads(call.wait()[1])["done"] for call in calls] == [True] * 8
    # The root file system was writable, but only podman wrote to it, for the files that it mounts in this folder.
    assert podman("diff", demo.id) in ("", "C /etc")


def test_a_second_signal_ends_the_container_at_once(start):
    demo = start("postern-demo").wait_ready()
    url = demo.url
    call = Asking(f"{url}/rpc/jobs/run", {"steps": 1, "stepMs": 60_000})
    until(lambda: ask(f"{url}/rpc/jobs/active")[1] == "1")
    demo.kill("TERM")
    until(lambda: ask(f"{url}/readyz")[0] != 200)
    demo.kill("TERM")
    assert demo.wait() == 143
    assert call.wait()[0] == 0
