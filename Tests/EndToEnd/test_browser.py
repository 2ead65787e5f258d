"""Tests the web page in a browser, against both topologies."""

import re
import time

from playwright.sync_api import expect

from programs import PATIENCE

SECOND = 1000


def call(page, method, fields, style="name"):
    """Fills in the form of a method, calls it, and returns the locator of its result."""
    page.click(f"[data-method='{method}']")
    for name, value in fields.items():
        page.fill(f"#fields [name='{name}']", value)
    page.check(f"[name='postern:style'][value='{style}']")
    page.click("#call")
    return page.locator("#result")


def test_the_form_calls_by_name_and_by_position(server, open_page):
    page = open_page(server)
    expect(call(page, "calculator.add", {"a": "1", "b": "2"})).to_have_text("3")
    expect(call(page, "calculator.add", {"a": "20", "b": "22"}, style="position")).to_have_text("42")
    expect(page.locator("#result-status")).to_have_text(re.compile(r"\d ms"))


def test_an_error_shows_its_code_and_data(server, open_page):
    page = open_page(server)
    result = call(page, "calculator.divide", {"a": "1", "b": "0"})
    expect(result).to_have_attribute("data-state", "error")
    expect(result).to_contain_text("executed")
    expect(page.locator("#result-status")).to_contain_text("1001")


def test_an_invalid_value_is_not_sent(server, open_page):
    page = open_page(server)
    result = call(page, "echo.echo", {"value": "[1, 2"})
    expect(page.locator("#result-status")).to_have_text("not sent")
    expect(result).to_contain_text("value: is not JSON")
    expect(page.locator("#fields [name='value']")).to_be_focused()
    expect(call(page, "echo.echo", {"value": "[1, 2, 3.5]"})).to_have_text("[ 1, 2, 3.5 ]")


def test_the_search_and_the_form_work_with_the_keyboard(server, open_page):
    page = open_page(server)
    page.focus("#method-search")
    page.keyboard.type("subtr")
    expect(page.locator("[data-method]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#fields [name='a']")).to_be_focused()
    page.keyboard.type("5")
    page.keyboard.press("Tab")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    expect(page.locator("#result")).to_have_text("2")


def watch(page, path):
    """Starts to watch a file with the page, and waits until the page confirms it; the first look reports no change."""
    page.fill("#file-path", str(path))
    page.fill("#file-interval", "0.2")
    page.click("#file-start")
    expect(page.locator("#file-state")).to_contain_text("Watching")


def append(path, text):
    """Appends text in a single write; replacing the content could be reported as two changes."""
    with path.open("a") as file:
        file.write(text)


def is_shown_in_time(page, path, size):
    """Appends 5 bytes to a file and waits until the page shows it; returns whether that took less than a second."""
    shown = page.locator("#file-changes li", has_text=f"{size} → {size + 5} bytes")
    append(path, "hello")
    began = time.monotonic()
    expect(shown).to_have_count(1)
    return time.monotonic() - began < 1


def test_check_50_a_function_of_the_page_is_called_within_a_second(server, open_page, tmp_path):
    watched = tmp_path / "watched.txt"
    watched.write_text("")
    page = open_page(server)
    watch(page, watched)
    expect(page.locator("#file-references")).to_have_text("function lent, object held")
    # One attempt may be slow because the machine is busy with other work.
    assert any(is_shown_in_time(page, watched, size) for size in range(0, 25, 5))
    page.click("#file-stop")
    expect(page.locator("#file-state")).to_have_text("Not watching")
    expect_result(page, "files.active", "0")
    count = page.locator("#file-changes li").count()
    append(watched, "hello, world")
    page.wait_for_timeout(0.5 * SECOND)
    expect(page.locator("#file-changes li")).to_have_count(count)


def test_check_50_a_watch_ends_when_the_page_releases_its_monitor(server, open_page, tmp_path):
    page = open_page(server)
    watch(page, tmp_path / "watched.txt")
    expect_result(page, "files.active", "1")
    page.click("#file-release")
    expect(page.locator("#file-state")).to_have_text("Not watching")
    expect_result(page, "files.active", "0")


