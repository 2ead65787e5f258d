"""Runs the command lines that the page shows for each method, and compares what they print with what the page shows."""

import json
import os
import re
import signal
import subprocess
import threading

import pytest
from playwright.sync_api import expect

from files import replace
from page import post
from programs import PATIENCE, binary, wait_until

# A text with every character that is special to a shell, to JSON or to an URL.
HARD = "it's \"quoted\" $HOME `id` \\ ! * ? # % & ; | <> (x) {y} ~ \t é 😀 \u2028"
BOOKING = {
    "id": "123e4567-e89b-12d3-a456-426614174000", "guest": {"name": HARD}, "room": "double",
    "arrival": "2030-01-31T12:00:00Z", "nights": 3, "wishes": [HARD],
}
# The arguments of each method of the demo, with which those of tasks fail, as they name one that does not exist.
ARGUMENTS = {
    "bookings.book": {"booking": BOOKING},
    "calculator.add": {"a": -1, "b": 2.5},
    "calculator.divide": {"a": 1, "b": 0},
    "calculator.multiply": {"a": 3, "b": 4},
    "calculator.subtract": {"a": 3, "b": 4},
    "calculator.sum": {"values": [1, 2, 3.5]},
    "chat.history": {"limit": 0},
    "chat.say": {"author": "me", "text": HARD},
    "clock.ticks": {"interval": 0.05},
    "echo.back": {"method": "none", "value": HARD},
    "echo.bytes": {"data": "aGVsbG8="},
    "echo.echo": {"value": {"text": HARD, "large": 18446744073709551615, "none": None}},
    "echo.fail": {"reason": HARD},
    "files.active": {},
    "files.monitor": {"path": "{file}", "interval": 0.05},
    "files.watch": {"path": "{file}"},
    "jobs.active": {},
    "jobs.run": {"steps": 2, "stepMs": 1},
    "tasks.call": {"id": "none", "method": "status", "arguments": []},
    "tasks.kill": {"id": "none"},
    "tasks.list": {},
    "tasks.offers": {},
    "tasks.result": {"id": "none"},
    "tasks.spawn": {"name": "none", "inputs": [HARD]},
    "tasks.stop": {"id": "none"},
    "tasks.watch": {},
}
# The arguments with which they succeed: a task of the test's own runs, and another one has ended.
TASK_ARGUMENTS = {
    "tasks.call": {"id": "{running}", "method": "rpc.describe", "arguments": []},
    "tasks.kill": {"id": "{killed}"},
    "tasks.result": {"id": "{ended}"},
    "tasks.spawn": {"name": "primes", "inputs": {"limit": 10, "parts": 1}},
    "tasks.stop": {"id": "{stopped}"},
}
# The members whose values differ from one call, event or error to the next.
CHANGING = {"at", "now", "tick", "modified", "size", "inode", "traceId", "id", "parent", "time", "created", "process",
            "epoch", "seq"}
# The code of a call that needs a connection, which a POST request is not.
WITHOUT_CONNECTION = -32600


def choose(page, name, params):
    """Opens the link of a method or topic with its arguments."""
    kind = "topic" if params is None else "method"
    page.evaluate("""([kind, name, params]) => {
        location.hash = `#${kind}/${name}` + (params ? `?${encodeURIComponent(params)}` : "");
    }""", [kind, name, json.dumps(params) if params else None])
    expect(page.locator("#method-name")).to_have_text(name)
    expect(page.locator("#result")).to_have_attribute("data-state", "idle")


def shell(command):
    """Starts a shell that reads a command line as if it were typed; `postern` is the program that was built."""
    path = f"{os.path.dirname(binary('postern'))}:{os.environ['PATH']}"
    process = subprocess.Popen(
        ["sh"], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        env={**os.environ, "PATH": path, "SWIFT_BACKTRACE": "enable=no"})
    process.stdin.write(command + "\n")
    process.stdin.flush()
    return process


