"""Tests that the page and the client reconnect after a restart of the server."""

from playwright.sync_api import expect

from programs import free_port, port_of, start_in_process, stop_all

# Parts of the errors that the browser logs for each failed connection.
RESTART_ERRORS = ("WebSocket connection to", "net::ERR")


def test_the_page_reconnects_and_resubscribes_after_a_restart(open_page):
    port = free_port()
    programs = start_in_process(port=port)
    try:
        page = open_page(f"http://127.0.0.1:{port}", expecting=RESTART_ERRORS)
        page.click("#clock-toggle")
        expect(page.locator("#clock-state")).to_contain_text("tick")
        stop_all(programs)
        programs = []
        expect(page.locator("#connection")).not_to_have_attribute("data-state", "open")
        programs = start_in_process(port=port)
        expect(page.locator("#connection")).to_have_attribute("data-state", "open", timeout=30_000)
        ticks = page.locator("#events li").count()
        expect(page.locator("#events li").nth(ticks)).to_be_attached()
        page.click("[data-method='calculator.add']")
        page.fill("#fields [name='a']", "1")
        page.fill("#fields [name='b']", "2")
        page.click("#call")
        expect(page.locator("#result")).to_have_text("3")
        page.context.close()
    finally:
        stop_all(programs)


def test_a_call_in_flight_fails_when_the_server_is_killed_and_is_not_repeated(open_page):
    programs = start_in_process()
    try:
        page = open_page(f"http://127.0.0.1:{port_of(programs[-1])}", expecting=RESTART_ERRORS)
        page.fill("#job-steps", "500")
        page.click("#job-start")
        expect(page.locator("#job-state")).to_contain_text("Step")
        programs.pop().kill()
        expect(page.locator("#job-state")).to_contain_text("-32099")
        expect(page.locator("#job-start")).to_be_enabled()
    finally:
        stop_all(programs)
