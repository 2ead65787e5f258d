"""Tests the lists of events and messages of the page, and the choice of a server."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from page import link
from programs import free_port, port_of, start_in_process, stop_all


def echo(page, text):
    """Sends a text, which is then in two of the messages."""
    page.evaluate("""async (text) => {
        const { Postern } = await import("/postern.js");
        globalThis.echoing ??= new Postern();
        await echoing.call("chat.say", ["me", text]);
    }""", text)


def test_events_are_filtered_paused_and_cleared(demo, open_page):
    page = open_page(demo)
    shown = page.locator("#events li")
    for text in ("first apple", "second pear", "third apple"):
        echo(page, text)
        expect(page.locator("#events")).to_contain_text(text)
    page.fill("#events-filter", "apple FIRST")
    expect(shown).to_have_count(1)
    page.fill("#events-filter", "apple")
    expect(shown).to_have_count(2)
    page.click("#events-pause")
    echo(page, "fourth apple")
    expect(page.locator("#events-count")).to_have_text("paused, 1 new")
    expect(shown).to_have_count(2)
    page.click("#events-pause")
    expect(shown.first).to_contain_text("fourth apple")
    page.click("#events-clear")
    page.fill("#events-filter", "")
    expect(shown).to_have_count(0)
    echo(page, "fifth")
    expect(shown).to_have_count(1)


def test_messages_are_filtered_paused_and_cleared(demo, open_page):
    page = open_page(demo)
    shown = page.locator("#frames li")
    page.fill("#frames-filter", "rpc.discover")
    # The request, and the topic `rpc.event` of the document is not in it.
    expect(shown.last).to_contain_text('"method":"rpc.discover"')
    page.click("#frames-clear")
    expect(shown).to_have_count(0)
    page.click("#frames-pause")
    page.goto(link(demo, "calculator.add", {"a": 1, "b": 2}))
    page.click("#call")
    expect(page.locator("#result")).to_have_text("3")
    expect(page.locator("#frames-count")).to_contain_text("new")
    expect(shown).to_have_count(0)
    page.fill("#frames-filter", "calculator.add")
    page.click("#frames-pause")
    expect(shown).to_have_count(1)


def test_a_message_for_a_room_is_kept_until_it_is_sent_and_then_shown(start, open_page):
    port = free_port()
    first, = start(port=port, programs=True)
    page = open_page(f"http://127.0.0.1:{port}", expecting=["WebSocket", "ERR_CONNECTION_REFUSED"])
    expect(page.locator(".subscription[data-state='open']")).to_contain_text("chat.room")
    stop_all([first])
    expect(page.locator("#connection")).not_to_have_attribute("data-state", "open")
    page.fill("#chat-text", "is anyone there?")
    page.press("#chat-text", "Enter")
    page.press("#chat-text", "Enter")
    expect(page.locator("#chat-state")).to_contain_text("Queued")
    expect(page.locator("#chat-text")).to_have_value("is anyone there?")
    start(port=port)
    # It may be hidden, as the page reconnects by itself.
    page.locator("#reconnect").dispatch_event("click")
    expect(page.locator("#chat-lines li", has_text="is anyone there?")).to_have_count(1)
    expect(page.locator("#chat-text")).to_have_value("")
    expect(page.locator("#chat-state")).to_be_empty()


@pytest.fixture
def start():
    """Yields a function that starts a demo with options and returns its address, or its programs."""
    running = []

    def start_demo(*options, port=0, programs=False):
        started = start_in_process(*options, port=port)
        running.extend(started)
        return started if programs else f"127.0.0.1:{port_of(started[0])}"

    yield start_demo
    stop_all(running)


def connect_to(page, address):
    page.click("#server-toggle")
    page.fill("#server-address", address)
    page.press("#server-address", "Enter")


def start_two(start):
    """Starts a server whose page may connect to another one, which has no tasks; returns the hosts of both."""
    port = free_port()
    page_host = f"127.0.0.1:{port}"
    other = start("--no-tasks", "--allow-origin", f"http://{page_host}")
    policy = f"default-src 'self'; connect-src 'self' ws://{other} http://{other}"
    start("--content-security-policy", policy, port=port)
    return page_host, other


def test_another_server_is_connected_by_its_address(start, open_page):
    page_host, other = start_two(start)
    page = open_page(f"http://{page_host}")
    sum_ = link(f"http://{page_host}", "calculator.add", {"a": 1, "b": 2})
    page.goto(sum_)
    page.click("#call")
    expect(page.locator("#result")).to_have_text("3")
    page.evaluate("history.replaceState(null, '', '#method/tasks.list')")
    connect_to(page, other)
    expect(page.locator("#connection-detail")).to_contain_text(other)
    expect(page.locator("[data-method='calculator.add']")).to_be_visible()
    expect(page.locator("[data-method='tasks.list']")).to_have_count(0)
    # The calls of a server are shown and repeated with that server only.
    expect(page.locator("#history")).to_be_hidden()
    page.goto(sum_)
    expect(page.locator("#method-name")).to_have_text("calculator.add")
    expect(page.locator("#result")).to_have_attribute("data-state", "idle")
    page.click("#call")
    expect(page.locator("#result")).to_have_text("3")
    expect(page.locator("#command")).to_contain_text(f"http://{other}/rpc")
    # A link names the server.
    server = f"#server/{quote(f'ws://{other}/rpc', safe='')}/"
    assert page.url == sum_.replace("#", server).replace("%20", "")
    entry = page.locator("[data-method='calculator.add']")
    expect(entry).to_have_attribute("href", f"{server}method/calculator.add")
    expect(page.locator("footer a", has_text="openrpc.json")).to_have_attribute("href", f"http://{other}/openrpc.json")
    # It is kept over a reload and offered again.
    page.reload()
    expect(page.locator("#connection-detail")).to_contain_text(other)
    page.click("#server-toggle")
    known = page.locator("#server-known option")
    assert [option.get_attribute("value") for option in known.all()] == [f"ws://{other}/rpc"]
    page.click("#server-own")
    expect(page.locator("#connection-detail")).to_contain_text(page_host)
    expect(page.locator("[data-method='tasks.list']")).to_be_visible()
    expect(page.locator("#history-count")).to_have_text("1")
    expect(page.locator("footer a", has_text="openrpc.json")).to_have_attribute("href", "/openrpc.json")


def test_a_link_to_another_server_connects_only_when_the_user_does(start, open_page):
    page_host, other = start_two(start)
    method = "method/calculator.add?" + quote('{"a":1,"b":2}')
    page = open_page(f"http://{page_host}/#server/{quote(f'ws://{other}/rpc', safe='')}/{method}")
    sockets = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.reload()
    expect(page.locator("#server-note")).to_contain_text("This link is to calculator.add of another server.")
    expect(page.locator("#server-address")).to_have_value(f"ws://{other}/rpc")
    expect(page.locator("[data-method='tasks.list']")).to_be_visible()
    expect(page.locator("#call-form")).to_be_hidden()
    page.focus("#server-address")
    page.keyboard.press("Escape")
    expect(page.locator("#server-form")).to_be_hidden()
    page.click("#server-toggle")
    expect(page.locator("#server-note")).to_be_hidden()
    expect(page.locator("#server-address")).to_have_value(f"ws://{page_host}/rpc")
    page.click("#server-toggle")
    # It need not be complete, and can be followed in a page that is open.
    page.evaluate("(hash) => { location.hash = hash; }", f"server/{other}/{method}")
    expect(page.locator("#server-note")).to_be_visible()
    assert set(sockets) == {f"ws://{page_host}/rpc"}
    page.press("#server-address", "Enter")
    expect(page.locator("#connection-detail")).to_contain_text(other)
    expect(page.locator("#method-name")).to_have_text("calculator.add")
    expect(page.locator("[name=b]")).to_have_value("2")
    expect(page.locator("#result")).to_have_attribute("data-state", "idle")
    expect(page.locator("#server-form")).to_be_hidden()
    assert sockets[-1] == f"ws://{other}/rpc"
    # A link without a server is to the connected one, and a text that is no server is refused.
    page.goto(link(f"http://{page_host}", "calculator.sum", {"values": [1]}))
    expect(page.locator("#method-name")).to_have_text("calculator.sum")
    page.goto(f"http://{page_host}/#server/ftp%3A%2F%2Fa.example/{method}")
    page.press("#server-address", "Enter")
    expect(page.locator("#server-problem")).to_contain_text("not to ftp://")
    expect(page.locator("#connection-detail")).to_contain_text(other)


def test_the_page_says_why_a_server_refuses(start, open_page):
    # Pages of this machine are admitted by servers on it, so the page has a name.
    other, own = start(), f"page.example:{free_port()}"
    nothing = f"127.0.0.1:{free_port()}"
    allowed = " ".join(f"ws://{host} http://{host}" for host in (other, nothing))
    policy = f"default-src 'self'; connect-src 'self' {allowed}"
    start("--allow-host", "page.example", "--content-security-policy", policy, port=int(own.split(":")[1]))
    page = open_page(f"http://{own}", expecting=["WebSocket connection", "ERR_CONNECTION_REFUSED"])
    problem = page.locator("#connection-problem")
    connect_to(page, other)
    expect(problem).to_have_text(f"{other} answers, but refuses pages of http://{own}. Start it with --allow-origin http://{own}.")
    connect_to(page, nothing)
    expect(problem).to_have_text(f"No server answers at {nothing}.")
    expect(page.locator("#connection")).to_have_attribute("data-state", "waiting")


def test_the_page_says_if_its_own_policy_forbids_a_server(demo, open_page):
    page = open_page(demo, expecting=["Content Security Policy", "WebSocket"])
    connect_to(page, "wss://api.example")
    expect(page.locator("#connection-problem")).to_contain_text("This page may connect to its own server only.")
    expect(page.locator("#connection-problem")).to_contain_text("connect-src 'self' wss://api.example https://api.example")


def test_a_text_that_is_no_address_is_refused(demo, open_page):
    page = open_page(demo)
    page.click("#server-toggle")
    for text, problem in [("", "An address is needed"), ("http://", "is needed"), ("ftp://a.example", "ws:// and wss://")]:
        page.fill("#server-address", text)
        page.press("#server-address", "Enter")
        expect(page.locator("#server-problem")).to_contain_text(problem)
        expect(page.locator("#server-address")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#server-form")).to_be_hidden()
    expect(page.locator("#server-toggle")).to_be_focused()


def test_addresses_are_completed(demo, open_page):
    page = open_page(demo)
    texts = ["localhost:8080", "https://api.example", "ws://a.example/door", "[::1]:80", " A.example "]
    addresses = page.evaluate("""async (texts) => {
        const { addressFrom } = await import("/app/address.js");
        return texts.map(addressFrom);
    }""", texts)
    assert addresses == [
        "ws://localhost:8080/rpc", "wss://api.example/rpc", "ws://a.example/door", "ws://[::1]/rpc", "ws://a.example/rpc"]
