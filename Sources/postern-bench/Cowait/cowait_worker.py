"""Runs one task of Cowait 0.5.0 in a process instead of a container: the one in `COWAIT_TASK`, or `cowait_parent`.

Everything but the engine is Cowait's. What differs from its own worker is in its favour: the clients of Docker and
Kubernetes, which it imports with every engine, are empty modules, because importing the real ones takes longer than
all else; its event loop is not patched by nest_asyncio; nothing is logged. Servers listen on the loopback interface.
"""

import asyncio
import json
import logging
import os
import socket
import subprocess
import sys
import unittest.mock

for name in ("docker", "docker.errors", "docker.types", "kubernetes", "kubernetes.client"):
    sys.modules[name] = unittest.mock.MagicMock()

from aiohttp import web
from cowait.engine import ClusterProvider
from cowait.network import Server
from cowait.tasks import RemoteTask, TaskDefinition
from cowait.worker import execute, executor
from cowait.worker.logger import NopLogger
from cowait.worker.worker_node import WorkerNode


class ProcessEngine(ClusterProvider):
    """Starts each task in a separate process."""

    def __init__(self):
        super().__init__("process")
        self.processes = {}

    def spawn(self, taskdef):
        environment = {**os.environ, "COWAIT_TASK": json.dumps(taskdef.serialize())}
        command = [sys.executable, __file__]
        self.processes[taskdef.id] = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        return RemoteTask(taskdef, self)

    def destroy(self, task_id):
        process = self.processes.pop(task_id)
        process.kill()
        process.wait()


class LoopbackServer(Server):
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        super().__init__(self.listener.getsockname()[1])

    async def serve(self):
        self._runner = web.AppRunner(self.app, handle_signals=False)
        await self._runner.setup()
        await web.SockSite(self._runner, self.listener).start()


class LoopbackNode(WorkerNode):
    def __init__(self, id, upstream):
        super().__init__(id, upstream, logger=NopLogger())
        self.server = LoopbackServer()

    def get_url(self):
        return f"ws://127.0.0.1:{self.server.port}/ws"


async def main():
    text = os.environ.get("COWAIT_TASK")
    taskdef = TaskDefinition.deserialize(json.loads(text)) if text else TaskDefinition("cowait_parent", "")
    await execute(ProcessEngine(), taskdef)
    os._exit(0)


executor.WorkerNode = LoopbackNode
# It logs an error for Cowait's handler, which returns nothing once its WebSocket is closed.
logging.getLogger("aiohttp.server").disabled = True
asyncio.run(main())
