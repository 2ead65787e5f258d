"""Tests pages of other origins in a browser: listed origins may use every door, and other origins none."""

import http.server
import threading

import pytest

from programs import PATIENCE, port_of, start_in_process, start_sidecar, stop_all

HOST = ["--allow-host", "*.site.example"]

# A script that uses every door; each result is what the page received, or "refused".
DOORS = """async (api) => {
  const refused = (work) => work.catch(() => "refused");
  const json = (response) => response.json();
  const call = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "calculator.add", params: [2, 3] });
  const headers = { "Content-Type": "application/json" };
  const opened = (source, { promise, resolve, reject } = Promise.withResolvers()) => {
    source.onmessage = (event) => resolve(JSON.parse(event.data));
    source.onerror = () => reject(new Error("no connection"));
    return promise.finally(() => source.close());
  };
  const listen = (path) => opened(new EventSource(api + path));
  const socket = () => {
    const socket = new WebSocket(api.replace("http", "ws") + "/rpc");
    socket.onopen = () => socket.send(call);
    return opened(socket);
  };
  const library = async () => {
    const { Postern } = await import(api + "/postern.js");
    const rpc = new Postern(api.replace("http", "ws") + "/rpc");
    return rpc.call("calculator.add", [2, 3]).finally(() => rpc.close());
  };
  const failed = async () => {
    const response = await fetch(api + "/rpc/no/such", { method: "POST", headers, body: "[]" });
    return [response.status >= 400, (await response.json()).code];
  };
  const tag = async () => (await fetch(api + "/openrpc.json")).headers.get("ETag") !== null;
  return {
    post: await refused(fetch(api + "/rpc", { method: "POST", headers, body: call }).then(json).then((x) => x.result)),
    path: await refused(fetch(api + "/rpc/calculator/add", { method: "POST", headers, body: "[2,3]" }).then(json)),
    get: await refused(fetch(api + "/rpc/calculator/add?a=2&b=3").then(json)),
    error: await refused(failed()),
    tag: await refused(tag()),
    stream: await refused(listen("/rpc/clock/ticks?interval=0.01").then((event) => event.method)),
    socket: await refused(socket().then((x) => x.result)),
    module: await refused(library()),
  };
}"""
WORKS = {
    "post": 5, "path": 5, "get": 5, "error": [True, -32601], "tag": True, "stream": "clock.subscription", "socket": 5, "module": 5}
REFUSED = {name: "refused" for name in WORKS}

WITH_COOKIES = """async (api) => {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, credentials: "include", body: "[2,3]" };
  const post = await fetch(api + "/rpc/calculator/add", options).then((x) => x.json()).catch(() => "refused");
  const get = await fetch(api + "/rpc/calculator/add?a=2&b=3", { credentials: "include" }).then((x) => x.json()).catch(() => "refused");
  const without = await fetch(api + "/rpc/calculator/add?a=2&b=3").then((x) => x.json()).catch(() => "refused");
  return { post, get, without };
}"""


@pytest.fixture(scope="module")
def page_port():
    """Yields the port of a server that returns an empty page for every host name."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>elsewhere</title>")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


@pytest.fixture
def visit(chromium):
    """Yields a function that opens a page in a new browser context."""
    contexts = []

    def open_at(url):
        contexts.append(chromium.new_context())
        contexts[-1].set_default_timeout(PATIENCE * 1000)
        page = contexts[-1].new_page()
        page.goto(url)
        return page

    yield open_at
    for context in contexts:
        context.close()


@pytest.fixture(scope="module", params=["in-process", "sidecar"])
def api(request, page_port, tmp_path_factory):
    """Yields the origin of a gateway that allows one origin and the sub-domains of another site."""
    options = [
        *HOST, "--allow-origin", f"http://app.site.example:{page_port}",
        "--allow-origin", f"http://*.wild.example:{page_port}"]
    if request.param == "in-process":
        programs = start_in_process(*options)
    else:
        programs = start_sidecar(tmp_path_factory.mktemp("origins"), *options)
    yield f"http://api.site.example:{port_of(programs[-1])}"
    stop_all(programs)


@pytest.mark.parametrize("host, expected", [
    ("app.site.example", WORKS), ("a.wild.example", WORKS), ("b.a.wild.example", WORKS),
    ("wild.example", REFUSED), ("other.site.example", REFUSED), ("evil.example", REFUSED),
    # Pages of localhost are allowed only if the gateway is addressed as local, too.
    ("localhost", REFUSED)])
def test_only_listed_origins_and_sub_domains_can_use_the_doors(visit, api, page_port, host, expected):
    assert visit(f"http://{host}:{page_port}/").evaluate(DOORS, api) == expected


def test_a_page_of_any_origin_can_use_every_door_if_all_origins_are_allowed(visit, page_port):
    programs = start_in_process(*HOST, "--allow-origin", "*")
    try:
        api = f"http://api.site.example:{port_of(programs[-1])}"
        assert visit(f"http://evil.example:{page_port}/").evaluate(DOORS, api) == WORKS
        cookies = {"post": "refused", "get": "refused", "without": 5}
        assert visit(f"http://evil.example:{page_port}/").evaluate(WITH_COOKIES, api) == cookies
    finally:
        stop_all(programs)


@pytest.mark.parametrize("options, answer", [([], "refused"), (["--allow-credentials"], 5)])
def test_cookies_are_accepted_only_from_listed_origins_with_the_option(visit, page_port, options, answer):
    origin = f"http://app.site.example:{page_port}"
    programs = start_in_process(*HOST, "--allow-origin", origin, *options)
    try:
        api = f"http://api.site.example:{port_of(programs[-1])}"
        page = visit(origin)
        page.context.add_cookies([{"name": "session", "value": "secret", "domain": "api.site.example", "path": "/"}])
        posts = []
        page.on("request", lambda request: posts.append(request) if request.method == "POST" else None)
        assert page.evaluate(WITH_COOKIES, api) == {"post": answer, "get": answer, "without": 5}
        if answer == 5:
            assert "session=secret" in posts[0].all_headers().get("cookie", "")
    finally:
        stop_all(programs)


def test_images_and_links_on_other_sites_cannot_call(visit, page_port):
    """The test uses 127.0.0.1, because browsers send `Sec-Fetch-Site` only to trustworthy addresses."""
    programs = start_in_process()
    try:
        base = f"http://127.0.0.1:{port_of(programs[-1])}"
        page = visit(f"http://evil.example:{page_port}/")
        for path in ("/rpc/calculator/add?a=1&b=2", "/events/chat/room"):
            with page.expect_event("requestfailed", timeout=PATIENCE * 1000) as failed:
                page.evaluate("(url) => { new Image().src = url; }", base + path)
            assert "ERR_BLOCKED_BY_RESPONSE" in failed.value.failure
            visitor = visit(f"http://evil.example:{page_port}/")
            with visitor.expect_response(base + path, timeout=PATIENCE * 1000) as response:
                visitor.evaluate("(url) => { location.href = url; }", base + path)
            assert response.value.status == 403
        page.evaluate("(url) => { location.href = url; }", base + "/")
        page.wait_for_selector("#connection[data-state=open]", timeout=PATIENCE * 1000)
    finally:
        stop_all(programs)
