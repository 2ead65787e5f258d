"""What clients make the server hold stays within budgets: of each connection, and of the process."""

import json
import time
from contextlib import closing

import pytest

import addresses
import raw
from raw import TEXT, frame
from victim import Victim

MIB = 1 << 20
BIG = "x" * 900_000
# Arguments count three times.
ARGUMENT = "x" * 300_000
LIMITS = ("--max-held-bytes", str(4 * MIB), "--max-process-bytes", str(16 * MIB))


@pytest.fixture
def own(start):
    return start(*LIMITS)


def call(method, params, number):
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def answers(socket, count, seconds=30):
    """The next responses, by id; calls of the server are skipped."""
    found, deadline = {}, time.monotonic() + seconds
    while len(found) < count and time.monotonic() < deadline:
        text = socket.message(seconds)
        if text is None:
            break
        message = json.loads(text)
        for answer in message if isinstance(message, list) else [message]:
            if "method" not in answer:
                found[answer["id"]] = answer
    return found


def code(answer):
    return answer.get("error", {}).get("code")


def held(server, cause):
    """The number of lines of the log about a budget."""
    return sum("budget reached" in line and cause in line for line in server.lines)


def test_f2_answers_of_unfinished_batches_are_limited(own):
    with closing(raw.WebSocket(own.port)) as socket:
        # Each control character becomes six bytes, so that short calls have long answers.
        for number in range(75):
            socket.text(json.dumps(call("chat.say", ["a", "\x01" * 2_000], number)))
        assert len(answers(socket, 75)) == 75
        for batch in range(8):
            socket.text(json.dumps([call("jobs.run", [1, 6_000], 10 * batch), call("chat.history", [75], 10 * batch + 1)]))
        found = answers(socket, 16)
        # Which of them end first depends on the threads that write them.
        histories = [found[10 * batch + 1] for batch in range(8)]
        refused = [answer["error"] for answer in histories if "error" in answer]
        assert [(error["code"], error["data"]["executed"]) for error in refused] == [(-32011, "yes")] * 4
        # With the responses their bytes are released.
        socket.text(json.dumps([call("chat.history", [75], 1)]))
        assert code(answers(socket, 1)[1]) is None
    assert raw.wait_until(lambda: held(own, "connection") > 0)


def test_f2_few_batches_of_a_connection_are_open(own):
    with closing(raw.WebSocket(own.port)) as socket:
        for batch in range(17):
            socket.text(json.dumps([call("jobs.run", [1, 5_000], 10 * batch), call("calculator.add", [1, 2], 10 * batch + 1)]))
        found = answers(socket, 34)
        assert [code(found[10 * batch]) for batch in range(16)] == [None] * 16
        assert [code(found[number]) for number in (160, 161)] == [-32009] * 2
        assert found[160]["error"]["data"]["executed"] == "no"
        socket.text(json.dumps([call("calculator.add", [1, 2], 1)]))
        assert answers(socket, 1)[1]["result"] == 3


def test_f3_arguments_of_calls_in_flight_are_limited(own):
    with closing(raw.WebSocket(own.port)) as socket:
        # The handler waits for an answer of its caller, and holds its argument meanwhile.
        for number in range(8):
            socket.text(json.dumps(call("echo.back", ["anything", ARGUMENT], number)))
        socket.text(json.dumps(call("calculator.add", [1, 2], 99)))
        found = answers(socket, 5, 10)
        assert found[99]["result"] == 3
        refused = [number for number in range(8) if number in found]
        assert refused == [4, 5, 6, 7]
        assert {code(found[number]) for number in refused} == {-32009}
        assert found[7]["error"]["data"]["executed"] == "no"


