"""Large results that one client requests neither delay those of others nor are held for it without limit."""

import json
import threading
from contextlib import closing, contextmanager

import pytest

import raw
import running

MIB = 1 << 20
# The results have about 1.9 MB, and are written as JSON by the gateway.
EVENTS, TEXT = 1_000, "y" * 1_850
CALLS = 128
TIGHT = ("--status", "--max-held-bytes", str(6 * MIB))
# Neither client is refused, so that all results wait to be written.
WIDE = ("--max-held-bytes", str(512 * MIB), "--max-process-bytes", str(1_024 * MIB))
# The budget of the connection for results, their text and output, and what the allocator keeps.
MEMORY_ROOM = 80 * MIB


def call(method, params, number):
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})


def answer(socket):
    text = socket.message()
    assert text is not None, "no answer"
    return json.loads(text)


def held(socket):
    socket.text(call("rpc.status", [], 1))
    return answer(socket)["result"]["memory"]["held"]


@contextmanager
def filled_gateway(folder, *options):
    with running.gateway(folder, *options) as own:
        with closing(raw.WebSocket(own.port)) as socket:
            for number in range(EVENTS):
                socket.text(call("chat.say", ["a", TEXT], number))
                assert "result" in answer(socket)
        yield own


def request_much(socket):
    socket.send(*[raw.frame(raw.TEXT, call("chat.history", [EVENTS], number)) for number in range(CALLS)])


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    with filled_gateway(tmp_path_factory.mktemp("results"), *TIGHT) as own:
        yield own


def test_results_of_a_connection_are_refused_above_its_budget(gateway):
    with closing(raw.WebSocket(gateway.port)) as socket, closing(raw.WebSocket(gateway.port)) as other:
        base, most = gateway.rss(), 0
        request_much(socket)
        answers = []
        while len(answers) < CALLS:
            answers.append(answer(socket))
            most = max(most, gateway.rss() - base)
        assert most < MEMORY_ROOM
        assert sorted(found["id"] for found in answers) == list(range(CALLS))
        errors = [found["error"] for found in answers if "error" in found]
        assert 0 < len(errors) < CALLS
        assert all((error["code"], error["data"]["executed"]) == (-32009, "yes") for error in errors)
        assert raw.wait_until(lambda: held(other) == 0)


def test_nothing_is_held_for_a_client_that_has_left(gateway):
    with closing(raw.WebSocket(gateway.port)) as other:
        for _ in range(3):
            with closing(raw.WebSocket(gateway.port)) as socket:
                request_much(socket)
                assert answer(socket)
        assert raw.wait_until(lambda: held(other) == 0)


def test_large_results_of_others_do_not_wait_behind_those_of_one_client(tmp_path):
    with filled_gateway(tmp_path, *WIDE) as own:
        with closing(raw.WebSocket(own.port)) as busy, closing(raw.WebSocket(own.port)) as other:
            request_much(busy)
            answers = []
            reader = threading.Thread(target=lambda: [answers.append(answer(busy)) for _ in range(CALLS)])
            reader.start()
            other.text(call("chat.history", [60], 1))
            assert len(answer(other)["result"]) == 60
            count = len(answers)
            reader.join()
        assert len(answers) == CALLS
        assert count < CALLS / 2, "the result came behind those of the busy client"
