"""Tests the section of the web page that shows task processes, in a browser."""

import json
import os
import signal

from playwright.sync_api import expect

from programs import PATIENCE, port_of, start_in_process, stop_all

# The numbers that a task checks per second: at the slow pace a part takes minutes, at the fast one no time.
SLOW, FAST = "100", "1000000"

# A script that records every state in which a row of the tree is drawn.
NOTE_STATES = """() => {
    globalThis.states = new Set();
    const note = () => {
        for (const row of document.querySelectorAll("#task-tree [data-state]")) states.add(row.dataset.state);
    };
    const watched = { subtree: true, childList: true, attributes: true, attributeFilter: ["data-state"] };
    new MutationObserver(note).observe(document.querySelector("#task-tree"), watched);
}"""


def spawn(page, limit, parts, pace):
    """Spawns the demo task with the form, and returns its identifier."""
    for name, value in {"limit": limit, "parts": parts, "pace": pace}.items():
        page.fill(f"#task-input-{name}", str(value))
    page.click("#task-spawn")
    # The page selects the task that it has spawned. The list may still be on its way, so it is not counted.
    selected = page.locator("[data-task^=primes][aria-current=true]")
    expect(selected).to_have_count(1)
    return selected.get_attribute("data-task")


def row(page, id):
    return page.locator(f"[data-id='{id}']")


def children(page, id):
    return page.locator(f"[data-id='{id}'] > ul > li")


def progress_beyond(page, id, value):
    """Waits until the progress bar of a task is beyond a value, and returns its position."""
    bar = row(page, id).locator("progress")
    for _ in range(20 * PATIENCE):
        position = bar.evaluate("(bar) => bar.value")
        if position > value:
            return position
        page.wait_for_timeout(50)
    raise AssertionError(f"the progress bar of {id} remains at {value}")


def call_set_pace(page, id, pace):
    page.click(f"[data-task='{id}']")
    page.click("[data-task-method=setPace]")
    page.fill("#task-argument-pace", pace)
    page.keyboard.press("Enter")
    expect(page.locator("#task-answer")).to_have_text("null")


def test_a_task_is_spawned_observed_called_stopped_and_killed(server, open_page):
    page = open_page(server)
    page.evaluate(NOTE_STATES)
    root = spawn(page, 90_000, 3, SLOW)
    expect(row(page, root)).to_have_attribute("data-state", "work")
    expect(children(page, root)).to_have_count(3)
    stopped, lost, counted = [children(page, root).nth(index).get_attribute("data-id") for index in range(3)]

    # The page shows progress and logs while the task runs.
    progress_beyond(page, counted, progress_beyond(page, counted, 0))
    expect(page.locator("#task-log")).to_contain_text("counting the primes up to 90000 in 3 parts")
    expect(page.locator("#task-log")).to_contain_text("counting from 60001 to 90000")

    # A method of a running task is called, two levels below the server.
    page.click(f"[data-task='{counted}']")
    expect(page.locator("#task-title")).to_have_text(counted)
    page.click("[data-task-method=status]")
    expect(page.locator("#task-answer")).to_have_attribute("data-state", "ok")
    assert json.loads(page.inner_text("#task-answer"))["of"] == 30_000
    expect(page.locator("#task-log")).not_to_contain_text("counting the primes")

    page.click(f"[aria-label='Stop {stopped}']")
    expect(row(page, stopped)).to_have_attribute("data-state", "stop")
    page.click(f"[aria-label='Kill {lost}']")
    expect(row(page, lost)).to_have_attribute("data-state", "fail")
    expect(children(page, root)).to_have_count(4)
    page.click(f"[data-task='{lost}']")
    expect(page.locator("[data-fact=failure]")).to_contain_text("signal 9")

    call_set_pace(page, root, FAST)
    expect(page.locator("#task-log")).to_contain_text("again")
    expect(row(page, root)).to_have_attribute("data-state", "done")
    expect(page.locator("[data-fact=result]")).to_contain_text('"missing":["1 to 30000"]')
    expect(row(page, counted)).to_have_attribute("data-state", "done")
    expect(page.locator("#task-methods button")).to_have_count(0)
    page.click(f"[data-task='{root}']")
    expect(page.locator("#task-log-of")).to_have_text("of all tasks")
    # A row that is drawn late does not show the state `wait`.
    assert set(page.evaluate("[...states]")) - {"wait"} == {"work", "done", "stop", "fail"}

    # A page that is opened later shows the same tree and the same log.
    other = open_page(server)
    expect(row(other, lost)).to_have_attribute("data-state", "fail")
    expect(children(other, root)).to_have_count(4)
    expect(other.locator("#task-log")).to_contain_text("counting the primes up to 90000 in 3 parts")
    page.click("#tasks-clear")
    expect(page.locator("[data-task]")).to_have_count(0)
    expect(page.locator("#no-task")).to_be_visible()


