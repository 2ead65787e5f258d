"""Stops under load (RELIABILITY P17, S1): whatever was accepted is answered."""

import json
import random
import signal
import threading
import time

import pytest

import raw


class Load:
    """Clients that call without a pause until the server sends them away."""

    def __init__(self, port):
        self.port, self.isOver, self.problems, self.answered, self.refused = port, False, [], 0, 0
        self.threads = [threading.Thread(target=self._guard, args=(body,), daemon=True)
                        for body in [self._webSocket] * 8 + [self._posts] * 4]
        for thread in self.threads:
            thread.start()

    def _guard(self, body):
        try:
            body()
        except Exception as error:
            self.problems.append(error)

    def _count(self, answer):
        if "result" in answer:
            self.answered += 1
        elif answer["error"]["code"] == -32053:
            self.refused += 1
        else:
            self.problems.append(answer)

    def _webSocket(self):
        socket, sent, identity = raw.WebSocket(self.port), {}, 0
        while True:
            while len(sent) < 4:
                identity += 1
                sent[identity] = time.monotonic()
                socket.text(raw.call("jobs.run", f'{{"steps":1,"stepMs":{random.randint(1, 300)}}}', identity))
            got = socket.read()
            if got is None or got[0] == raw.CLOSE:
                now = time.monotonic()
                code = None if got is None else int.from_bytes(got[1][:2], "big")
                late = [identity for identity, start in sent.items() if now - start > 0.1]
                if code != 4101 or late:
                    self.problems.append(f"close code {code}, without an answer: {late}")
                socket.send(raw.close_frame(code or 1000))
                return socket.close()
            answer = json.loads(got[1])
            del sent[answer["id"]]
            self._count(answer)
            if "error" in answer:
                time.sleep(0.01)

    def _posts(self):
        while not self.isOver:
            answer, _ = raw.ask(self.port, raw.post(raw.call("jobs.run", '{"steps":1,"stepMs":50}')))
            if answer.status != 200:
                self.problems.append(answer)
            else:
                self._count(json.loads(answer.body))

    def join(self):
        for thread in self.threads:
            thread.join(raw.PATIENCE)
            assert not thread.is_alive()


def test_a_stop_under_load_answers_every_accepted_call(start):
    server = start("--drain-lead", "1")
    load = Load(server.port)
    time.sleep(1)
    assert raw.ask(server.port, raw.get("/readyz"))[0].status == 200
    server.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    while (status := raw.ask(server.port, raw.get("/readyz"))[0].status) == 200:
        assert time.monotonic() - began < 0.5
    assert status == 503 and raw.ask(server.port, raw.get("/livez"))[0].status == 200
    # Who asks whether the server is ready goes elsewhere now.
    load.isOver = True
    assert server.wait(25) == 0 and time.monotonic() - began < 10
    load.join()
    assert load.problems == [] and load.answered > 100


def test_an_idle_server_stops_at_once(start):
    server = start()
    with raw.connect(server.port) as silent, raw.connect(server.port) as kept:
        kept.sendall(raw.get("/livez", close=False))
        assert raw.read_answer(kept).status == 200
        began = time.monotonic()
        assert server.terminate(5) == 0 and time.monotonic() - began < 4
        assert raw.read_all(kept) == (b"", True) and raw.read_all(silent)[1]


def test_a_large_answer_that_is_under_way_arrives_whole(start):
    server = start()
    with raw.connect(server.port, receive_buffer=4096) as connection:
        big = "x" * 1_000_000
        connection.sendall(raw.post(raw.call("echo.echo", f'{{"value":"{big}"}}')))
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        data, closed = raw.read_all(connection)
        assert len(data) > 1_000_000 and data.endswith(b'"}') and closed
    assert server.wait() == 0


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_the_program_at_once(start, kind):
    server = start()
    socket = raw.WebSocket(server.port)
    socket.text(raw.call("jobs.run", '{"steps":1,"stepMs":20000}'))
    time.sleep(0.2)
    server.process.send_signal(kind)
    time.sleep(0.5)
    assert server.isAlive()
    server.process.send_signal(kind)
    assert server.wait(1) is not None
    socket.close()


def test_a_request_that_is_on_its_way_while_the_server_stops_is_answered(start):
    """A proxy that keeps its connections learns of a stop only by their end."""
    server = start()
    with raw.connect(server.port) as kept:
        kept.sendall(raw.get("/livez", close=False))
        assert raw.read_answer(kept).status == 200
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        kept.sendall(raw.post(raw.call("calculator.add", "[2,3]")))
        answer = raw.read_answer(kept)
        assert answer.status in (200, 503) and json.loads(answer.body)["error"]["data"]["executed"] == "no"
        assert raw.read_all(kept) == (b"", True)
    assert server.wait() == 0
