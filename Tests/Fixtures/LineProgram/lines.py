"""A program that speaks JSON-RPC 2.0, one message a line, on standard input and output or on a socket."""

import json, os, signal, socket, stat, sys

if stat.S_ISSOCK(os.fstat(0).st_mode):
    parent = socket.socket(fileno=0)
    # Two files, as a text file discards what it has read ahead when it is written to.
    read, write = parent.makefile("r"), parent.makefile("w")
else:
    read, write = sys.stdin, sys.stdout


def send(**message):
    print(json.dumps({"jsonrpc": "2.0", **message}), file=write, flush=True)


for line in read:
    message = json.loads(line)
    match message.get("method"):
        case "add":
            send(id=message["id"], result=sum(message["params"]))
        case "double":  # asks its parent
            send(id="mine", method="calculator.add", params=message["params"] * 2)
            reply = json.loads(next(iter(read)))
            send(id=message["id"], result=reply["result"])
        case "fail":
            send(id=message["id"], error={"code": 7, "message": "no luck", "data": {"details": message["params"]}})
        case "count":
            for step in range(message["params"][0]):
                send(method="$/progress", params={"token": message["meta"]["progressToken"], "value": step})
            send(id=message["id"], result=None)
        case "close":  # and continues
            os.closerange(0, 2)
            signal.pause()
        case "exit":
            sys.exit()