def test_p6_trace_states_and_topics_are_limited_like_arguments(own):
    with closing(raw.WebSocket(own.port)) as socket:
        state = {"jsonrpc": "2.0", "method": "jobs.run", "params": [1, 5_000], "tracestate": "a=" + "x" * 700_000}
        for number in (1, 2):
            socket.text(json.dumps({**state, "id": number}))
        socket.text(json.dumps(call("rpc.subscribe", ["x" * 900_000], 3)))
        found = answers(socket, 3)
        assert [code(found[number]) for number in (1, 2, 3)] == [None, -32009, -32009]
        assert found[3]["error"]["data"]["executed"] == "no"
        resume = {**call("rpc.subscribe", ["chat.room"], 4), "meta": {"since": {"epoch": "x" * 129, "seq": 1}}}
        socket.text(json.dumps(resume))
        assert code(answers(socket, 1)[4]) == -32600


def test_m12_references_are_limited_and_released(start):
    server = start(*LIMITS, "--probe", "--status")
    with closing(raw.WebSocket(server.port)) as socket:
        for number in range(20):
            socket.text(json.dumps(call("probe.lend", [100], number)))
            found = answers(socket, 1)[number]
            if code(found):
                break
        # 3.5 KiB for each, and the one that the call reports as progress.
        assert code(found) == -32056 and number == 4 * MIB // (7 << 9) // 100
        assert found["error"]["data"]["executed"] == "yes"
        assert status(server)["memory"]["held"] > 3 * MIB
    assert raw.wait_until(lambda: status(server)["memory"]["held"] == 0)
    assert raw.wait_until(lambda: held(server, "connection") > 0)


def test_f3_half_messages_are_limited(own):
    with Victim(own.port):
        sockets = [raw.WebSocket(own.port) for _ in range(40)]
        for socket in sockets:
            raw.send_quietly(socket.connection, frame(TEXT, b'"' + BIG.encode(), final=False))
        ends = [socket.ending(2, answers=False, waits=False) for socket in sockets]
        assert 4429 in ends and None in ends
        for socket in sockets:
            socket.close()
    assert raw.wait_until(lambda: any("4429" in line for line in own.lines))
    with closing(raw.WebSocket(own.port)) as socket:
        socket.text(json.dumps(call("echo.echo", [BIG], 1)))
        assert code(answers(socket, 1)[1]) is None


def test_f3_half_bodies_are_limited(own):
    head = raw.post("{}").split(b"\r\n\r\n")[0].replace(b"Content-Length: 2", b"Content-Length: 1000000")
    with Victim(own.port):
        connections = []
        for _ in range(40):
            connection = raw.connect(own.port)
            raw.send_quietly(connection, head + b"\r\n\r\n" + BIG.encode())
            connections.append(connection)
        statuses = [raw.read_all(connection, 0.3)[0][:12] for connection in connections]
        assert b"HTTP/1.1 503" in statuses and b"" in statuses
        for connection in connections:
            connection.close()


def test_f3_clients_that_do_not_read_their_answers_are_limited(own):
    entries = json.dumps([call("echo.echo", [BIG], 1)])
    with Victim(own.port):
        base, connections = own.rss(), []
        for _ in range(60):
            connection = raw.connect(own.port, receive_buffer=4_096)
            raw.send_quietly(connection, raw.post(entries))
            connections.append(connection)
        sockets = []
        for _ in range(20):
            socket = raw.WebSocket(own.port, receive_buffer=4_096)
            for number in range(8):
                raw.send_quietly(socket.connection, frame(TEXT, json.dumps(call("echo.echo", [BIG], number)).encode()))
            sockets.append(socket)
        time.sleep(1)
        assert own.rss() - base < 16 * MIB + 80 * (64 << 10) + 24 * MIB
        for connection in [*connections, *sockets]:
            connection.close()
    assert raw.wait_until(lambda: any("client cut off" in line or "budget reached" in line for line in own.lines))


def post_path(path, body):
    return raw.post(body, f"/rpc/{path}")


