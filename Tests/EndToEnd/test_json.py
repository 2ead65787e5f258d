"""Tests JSON that parsers disagree about, such as numbers, duplicate names and surrogates, in both topologies."""

import http.client
import json
import urllib.parse

import pytest

from programs import PATIENCE

# The arguments of `chat.say` with an unpaired surrogate.
HALF = '{"author":"me","text":"\\ud83d"}'


@pytest.fixture
def post(server):
    """Returns a function that posts a body and returns the status and the answer."""

    def send(body, path="/rpc", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", urllib.parse.urlsplit(server).port, timeout=PATIENCE)
        connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
        response = connection.getresponse()
        return response.status, json.loads(response.read())

    return send


def call(method, params, id=1, more=""):
    return f'{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}{more}}}'


@pytest.mark.parametrize("method, params, result", [
    ("calculator.add", "[1.0,1e2]", 101), ("jobs.run", "[1.0,1]", "done"), ("jobs.run", "[1,null]", "done"),
    ("chat.history", "[null]", []), ("chat.history", '{"limit":null}', []), ("chat.history", "[1e1]", []),
    ("calculator.add", "[18446744073709551616,0]", 18446744073709551616), ("echo.echo", "[1.5]", 1.5),
])
def test_numbers_and_null_are_converted_to_the_type_of_the_parameter(post, method, params, result):
    status, answer = post(call(method, params))
    assert (status, answer.get("result")) == (200, result) or result == "done" and "result" in answer, answer


@pytest.mark.parametrize("method, params, code, message", [
    ("calculator.add", '{"a":1,"c":2}', -32602, "calculator.add has no parameter c; it takes a and b"),
    ("chat.history", '{"limt":2}', -32602, "chat.history has no parameter limt; it takes limit. Did you mean limit?"),
    ("calculator.add", "[1,2,3]", -32602, "calculator.add takes at most 2 arguments, a and b; 3 were given"),
    ("calculator.add", '{"a":1,"a":2}', -32602, "calculator.add: parameter a is given twice"),
    ("calculator.add", '{"a":1}', -32602, "Parameter b of calculator.add is missing"),
    ("jobs.run", "[18446744073709551616]", -32602, "Parameter steps of jobs.run: expected an integer from "
     "-9223372036854775808 to 9223372036854775807"),
    ("jobs.run", "[1.5]", -32602, "Parameter steps of jobs.run: expected an integer, found a fraction"),
    ("echo.echo", '[{"a":1,"b":2,"a":3}]', -32602, "Argument 1 of echo.echo: an object has one name twice"),
    ("chat.say", HALF, -32602, "Parameter text of chat.say: text holds half of a surrogate pair, as in \"\\ud83d\": "
     "its other half is missing"),
    ("calculator.add", "[1e400,1]", -32602, "Argument 1 of calculator.add: a number is beyond 1.7976931348623157e+308"),
    ("echo.echo", "[" * 65 + "]" * 65, -32600, "Invalid Request"),
    ("no.such", '{"a":1,"a":2}', -32601, "No such method: no.such"),
])
def test_an_error_names_its_cause_and_has_the_id_of_the_request(post, method, params, code, message):
    _, answer = post(call(method, params, id=7))
    error = answer["error"]
    assert (answer["id"], error["code"], error["message"]) == (7, code, message), answer
    assert error["data"]["executed"] == "no"
    if code != -32600:
        path = f"/rpc/{method.replace('.', '/')}"
        assert post(params, path)[1] == error, "a call by path has the same error"


def test_the_valid_entries_of_a_batch_are_answered(post):
    entries = [call("calculator.add", "[1,2]", 1), call("chat.say", HALF, 2), call("echo.echo", "[1e400]", 3),
               call("calculator.add", "[2,2]", 1), call("jobs.run", "[1,1]", 5), call("jobs.run", "[1,1]", 5)]
    _, answers = post(f"[{','.join(entries)}]")
    assert [answer["id"] for answer in answers] == [1, 2, 3, 1, 5, 5]
    assert [answer.get("error", {}).get("code") for answer in answers] == [None, -32602, -32602, -32600, None, -32600]


@pytest.mark.parametrize("member", ["idempotencyKey", "policy", "explain", "bigIntegers"])
def test_members_of_meta_that_are_not_supported_are_refused(post, member):
    _, answer = post(call("calculator.add", "[1,2]", more=f',"meta":{{"{member}":"x"}}'))
    assert answer["error"]["code"] == -32602 and member in answer["error"]["message"]
    assert answer["error"]["data"]["executed"] == "no"


@pytest.mark.parametrize("field, time", [("Connect-Timeout-Ms", "100"), ("Grpc-Timeout", "100m")])
def test_a_timeout_in_a_header_field_applies_to_posted_calls(post, field, time):
    _, answer = post(call("jobs.run", "[1,5000]"), **{field: time})
    assert answer["error"]["code"] == -32002
    # The short call may reach its deadline too if the machine is busy, but not in each of several attempts.
    codes = []
    while not codes or codes[-1][1] == -32002:
        assert len(codes) < 20
        _, answers = post(f'[{call("jobs.run", "[1,5000]")},{call("calculator.add", "[1,2]", 2)}]', **{field: time})
        codes.append([answer.get("error", {}).get("code") for answer in answers])
    assert codes[-1] == [-32002, None]
    status, answer = post(call("calculator.add", "[1,2]"), **{field: "soon"})
    assert (status, answer["error"]["code"]) == (400, -32600)


@pytest.mark.parametrize("path, body", [("/rpc", call("calculator.add", "[1,2]")), ("/rpc/calculator/add", "[1,2]")])
def test_an_idempotency_key_in_a_header_field_is_refused(post, path, body):
    status, answer = post(body, path, **{"Idempotency-Key": "k"})
    error = answer.get("error", answer)
    assert (status, error["code"], error["data"]["executed"]) == (400, -32602, "no")
    assert "Idempotency-Key" in error["message"]
