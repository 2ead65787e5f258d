"""A task in Python whose work ends with an error that is hard to report."""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "public/python"))
import postern_task


class Unusual(BaseException):
    pass


class Nameless(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


async def main(task: postern_task.Task, how: str) -> None:
    if how == "closed":
        os.close(2)
        raise ValueError("boom")
    raise Unusual("boom") if how == "unusual" else Nameless()


postern_task.run(main)
