"""Measures the work tree beside another revision: CPU time of the server for one call, and its instructions. The row N5
is the time that client and server of one revision take.

    against.py [--rounds 11] [--seconds 0.5] [--skip-build] [--explain] REVISION [ROW ...]

Builds both in release, REVISION in a folder of its own under .build-against, which is kept. Both servers are driven by
the same load, of the work tree. A round of a row is one pair: a server of each revision on the first core, and the load
on the second, in the order old, new, new, old, so that what changes slowly on the machine cancels out. What counts is
the median of the ratios of all pairs, with the smallest and the largest.
"""

import argparse
import dataclasses
import pathlib
import statistics
import subprocess

import instructions
from rows import COUNTED, TIMED

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILDS = ROOT / ".build-against"
LIMIT, INSTRUCTION_LIMIT = 1.05, 1.03


@dataclasses.dataclass
class Tools:
    load: pathlib.Path = BUILDS / "load"
    sigsuspend: pathlib.Path = BUILDS / "sigsuspend.so"
    bench: pathlib.Path = ROOT / ".build/release/postern-bench"


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, **options)


def unpack(revision):
    """Creates the folder with the sources of a revision, named after its commit, and returns its path."""
    ask = ["git", "-C", ROOT, "rev-parse", "--verify", "--short=12", revision + "^{commit}"]
    folder = BUILDS / run(*ask, stdout=subprocess.PIPE, text=True).stdout.strip()
    if not folder.exists():
        folder.mkdir(parents=True)
        archive = run("git", "-C", ROOT, "archive", revision, stdout=subprocess.PIPE).stdout
        run("tar", "-x", "-C", folder, input=archive)
    return folder


def build(folder):
    for product in ["postern-demo", "postern-bench"]:
        run("swift", "build", "-c", "release", "--package-path", folder, "--product", product)


def build_tools(tools):
    here = pathlib.Path(__file__).parent
    compile = ["cc", "-O2", "-Wall", "-Wextra", "-Werror"]
    run(*compile, here / "load.c", "-o", tools.load)
    run(*compile, "-fPIC", "-shared", here / "sigsuspend.c", "-o", tools.sigsuspend)


def pair(row, tools, folders, seconds):
    """Takes a reading of each revision."""
    servers = []
    try:
        for folder in folders:
            servers.append(row.server(folder / ".build/release"))
        old, new = servers
        readings = [row.load(tools, server, seconds) for server in (old, new, new, old)]
        return readings[0] + readings[3], readings[1] + readings[2]
    finally:
        for server in servers:
            server.stop()


def report_time(row, pairs):
    old, new = (statistics.median(side.microseconds for side in sides) for sides in zip(*pairs))
    ratios = [new.microseconds / old.microseconds for old, new in pairs]
    median = statistics.median(ratios)
    line = f"{row.name:17}{row.what:28}{old:9.2f}{new:9.2f} µs  {median:5.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
    print(line + (f"  above {LIMIT}" if median > LIMIT else ""), flush=True)


def report_instructions(row, old, new, explains):
    ratio = new.total / old.total
    line = f"{row.name:17}{row.what:28}{old.total:9.0f}{new.total:9.0f}     {ratio:5.3f}"
    print(line + (f"  above {INSTRUCTION_LIMIT}" if ratio > INSTRUCTION_LIMIT else ""), flush=True)
    if explains or ratio > INSTRUCTION_LIMIT:
        print("\n".join(instructions.changes(old, new)), flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=11, help="pairs of each row; 0 counts instructions only")
    parser.add_argument("--seconds", type=float, default=0.5, help="of one load; a round takes four of them")
    parser.add_argument("--skip-build", action="store_true", help="uses what was built before")
    parser.add_argument("--explain", action="store_true", help="names the functions that changed, also below the limit")
    parser.add_argument("revision", help="a commit, tag or branch")
    parser.add_argument("rows", nargs="*", help="all if none are named")
    options = parser.parse_intermixed_args()
    names = [row.name for row in TIMED + COUNTED]
    if unknown := set(options.rows) - set(names):
        parser.error(f"no such row: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    return options


def main():
    options = arguments()
    tools = Tools()
    folders = [unpack(options.revision), ROOT]
    if not options.skip_build:
        for folder in folders:
            build(folder)
    build_tools(tools)

    def chosen(rows):
        return [row for row in rows if not options.rows or row.name in options.rows]

    timed = chosen(TIMED) if options.rounds else []
    pairs = {row.name: [] for row in timed}
    for _ in range(options.rounds):
        for row in timed:
            pairs[row.name].append(pair(row, tools, folders, options.seconds))
    print(f"CPU of the server for one call: {options.revision}, the work tree, and the median of {options.rounds} ratios")
    for row in timed:
        report_time(row, pairs[row.name])
    print(f"instructions of the server for one of {instructions.CALLS:,} calls: {options.revision}, the work tree, ratio")
    for row in chosen(COUNTED):
        counts = [instructions.count(row, tools, folder / ".build/release") for folder in folders]
        report_instructions(row, *counts, options.explain)


if __name__ == "__main__":
    main()
