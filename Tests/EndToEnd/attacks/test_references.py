"""References and callbacks of well-behaved and hostile JSON clients (RELIABILITY M9, M10, M12, M14, J13)."""

import json
import os
import pathlib
import sys
import time

import pytest

import raw
from server import program

sys.path.append(str(pathlib.Path(__file__).parents[1]))

import programs  # noqa: E402
from files import replace  # noqa: E402

pytestmark = pytest.mark.usefixtures("alive")

MARK = "__jsonrpc_marshaled"
FUNCTION = f'{{"{MARK}":1,"handle":7,"kind":"function"}}'


@pytest.fixture(scope="module")
def sidecar(tmp_path_factory):
    """The port of a gateway whose services are in another program, both from the folder of the demo."""
    os.environ.setdefault("POSTERN_BIN", str(program().parent))
    started = programs.start_sidecar(tmp_path_factory.mktemp("sidecar"))
    yield programs.port_of(started[-1])
    programs.stop_all(started)


@pytest.fixture(params=["in-process", "sidecar"])
def port(request, server):
    """The port of a gateway of each topology: references work alike in both."""
    return server.port if request.param == "in-process" else request.getfixturevalue("sidecar")


@pytest.fixture
def socket(port):
    socket = raw.WebSocket(port)
    yield socket
    socket.close()


@pytest.fixture
def watched(tmp_path):
    path = tmp_path / "watched.txt"
    path.write_text("")
    return path


def ask(socket, text):
    socket.text(text)
    return json.loads(socket.message())


def messages(socket):
    while text := socket.message():
        yield json.loads(text)


def watch(socket, path, interval=0.05, identity=1, function=FUNCTION):
    """Starts a monitor and returns its handle."""
    answer = ask(socket, raw.call("files.watch", f'["{path}",{function},{interval}]', identity))
    assert answer["id"] == identity
    monitor = answer["result"]
    assert monitor[MARK] == 1 and "kind" not in monitor
    return monitor["handle"]


def release(handle, count=None):
    counted = "" if count is None else f',"count":{count}'
    return (f'{{"jsonrpc":"2.0","method":"$/releaseMarshaledObject",'
            f'"params":{{"handle":{handle},"ownedBySender":false{counted}}}}}')


def expect_released(socket, handle=7, count=None):
    message = json.loads(socket.message())
    assert message["method"] == "$/releaseMarshaledObject"
    wanted = {"handle": handle, "ownedBySender": False}
    assert message["params"] == (wanted if count is None else {**wanted, "count": count})


def expect_active(socket, count):
    """Waits until the number of workers is `count`, as they start and end shortly after the answer of their call."""
    end = time.monotonic() + raw.PATIENCE
    while (found := ask(socket, raw.call("files.active", "[]", 99))["result"]) != count:
        assert time.monotonic() < end, f"{found} workers"
        time.sleep(0.01)


def expect_idle(socket):
    expect_active(socket, 0)


# Check 50
def test_check_50_a_function_is_called_on_each_change_until_stop(socket, watched):
    handle = watch(socket, watched)
    assert 1 <= handle < 1 << 53
    replace(watched, "hello")
    event = json.loads(socket.message())
    assert "id" not in event and event["method"] == "$/invokeProxy/7/call"
    old, new = event["params"]
    assert (old["size"], new["size"]) == (0, 5)
    expect_active(socket, 1)
    # The answer and the release of the function arrive in either order.
    socket.text(raw.call(f"$/invokeProxy/{handle}/stop", "[]", 2))
    answers = [json.loads(socket.message()), json.loads(socket.message())]
    assert {"jsonrpc": "2.0", "id": 2, "result": None} in answers
    assert any(answer.get("method") == "$/releaseMarshaledObject" for answer in answers)
    replace(watched, "hello, world")
    expect_idle(socket)
    socket.text(release(handle))
    assert ask(socket, raw.call(f"$/invokeProxy/{handle}/stop", "[]", 3))["error"]["code"] == -32001


def test_check_50_release_of_the_monitor_ends_its_worker(socket, watched):
    handle = watch(socket, watched, interval=3600)
    expect_active(socket, 1)
    socket.text(release(handle))
    expect_released(socket)
    expect_idle(socket)


