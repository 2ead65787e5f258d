"""F7: a limit of the messages that a WebSocket may send in a second, which is off by default."""

import json
import time
from contextlib import closing

import raw

LIMIT = 5


def results(socket, count):
    """The numbers of results, and of refusals because of the rate, among the next messages."""
    answers = [json.loads(socket.message()) for _ in range(count)]
    refused = [answer["error"] for answer in answers if "error" in answer]
    assert all(error["code"] == -32005 and error["data"]["executed"] == "no" for error in refused)
    assert all(0 < error["data"]["retryAfterMs"] <= 1_000 // LIMIT for error in refused)
    return count - len(refused), len(refused)


def burst(count):
    return [raw.frame(raw.TEXT, raw.call("calculator.add", "[2,3]", number)) for number in range(count)]


def test_calls_above_the_rate_are_refused(start):
    own = start("--max-messages-per-second", str(LIMIT), "--status")
    with closing(raw.WebSocket(own.port)) as socket, closing(raw.WebSocket(own.port)) as other:
        socket.send(*burst(200))
        served, refused = results(socket, 200)
        assert served >= LIMIT and refused > 0
        # Other clients have rates of their own, and POST requests have none.
        other.send(*burst(LIMIT))
        assert results(other, LIMIT) == (LIMIT, 0)
        for _ in range(3 * LIMIT):
            assert raw.ask(own.port, raw.post(raw.ADD))[0].status == 200
        # After a pause, the client is served again.
        raw.wait_until(lambda: socket.text(raw.ADD) or results(socket, 1) == (1, 0))
        status = json.loads(raw.ask(own.port, raw.post(raw.call("rpc.status")))[0].body)["result"]
        counted = [entry["count"] for entry in status["incidents"] if entry["cause"] == "messages per second"]
        assert counted and counted[0] >= refused


def test_a_client_that_stays_above_the_rate_is_disconnected(start):
    own = start("--max-messages-per-second", str(LIMIT))
    begin = time.monotonic()
    with closing(raw.WebSocket(own.port)) as socket:
        while not socket.ended and time.monotonic() - begin < raw.PATIENCE:
            socket.send(*burst(4 * LIMIT))
            if socket.ending(0.25, answers=False, waits=False) == 4413:
                break
        else:
            raise AssertionError("it was not disconnected")
    assert time.monotonic() - begin > 9
    assert raw.wait_until(lambda: any("client cut off" in line and "close 4413" in line for line in own.lines))


def test_without_the_option_there_is_no_limit(port):
    with closing(raw.WebSocket(port)) as socket:
        socket.send(*burst(2_000))
        assert results(socket, 2_000) == (2_000, 0)
