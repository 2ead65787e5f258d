"""Tests topics over reconnects and restarts: missed events are replayed, or a gap is reported."""

import http.client
import json
import shutil
import tempfile
import time

import pytest
from websockets.sync.client import connect

from programs import LISTENING, NATIVE, PATIENCE, Program, port_of, start_in_process, start_sidecar, stop_all


def say(port, text):
    """Publishes a chat message."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("POST", "/rpc/chat/say", json.dumps(["me", text]),
                       {"Content-Type": "application/json"})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    connection.close()


class EventReader:
    """A reader of `GET /events/chat/room`; `last` is the last event id, and `retries` has the values of `retry`."""

    def __init__(self, port, last_event_id=None, path="/events/chat/room"):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": last_event_id} if last_event_id else {})}
        self.connection.request("GET", path, headers=headers)
        self.answer = self.connection.getresponse()
        self.status, self.last, self.retries = self.answer.status, None, []

    def lines(self):
        """Returns the lines of the next block, or an empty list at the end of the stream."""
        lines = []
        while line := self.answer.readline().decode():
            if line == "\n":
                break
            lines.append(line.rstrip("\n"))
        for line in lines:
            if line.startswith("id: "):
                self.last = line[4:]
            if line.startswith("retry: "):
                self.retries.append(int(line[7:]))
        return lines

    def wait_until_open(self):
        """Waits until the gateway has subscribed to the topic, and returns the reader."""
        while ": open" not in self.lines():
            pass
        return self

    def event(self):
        """Returns the `params` of the next event, or `None` at the end of the stream."""
        while lines := self.lines():
            for line in lines:
                if line.startswith("data: "):
                    return json.loads(line[6:])["params"]
        return None

    def text(self):
        """Returns the text of the next chat message."""
        return self.event()["result"]["text"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()


class Subscriber:
    """A subscriber to `chat.room` over a WebSocket; `opened` is the result of `rpc.subscribe`."""

    def __init__(self, port, since=None):
        self.socket = connect(f"ws://127.0.0.1:{port}/rpc", max_size=None, legacy=True)
        meta = {"meta": {"since": since}} if since else {}
        self.socket.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "rpc.subscribe", "params": ["chat.room"], **meta}))
        self.opened = json.loads(self.socket.recv(PATIENCE))["result"]

    def event(self):
        return json.loads(self.socket.recv(PATIENCE))["params"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


@pytest.fixture(scope="module", params=["in-process", "sidecar"])
def port(request):
    folder = tempfile.mkdtemp(prefix="postern-")
    programs = start_in_process() if request.param == "in-process" else start_sidecar(folder)
    yield port_of(programs[-1])
    stop_all(programs)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("is_read", [True, False], ids=["topic in use", "topic unused"])
def test_missed_events_are_replayed_in_order_before_new_events(port, is_read):
    with EventReader(port).wait_until_open() as other:
        with EventReader(port).wait_until_open() as reader, Subscriber(port) as subscriber:
            position, last = {key: subscriber.opened[key] for key in ("epoch", "seq")}, reader.last
        if not is_read:
            other.connection.close()
            time.sleep(0.2)
        for number in range(300):
            say(port, f"missed {number}")
        with EventReader(port, last) as reader, Subscriber(port, position) as subscriber:
            say(port, "new")
            texts = [f"missed {number}" for number in range(300)] + ["new"]
            assert [reader.text() for _ in texts] == texts
            assert subscriber.opened["recovered"] is True and subscriber.opened["seq"] == position["seq"]
            events = [subscriber.event() for _ in texts]
            assert [event["result"]["text"] for event in events] == texts
            assert [event["seq"] for event in events] == list(range(position["seq"] + 1, position["seq"] + 302))
            say(port, "last")
            assert reader.text() == "last" and subscriber.event()["result"]["text"] == "last"


@pytest.mark.parametrize("change, reason", [
    ({"epoch": "other"}, "epochChanged"), ({"seq": 10**6}, "positionUnknown"), ({"seq": 2**64 - 1}, "positionUnknown")])
def test_an_unknown_position_is_not_recovered_and_a_gap_is_reported(port, change, reason):
    with Subscriber(port) as subscriber:
        now = {key: subscriber.opened[key] for key in ("epoch", "seq")}
    position = {**now, **change}
    event_id = f"{position['epoch']}:{position['seq']}"
    with Subscriber(port, position) as subscriber, EventReader(port, event_id) as reader:
        assert subscriber.opened["recovered"] is False
        for event in (subscriber.event(), reader.event()):
            assert event["gap"]["reason"] == reason and "to" not in event["gap"] and "dropped" not in event["gap"]
            assert {key: event[key] for key in ("epoch", "seq")} == now
        assert reader.last == f"{now['epoch']}:{now['seq']}"
        say(port, "next")
        assert reader.text() == "next" and subscriber.event()["result"]["text"] == "next"


def test_the_number_of_events_that_the_history_has_lost_is_reported(port):
    with Subscriber(port) as subscriber:
        position = {key: subscriber.opened[key] for key in ("epoch", "seq")}
        last = position["seq"]
    with connect(f"ws://127.0.0.1:{port}/rpc") as socket:
        for identity in range(1100):
            message = {"jsonrpc": "2.0", "id": identity, "method": "chat.say", "params": ["me", "x"]}
            socket.send(json.dumps(message))
            socket.recv(PATIENCE)
    with Subscriber(port, position) as subscriber:
        assert subscriber.opened["recovered"] is False
        assert subscriber.event()["gap"] == {
            "from": last + 1, "to": last + 1100, "dropped": 1100, "reason": "historyLost"}


def test_an_invalid_event_id_is_reported_as_a_gap_and_an_empty_one_is_ignored(port):
    with EventReader(port, "nonsense") as reader:
        assert reader.event()["gap"]["reason"] == "epochChanged" and 1000 <= reader.retries[0] <= 3000
    with EventReader(port, " ").wait_until_open() as reader:
        say(port, "first")
        assert reader.text() == "first"


def test_a_replay_larger_than_the_queue_of_a_connection_is_complete(port):
    with Subscriber(port) as subscriber, EventReader(port).wait_until_open() as reader:
        position, last = {key: subscriber.opened[key] for key in ("epoch", "seq")}, reader.last
    with connect(f"ws://127.0.0.1:{port}/rpc") as socket:
        for identity in range(900):
            text = json.dumps({"jsonrpc": "2.0", "id": identity, "method": "chat.say", "params": ["me", "x" * 1900]})
            socket.send(text)
            socket.recv(PATIENCE)
    with Subscriber(port, position) as subscriber, EventReader(port, last) as reader:
        time.sleep(0.3)
        first = position["seq"] + 1
        assert [subscriber.event()["seq"] for _ in range(900)] == list(range(first, first + 900))
        assert all(len(reader.text()) == 1900 for _ in range(900))


def test_streams_of_a_sidecar_remain_open_during_a_restart_of_the_service(tmp_path):
    programs = start_sidecar(tmp_path)
    try:
        port = port_of(programs[-1])
        with EventReader(port).wait_until_open() as reader, Subscriber(port) as subscriber:
            say(port, "one")
            assert reader.text() == "one" and subscriber.event()["result"]["text"] == "one"
            programs[0].kill()
            programs[0] = Program("postern-demo", "--native", f"unix:{tmp_path}/app.sock", "--no-gateway", ready=NATIVE)
            for event in (reader.event(), subscriber.event()):
                assert event["gap"] == {"from": 2, "reason": "epochChanged"} and event["seq"] == 0
            say(port, "two")
            assert reader.text() == "two" and subscriber.event()["result"]["text"] == "two"
    finally:
        stop_all(programs)


def test_an_event_stream_waits_for_an_absent_service_and_then_begins(tmp_path):
    upstream = f"unix:{tmp_path}/app.sock"
    programs = [Program("postern", "gateway", "--upstream", upstream, "--port", 0, ready=LISTENING)]
    try:
        port = port_of(programs[0])
        with EventReader(port, "old:5") as reader, EventReader(port, path="/rpc/clock/ticks?interval=1") as ticks:
            assert reader.status == ticks.status == 200
            assert any(line.startswith("retry: ") for line in reader.lines())
            assert ticks.event() is None and 1000 <= ticks.retries[0] <= 3000
            programs.insert(0, Program("postern-demo", "--native", upstream, "--no-gateway", ready=NATIVE))
            assert reader.event()["gap"]["reason"] == "epochChanged"
            say(port, "here")
            assert reader.text() == "here"
            programs[-1].stop()
            assert reader.event() is None and len(reader.retries) == 2
    finally:
        stop_all(programs)
