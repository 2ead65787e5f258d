"""Tests the JavaScript client in every engine: its cases, its types, and its installation as a package."""

import http.client
import json
import re
import shutil
import subprocess

import pytest

from javascript_engines import DENO, Bench, node
from programs import PATIENCE, ROOT, free_port

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


def test_a_case_that_leaves_a_call_without_an_answer_fails():
    with Bench(free_port()) as bench:
        printed = run_module(f"""
            const {{ run }} = await import({json.dumps(str(JAVASCRIPT / "harness.js"))});
            const {{ FakeSocket }} = await import({json.dumps(str(JAVASCRIPT / "fake-socket.js"))});
            const leave = async (bench) => {{
                const rpc = await bench.open({{ WebSocket: FakeSocket, pingAfterMs: 0 }});
                rpc.call("call").catch(() => {{}});
                rpc.batch([{{ method: "entry" }}]);
                rpc.subscribe("topic");
                rpc.stream("stream");
                return rpc;
            }};
            const closed = async ({{ bench }}) => (await leave(bench)).close();
            const failed = () => {{ throw new Error("a mistake"); }};
            const cases = [["left", ({{ bench }}) => leave(bench)], ["closed", closed], ["failed", failed]];
            await run(cases.map(([name, body]) => [name, async (tools) => void await body(tools)]), "{bench.url}",
                (line) => console.log(line.split("\\n")[0]));""")
    assert printed.splitlines() == [
        "FAIL left: calls without an answer: call,batch,topic,stream", "ok closed", "FAIL failed: Error: a mistake",
        "3 cases, 2 failures"]


def test_the_types_accept_what_is_right_and_refuse_what_is_wrong():
    check(JAVASCRIPT / "types.ts")


def check(path, *options, cwd=ROOT):
    """Checks the types of a TypeScript file."""
    checked = subprocess.run([DENO, "check", "--no-remote", *options, path], cwd=cwd, text=True, capture_output=True)
    assert checked.returncode == 0, checked.stderr


def members_of(declaration):
    """Returns the members that the types declare in a class or an interface."""
    text = (PUBLIC / "postern.d.ts").read_text()
    body = re.search(rf"^export (?:class|interface) {declaration}\b.*?^}}", text, re.M | re.S)[0]
    return set(re.findall(r"^  (?:readonly )?(\w+)\??[(<:]", body, re.M))


def test_the_types_name_what_the_module_has():
    text = (PUBLIC / "postern.d.ts").read_text()
    exported = re.findall(r"^export (?:class|const|function) (\w+)", text, re.M)
    codes = dict(re.findall(r"^  (\w+): (-\d+);", text, re.M))
    actual = run_module(f"""
        const module = await import({json.dumps(str(PUBLIC / "postern.js"))});
        const {{ complete }} = await import({json.dumps(str(PUBLIC / "client/options.js"))});
        console.log(JSON.stringify([Object.keys(module), Object.getOwnPropertyNames(module.Postern.prototype),
            module.Code, Object.keys(complete({{}}))]));""")
    keys, prototype, code, defaults = json.loads(actual)
    assert sorted(exported) == sorted(keys)
    assert members_of("Postern") - {"addEventListener", "removeEventListener"} == set(prototype)
    assert {name: int(value) for name, value in codes.items()} == code
    assert members_of("ClientOptions") == set(defaults)


# The members that make a feed an iterator, and those that only the client uses.
ITERATOR = {"next", "return"}
INTERNAL = {"request", "options", "subscription", "meta", "accept", "reportGap", "receive", "end"}