def test_f3_the_path_door_charges_arguments(start):
    own = start("--max-held-bytes", str(2 * MIB), "--status")
    padded = "[1, 6000]" + " " * 300_000
    with closing(raw.connect(own.port)) as connection:
        connection.sendall(post_path("jobs/run", padded))
        # The arguments of the call, and the body, which the request holds.
        assert raw.wait_until(lambda: status(own)["memory"]["held"] > 1_150_000)
        assert status(own)["memory"]["held"] < 2 * MIB
        assert raw.read_answer(connection).status == 200
    assert raw.wait_until(lambda: status(own)["memory"]["held"] == 0)


def test_f3_the_path_door_refuses_arguments_above_the_budget(start):
    own = start("--max-held-bytes", str(MIB), "--max-message-bytes", str(2 * MIB))
    answer = raw.ask(own.port, post_path("echo/echo", json.dumps(["x" * (MIB + 1)])))[0]
    error = json.loads(answer.body)
    assert (error["code"], error["data"]["executed"]) == (-32009, "no"), answer
    assert raw.wait_until(lambda: held(own, "connection") == 1)
    assert raw.ask(own.port, post_path("calculator/add", "[1, 2]"))[0].status == 200


ONE, OTHER, PROXY = "127.0.0.2", "127.0.0.3", "127.0.0.4"


@pytest.mark.parametrize("isProxied", [False, True])
def test_one_address_holds_at_most_half_of_the_budget(start, isProxied):
    own = start("--max-held-bytes", str(16 * MIB), "--max-process-bytes", str(16 * MIB), "--status",
                "--limit-loopback", "--trusted-proxy", PROXY)

    def client(address):
        if isProxied:
            return raw.WebSocket(own.port, "/rpc", f"X-Forwarded-For: {address}", source=PROXY)
        return raw.WebSocket(own.port, source=address)

    with closing(client(ONE)) as first, closing(client(ONE)) as second, closing(client(OTHER)) as other, \
            closing(client(ONE)) as third:
        for socket in (first, third):
            for number in range(4):
                socket.text(json.dumps(call("echo.back", ["anything", ARGUMENT], number)))
            # The answer to the last call of a connection says that the ones before it were read.
            socket.text(json.dumps(call("calculator.add", [1, 2], 99)))
            assert answers(socket, 1)[99]["result"] == 3
        # A call is refused, and not its connection: half a message of 64 KiB or less is always taken.
        for number in range(60):
            second.text(json.dumps(call("echo.back", ["anything", "x" * 30_000], number)))
        # The two others hold 7.2 MB of 8.4 MB, so that there is room for 11 calls with 97,216 bytes each.
        found = answers(second, 49)
        assert sorted(found) == list(range(11, 60))
        error = found.popitem()[1]["error"]
        assert (error["code"], error["data"]["executed"]) == (-32009, "no") and "address" in error["message"]
        short = raw.ask(own.port, raw.post(raw.ADD), 5)[0]
        assert json.loads(short.body)["result"] == 3
        other.text(json.dumps(call("echo.echo", [BIG], 1)))
        assert code(answers(other, 1)[1]) is None
        assert raw.wait_until(lambda: status(own)["memory"]["refusedByAddress"] > 0)
        assert status(own)["memory"]["refusedByProcess"] == status(own)["memory"]["cut"] == 0
        assert raw.wait_until(lambda: held(own, "address") > 0)
        with closing(client(ONE)) as socket:
            raw.send_quietly(socket.connection, frame(TEXT, b'"' + BIG.encode(), final=False))
            assert socket.ending(10, answers=False, waits=False) == 4429
    assert raw.wait_until(lambda: status(own)["memory"]["held"] == 0)
    with closing(client(ONE)) as socket:
        socket.text(json.dumps(call("echo.echo", [BIG], 1)))
        assert code(answers(socket, 1)[1]) is None


def test_the_status_has_the_refusals_of_addresses(start):
    own = start("--status", "--limit-loopback", "--max-connections-per-address", "2")
    assert status(own)["addresses"] == {"connected": 1, "refused": 0}
    with addresses.silent(own.port, ONE, 3) as connections:
        assert raw.wait_until(lambda: addresses.count_open(connections) == 2)
        assert status(own)["addresses"] == {"connected": 2, "refused": 1}