def test_check_50_a_watch_ends_when_the_page_is_closed(server, open_page, tmp_path):
    page, other = open_page(server), open_page(server)
    watch(page, tmp_path / "watched.txt")
    expect_result(other, "files.active", "1")
    page.close()
    expect_result(other, "files.active", "0")


def test_check_50_functions_and_objects_of_the_page_are_passed_by_reference(server, open_page, tmp_path):
    watched = tmp_path / "watched.txt"
    watched.write_text("")
    page = open_page(server)
    events = page.evaluate("""async (path) => {
        const { Postern, lend } = await import("/postern.js");
        const rpc = new Postern();
        const seen = [];
        const onChange = (old, current) => seen.push([old, current]);
        const monitor = await rpc.call("files.watch", { path, callback: onChange, interval: 0.05 });
        const mine = { answer: () => 42 };
        const [back, same, own] = await rpc.call("echo.echo", [[monitor, onChange, lend(mine)]]);
        const identity = [back === monitor, same === onChange, own === mine];
        const until = async (count) => {
            while (rpc.references.length > count) await new Promise((resolve) => setTimeout(resolve, 10));
        };
        await until(2);
        const listed = rpc.references.map(({ direction, kind }) => `${kind} ${direction}`).sort();
        const refused = await rpc.call("files.watch", [path, lend(mine), 1]).catch((error) => error.code);
        let notified;
        try { rpc.notify("files.watch", [path, onChange, 1]); } catch (error) { notified = error.name; }
        monitor.release();
        const late = await monitor.stop().catch((error) => error.code);
        await until(0);
        rpc.close();
        return { identity, listed, refused, notified, late };
    }""", str(watched))
    assert events == {
        "identity": [True, True, True], "listed": ["function lent", "object held"],
        "refused": -32602, "notified": "TypeError", "late": -32001}


def test_check_50_references_are_released_when_they_are_garbage_collected(server, open_page, tmp_path):
    page = open_page(server)
    page.evaluate("""async (path) => {
        const { Postern } = await import("/postern.js");
        globalThis.client = new Postern();
        globalThis.monitor = await client.call("files.watch", [path, () => {}, 3600]);
    }""", str(tmp_path / "watched.txt"))
    expect_result(page, "files.active", "1")
    page.evaluate("delete globalThis.monitor")
    browser = page.context.new_cdp_session(page)
    for _ in range(10 * PATIENCE):
        browser.send("HeapProfiler.collectGarbage")
        if page.evaluate("client.references.length") == 0:
            break
        page.wait_for_timeout(0.1 * SECOND)
    expect_result(page, "files.active", "0")


def test_check_50_references_end_with_their_connection(server, open_page, tmp_path):
    page = open_page(server)
    late = page.evaluate("""async (path) => {
        const { Postern } = await import("/postern.js");
        const rpc = new Postern();
        const monitor = await rpc.call("files.watch", [path, () => {}, 3600]);
        const lost = new Promise((resolve) => rpc.addEventListener("close", resolve));
        rpc.close();
        await lost;
        rpc.connect();
        const left = [rpc.references.length, await rpc.call("calculator.add", [1, 2])];
        const use = [() => monitor.stop(), () => rpc.call("echo.echo", [monitor])];
        for (const call of use) left.push(await call().catch(({ code }) => code));
        rpc.close();
        return left;
    }""", str(tmp_path / "watched.txt"))
    assert late == [0, 3, -32001, -32001]
    expect_result(page, "files.active", "0")


def test_check_50_the_server_calls_methods_of_the_page(server, open_page):
    page = open_page(server)
    result = page.evaluate("""async () => {
        const { Postern } = await import("/postern.js");
        const rpc = new Postern();
        rpc.serve({ double: (number) => number * 2, fail: () => { throw new Error("secret"); } });
        const back = (method) => rpc.call("echo.back", [method, 21]).catch(({ code, message }) => [code, message]);
        const results = [await back("double"), await back("fail"), await back("none")];
        rpc.close();
        return results;
    }""")
    if result[0] == 42:
        assert result[1:] == [[-32000, "the handler failed"], [-32601, "no method none here"]]
    else:
        # In a sidecar topology the caller is the gateway, which has no methods.
        assert [code for code, _ in result] == [-32601] * 3


