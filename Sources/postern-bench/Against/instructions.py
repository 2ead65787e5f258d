"""Instructions of a server for fixed calls, counted by callgrind: repeatable to 0.3 %."""

import collections
import dataclasses
import pathlib
import re
import subprocess
import tempfile

CALLS, WARM_UP = 10_000, 1_000


@dataclasses.dataclass
class Count:
    """Instructions for one call: the total, and those of each function itself."""

    total: float
    functions: dict


def control(server, command):
    quiet = subprocess.DEVNULL
    subprocess.run(["callgrind_control", command, str(server.process.pid)], stdout=quiet, stderr=quiet, check=True)


def count(row, tools, programs):
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        valgrind = ["env", f"LD_PRELOAD={tools.sigsuspend}", "valgrind", "-q", "--tool=callgrind"]
        valgrind += [f"--callgrind-out-file={directory}/profile"]
        for name in ["postern-demo", "postern-bench"]:
            # valgrind fails on the debug information of Swift; without it the names of functions remain.
            subprocess.run(["strip", "--strip-debug", programs / name, "-o", directory / name], check=True)
        server = row.server(directory, wrapper=valgrind)
        try:
            row.load(tools, server, 0, calls=WARM_UP)
            control(server, "--zero")
            row.load(tools, server, 0, calls=CALLS)
            control(server, "--dump")
        finally:
            server.stop()
        return read((directory / "profile.1").read_text())


def read(profile):
    total = int(re.search(r"^(?:totals|summary): (\d+)", profile, re.MULTILINE)[1])
    names, functions = {}, collections.Counter()
    name, isCallee = None, False
    for line in profile.splitlines():
        if found := re.match(r"fn=\((\d+)\)(?: (.*))?", line):
            names.setdefault(found[1], found[2])
            name = names[found[1]]
        elif found := re.match(r"cfn=\((\d+)\) (.*)", line):
            names.setdefault(found[1], found[2])
        elif line.startswith("calls="):
            isCallee = True
        elif name and (found := re.match(r"[+\-*\d]\d* (\d+)$", line)):
            if not isCallee:
                functions[name] += int(found[1])
            isCallee = False
    return Count(total / CALLS, {name: cost / CALLS for name, cost in functions.items()})


def changes(old, new, most=8):
    """Returns lines for the functions whose own instructions changed most, with specializations combined."""
    names = sorted(old.functions | new.functions)
    demangle = ["swift", "demangle", "--simplified", "--compact"]
    done = subprocess.run(demangle, input="\n".join(names), text=True, stdout=subprocess.PIPE, check=True)
    sums = collections.Counter()
    for name, text in zip(names, done.stdout.splitlines()):
        sums[text.removeprefix("specialized ")] += new.functions.get(name, 0) - old.functions.get(name, 0)
    largest = sorted(sums, key=lambda text: -abs(sums[text]))[:most]
    return [f"    {sums[text]:+8.1f}  {text[:100]}" for text in largest]
