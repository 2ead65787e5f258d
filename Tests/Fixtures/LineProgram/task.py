"""A task that speaks JSON-RPC 2.0, one message a line, on standard input and output; its logs are on standard error."""

import json
import os
import sys
import time


def send(**message):
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


inputs, waiting = None, None
for line in sys.stdin:
    message = json.loads(line)
    params, id = message.get("params"), message.get("id")
    match message.get("method"):
        case "task.start":
            inputs = params[2]
            print("started", file=sys.stderr, flush=True)
            send(id=id, result=None)
        case "task.result":
            waiting = id
        case "task.stop":
            send(id=id, result=None)
            send(id=waiting, error={"code": -32800, "message": "stopped"})
        case "close":  # and continues
            os.closerange(0, 2)
            time.sleep(600)
        case "add":
            send(id=id, result=sum(params))
        case "finish":
            send(id=id, result=None)
            send(id=waiting, result=inputs["number"] * 2)
        case _ if id is not None:
            send(id=id, error={"code": -32601, "message": "no such method"})