def test_m13_mutual_recursion_of_a_page_and_a_handler_ends_at_the_limit(server, open_page):
    page = open_page(server)
    code, levels, alive = page.evaluate("""async () => {
        const { Postern } = await import("/postern.js");
        const rpc = new Postern();
        let levels = 0;
        const again = () => (levels += 1) && rpc.call("echo.back", ["again", null]);
        rpc.serve({ again });
        const code = await again().catch(({ code }) => code);
        const alive = await rpc.call("calculator.add", [1, 2]);
        rpc.close();
        return [code, levels, alive];
    }""")
    assert alive == 3
    # In a sidecar topology the caller is the gateway, which has no methods.
    assert (code, levels) == (-32009, 129) or (code, levels) == (-32601, 1)


def test_a_long_job_shows_its_progress_and_can_be_cancelled(server, open_page):
    page = open_page(server)
    page.fill("#job-steps", "10000")
    page.fill("#job-step-ms", "50")
    page.click("#job-start")
    expect(page.locator("#job-state")).to_have_text(re.compile(r"Step ([3-9]|\d\d)"))
    assert 0 < page.evaluate("document.querySelector('#job-progress').position") < 1
    expect_result(page, "jobs.active", "1")
    page.click("#job-cancel")
    expect(page.locator("#job-state")).to_contain_text("-32800")
    expect_result(page, "jobs.active", "0")


def test_a_short_job_completes_its_progress_bar(server, open_page):
    page = open_page(server)
    page.fill("#job-steps", "3")
    page.fill("#job-step-ms", "20")
    page.click("#job-start")
    expect(page.locator("#job-state")).to_have_text("Done, 3 steps")
    assert page.evaluate("document.querySelector('#job-progress').position") == 1


def test_a_chat_message_appears_on_another_page(server, open_page):
    speaker, listener = open_page(server), open_page(server)
    expect(listener.locator(".subscription[data-state='open']")).to_contain_text("chat.room")
    expect(listener.locator("[data-topic='chat.room']")).to_contain_text("subscribed")
    speaker.fill("#chat-from", "eva")
    speaker.fill("#chat-text", "is anyone there?")
    speaker.click("#chat-send")
    expect(listener.locator("#chat-lines li").last).to_contain_text("is anyone there?")
    expect(listener.locator("#chat-lines li .name").last).to_have_text("eva")


def test_a_stream_is_subscribed_and_unsubscribed(server, open_page):
    page = open_page(server)
    page.click("[data-method='clock.ticks']")
    page.fill("#fields [name='interval']", "0.05")
    page.click("#call")
    expect(page.locator("#events")).to_contain_text('"tick":2')
    page.click("[data-unsubscribe^='clock.ticks']")
    expect(page.locator("[data-unsubscribe^='clock.ticks']")).to_have_count(0)


def test_the_plot_shows_the_rate_of_calls(server, open_page):
    page = open_page(server)
    page.click("#load")
    expect(page.locator("#rate-now")).to_have_text(re.compile(r"[1-9]"))
    page.click("#load")
    expect(page.locator("#rate-now")).to_have_text("0")


def test_a_narrow_phone_does_not_scroll_sideways(server, open_page):
    page = open_page(server, viewport={"width": 320, "height": 640})
    call(page, "calculator.divide", {"a": "1", "b": "0"})
    expect(page.locator("#result")).to_have_attribute("data-state", "error")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def expect_result(page, method, text):
    """Repeats a call until its result is `text`, because a cancelled handler ends asynchronously."""
    result = page.locator("#result")
    page.click(f"[data-method='{method}']")
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        page.click("#call")
        expect(result).to_have_attribute("data-state", "ok")
        if result.inner_text() == text:
            return
        page.wait_for_timeout(0.1 * SECOND)
    expect(result).to_have_text(text)
