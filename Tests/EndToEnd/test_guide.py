"""Follows the guide "Your own service" from an empty folder, and tests the program at its end."""

import json
import re
import subprocess
import threading
import urllib.request

import pytest
from playwright.sync_api import expect

from guide import Package, Reader, Running, sections
from programs import PATIENCE, ROOT, binary, wait_until

CATALOGUE = ROOT / "Sources/PosternGateway/Documentation.docc"
GUIDE = sections((CATALOGUE / "YourOwnService.md").read_text())
SETTINGS = "Settings, logs and the end"
TITLES = list(GUIDE)


@pytest.fixture(scope="module")
def package():
    package = Package("notes")
    yield package
    package.close()


def write_until(package, title):
    """Writes the files of all sections before one."""
    package.empty()
    for earlier in TITLES[:TITLES.index(title)]:
        for block in GUIDE[earlier]:
            if block.file:
                package.write(block)
    if TITLES.index(title) > TITLES.index("A page"):
        package.shell("cp -r ../postern/public/postern.js ../postern/public/client public")


@pytest.mark.parametrize("title", TITLES)
def test_a_section_of_the_guide(package, title):
    write_until(package, title)
    Reader(package, takes_variables=TITLES.index(title) >= TITLES.index(SETTINGS)).follow(GUIDE[title])


@pytest.fixture
def service(package):
    """The program at the end of the guide, which runs."""
    write_until(package, "An image")
    package.swift("build")
    running = package.start("notes", POSTERN_PORT=str(package.port))
    wait_until(package.listens)
    yield running
    running.kill()
    package.running.clear()


def test_the_page_adds_and_shows_notes_and_explains_the_error(package, service, chromium):
    pages = [chromium.new_page(), chromium.new_page()]
    problems = []
    try:
        for page in pages:
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.goto(f"http://127.0.0.1:{package.port}/")
            expect(page.get_by_label("A note")).to_be_visible()
        pages[0].get_by_label("A note").fill("Buy milk")
        pages[0].get_by_role("button").click()
        for page in pages:
            expect(page.get_by_role("listitem")).to_have_text(["Buy milk"])
        pages[0].get_by_label("A note").fill("x" * 41)
        pages[0].get_by_role("button").click()
        expect(pages[0].get_by_role("status")).to_have_text("At most 40 characters")
        assert problems == []
    finally:
        for page in pages:
            page.close()


def test_the_lines_for_the_console_report_progress_and_cancel(package, service, chromium):
    [code] = [block.text for block in GUIDE["A page"] if block.language == "js" and not block.file]
    page, printed = chromium.new_page(), []
    try:
        page.on("console", lambda message: printed.append(message.text))
        page.goto(f"http://127.0.0.1:{package.port}/")
        code = page.evaluate(f"(async () => {{ try {{ {code} }} catch (error) {{ return error.code; }} }})()")
        assert code == -32800
        assert [line for line in printed if "imported" in line] == ["1 imported", "2 imported"]
        notes = page.evaluate("fetch('/rpc/notes/list').then((answer) => answer.json())")
        assert [note["text"] for note in notes] in (["a", "b"], ["a", "b", "c"])
    finally:
        page.close()


def test_a_call_in_flight_is_answered_before_the_program_ends(package, service):
    body = json.dumps({"texts": ["a"] * 10}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{package.port}/rpc/notes/import", body, {"Content-Type": "application/json"})
    answers = []
    call = threading.Thread(target=lambda: answers.append(urllib.request.urlopen(request, timeout=PATIENCE).read()))
    call.start()
    wait_until(lambda: package.shell(f"curl http://127.0.0.1:{package.port}/rpc/notes/list") != "[]")
    service.terminate()
    call.join(PATIENCE)
    assert (answers, service.wait()) == ([b"10"], 0)


def test_a_native_call_in_flight_is_answered_before_the_program_ends(package):
    write_until(package, "An image")
    package.swift("build")
    path = package.folder / "notes.sock"
    running = package.start("notes", POSTERN_NATIVE=f"unix:{path}")
    wait_until(path.is_socket)
    texts = json.dumps(["a"] * 20)
    call = Running([binary("postern"), "call", f"unix:{path}", "notes/import", texts])
    try:
        wait_until(lambda: count_notes(path) > 0)
        assert (running.stop(), call.wait()) == (0, 0), call.output
        assert call.output.split()[-1] == "20"
    finally:
        call.kill()


def count_notes(path):
    """Returns the number of notes, which grows while a call imports some."""
    command = [binary("postern"), "call", f"unix:{path}", "notes/list", "--json"]
    return len(json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE).stdout)["result"])


def test_a_host_that_is_no_address_is_named(package):
    write_until(package, "An image")
    package.swift("build")
    failed = package.start("notes", POSTERN_HOST="nowhere.invalid", POSTERN_PORT="0")
    assert failed.wait() == 1
    [message] = [line for line in failed.output.splitlines() if line.startswith("Error: ")]
    assert message == ("Error: listen on nowhere.invalid:0: "
                       "this is no IPv4 or IPv6 address; the only name allowed is localhost")


def test_the_guide_is_linked_before_every_other_article():
    [first, *_] = re.findall(r"\]\((Sources/[^)]+)\)", (ROOT / "README.md").read_text())
    assert first.endswith("/YourOwnService.md")
