"""A task in Python that tests spawn: the twin of RpcChild, Branch and others in Swift."""
import asyncio
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "public/python"))
import postern
import postern_task

methods = postern.Service()


@methods.expose
def some_rpc_call() -> int:
    return 1337


@methods.expose
def crash() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@methods.expose
async def wait(milliseconds: int) -> None:
    await asyncio.sleep(milliseconds / 1_000)


async def main(task: postern_task.Task, depth: int = 0, fails: bool = False, stays: bool = False, flag: bool = False) -> int:
    if flag:
        await task.parent.call("set_called")
    if depth == 0 and not stays:
        try:
            await task.spawn(["/nothing/here"])
        except FileNotFoundError:
            print("no such program")
    if depth > 0:
        print("python", depth)
        child = await task.spawn([sys.executable, __file__], depth=depth - 1, fails=fails, stays=stays)
        return 1 + await child.result()
    task.report("at the bottom")
    if fails:
        raise ValueError("the leaf broke")
    while stays:
        await asyncio.sleep(60)
    return 1


postern_task.run(main, methods)