def test_a_call_of_a_task_is_cancelled_and_kept_among_the_calls(server, open_page):
    page = open_page(server)
    root = spawn(page, 50_000, 1, SLOW)
    part = children(page, root).first.get_attribute("data-id")
    page.click(f"[data-task='{part}']")
    process = int(page.inner_text("[data-fact=process]"))
    answer, cancel = page.locator("#task-answer"), page.locator("#task-cancel")
    expect(page.locator("[data-task-method=status]")).to_be_visible()
    # A process that is suspended does not answer.
    os.kill(process, signal.SIGSTOP)
    try:
        page.click("[data-task-method=status]")
        expect(answer).to_have_attribute("data-state", "pending")
        cancel.focus()
        page.keyboard.press("Enter")
        expect(answer).to_have_attribute("data-state", "error")
    finally:
        os.kill(process, signal.SIGCONT)
    expect(page.locator("#task-call-status")).to_contain_text("-32800")
    expect(cancel).to_be_hidden()
    expect(page.locator("[data-task-method=status]")).to_be_focused()
    page.click("[data-task-method=status]")
    expect(answer).to_have_attribute("data-state", "ok")
    page.click("#history summary")
    calls = page.locator("#history-list li", has_text=f'tasks.call ["{part}","status",[]]')
    assert [row.get_attribute("data-state") for row in calls.all()] == ["ok", "error"]
    page.click(f"[aria-label='Stop {root}']")
    expect(row(page, root)).to_have_attribute("data-state", "stop")


def test_a_call_of_a_task_shows_its_progress_and_has_no_time_limit(demo, open_page):
    page = open_page(demo)
    page.clock.install()
    held = []

    def route(socket):
        server = socket.connect_to_server()

        def forward(text):
            message = json.loads(text)
            if message.get("method") != "tasks.call" or message["params"][1] != "status":
                return server.send(text)
            held.append(message)
            progress = {"token": message["meta"]["progressToken"], "value": {"done": 1, "of": 4}}
            socket.send(json.dumps({"jsonrpc": "2.0", "method": "$/progress", "params": progress}))

        socket.on_message(forward)
        page.answer = lambda: socket.send(json.dumps({"jsonrpc": "2.0", "id": held[0]["id"], "result": "late"}))

    page.route_web_socket("**/rpc", route)
    page.reload()
    expect(page.locator("#task-spawn")).to_be_enabled()
    root = spawn(page, 50_000, 1, SLOW)
    page.click("[data-task-method=status]")
    expect(page.locator("#task-call-progress code")).to_have_text('{"done":1,"of":4}')
    assert page.evaluate("document.querySelector('#task-call-progress progress').position") == 0.25
    page.clock.fast_forward("02:00")
    expect(page.locator("#task-answer")).to_have_attribute("data-state", "pending")
    page.answer()
    expect(page.locator("#task-answer")).to_have_text('"late"')
    expect(page.locator("#task-call-progress, #task-cancel").locator("visible=true")).to_have_count(0)
    page.click(f"[aria-label='Stop {root}']")
    expect(row(page, root)).to_have_attribute("data-state", "stop")


def test_tasks_are_controlled_with_the_keyboard_on_a_narrow_phone(server, open_page):
    page = open_page(server, viewport={"width": 320, "height": 640})
    root = spawn(page, 50_000, 2, SLOW)
    expect(children(page, root)).to_have_count(2)
    last = children(page, root).last.get_attribute("data-id")
    page.focus(f"[data-task='{root}']")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"[data-task='{last}']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#task-title")).to_have_text(last)
    expect(page.locator("[data-task-method=setPace]")).to_be_visible()
    page.focus(f"[data-task='{last}']")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(row(page, last)).to_have_attribute("data-state", "stop")
    expect(page.locator(f"[data-task='{last}']")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.click(f"[aria-label='Stop {root}']")
    expect(row(page, root)).to_have_attribute("data-state", "stop")


def test_an_error_names_the_invalid_input(server, open_page):
    page = open_page(server)
    page.fill("#task-input-limit", "0")
    page.click("#task-spawn")
    expect(page.locator("#task-problem")).to_contain_text("limit")


def test_the_section_is_hidden_if_the_server_has_no_tasks(open_page):
    programs = start_in_process("--no-tasks")
    page = open_page(f"http://127.0.0.1:{port_of(programs[0])}")
    expect(page.locator("#job-title")).to_be_visible()
    expect(page.locator("#tasks-title")).to_be_hidden()
    page.close()
    stop_all(programs)
