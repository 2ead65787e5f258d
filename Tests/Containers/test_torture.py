"""The short form of the attacks against a container with 256 MiB, which is not killed for memory."""

import json
import os
import re
import subprocess

from engine import ROOT

# Half of the container's memory.
BUDGET = 128
# Of the attacks together; two minutes are enough unless the machine is busy.
SECONDS = 300
SERVICES = {"POSTERN_BENCH": "1", "POSTERN_PROBE": "1", "POSTERN_STATUS": "1"}


def program():
    """The program that attacks, of the newest build of this checkout."""
    built = [ROOT / ".build" / kind / "postern-torture" for kind in ("release", "debug")]
    built = [path for path in built if path.exists()]
    assert built, "build postern-torture first"
    return max(built, key=lambda path: path.stat().st_mtime)


def service(process):
    """Returns the child of a first process, which supervises the server, or the process itself without a child."""
    children = open(f"/proc/{process}/task/{process}/children").read().split()
    return int(children[0]) if children else process


def memory_events(process):
    """How often the kernel has refused memory to the control group of a process, by name."""
    group = open(f"/proc/{process}/cgroup").read().strip().split("\n")
    for line in group:
        number, controllers, path = line.split(":", 2)
        # The older version has one hierarchy for each controller.
        files = [f"/sys/fs/cgroup{path}/memory.events"] if number == "0" else []
        if "memory" in controllers.split(","):
            files.append(f"/sys/fs/cgroup/memory{path}/memory.oom_control")
        for file in filter(os.path.exists, files):
            return {name: int(count) for name, count in (row.split() for row in open(file))}
    return {}


def test_a_container_with_little_memory_survives_the_attacks(start):
    demo = start("postern-demo", environment=SERVICES).wait_ready()
    process = demo.process
    command = [str(program()), "--seconds", str(SECONDS), "--json", "--busy", "--budget", str(BUDGET)]
    command += ["--address", f"127.0.0.1:{demo.port}", "--pid", str(service(process))]
    listed = subprocess.run([*command, "--list"], capture_output=True, text=True, timeout=60).stdout
    names = re.findall(r"^\| `(.*?)`", listed, re.MULTILINE)
    assert len(names) > 8 and {"unfinished-batches", "overload"} <= set(names), listed
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS + 60)
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    assert demo.inspect("{{.State.Running}} {{.State.OOMKilled}}") == "true false", demo.logs()
    assert demo.process == process
    assert memory_events(process).get("oom_kill", 0) == 0
    assert [verdict["attack"] for verdict in verdicts] == names, done.stdout + done.stderr
    assert not any(verdict["missed"] for verdict in verdicts), done.stdout
    assert all(verdict["figures"]["unknown"] == ["log"] for verdict in verdicts), done.stdout
    assert max(verdict["figures"]["peak"]["memory"] for verdict in verdicts) > 32 << 20, done.stdout
