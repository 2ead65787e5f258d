"""Attacks by JSON and JSON-RPC that require a connection (RELIABILITY 3.4); unit tests cover the others."""

import json
import time

import pytest

import raw

pytestmark = pytest.mark.usefixtures("alive")


@pytest.fixture
def socket(port):
    socket = raw.WebSocket(port)
    yield socket
    socket.close()


def ask(socket, text):
    socket.text(text)
    return json.loads(socket.message())


def nested(depth):
    """Returns a message with `depth` levels of nested containers."""
    return raw.call("calculator.add", "[" * (depth - 1) + "]" * (depth - 1))


# J2
@pytest.mark.parametrize("depth, code", [(2, -32602), (64, -32602), (65, -32600), (1_000, -32600), (100_000, -32600), (500_000, -32600)])
def test_j2_depth_is_limited(socket, depth, code):
    assert ask(socket, nested(depth))["error"]["code"] == code
    assert ask(socket, raw.ADD)["result"] == 3


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[" * 1_000_000, '{"jsonrpc":"2.0","id":' + "[" * 100_000])
def test_j2_unterminated_nesting_is_a_parse_error(socket, text):
    assert ask(socket, text)["error"]["code"] == -32700


# J13
def test_j13_a_response_to_no_call_is_discarded(socket):
    socket.text('{"jsonrpc":"2.0","id":12345,"result":1}')
    assert ask(socket, raw.ADD)["result"] == 3


def test_j13_a_hundred_responses_to_no_call_close_the_connection(socket):
    for index in range(110):
        socket.text(f'{{"jsonrpc":"2.0","id":{index},"result":null}}')
    assert socket.ending() == 4503


# J14
def test_j14_subscriptions_of_a_session_are_limited(socket):
    for index in range(256):
        assert "result" in ask(socket, raw.call("rpc.subscribe", '{"topic":"bench"}', index + 1))
    assert ask(socket, raw.call("rpc.subscribe", '{"topic":"bench"}', 257))["error"]["code"] == -32006
    assert ask(socket, raw.call("rpc.unsubscribe", '{"subscription":"7"}', 300))["result"] is True
    assert "result" in ask(socket, raw.call("rpc.subscribe", '{"topic":"bench"}', 301))


def test_j14_subscription_churn_takes_no_memory(server, socket):
    def churn(count, first):
        for start in range(first, first + count, 100):
            frames = []
            for index in range(start, start + 100):
                frames.append(raw.frame(raw.TEXT, raw.call("rpc.subscribe", '{"topic":"bench"}', index)))
                frames.append(raw.frame(raw.TEXT, raw.call("rpc.unsubscribe", f'{{"subscription":"{index}"}}', -index)))
            socket.send(*frames)
            answers = [json.loads(socket.message()) for _ in range(200)]
            # A subscription that is ended before it has begun is answered as cancelled.
            assert all(answer.get("result") or answer["error"]["code"] == -32800 for answer in answers), answers[:4]

    churn(2_000, 1)
    growth = []
    # A heap also grows for other reasons, but not in every round.
    while not growth or min(growth) >= 4 << 20:
        before = server.rss()
        churn(4_000, 10_001 + 4_000 * len(growth))
        growth.append(server.rss() - before)
        assert len(growth) < 5, growth


# J17
@pytest.mark.parametrize("text", [
    '{"jsonrpc":"2.0","id":1,"method":"calculator.add","params":{%s}}' % ",".join(f'"{index:x}":1' for index in range(101_000)),
    '{"jsonrpc":"2.0","id":1,"method":"calculator.add","params":[%s]}' % ",".join(["1"] * 200_000),
    '{"jsonrpc":"2.0","id":1,"method":"calculator.add","params":[%s]}' % ",".join(["[]"] * 200_000),
    "{%s}" % ",".join(f'"{index:x}":1' for index in range(101_000)),
], ids=["named", "numbers", "arrays", "envelope"])
def test_j17_values_of_a_message_are_limited(socket, text):
    assert ask(socket, raw.ADD)["result"] == 3
    start = time.perf_counter()
    code = ask(socket, text)["error"]["code"]
    assert code == -32600 and time.perf_counter() - start < 10
