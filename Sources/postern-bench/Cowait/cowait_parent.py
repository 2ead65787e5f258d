"""A task of Cowait that does what `postern-bench tasks` does: one round for each line of standard input."""

import asyncio
import contextlib
import os
import sys
import time

from cowait.tasks import Task, TaskError
from cowait_child import Calculator

SECONDS = float(os.environ["SECONDS_OF_ROUND"])
# Cowait captures standard output while a task runs.
OUTPUT = os.fdopen(os.dup(1), "w", buffering=1)


async def count(child, in_flight, seconds):
    end, calls = time.perf_counter() + seconds, 0

    async def repeat():
        nonlocal calls
        while time.perf_counter() < end:
            assert await child.add(a=1, b=2) == 3
            calls += 1

    await asyncio.gather(*(repeat() for _ in range(in_flight)))
    return calls


async def rate(child, in_flight):
    await count(child, in_flight, SECONDS / 5)
    began = time.perf_counter()
    calls = await count(child, in_flight, SECONDS)
    return calls / (time.perf_counter() - began)


class Parent(Task):
    async def run(self):
        while await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
            began = time.perf_counter()
            child = Calculator()
            assert await child.add(a=1, b=2) == 3
            first_call = time.perf_counter() - began
            print(first_call * 1000, await rate(child, 1), await rate(child, 64), file=OUTPUT)
            child.destroy()
            with contextlib.suppress(TaskError):
                await child