def test_check_50_the_end_of_a_connection_ends_its_worker(socket, port, watched):
    other = raw.WebSocket(port)
    watch(other, watched, interval=3600)
    expect_active(socket, 1)
    other.close()
    expect_idle(socket)


# Check 50: calls of the server to its client
def test_check_50_a_handler_calls_its_client(socket, server, port):
    socket.text(raw.call("echo.back", '["ui/ask",{"a":[1,null]}]', 1))
    message = json.loads(socket.message())
    if port != server.port:
        # In the sidecar topology the caller of the service is the gateway, which serves no methods.
        assert message["error"]["code"] == -32601
        return
    assert message == {"jsonrpc": "2.0", "id": 1, "method": "ui.ask", "params": [{"a": [1, None]}]}
    assert ask(socket, '{"jsonrpc":"2.0","id":1,"result":[42]}') == {"jsonrpc": "2.0", "id": 1, "result": [42]}
    socket.text(raw.call("echo.back", '["ui/ask",1]', 1))
    call = json.loads(socket.message())
    refusal = '{"code":-32601,"message":"no","data":{"executed":"no"}}'
    answer = ask(socket, f'{{"jsonrpc":"2.0","id":{call["id"]},"error":{refusal}}}')
    # The method of the page did not run, but the handler that called it did.
    assert (answer["error"]["code"], answer["error"]["data"]["executed"]) == (-32601, "yes")


@pytest.mark.parametrize("path", ["$/7", "$/invokeProxy/7/call"])
def test_a_handler_cannot_reach_references_by_their_names(socket, path):
    assert ask(socket, raw.call("echo.back", f'["{path}",1]'))["error"]["code"] == -32601


# M9
@pytest.mark.parametrize("handle", ["1", "-1", "0", "9223372036854775808", "18446744073709551616", "x", "01", ""])
def test_m9_a_handle_that_is_not_held_is_not_found(socket, handle):
    answer = ask(socket, raw.call(f"$/invokeProxy/{handle}/stop", "[]"))
    assert answer["error"]["code"] == -32001
    assert answer["error"]["message"] == "No such reference"
    assert answer["error"]["data"]["executed"] == "no"


def test_m9_the_handle_of_another_session_is_answered_like_an_unknown_one(socket, port, watched):
    other = raw.WebSocket(port)
    handle = watch(other, watched, interval=3600)
    foreign = ask(socket, raw.call(f"$/invokeProxy/{handle}/stop", "[]"))
    guessed = ask(socket, raw.call(f"$/invokeProxy/{handle ^ 1}/stop", "[]"))
    assert foreign == guessed
    other.close()
    expect_idle(socket)


def test_m9_a_hundred_unknown_handles_close_the_connection(socket):
    for index in range(101):
        socket.text(raw.call("$/invokeProxy/5/stop", "[]", index))
    assert socket.ending() == 4503


def test_m9_a_returned_reference_must_be_one_of_the_server(socket):
    unknown = f'{{"{MARK}":0,"handle":12345,"kind":"function"}}'
    answer = ask(socket, raw.call("files.watch", f'["/nowhere",{unknown},1]'))
    assert answer["error"]["code"] == -32001


# M10
def test_m10_a_second_release_is_ignored_and_counted(socket, watched):
    handle = watch(socket, watched, interval=3600)
    socket.text(release(handle))
    expect_released(socket)
    for _ in range(2):
        socket.text(release(handle))
    assert ask(socket, raw.ADD)["result"] == 3
    for _ in range(100):
        socket.text(release(handle))
    assert socket.ending() == 4503


@pytest.mark.parametrize("count", [2, 10_000, 9223372036854775807, 18446744073709551615])
def test_m10_a_release_of_more_than_is_held_closes_the_connection(socket, watched, count):
    handle = watch(socket, watched, interval=3600)
    socket.text(release(handle, count))
    assert socket.ending() == 4503


@pytest.mark.parametrize("params", ["[]", "{}", '[-1,false]', '["x"]', "[1,2]", "[1.5]", '{"handle":1,"handle":1}'])
def test_an_invalid_release_is_an_error(socket, params):
    assert ask(socket, raw.call("$/releaseMarshaledObject", params))["error"]["code"] == -32602


