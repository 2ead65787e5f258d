"""Tests that `EventSource` and the JavaScript client lose no event when the service or the gateway restarts."""

import pytest

from programs import LISTENING, NATIVE, PATIENCE, Program, free_port, is_ready, stop_all, wait_until
from test_recovery import say

# A script that subscribes with both; the events of `EventSource` are in `bySource`, those of the client in `byClient`.
START = """async () => {
  window.bySource = [];
  const source = new EventSource("/events/chat/room");
  source.onmessage = ({ data }) => {
    const { result, gap } = JSON.parse(data).params;
    bySource.push(result ? result.text : gap.reason);
  };
  await new Promise((open) => (source.onopen = open));
  window.source = source;
  const { Postern } = await import("/postern.js");
  window.byClient = [];
  const rpc = new Postern(undefined, { minimumDelayMs: 100, maximumDelayMs: 300 });
  const feed = rpc.subscribe("chat.room", { onGap: (gap) => byClient.push(gap.reason) });
  (async () => { for await (const { value } of feed) byClient.push(value.text); })();
  await feed.opened;
}"""


@pytest.fixture
def sidecar(tmp_path):
    """Yields a function that starts the service or the gateway."""
    upstream, programs = f"unix:{tmp_path}/app.sock", {}

    def start(name, port=None):
        arguments = {
            "service": ("postern-demo", "--native", upstream, "--no-gateway"),
            "gateway": ("postern", "gateway", "--upstream", upstream, "--port", port, "--public", "public")}[name]
        programs[name] = Program(*arguments, ready=NATIVE if name == "service" else LISTENING)
        return programs[name]

    yield start
    stop_all(programs.values())


def wait_for(page, events):
    """Waits until both have received exactly these events, a list separated by commas."""
    page.wait_for_function("events => bySource.join() == events && byClient.join() == events", arg=events)


def test_no_event_is_lost_when_the_service_or_the_gateway_restarts(chromium, sidecar):
    port = free_port()
    service, gateway = sidecar("service"), sidecar("gateway", port)
    page = chromium.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    try:
        page.goto(f"http://127.0.0.1:{port}/style.css")
        page.evaluate(START)
        say(port, "one")
        wait_for(page, "one")
        # The service keeps the history, so nothing is lost when the gateway is killed.
        gateway.kill()
        gateway = sidecar("gateway", port)
        wait_until(lambda: is_ready(port))
        say(port, "two")
        wait_for(page, "one,two")
        gateway.stop()
        gateway = sidecar("gateway", port)
        wait_until(lambda: is_ready(port))
        say(port, "three")
        wait_for(page, "one,two,three")
        # A new service starts a new epoch, and subscribers are notified of the gap.
        service.kill()
        service = sidecar("service")
        wait_for(page, "one,two,three,epochChanged")
        # A page that reconnects while the service is absent does not stop trying.
        gateway.kill()
        service.kill()
        sidecar("gateway", port)
        page.wait_for_function("() => source.readyState === 1")
        sidecar("service")
        wait_for(page, "one,two,three,epochChanged,epochChanged")
        say(port, "four")
        wait_for(page, "one,two,three,epochChanged,epochChanged,four")
    finally:
        page.close()
