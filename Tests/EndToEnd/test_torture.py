"""The program that attacks: its lines, its exit codes, and that it leaves no process behind."""

import json
import os
import re
import signal
import subprocess
import time

from programs import LISTENING, Program, binary, port_of, stop_all

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
        done = torture("--only", "unasked-responses", "--json", "--busy")
        verdict = json.loads(done.stdout)
        # A newcomer that a busy machine did not serve for three seconds counts as refused.
        if verdict["missed"] != ["calls"]:
            break
    assert verdict["missed"] == [], verdict
    assert done.returncode == 0
    figures = verdict["figures"]
    assert figures["unknown"] == []
    assert 0 < figures["median"] <= 20 and figures["p99"] <= verdict["allowedLatency"] == 250
    assert verdict["attack"] == "unasked-responses" and figures["outcome"]["refusals"]["close 4503"] > 0
    assert figures["victimCalls"] > 100 and figures["peak"]["memory"] >= figures["base"]["memory"] > 1 << 20


def test_a_missed_bar_ends_with_1():
    done = torture("--only", "stalled-subscribers", "--budget", "1")
    assert done.returncode == 1 and "MISSED memory" in done.stdout, done.stdout


def test_the_line_has_each_figure_with_its_bar():
    line = torture("--only", "unread-log", "--busy").stdout
    assert re.search(r"; memory \d+ → \d+ of \d+ MiB; back in [\d.]+ of 15 s at \d+ of \d+ MiB, ", line), line
    assert re.search(r"; p99 [\d.]+ → [\d.]+ of 250.0 ms, median [\d.]+ of 20.0 ms; \d+ of \d+ calls failed", line), line
    # The log is a pipe that is not read, so that its lines and the counts in it cannot be known.
    assert "lines in a second" not in line and line.strip().endswith("NOT KNOWN: log"), line


def test_a_server_without_status_is_reported_as_not_known():
    demo = Program("postern-demo", "--bench", "--port", 0, ready=LISTENING)
    try:
        address = ["--address", f"127.0.0.1:{port_of(demo)}", "--pid", demo.process.pid]
        line = torture(*map(str, ["--only", "unasked-responses", "--busy", *address])).stdout
    finally:
        stop_all([demo])
    assert line.strip().endswith("NOT KNOWN: rpc.status, probe.status, log"), line


def test_the_list_has_what_the_other_options_select():
    def names(*options):
        return re.findall(r"^\| `(.*?)`", torture("--list", *options).stdout, re.MULTILINE)

    everything, short = names(), names("--seconds", "120")
    anywhere = names("--seconds", "120", "--address", "127.0.0.1:9", "--pid", "1")
    assert len(everything) > len(short) > len(anywhere) > 8
    assert set(everything) > set(short) > set(anywhere)
    assert "silent-connections" in short and "silent-connections" not in anywhere


def test_a_soak_asks_for_the_counts():
    line = torture("soak", "--seconds", "10").stdout
    assert "of 1.0 MiB, descriptors" in line and "; counts as at the start; victim p99 " in line, line


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