def status(server):
    answer = raw.ask(server.port, raw.post(raw.call("rpc.status")))[0]
    return json.loads(answer.body).get("result")


def test_f2_the_status_has_what_is_held_and_what_was_refused(start):
    own = start(*LIMITS, "--status")
    assert status(own)["memory"] == {
        "budget": 16 * MIB, "held": 0, "largest": 0, "holders": 0, "refusedByConnection": 0, "refusedByProcess": 0,
        "refusedByAddress": 0, "cut": 0}
    with closing(raw.WebSocket(own.port)) as socket:
        for number in range(6):
            socket.text(json.dumps(call("echo.back", ["anything", ARGUMENT], number)))
        assert len(answers(socket, 2, 10)) == 2
        memory = status(own)["memory"]
        assert 3 * MIB < memory["held"] == memory["largest"] < 5 * MIB
        assert memory["holders"] == 1 and memory["refusedByConnection"] == 2
        assert status(own)["counts"]["webSockets"] == 1 and status(own)["counts"]["calls"] == 5
        assert {"kind": "budget reached", "cause": "connection", "count": 2} in status(own)["incidents"]
    # With the connection everything is released.
    assert raw.wait_until(lambda: status(own)["memory"]["held"] == 0 and status(own)["memory"]["holders"] == 0)
    assert raw.wait_until(lambda: status(own)["counts"]["calls"] == 1)


def test_the_status_is_not_offered_without_the_option(own):
    assert status(own) is None


def test_f2_the_largest_holder_is_cut_with_4408_if_it_does_not_read(start):
    own = start("--max-process-bytes", str(7 * MIB // 4), "--status", "--log-format", "json")
    with closing(raw.WebSocket(own.port)) as socket:
        for number in range(13):
            socket.text(json.dumps(call("chat.say", ["a", "\x01" * 2_000], number)))
        assert len(answers(socket, 13)) == 13
    reader, *others = [raw.WebSocket(own.port, receive_buffer=4_096) for _ in range(13)]
    # The kernel takes the first answers. No further call begins once a mebibyte waits.
    for number in range(60):
        if status(own)["memory"]["largest"] > MIB:
            break
        reader.text(json.dumps(call("chat.history", [13], number)))
        time.sleep(0.05)
    memory = status(own)["memory"]
    assert memory["largest"] > MIB and memory["cut"] == 0
    # Each of the others stays within its share, 1/26 of the budget; together with the reader they exceed the budget.
    for socket in others:
        socket.text(json.dumps(call("echo.back", ["anything", "x" * 23_100], 1)))
    assert raw.wait_until(lambda: status(own)["memory"]["cut"] == 1)
    assert raw.wait_until(lambda: any("4408" in line for line in own.lines))
    assert not any("4429" in line for line in own.lines)
    assert raw.wait_until(lambda: own.connections(raw.ports([reader.connection])) == 0)
    with closing(raw.WebSocket(own.port)) as socket:
        socket.text(json.dumps(call("calculator.add", [1, 2], 1)))
        assert answers(socket, 1)[1]["result"] == 3
    for socket in [reader, *others]:
        socket.close()


def test_f3_files_are_not_charged_to_their_readers(start, tmp_path):
    (tmp_path / "large.bin").write_bytes(b"x" * 8 * MIB)
    own = start("--public", str(tmp_path), "--status", *LIMITS)
    readers = [raw.connect(own.port, receive_buffer=4_096) for _ in range(8)]
    for reader in readers:
        reader.sendall(raw.get("/large.bin"))
    # The head has arrived, so the rest of the file waits for the client.
    assert all(reader.recv(16).startswith(b"HTTP/1.1 200") for reader in readers)
    memory = status(own)["memory"]
    assert memory["held"] < MIB and memory["cut"] == memory["refusedByProcess"] == 0
    rest, hasEnded = raw.read_all(readers[0])
    assert hasEnded and len(rest) >= 8 * MIB
    for reader in readers:
        reader.close()
