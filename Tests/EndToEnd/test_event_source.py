"""Chromium's `EventSource` and the client survive restarts of the service and of the gateway, and miss nothing."""

import pytest

from programs import LISTENING, NATIVE, PATIENCE, Program, free_port, stop_all
from test_recovery import say

START = """async () => {
  window.told = [];
  const source = new EventSource("/events/chat/room");
  source.onmessage = ({ data }) => {
    const { result, gap } = JSON.parse(data).params;
    told.push(result ? result.text : gap.reason);
  };
  await new Promise((open) => (source.onopen = open));
  window.source = source;
  const { Postern } = await import("/postern.js");
  window.heard = [];
  const rpc = new Postern(undefined, { minimumDelayMs: 100, maximumDelayMs: 300 });
  const feed = rpc.subscribe("chat.room", { onGap: (gap) => heard.push(gap.reason) });
  (async () => { for await (const { value } of feed) heard.push(value.text); })();
  await feed.opened;
}"""


@pytest.fixture
def sidecar(tmp_path):
    upstream, programs = f"unix:{tmp_path}/app.sock", {}

    def start(name, port=None):
        arguments = {
            "service": ("postern-demo", "--native", upstream, "--no-gateway"),
            "gateway": ("postern", "gateway", "--upstream", upstream, "--port", port, "--public", "public")}[name]
        programs[name] = Program(*arguments, ready=NATIVE if name == "service" else LISTENING)
        return programs[name]

    yield start
    stop_all(programs.values())


def wait_for(page, told):
    page.wait_for_function("told => window.told.join() == told && window.heard.join() == told", arg=told)


def test_an_event_source_and_the_client_survive_restarts_of_service_and_gateway(chromium, sidecar):
    port = free_port()
    service, gateway = sidecar("service"), sidecar("gateway", port)
    page = chromium.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    try:
        page.goto(f"http://127.0.0.1:{port}/style.css")
        page.evaluate(START)
        say(port, "one")
        wait_for(page, "one")
        # The history is still there: a gateway that dies loses nothing.
        gateway.kill()
        gateway = sidecar("gateway", port)
        say(port, "two")
        wait_for(page, "one,two")
        gateway.stop()
        gateway = sidecar("gateway", port)
        say(port, "three")
        wait_for(page, "one,two,three")
        # A new service begins anew, and readers are notified of that.
        service.kill()
        service = sidecar("service")
        wait_for(page, "one,two,three,epochChanged")
        # A page that comes back while there is no service does not give up either.
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
