"""A task of Cowait that adds numbers until it is ended."""

import asyncio

from cowait.tasks import Task, rpc


class Calculator(Task):
    @rpc
    async def add(self, a: int, b: int) -> int:
        return a + b

    async def run(self):
        await asyncio.sleep(3600)
