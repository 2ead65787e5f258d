"""Tests the calls of the page: their outcome, links, history, progress, and the raw arguments."""

import re
import urllib.parse

import pytest
from playwright.sync_api import expect

from files import replace
from page import expect_result, fill, link, post
from programs import wait_until


def choose(page, name):
    page.click(f"[data-method='{name}']")


def add(page, a, b):
    choose(page, "calculator.add")
    fill(page, "a", a)
    fill(page, "b", b)
    page.click("#call")


def test_the_result_belongs_to_the_call_that_is_shown(demo, open_page):
    page = open_page(demo)
    choose(page, "clock.ticks")
    page.click("#call")
    expect(page.locator("#result")).to_contain_text("tick")
    add(page, "1", "2")
    expect_result(page, "3")
    # Neither the end of a stream nor a reconnect changes what another call has returned.
    page.click("[data-unsubscribe^='clock.ticks']")
    expect(page.locator("[data-unsubscribe^='clock.ticks']")).to_have_count(0)
    expect_result(page, "3")
    choose(page, "jobs.run")
    expect_result(page, "—", "idle")


def test_a_call_that_takes_long_does_not_replace_a_later_one(demo, open_page):
    page = open_page(demo)
    page.goto(link(demo, "jobs.run", {"steps": 4, "stepMs": 50}))
    page.click("#call")
    add(page, "2", "3")
    expect_result(page, "5")
    expect(page.locator("#history-list li", has_text="jobs.run")).to_have_attribute("data-state", "ok")
    expect_result(page, "5")


def test_a_call_shows_its_progress_and_is_cancelled(demo, open_page):
    page = open_page(demo)
    page.goto(link(demo, "jobs.run", {"steps": 1000, "stepMs": 50}))
    page.click("#call")
    expect(page.locator("#call-progress-text")).to_contain_text('"step":')
    assert 0 < page.evaluate("document.querySelector('#call-progress-bar').position") < 1
    page.focus("#cancel")
    page.keyboard.press("Enter")
    expect(page.locator("#result")).to_have_attribute("data-state", "error")
    expect(page.locator("#result-status")).to_contain_text("-32800")
    expect(page.locator("#cancel, #call-progress").locator("visible=true")).to_have_count(0)
    expect(page.locator("#call")).to_be_focused()


def test_the_address_names_the_call_so_that_reload_and_back_work(demo, open_page):
    page = open_page(demo)
    add(page, "1", "2")
    expect_result(page, "3")
    assert page.url == link(demo, "calculator.add", {"a": 1, "b": 2}).replace("%20", "")
    choose(page, "calculator.sum")
    page.go_back()
    expect(page.locator("#method-name")).to_have_text("calculator.add")
    expect(page.locator("[name=a]")).to_have_value("1")
    expect(page.locator("[data-method='calculator.add']")).to_have_attribute("aria-current", "true")
    expect_result(page, "3")
    page.go_forward()
    expect(page.locator("#method-name")).to_have_text("calculator.sum")
    page.go_back()
    fill(page, "b", "5")
    page.wait_for_url(re.compile("b%22%3A5"))
    page.reload()
    expect(page.locator("[name=b]")).to_have_value("5")
    page.goto(f"{demo}/#method/none.such")
    expect(page.locator("#result")).to_have_text("This server has no method none.such.")
    expect(page.locator("#method-name")).to_have_text("No such method")
    expect(page.locator("#result-status")).to_have_text("no such method")
    expect(page.locator("#call-form")).to_be_hidden()
    page.go_back()
    expect(page.locator("#call-form")).to_be_visible()


def test_the_session_keeps_its_calls(demo, open_page):
    page = open_page(demo)
    add(page, "1", "2")
    expect_result(page, "3")
    add(page, "4", "x")
    expect(page.locator("#result-status")).to_have_text("not sent")
    page.click("#history summary")
    expect(page.locator("#history-list li")).to_have_count(1)
    page.reload()
    page.click("#history summary")
    page.click(".history-show")
    expect(page.locator("[name=b]")).to_have_value("2")
    expect_result(page, "3")
    page.click(".history-repeat")
    expect(page.locator("#history-list li")).to_have_count(2)
    expect_result(page, "3")
    page.evaluate("""async () => {
        const { Calls } = await import("/app/calls.js");
        const calls = new Calls({ notify() {} }, { call: () => new Promise(() => {}) }, {});
        calls.start({ name: "pending", kind: "call" });
        for (let n = 0; n < 150; n += 1) calls.start({ name: "a.b", kind: "notification", params: [n] });
        globalThis.kept = calls.list.map(({ name, params }) => params?.[0] ?? name);
        for (let n = 0; n < 150; n += 1) calls.start({ name: "pending", kind: "call" });
        globalThis.pending = calls.list.length;
    }""")
    # The oldest are removed, but none that can be cancelled.
    assert page.evaluate("kept") == [*range(149, 50, -1), "pending"]
    assert page.evaluate("pending") == 151
    page.click("#history-clear")
    expect(page.locator("#history")).to_be_hidden()


