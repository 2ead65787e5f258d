"""Tests the JavaScript client in every engine."""

import json
import re
import subprocess

import pytest

from javascript_engines import DENO, Bench, node
from programs import PATIENCE, ROOT

PUBLIC = ROOT / "public"
JAVASCRIPT = ROOT / "Tests" / "EndToEnd" / "javascript"
# Below the default time limit of calls, so that a timer that a closed client has left behind is noticed.
EXIT_SECONDS = 30
DENO_RUN = [DENO, "run", "--no-remote", "--allow-net", f"--allow-read={ROOT}", "--allow-env"]
# Node 20 has a WebSocket behind a flag. The cases remove it from the global object, and pass it to the client.
ENGINES = {
    "Node 20": [node(20), "--no-warnings", "--experimental-websocket"],
    "Node 22": [node(22)],
    "Node 24": [node(24)],
    "Deno": DENO_RUN,
}


@pytest.fixture(scope="module")
def runs(server):
    """Yields the runs of the cases in the engines without a page, by engine. They run at the same time."""
    benches, processes = [], {}
    try:
        for name, command in ENGINES.items():
            assert command[0].exists(), "the engines are installed by `make end-to-end-tests`"
            bench = Bench(int(server.rpartition(":")[2]))
            benches.append(bench.__enter__())
            processes[name] = subprocess.Popen([*command, JAVASCRIPT / "program.js", bench.url], text=True,
                                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        yield processes
    finally:
        for process in processes.values():
            process.kill()
            process.communicate()
        for bench in benches:
            bench.__exit__()


@pytest.mark.parametrize("engine", ENGINES)
def test_every_case_passes_and_the_engine_exits(runs, engine):
    lines = []
    for line in runs[engine].stdout:
        lines.append(line)
        if re.match(r"\d+ cases, ", line):
            break
    status = runs[engine].wait(EXIT_SECONDS)
    failures = "".join(line for line in lines if not line.startswith("ok "))
    assert (status, len(lines) > 60) == (0, True), failures + runs[engine].stdout.read()


def test_every_case_passes_in_a_browser(server, chromium):
    lines = []
    context = chromium.new_context()
    with Bench(int(server.rpartition(":")[2])) as bench:
        page = context.new_page()
        page.on("pageerror", lambda error: lines.append(f"FAIL error of the page: {error}"))
        page.goto(f"{bench.url}/settings")
        page.expose_function("report", lambda line: lines.append(line))
        passed = page.evaluate("""async (base) => {
            const [{ run }, { cases }] = await Promise.all(
                ["harness", "cases"].map((name) => import(`/Tests/EndToEnd/javascript/${name}.js`)));
            return run(cases, base, (line) => void window.report(line));
        }""", bench.url)
        context.close()
    failures = [line for line in lines if not line.startswith("ok ")]
    assert (passed, len(lines) > 60) == (True, True), "\n".join(failures)


def run_module(text, version=22, cwd=ROOT):
    """Runs a module in Node and returns its output."""
    command = [node(version), "--input-type=module", "--eval", text]
    ran = subprocess.run(command, cwd=cwd, text=True, capture_output=True, timeout=PATIENCE)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_node_without_a_websocket_names_the_remedy():
    output = run_module(f"""
        const {{ Postern }} = await import({json.dumps(str(PUBLIC / "postern.js"))});
        try {{ new Postern("ws://127.0.0.1:1/rpc"); }} catch (error) {{ console.log(error.name, error.message); }}
        try {{ new Postern(); }} catch (error) {{ console.log(error.name, error.message); }}""", version=20)
    assert "TypeError this engine has no WebSocket: use Node 22 or newer, or pass the constructor of" in output
    assert 'TypeError no page, so pass a URL: new Postern("ws://127.0.0.1:8080/rpc")' in output
