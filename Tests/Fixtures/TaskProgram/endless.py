"""A task that implements the protocol by itself: it sends its result at once, and then endless events."""
import asyncio
import os
import pathlib
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "public/python"))
import postern

control = postern.Service("task")


@control.expose
def start(id: str, name: str, inputs: dict, detached: bool = False) -> None:
    pass


@control.expose
def result() -> int:
    return 1


@control.expose
async def events():
    yield await asyncio.Event().wait()


async def main() -> None:
    async with postern.adopt(socket.socket(fileno=os.dup(0)), control) as peer:
        await peer.ended.wait()


asyncio.run(main())