def test_the_form_and_the_raw_arguments_are_in_step(demo, open_page):
    page = open_page(demo)
    choose(page, "calculator.add")
    page.click("#raw summary")
    fill(page, "a", "7")
    fill(page, "b", "8")
    expect(page.locator("#raw-text")).to_have_value('{\n  "a": 7,\n  "b": 8\n}')
    page.check("[value=position]")
    expect(page.locator("#raw-text")).to_have_value("[\n  7,\n  8\n]")
    page.fill("#raw-text", '{"a": 1, "b": 9}')
    expect(page.locator("[name=b]")).to_have_value("9")
    expect(page.locator("[value=name]")).to_be_checked()
    page.click("#call")
    expect_result(page, "10")
    page.fill("#raw-text", '{"a": 1,')
    page.click("#call")
    expect(page.locator("#result-status")).to_have_text("not sent")
    expect(page.locator("#raw-text")).to_be_focused()
    # What the form cannot show is sent as it is, so that the answer of the server can be seen.
    page.fill("#raw-text", '{"a": 1, "c": 2}')
    expect(page.locator("#raw-problem")).to_contain_text("b: needs a value")
    page.click("#call")
    expect(page.locator("#result-status")).to_contain_text("-32602")
    fill(page, "b", "3")
    expect(page.locator("#raw-text")).to_have_value('{\n  "a": 1,\n  "b": 3\n}')


def test_a_wrong_argument_is_never_sent(demo, open_page):
    page = open_page(demo)
    choose(page, "jobs.run")
    fill(page, "steps", "abc")
    page.click("#call")
    expect(page.locator("#param-steps-problem")).to_have_text("abc is not an integer")
    expect(page.locator("[name=steps]")).to_be_focused()
    assert "jobs.run" not in page.inner_text("#frames")
    fill(page, "steps", "1")
    expect(page.locator("#param-steps-problem")).to_be_empty()


def test_a_function_of_the_page_is_passed_and_its_calls_are_shown(demo, open_page, tmp_path):
    watched = tmp_path / "watched"
    page = open_page(demo)
    page.goto(link(demo, "files.watch", {"path": str(watched), "interval": 0.05}))
    page.click("#call")
    expect_result(page, '"(an object of the server)"')
    replace(watched, "a")
    expect(page.locator("#events li", has_text="files.watch callback")).to_contain_text('"size":1')
    # The page holds the object, which would end if it was collected, until it is released.
    page.context.new_cdp_session(page).send("HeapProfiler.collectGarbage")
    replace(watched, "ab")
    expect(page.locator("#events")).to_contain_text('"size":2')
    page.click("#cancel:text('Release')")
    expect(page.locator("#result-status")).to_have_text("released")
    wait_until(lambda: post(demo, "files.active", [])["result"] == 0)


@pytest.mark.parametrize("number", [2**53 + 1, 2**64 - 1])
def test_every_digit_of_a_large_integer_is_shown_and_sent(demo, open_page, number):
    page = open_page(demo)
    choose(page, "echo.echo")
    fill(page, "value", str(number))
    page.click("#call")
    expect_result(page, str(number))
    for part in ("#command", "#command-postern", "#history-list"):
        expect(page.locator(part)).to_contain_text(str(number))
    expect(page.locator("#raw-text")).to_have_value(f'{{\n  "value": {number}\n}}')
    expect(page.locator("#frames li.out").first).to_contain_text(f'"value":{number}}}')
    expect(page.locator("#frames li.in").first).to_contain_text(f'"result":{number}')
    page.reload()
    expect_result(page, str(number))
    expect(page.locator("[name=value]")).to_have_value(str(number))
    page.click("#raw summary")
    page.fill("#raw-text", f'[{{"a": {number}}}]')
    page.click("#call")
    expect_result(page, f'{{ "a": {number} }}')


