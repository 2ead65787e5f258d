"""A task in Python that tests spawn: the counterpart of RpcChild, Branch and others in Swift."""
import asyncio
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "public/python"))
import postern
import postern_task

methods = postern.Service()
# The inputs of tasks in Swift.
LEAF_INPUTS = {
    "Branch": {"depth": 1, "width": 1, "fails": False, "stays": True},
    "Counter": {"steps": 100},
    "Writer": {"lines": 100, "length": 10, "closes": False},
}


@methods.expose
def some_rpc_call() -> int:
    return 1337


@methods.expose
def crash() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@methods.expose
async def wait(milliseconds: int) -> None:
    await asyncio.sleep(milliseconds / 1_000)


@methods.expose
async def hold() -> None:
    print("held")
    await asyncio.sleep(60)


@methods.expose
async def double(values: list) -> list:
    for value in values:
        postern.current.get().report(value)
    return [2 * value for value in values]


@methods.expose
async def count(end: int):
    for number in range(end):
        yield number


@methods.expose
async def visit(function) -> int:
    return await function(20) + 2


@methods.expose
def fail() -> None:
    raise postern.CallError(1001, "the handler broke", postern.Executed.NO)


async def main(task: postern_task.Task, depth: int = 0, fails: bool = False, stays: bool = False, flag: bool = False,
               leaf: list = [], lingers: bool = False) -> int:
    if flag:
        await task.parent.call("set_called")
    if depth == 0 and not stays:
        try:
            await task.spawn(["/nothing/here"])
        except FileNotFoundError:
            print("no such program")
    if depth > 0:
        print("python", depth)
        if depth == 1 and leaf:
            child = await task.spawn(leaf[:1], name=leaf[1], **LEAF_INPUTS.get(leaf[1], {}))
        else:
            child = await task.spawn([sys.executable, __file__], depth=depth - 1, fails=fails, stays=stays, leaf=leaf)
        result = asyncio.ensure_future(child.result())
        await asyncio.wait([result])
        while lingers:
            await asyncio.sleep(60)
        return 1 + result.result()
    task.report("at the bottom")
    if fails:
        raise ValueError("the leaf broke")
    while stays:
        await asyncio.sleep(60)
    return 1


postern_task.run(main, methods)
