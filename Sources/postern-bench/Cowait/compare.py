"""Compares task processes with those of Cowait 0.5.0: the time to the first reply, and the rate of calls.

    compare.py [--rounds 21] [--seconds 0.5] [--postern FILE]

Six parents run at once and take turns: in a round each of them spawns a child, calls it for the first time, calls it
for a while with 1 call in flight and with 64, and ends it, while the others wait. The first round is discarded. The
table has medians with the smallest and the largest; a ratio is that of two readings of one round. The exit code is 1
when a goal is missed. Postern's child and Cowait run on the Python that runs this program. Parent and child of Postern
poll their channel for 50 microseconds at most before they wait, which is the default, except in the row "Swift, no
polling". The row "Swift, global" has the callers on Swift's global executor instead of the connection's event loop;
"socket pair" is no RPC at all, but 60 bytes to a process and back, which no call between two processes that wait can be
faster than.
"""

import argparse
import contextlib
import os
import pathlib
import select
import signal
import subprocess
import sys

from goals import FIGURES, GOALS, Spread

HERE = pathlib.Path(__file__).resolve().parent
LONGEST_ROUND = 60


class Parent:
    """A process that spawns, calls and ends a child for each line of its standard input, and prints three figures."""

    def __init__(self, name, command, **environment):
        self.name, self.readings = name, {figure: [] for figure in FIGURES}
        # A separate process group, so that no child remains when a round fails.
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **environment}, process_group=0)

    def measure(self):
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        if not select.select([self.process.stdout], [], [], LONGEST_ROUND)[0]:
            raise SystemExit(f"{self.name}: a round takes longer than {LONGEST_ROUND} seconds")
        figures = self.process.stdout.readline().split()
        if len(figures) != len(FIGURES):
            raise SystemExit(f"{self.name}: its parent ended with {self.process.wait()}")
        for figure, value in zip(FIGURES, figures):
            self.readings[figure].append(float(value))

    def discard(self):
        self.readings = {figure: [] for figure in FIGURES}

    def end(self):
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            self.process.stdin.close()
            self.process.wait(timeout=5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start(options):
    tasks = [options.postern, "tasks", "--seconds", str(options.seconds)]
    yield Parent("Swift", tasks)
    yield Parent("Swift, no polling", [*tasks, "--busy-polling", "0"])
    yield Parent("Swift, global", [*tasks, "--global"])
    yield Parent("Python", [*tasks, "--", sys.executable, HERE / "calculator.py"])
    yield Parent("socket pair", [options.socketpair, str(options.seconds)])
    yield Parent("Cowait", [sys.executable, HERE / "cowait_worker.py"], SECONDS_OF_ROUND=str(options.seconds))


def measure(options):
    parents = []
    try:
        parents.extend(start(options))
        for number in range(options.rounds + 1):
            first = number % len(parents)
            for parent in parents[first:] + parents[:first]:
                parent.measure()
            if number == 0:
                for parent in parents:
                    parent.discard()
    finally:
        for parent in parents:
            parent.end()
    return {parent.name: parent.readings for parent in parents}


def show(readings):
    """Prints the table; returns whether all goals are reached."""
    all_reached = True
    print(f"{'figure':29} {'child':17} {'median (smallest-largest)':30} {'of Cowait':23} goal")
    for figure, title in FIGURES.items():
        for name, figures in readings.items():
            if not any(figures[figure]):
                continue  # The socket pair alone has one figure.
            spread = Spread(figures[figure])
            ratio = Spread(ours / theirs for ours, theirs in zip(figures[figure], readings["Cowait"][figure]))
            goal = GOALS.get((figure, name))
            is_reached = goal is None or goal.is_reached(spread, ratio)
            all_reached &= is_reached
            verdict = f"{goal}: {'reached' if is_reached else 'MISSED'}" if goal else ""
            print(f"{title:29} {name:17} {spread!s:30} {'' if name == 'Cowait' else ratio!s:23} {verdict}".rstrip())
    return all_reached


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--seconds", type=float, default=0.5, help="of calls, with 1 in flight and with 64")
    parser.add_argument("--postern", default=".build/release/postern-bench")
    parser.add_argument("--socketpair", default=".build/cowait/socketpair")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds is 1 or more")
    readings = measure(options)
    sys.exit(0 if show(readings) else 1)


if __name__ == "__main__":
    main()
