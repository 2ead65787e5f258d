"""The program that attacks: its lines, its exit codes, and that it leaves no process behind."""

import json
import os
import signal
import subprocess
import time

from programs import binary

PROGRAM = binary("postern-torture")
# An attack of five seconds, with the start of its server and its end.
TIME = 60


def torture(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=TIME)


def servers(process):
    """The processes that a process has started."""
    children = subprocess.run(["ps", "--ppid", str(process), "-o", "pid="], capture_output=True, text=True)
    return [int(number) for number in children.stdout.split()]


def test_an_attack_within_all_bars_ends_with_0():
    for _ in range(3):
        done = torture("--only", "unasked-responses", "--json")
        verdict = json.loads(done.stdout)
        # A newcomer that a busy machine did not serve for three seconds counts as refused.
        if "calls" not in verdict["missed"]:
            break
    # How late a victim is depends on what else the machine does.
    assert [bar for bar in verdict["missed"] if bar != "latency"] == [], verdict
    assert done.returncode == (1 if verdict["missed"] else 0)
    figures = verdict["figures"]
    assert verdict["attack"] == "unasked-responses" and figures["outcome"]["refusals"]["close 4503"] > 0
    assert figures["victimCalls"] > 100 and figures["peak"]["memory"] >= figures["base"]["memory"] > 1 << 20


def test_a_missed_bar_ends_with_1():
    done = torture("--only", "stalled-subscribers", "--budget", "1")
    assert done.returncode == 1 and "MISSED memory" in done.stdout, done.stdout


def test_wrong_usage_ends_with_64():
    for arguments in (["--only", "no-such"], ["--seconds", "1"], ["--address", "127.0.0.1:80"], ["--pid", "1"], ["--x"]):
        assert torture(*arguments).returncode == 64, arguments


def test_what_needs_a_server_of_its_own_is_left_out_for_another():
    done = torture("--only", "silent-connections", "--address", "127.0.0.1:9", "--pid", "1")
    assert done.returncode == 0 and "silent-connections is left out" in done.stderr


def test_an_interrupt_ends_the_servers_too():
    process = subprocess.Popen([PROGRAM, "--only", "ping-flood"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + TIME
    while len(started := servers(process.pid)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(TIME) == 130
    assert not [number for number in started if os.path.exists(f"/proc/{number}")]