def test_the_types_name_the_members_of_feeds_and_errors_and_their_options():
    actual = run_module(f"""
        const {{ PosternError }} = await import({json.dumps(str(PUBLIC / "postern.js"))});
        const {{ Feed }} = await import({json.dumps(str(PUBLIC / "client/feed.js"))});
        const {{ PendingCall }} = await import({json.dumps(str(PUBLIC / "client/pending-call.js"))});
        const members = (object) =>
            [...Object.keys(object), ...Object.getOwnPropertyNames(Object.getPrototypeOf(object))];
        // The error of an unknown option names those that there are.
        const optionsOf = (make) => {{
            try {{
                make({{ none: 1 }});
            }} catch ({{ message }}) {{
                return message.split("the options are ")[1].split(", ");
            }}
        }};
        console.log(JSON.stringify([members(new Feed({{}}, {{}})), members(new PosternError(1, "", {{}})),
            optionsOf((options) => new Feed({{}}, options)),
            optionsOf((options) => new PendingCall(1, "a", [], options))]));""")
    feed, error, feed_options, call_options = map(set, json.loads(actual))
    assert feed - ITERATOR - INTERNAL == members_of("Feed") | {"constructor"}
    assert feed > ITERATOR | INTERNAL
    assert error == members_of("PosternError")
    assert feed_options == members_of("FeedOptions")
    assert call_options == members_of("CallOptions")


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
    assert "TypeError this engine has no WebSocket: use Node 22 or newer, start Node 20 with " \
        "--experimental-websocket, or pass the constructor of" in output
    assert 'TypeError no page, so pass a URL: new Postern("ws://127.0.0.1:8080/rpc")' in output


def test_the_package_has_the_version_of_the_programs():
    program = (ROOT / "Sources/PosternPrograms/Program.swift").read_text()
    assert json.loads((PUBLIC / "package.json").read_text())["version"] == re.search(r'number = "(.*)"', program)[1]


@pytest.mark.parametrize("source", ["folder", "copy", "archive"])
def test_the_package_is_installed_from_a_folder_and_an_archive(server, tmp_path, source):
    # A copy, as npm writes the archive of a package into the current folder.
    shutil.copytree(PUBLIC, tmp_path / "public")
    project = tmp_path / "project"
    project.mkdir()
    (project / "package.json").write_text('{"private": true, "type": "module"}')
    package = "../public"
    if source == "archive":
        files = [file["path"] for file in json.loads(npm("pack", "--json", "../public", cwd=project))[0]["files"]]
        expected = [f"client/{path.name}" for path in (PUBLIC / "client").iterdir()]
        assert sorted(files) == sorted([*expected, "package.json", "postern.d.ts", "postern.js"])
        package, = (str(path) for path in project.glob("postern-*.tgz"))
    npm("install", *(["--install-links"] if source == "copy" else []), package, cwd=project)
    url = server.replace("http:", "ws:") + "/rpc"
    sum_ = run_module(f"""
        import {{ Postern }} from "postern";
        const rpc = new Postern("{url}");
        console.log(await rpc.call("calculator.add", [2, 3]));
        rpc.close();""", cwd=project)
    assert sum_ == "5\n"
    (project / "main.ts").write_text(
        'import { Postern } from "postern";\n'
        'const sum: number = await new Postern("ws://127.0.0.1/rpc").call<number>("calculator.add", [2, 3]);\n'
        "// @ts-expect-error: a sum is a number\nsum.toUpperCase();\n")
    check("main.ts", "--node-modules-dir=manual", cwd=project)


def npm(*arguments, cwd):
    """Runs npm without a network."""
    command = [node(22), node(22).parents[1] / "lib/node_modules/npm/bin/npm-cli.js", *arguments]
    options = ["--offline", "--no-audit", "--no-fund", "--no-update-notifier", f"--cache={cwd}/.cache"]
    ran = subprocess.run([*command, *options], cwd=cwd, text=True, capture_output=True, timeout=PATIENCE)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_a_gateway_serves_the_client_with_its_types(server):
    connection = http.client.HTTPConnection("127.0.0.1", int(server.rpartition(":")[2]), timeout=PATIENCE)
    for path in ["postern.js", "postern.d.ts", "package.json", "client/link.js"]:
        connection.request("GET", f"/{path}")
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, (PUBLIC / path).read_bytes())
    connection.close()
