"""Runs the cases of `cases/calls.py`: each call has one expected answer over every door and in both topologies."""

import http.client
import json
import shutil
import tempfile
import urllib.parse

import pytest
from websockets.sync.client import connect

from cases.calls import CASES, PARAMETERS, STREAMS, STREAMS_REFUSED
from cases.native import NativeClient
from cases.case import Case, Failure, Result
from programs import LISTENING, PATIENCE, Program, port_of, start_gateway

DOORS = ["websocket", "post", "batch", "path", "get"]


@pytest.fixture(scope="module")
def servers():
    """Yields the ports of the JSON doors in both topologies and the path of the native socket."""
    folder = tempfile.mkdtemp(prefix="postern-")
    services = Program("case-service", f"unix:{folder}/app.sock", ready=LISTENING, stdin=True)
    sidecar = start_gateway(f"unix:{folder}/app.sock")
    yield {"in-process": port_of(services), "sidecar": port_of(sidecar), "native": f"{folder}/app.sock"}
    sidecar.stop()
    services.end_input()
    shutil.rmtree(folder, ignore_errors=True)


def request(case, number):
    members = ['"jsonrpc":"2.0"', f'"id":{number}', f'"method":"{case.method}"']
    if case.params:
        members.append(f'"params":{case.params}')
    if case.meta:
        members.append(f'"meta":{case.meta}')
    return "{" + ",".join(members) + "}"


def answer_in(message, number):
    """Returns the result, as text, or the error of a response."""
    head = f'{{"jsonrpc":"2.0","id":{number},"result":'
    if message.startswith(head):
        return Result(message[len(head):-1])
    return failure_in(json.loads(message)["error"])


def failure_in(error, status=0):
    data = error["data"]
    return Failure(error["code"], error["message"], data["name"], data["executed"], data.get("details"),
                   data["retryable"], status)


def by_websocket(cases, port):
    with connect(f"ws://127.0.0.1:{port}/rpc", max_size=None, compression=None) as socket:
        for number, case in enumerate(cases, 1):
            socket.send(request(case, number))
            yield case, answer_in(socket.recv(timeout=PATIENCE), number)


def posted(connection, path, body, method="POST"):
    headers = {"Content-Type": "application/json"} if method == "POST" else {}
    connection.request(method, path, body.encode(), headers)
    response = connection.getresponse()
    return response.status, response.read().decode()