def output(command):
    process = shell(command)
    printed, errors = process.communicate(timeout=PATIENCE)
    return process.returncode, printed, errors


def constant(value):
    """Returns what is the same in each call: values that change are replaced by their types."""
    if isinstance(value, list):
        return [constant(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {name: type(part).__name__ if name in CHANGING else constant(part) for name, part in value.items()}


def result_of(name, value):
    """Returns the part of a result that is the same in each call."""
    # The identifier of a new task is its name and random characters.
    return value.rpartition("-")[0] if name == "tasks.spawn" else constant(value)


def check_call(page, name):
    """Makes a call on the page and by both commands, and returns whether it has succeeded."""
    page.click("#call")
    result = page.locator("#result")
    expect(result).to_have_attribute("data-state", re.compile("ok|error"))
    _, printed, _ = output(page.inner_text("#command"))
    answer = json.loads(printed)
    code, value, errors = output(page.inner_text("#command-postern"))
    if result.get_attribute("data-state") == "error":
        check_error(page, name, answer["error"])
        assert (code, value) == (1, ""), name
        check_error_lines(name, answer["error"], errors.splitlines())
        return False
    shown = result_of(name, json.loads(page.inner_text("#result")))
    assert result_of(name, answer["result"]) == shown, name
    assert (code, result_of(name, json.loads(value)), errors) == (0, shown, ""), name
    return True


def check_error(page, name, error):
    """Compares an error with the one that the page shows."""
    message, _, data = page.inner_text("#result").partition("\n")
    code = int(re.search(r"error (-?\d+)", page.inner_text("#result-status"))[1])
    if name != "echo.back":
        assert constant(error) == constant({"code": code, "message": message, "data": json.loads(data)}), name
        return
    # `echo.back` calls its caller: a POST request cannot be called, and a page has no such method.
    assert (error["code"], code) == (WITHOUT_CONNECTION, -32601)


def check_error_lines(name, error, lines):
    """Compares an error with the lines of the program `postern`."""
    if name == "echo.back":
        assert lines[0].startswith("error -32601 unimplemented: ")
        return
    assert lines[0] == f"error {error['code']} {error['data']['name']}: {error['message']}", name
    printed = dict(line.split(": ", 1) for line in lines[1:])
    for member in error["data"].keys() - {"name", "retryable"} - CHANGING:
        value = error["data"][member]
        assert value == (printed[member] if isinstance(value, str) else json.loads(printed[member])), (name, member)


def check_event(command, cause, expected):
    """Runs a command until it prints an event that is equal to one that the page has shown."""
    process = shell(command)
    lines = []
    threading.Thread(target=lambda: lines.extend(process.stdout), daemon=True).start()

    def is_printed():
        cause()
        return any(constant(event_in(line)) == expected for line in list(lines))

    try:
        wait_until(is_printed)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def event_in(line):
    """Returns the event in a line of a command, if there is one."""
    if not line.startswith(("data:", "{")):
        return None
    event = json.loads(line.removeprefix("data:"))
    return event["params"].get("result") if "jsonrpc" in event else event


def check_stream(page, cause):
    page.click("#call")
    expect(page.locator("#result")).to_have_attribute("data-state", "open")
    expect(page.locator("#cancel")).to_have_text("Unsubscribe")
    wait_until(lambda: cause() or page.inner_text("#result").startswith("{"))
    shown = constant(json.loads(page.inner_text("#result")))
    for command in ("#command", "#command-postern"):
        check_event(page.inner_text(command), cause, shown)
    page.click("#cancel")
    expect(page.locator("#result")).to_have_attribute("data-state", "ok")


def test_the_command_of_each_method_prints_what_the_page_shows(demo, open_page, tmp_path):
    file = tmp_path / "it's watched"
    file.write_text("")
    document = post(demo, "rpc.discover", [])["result"]
    page = open_page(demo)
    for method in document["methods"]:
        name = method["name"]
        assert name in ARGUMENTS, f"the test has no arguments for {name}"
        choose(page, name, filled(ARGUMENTS[name], file=file))
        if any("x-reference" in param["schema"] for param in method["params"]):
            expect(page.locator("#command-note")).to_contain_text("function cannot be passed from a terminal")
            expect(page.locator("#command, #command-postern").locator("visible=true")).to_have_count(0)
        elif "x-stream" in method:
            check_stream(page, cause_of(name, demo, file))
        else:
            check_call(page, name)


def filled(arguments, **values):
    """Returns arguments with the values of their placeholders."""
    text = json.dumps(arguments)
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return json.loads(text)


def spawn(server, limit=1_000_000):
    """Spawns a task, which runs for days unless its limit is low, and returns its identifier."""
    return post(server, "tasks.spawn", ["primes", {"limit": limit, "parts": 1, "pace": 1}])["result"]


def state_of(server, id):
    return next(task["state"] for task in post(server, "tasks.list", [])["result"]["tasks"] if task["id"] == id)


def test_the_commands_of_the_methods_of_tasks_print_what_the_page_shows(demo, open_page):
    tasks = {name: spawn(demo) for name in ("running", "killed", "stopped")} | {"ended": spawn(demo, limit=1)}
    wait_until(lambda: [state_of(demo, tasks[name]) for name in ("running", "ended")] == ["work", "done"])
    page = open_page(demo)
    for name, arguments in TASK_ARGUMENTS.items():
        choose(page, name, filled(arguments, **tasks))
        assert check_call(page, name), name
    wait_until(lambda: [state_of(demo, tasks[name]) for name in ("killed", "stopped")] == ["fail", "stop"])
    post(demo, "tasks.stop", [tasks["running"]])


def cause_of(name, server, file=None):
    """Returns a function that causes an event of a stream or topic."""

    def cause():
        if name.startswith("tasks."):
            post(server, "tasks.spawn", ["primes", {"limit": 10, "parts": 1}])
        elif name == "chat.room":
            post(server, "chat.say", ["me", HARD])
        elif file:
            replace(file, file.read_text() + "x")

    return cause


@pytest.mark.parametrize("topic", ["chat.room", "tasks.events"])
def test_the_command_of_a_topic_prints_its_events(demo, open_page, topic):
    page = open_page(demo)
    choose(page, topic, None)
    check_stream(page, cause_of(topic, demo))


def test_the_command_of_a_notification_and_of_a_long_text(demo, open_page):
    page = open_page(demo)
    choose(page, "echo.echo", {"value": HARD})
    page.check("#notification")
    assert output(page.inner_text("#command"))[:2] == (0, "")
    expect(page.locator("#command-postern-row")).to_be_hidden()
    page.uncheck("#notification")
    # One argument of a program has at most 128 KiB, so a long text is read from a here-document.
    page.click("#raw summary")
    text = HARD * 2000
    for params in ({"value": text}, [text]):
        page.fill("#raw-text", json.dumps(params))
        shown = [page.locator(command).text_content() for command in ("#command", "#command-postern")]
        (code, answer, errors), (exit_code, value, problems) = map(output, shown)
        assert (code, json.loads(answer)["result"] == text, errors) == (0, True, "")
        assert (exit_code, json.loads(value) == text, problems) == (0, True, "")


@pytest.mark.parametrize("params", [[-1, 2], ["-x", "a=b", "@file", ""], [[], {}, None, True]])
def test_arguments_by_position_are_read_as_they_are(demo, open_page, params):
    page = open_page(demo)
    method = "calculator.add" if params == [-1, 2] else "echo.echo"
    arguments = params if method == "calculator.add" else [params]
    choose(page, method, arguments)
    expect(page.locator("[name='postern:style'][value=position]")).to_be_checked()
    code, printed, _ = output(page.inner_text("#command-postern"))
    assert (code, json.loads(printed)) == (0, 1 if method == "calculator.add" else params)