# M12
def test_m12_more_than_ten_thousand_are_refused_and_released(socket):
    functions = ",".join(f'{{"{MARK}":1,"handle":{number},"kind":"function"}}' for number in range(1, 10_002))
    socket.text(raw.call("echo.echo", f"[[{functions}]]"))
    released = set()
    for message in messages(socket):
        if "id" in message:
            assert message["error"]["code"] == -32056
            break
        released.add(message["params"]["handle"])
    assert released == set(range(1, 10_002))


def test_m12_a_thousand_references_return(socket):
    functions = [{MARK: 1, "handle": number, "kind": "function"} for number in range(1, 1_001)]
    answer = ask(socket, raw.call("echo.echo", json.dumps([functions])))
    assert answer["result"] == [{**function, MARK: 0} for function in functions]
    released = {json.loads(socket.message())["params"]["handle"] for _ in functions}
    assert released == set(range(1, 1_001))


@pytest.mark.parametrize("value", [
    f'{{"{MARK}":1}}', f'{{"{MARK}":2,"handle":1}}', f'{{"{MARK}":"1","handle":1}}', f'{{"{MARK}":1,"handle":-1}}',
    f'{{"{MARK}":1,"handle":1.5}}', f'{{"{MARK}":1,"handle":18446744073709551616}}', f'{{"{MARK}":null,"handle":1}}',
    f'{{"{MARK}":1,"handle":1,"handle":2}}', f'{{"{MARK}":1,"handle":[[[]]]}}'])
def test_an_invalid_reference_is_refused(socket, value):
    assert ask(socket, raw.call("echo.echo", f"[{value}]"))["error"]["code"] == -32602
    assert ask(socket, raw.ADD)["result"] == 3


@pytest.mark.parametrize("value", ["7", '"f"', "{}", f'{{"{MARK}":1,"handle":7}}'])
def test_other_values_are_not_accepted_as_functions(socket, value):
    socket.text(raw.call("files.watch", f'["/nowhere",{value},1]'))
    # A function that the service does not keep is released before the answer.
    answer = next(message for message in messages(socket) if "id" in message)
    assert answer["error"]["code"] == -32602
    assert "callback" in answer["error"]["message"]


# Doors with a single answer
def test_a_notification_with_a_function_is_not_run(socket, watched):
    socket.text(f'{{"jsonrpc":"2.0","method":"files.watch","params":["{watched}",{FUNCTION},3600]}}')
    expect_released(socket)
    expect_idle(socket)


@pytest.mark.parametrize("body, path", [
    (raw.call("files.watch", f'["/nowhere",{FUNCTION},1]'), "/rpc"),
    ("[" + raw.call("files.watch", f'["/nowhere",{FUNCTION},1]') + "]", "/rpc"),
    (f'["/nowhere",{FUNCTION},1]', "/rpc/files/watch"),
    (raw.call("$/invokeProxy/5/stop", "[]"), "/rpc"),
    (release(5).replace('"method"', '"id":1,"method"'), "/rpc")])
def test_one_shot_http_has_no_references(port, body, path):
    answer, _ = raw.ask(port, raw.post(body, path))
    found = json.loads(answer.body)
    found = found[0] if isinstance(found, list) else found
    error = found.get("error", found)
    assert (error["code"], error["message"]) == (-32600, "References need a WebSocket")


# J13
def test_j13_responses_with_references_to_no_call_close_the_connection(socket):
    for index in range(110):
        socket.text(f'{{"jsonrpc":"2.0","id":{index},"result":{FUNCTION}}}')
    assert socket.ending() == 4503


# A batch
def test_a_batch_may_hold_functions(socket, watched):
    batch = ",".join(raw.call("files.watch", f'["{watched}",{FUNCTION},3600]', identity) for identity in (1, 2))
    answers = ask(socket, f"[{batch}]")
    handles = [answer["result"]["handle"] for answer in answers]
    assert len(set(handles)) == 2
    expect_active(socket, 2)
    for handle in handles:
        socket.text(release(handle))
    expect_released(socket, count=2)
    expect_idle(socket)
