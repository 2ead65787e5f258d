"""A Python version of a task of the demo: counts the primes in a range, and reports its progress to its parent."""
from __future__ import annotations

import asyncio
import time

import postern
import postern_task

REPORTS_PER_SECOND = 5
LARGEST_BLOCK = 1 << 16

methods = postern.Service()
progress = {"done": 0, "of": 0, "found": 0}
paces: list[int] = []    # The last one applies.


@methods.expose
def status() -> dict:
    """How far it is."""
    return progress


@methods.expose
def setPace(pace: int) -> None:
    """Counts faster or slower from now on, in numbers a second."""
    paces.append(max(1, pace))


def count(first: int, last: int) -> int:
    """Returns the number of primes in a range of positive numbers, by the sieve of Eratosthenes."""
    first = max(first, 2)
    if last < first:
        return 0
    is_prime = bytearray([1]) * (last - first + 1)
    for divisor in range(2, int(last ** 0.5) + 1):
        multiple = max(divisor * divisor, -(-first // divisor) * divisor)
        is_prime[multiple - first::divisor] = bytes(len(range(multiple, last + 1, divisor)))
    return sum(is_prime)


async def main(task: postern_task.Task, first: int, last: int, pace: int) -> int:
    print(f"counting from {first} to {last}, in Python")
    paces.insert(0, pace)
    progress["of"] = last - first + 1
    while first <= last:
        start = time.monotonic()
        size = min(max(paces[-1] // REPORTS_PER_SECOND, 1), LARGEST_BLOCK, last - first + 1)
        progress["found"] += count(first, first + size - 1)
        progress["done"] += size
        task.report(dict(progress))
        await task.parent.call("counted", task.id, progress)
        await asyncio.sleep(start + size / paces[-1] - time.monotonic())
        first += size
    return progress["found"]


postern_task.run(main, methods)