def by_post(cases, port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    for number, case in enumerate(cases, 1):
        status, body = posted(connection, "/rpc", request(case, number))
        assert status == 200, (case.title, status, body)
        yield case, answer_in(body, number)


def by_batch(cases, port):
    """Sends all calls in one batch."""
    requests = [request(case, number) for number, case in enumerate(cases, 1)]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    status, body = posted(connection, "/rpc", f"[{','.join(requests)}]")
    assert status == 200
    answers = elements(body)
    assert len(answers) == len(cases)
    for number, (case, answer) in enumerate(zip(cases, answers), 1):
        yield case, answer_in(answer, number)


def at_path(status, body):
    if status == 200:
        return Result(body)
    return failure_in(json.loads(body), status)


def by_path(cases, port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    for case in cases:
        yield case, at_path(*posted(connection, f"/rpc/{case.method.replace('.', '/')}", case.params))


def by_get(cases, port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    for case in cases:
        query = "&".join(f"{quote(name)}={quote(value)}" for name, value in members(case))
        yield case, at_path(*posted(connection, f"/rpc/{case.method.replace('.', '/')}?{query}", "", "GET"))


def quote(text):
    return urllib.parse.quote(text, safe="")


def by_native_protocol(cases, path, safe=False):
    client = NativeClient(path)
    for case in cases:
        answer = client.call(case.method, named(case) if safe else case.params, safe)
        yield case, answer


def names_of(case):
    return PARAMETERS.get(case.method) or PARAMETERS.get(case.method.split(".")[0], [])


def members(case):
    """Returns the arguments as pairs of a name and JSON text."""
    if case.params.startswith("{"):
        return [(json.loads(name), value) for name, value in (halves(member) for member in elements(case.params))]
    return list(zip(names_of(case), elements(case.params) if case.params.startswith("[") else []))


def named(case):
    return "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in members(case)) + "}"


def elements(text):
    """Returns the elements of an array, or the members of an object, as pieces of its text."""
    found, depth, start, quoted, position = [], 0, 1, False, 0
    while position < len(text):
        character = text[position]
        if quoted:
            position += character == "\\"
            quoted = character != '"'
        elif character == '"':
            quoted = True
        elif character in "[{":
            depth += 1
        elif character in "]}":
            depth -= 1
        if not quoted and (depth == 0 or depth == 1 and character == ","):
            found.append(text[start:position])
            start = position + 1
        position += 1
    return [element for element in found if element]


def halves(member):
    """Returns the name and the value of a member, whose name must not contain a colon."""
    name, _, value = member.partition(":")
    return name, value


def expected_at(case, *places):
    for place in places:
        if place in case.differs:
            return case.differs[place][0]
    return case.expected


def at_door(expected, door):
    """Adapts the message of an expected error to a query, whose arguments have names instead of positions."""
    if door in ("get", "native-get") and isinstance(expected, Failure):
        message = expected.message.replace("Argument 1 of", "Parameter value of")
        return Failure(**{**vars(expected), "message": message})
    return expected


def is_expected(answer, expected, door):
    if isinstance(answer, list):
        return isinstance(expected, Result) and same_value(answer[0], json.loads(expected.text))
    if isinstance(expected, Result) or isinstance(answer, Result):
        return answer == expected
    if door in ("path", "get"):
        return answer == expected
    return {**vars(answer), "status": 0} == {**vars(expected), "status": 0}


def same_value(one, other):
    """Whether two values are equal, where numbers are compared by value and sign and not by type."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_value(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_value, one, other))
    if isinstance(one, float) and one != one:
        return other != other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one == other and str(float(one))[0] == str(float(other))[0]
    return one == other


def check(cases, answers, *places):
    """Asserts that all answers are as expected; the last place is the door, earlier ones take precedence."""
    door = places[-1]
    wrong = []
    for case, answer in answers:
        expected = at_door(expected_at(case, *places), door)
        if not is_expected(answer, expected, door):
            wrong.append(f"{case.title}\n  expected: {str(expected)[:400]}\n  found:    {str(answer)[:400]}")
    assert wrong == [], "\n".join(wrong)


def cases_at(door):
    return [case for case in CASES if door not in case.without]


def test_the_cases_are_unique_and_each_difference_has_a_reason():
    assert len(CASES) >= 80
    assert len({(case.title, case.params) for case in CASES}) == len(CASES)
    for case in CASES:
        for _, reason in case.differs.values():
            assert len(reason) > 10
        assert all(len(reason) > 5 for reason in case.without.values())


@pytest.mark.parametrize("topology", ["in-process", "sidecar"])
@pytest.mark.parametrize("door", DOORS)
def test_each_case_has_its_expected_answer(servers, topology, door):
    calls = {"websocket": by_websocket, "post": by_post, "batch": by_batch, "path": by_path, "get": by_get}
    cases = cases_at(door)
    check(cases, calls[door](cases, servers[topology]), topology, door)


@pytest.mark.parametrize("door", ["native", "native-get"])
def test_each_case_has_the_same_answer_over_the_native_protocol(servers, door):
    """The door `native-get` calls a method as safe, like a GET, with its arguments by name."""
    cases = [case for case in cases_at("native") if door == "native" or "get" not in case.without and
             "native-get" not in case.without]
    places = ("native",) if door == "native" else ("native-get", "native", door)
    check(cases, by_native_protocol(cases, servers["native"], safe=door == "native-get"), *places)


def stream_by_websocket(case, port):
    """Returns the items of a stream, and the error that ended or refused it, if any."""
    with connect(f"ws://127.0.0.1:{port}/rpc", compression=None) as socket:
        socket.send(request(case, 1))
        answer = answer_in(socket.recv(timeout=PATIENCE), 1)
        if isinstance(answer, Failure):
            return [], answer
        return events(lambda: socket.recv(timeout=PATIENCE))


def events(receive):
    """Returns the items of a stream until its end, and the error at the end, if any."""
    items = []
    while True:
        params = json.loads(receive())["params"]
        if "result" not in params:
            return items, failure_in(params["error"]) if "error" in params else None
        items.append(params["result"])


def stream_by_sse(case, port):
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in members(case))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", f"/rpc/{case.method.replace('.', '/')}?{query}", headers={"Accept": "text/event-stream"})
    response = connection.getresponse()
    if response.status != 200:
        return [], failure_in(json.loads(response.read()))
    lines = (line.decode()[6:] for line in iter(response.readline, b"") if line.startswith(b"data: "))
    return events(lambda: next(lines))


@pytest.mark.parametrize("door", ["websocket", "sse", "native"])
@pytest.mark.parametrize("topology", ["in-process", "sidecar"])
@pytest.mark.parametrize("method, params, items, failure", [
    *STREAMS, *[(method, params, [], failure) for method, params, failure in STREAMS_REFUSED]])
def test_a_stream_has_the_same_items_and_the_same_end(servers, door, topology, method, params, items, failure):
    case = Case(method, params, None)
    if door == "native":
        found = NativeClient(servers["native"]).stream(method, params)
    else:
        found = {"websocket": stream_by_websocket, "sse": stream_by_sse}[door](case, servers[topology])
    assert found[0] == items
    assert (found[1] and {**vars(found[1]), "status": 0}) == (failure and {**vars(failure), "status": 0})