def test_every_digit_of_a_large_integer_is_shown_in_events_and_errors(demo, open_page):
    page = open_page(demo)
    shown = page.evaluate("""async () => {
        const { Events } = await import("/app/events.js");
        const { Calls } = await import("/app/calls.js");
        const fail = () => Promise.reject(Object.assign(new Error("no"), { code: 1, data: { at: 2n ** 64n - 1n } }));
        const events = new Events({});
        events.note("large", [2n ** 53n + 1n]);
        const calls = new Calls({}, { call: fail }, events);
        const call = calls.start({ name: "a.b", kind: "call" });
        while (call.state === "pending") await new Promise((resolve) => calls.addEventListener("change", resolve, { once: true }));
        return call.text;
    }""")
    assert "18446744073709551615" in shown
    expect(page.locator("#events li", has_text="large")).to_contain_text("[9007199254740993]")


def test_results_commands_and_links_are_copied(demo, open_page):
    page = open_page(demo, permissions=["clipboard-read", "clipboard-write"])
    add(page, "1", "2")
    expect_result(page, "3")
    command, address = page.inner_text("#command"), page.url
    # A button shows this for a moment only, which a busy machine may miss.
    page.evaluate("""() => {
        globalThis.confirmed = new Set();
        const note = () => {
            for (const button of document.querySelectorAll("[id^=copy-]"))
                if (button.textContent === "Copied") confirmed.add(`#${button.id}`);
        };
        new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
    }""")
    for button, text in [("#copy-result", "3"), ("#copy-curl", command), ("#copy-link", address)]:
        page.click(button)
        page.wait_for_function("(button) => confirmed.has(button)", arg=button)
        assert page.evaluate("navigator.clipboard.readText()") == text
    # Without a clipboard, as in pages without TLS, the text is selected and copied.
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.evaluate("document.addEventListener('copy', () => { globalThis.copied = getSelection().toString(); })")
    page.click("#copy-postern")
    page.wait_for_function("confirmed.has('#copy-postern')")


SEARCHES = [
    ("numbers add", ["calculator.add", "calculator.sum"], "calculator.add"),
    ("ADD calculator", ["calculator.add", "calculator.sum"], "calculator.add"),
    ("oldest messages", ["chat.history"], "chat.history"),
    ("stepms", ["jobs.run"], "jobs.run"),
    ("what is said room", ["chat.say"], "chat.say"),
    ("echo echo", None, "echo.echo"),
    ("Calculator/Subtract", None, "calculator.subtract"),
    ("log lines", [], "tasks.events"),
]


def test_methods_are_found_by_words_in_any_order(demo, open_page):
    page = open_page(demo)
    for text, found, chosen in SEARCHES:
        page.fill("#method-search", text)
        if found is not None:
            expect(page.locator("[data-method]")).to_have_count(len(found))
        assert found is None or [row.get_attribute("data-method") for row in page.locator("[data-method]").all()] == found
        page.press("#method-search", "Enter")
        expect(page.locator("#method-name")).to_have_text(chosen)
        focused = page.evaluate("document.activeElement.id")
        assert focused == "call" or focused.startswith("param-"), text


def test_every_link_of_the_page_leads_somewhere(demo, open_page):
    page = open_page(demo)
    targets = {anchor.get_attribute("href") for anchor in page.locator("a").all()}
    methods = {target for target in targets if re.match("#(method|topic)/", target)}
    assert len(methods) == page.locator("[data-method], [data-topic]").count() > 20
    for target in targets - methods:
        address = urllib.parse.urljoin(page.url, target)
        if urllib.parse.urlsplit(address).fragment:
            assert page.locator(target).count() == 1, target
        answer = page.request.get(address)
        assert answer.ok and answer.body(), target
    for target in methods:
        page.goto(urllib.parse.urljoin(page.url, target))
        expect(page.locator("#method-name")).to_have_text(target.partition("/")[2])
        expect(page.locator(f"a[href='{target}']")).to_have_attribute("aria-current", "true")
        expect(page.locator("#call-form")).to_be_visible()


def test_the_methods_are_links_that_a_browser_opens_in_a_new_tab(demo, open_page):
    page = open_page(demo)
    choose(page, "calculator.add")
    fill(page, "a", "7")
    for kind, name, way in [
        ("method", "jobs.run", {"modifiers": ["Control"]}), ("topic", "chat.room", {"button": "middle"}),
        ("method", "chat.say", {"modifiers": ["Shift"]}),
    ]:
        with page.context.expect_page() as opened:
            page.locator(f"[data-{kind}='{name}']").click(**way)
        expect(opened.value.locator("#method-name")).to_have_text(name)
        opened.value.close()
    page.focus("[data-method='echo.echo']")
    with page.context.expect_page() as opened:
        page.keyboard.press("Control+Enter")
    expect(opened.value.locator("#method-name")).to_have_text("echo.echo")
    # This page has not changed.
    expect(page.locator("#method-name")).to_have_text("calculator.add")
    expect(page.locator("[name=a]")).to_have_value("7")
