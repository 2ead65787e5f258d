"""Rows that wait for a timeout. Their scenarios began with the first test of the session.

No connection may end before its timeout; how much later it ends depends on the load of the machine.
"""

import time

import pytest

import raw
from victim import Victim

LATEST = 25


@pytest.fixture
def result(scenarios):
    yield scenarios.result
    assert scenarios.server.isAlive()


def test_t1_others_are_served_while_heads_arrive_slowly(scenarios):
    with Victim(scenarios.server.port):
        for _ in range(20):
            start = time.perf_counter()
            assert raw.ask(scenarios.server.port, raw.get("/livez"))[0].status == 200
            assert time.perf_counter() - start < 15
            time.sleep(0.05)


def test_w11_a_close_that_is_not_answered_ends_in_5_seconds(result):
    assert 4.5 < result("unanswered close") < LATEST


def test_t1_slow_heads_are_refused_after_10_seconds(result):
    kept = result("slow heads")
    assert len(kept) == 1_000 and all(seconds is not None and 9 < seconds < LATEST for seconds in kept)


def test_t3_silent_connections_are_ended_after_10_seconds(result):
    data, seconds = result("silent")
    assert 9.5 < seconds < LATEST and data.startswith(b"HTTP/1.1 408 ")
    data, seconds = result("half a head")
    assert 9.5 < seconds < LATEST and data.startswith(b"HTTP/1.1 408 ")


def test_w3_messages_without_an_end_are_ended_after_10_seconds(result):
    for name in ("unfinished", "unfinished and empty"):
        code, seconds = result(name)
        assert code == 1008 and 9.5 < seconds < LATEST


def test_p5_a_client_that_reads_no_answer_is_disconnected(result):
    assert 9 < result("stalled download") < LATEST


def test_t2_a_slow_body_is_refused_after_10_seconds(result):
    data, seconds = result("slow body")
    assert 9.5 < seconds < LATEST and data.startswith(b"HTTP/1.1 408 ")


def test_a_kept_connection_is_closed_after_15_idle_seconds(result):
    data, seconds = result("silent after an answer")
    assert 14 < seconds < LATEST and data.count(b"HTTP/1.1") == 1


def test_a_slow_but_steady_reader_receives_everything(result):
    for name in ("slow download", "slow websocket"):
        count, seconds = result(name)
        assert count >= 1_000_000 and seconds > 15, name


def test_p10_a_websocket_that_answers_nothing_is_closed(result):
    pings, code, seconds, ended = result("silent websocket")
    assert ended and pings == 1 and code == 4412 and 34.5 < seconds < 2 * LATEST


def test_p10_a_websocket_that_only_answers_pings_stays_open(result):
    assert result("quiet")
