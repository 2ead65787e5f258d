"""The child of `postern-bench tasks` in Python."""

import asyncio
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "public/python"))
import postern
import postern_task

methods = postern.Service()


@methods.expose
def add(a: int, b: int) -> int:
    return a + b


async def main(task: postern_task.Task) -> None:
    await asyncio.Event().wait()


postern_task.run(main, methods)
