"""Many WebSocket clients in one thread that subscribe to a topic and measure the latency of every delivery."""

import resource
import select
import time

import raw

# An event arrives as `…"result":"<index> <filler>"…`, where the index has `DIGITS` digits.
MARK, DIGITS = b'"result":"', 6


def raise_descriptor_limit(count):
    """Raises the limit of open files, which child processes inherit and which is often 1,024 by default."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def subscribe(socket, times=1):
    """Subscribes to `bench` the given number of times, so that each event is delivered as often."""
    socket.send(*[raw.frame(raw.TEXT, raw.call("rpc.subscribe", '{"topic":"bench"}', index)) for index in range(times)])
    for _ in range(times):
        assert "subscription" in socket.message()


class Audience:
    """Subscribers that read immediately, and a client that publishes."""

    def __init__(self, port, count):
        self.publisher = raw.WebSocket(port)
        self.sockets = {}
        self.poll = select.epoll()
        for _ in range(count):
            socket = raw.WebSocket(port)
            subscribe(socket)
            self.sockets[socket.connection.fileno()] = socket
        for number, socket in [*self.sockets.items(), (self.publisher.connection.fileno(), self.publisher)]:
            socket.connection.setblocking(False)
            self.poll.register(number, select.EPOLLIN)
        self.published = []
        # The index of the last event that each subscriber received.
        self.last = dict.fromkeys(self.sockets, -1)

    def measure(self, events, rate, size, sample):
        """Publishes events at a steady rate and returns the sorted latencies of all deliveries, in seconds.

        The rate is lower while deliveries fall behind. `sample` is called after each event has been published.
        """
        latencies, filler = [], "x" * (size - DIGITS - 1)
        first, start = len(self.published), time.monotonic()
        deadline = start + events / rate + 2 * raw.PATIENCE
        while len(latencies) < events * len(self.sockets):
            assert time.monotonic() < deadline, f"only {len(latencies)} deliveries in time"
            index = len(self.published)
            due = start + (index - first) / rate
            isBehind = len(latencies) < (index - first - 2) * len(self.sockets)
            if index < first + events and time.monotonic() >= due and not isBehind:
                self.published.append(time.perf_counter())
                text = raw.call("bench.publish", f'{{"text":"{index:0{DIGITS}} {filler}"}}', index)
                self.publisher.connection.sendall(raw.frame(raw.TEXT, text))
                sample()
            wait = 1 if isBehind or index >= first + events else max(0, due - time.monotonic())
            for number, _ in self.poll.poll(wait, 64):
                self._read(number, latencies)
        latencies.sort()
        return latencies

    def _read(self, number, latencies):
        socket = self.sockets.get(number, self.publisher)
        piece = socket.connection.recv(262144)
        now = time.perf_counter()
        assert piece, "the connection of a client that reads was closed"
        socket.data += piece
        while got := socket.read(0):
            kind, payload, _ = got
            if kind == raw.PING:
                socket.connection.sendall(raw.frame(raw.PONG, payload))
                continue
            assert kind == raw.TEXT, f"{kind} {payload!r}"
            if socket is self.publisher:
                assert b'"result":true' in payload
                continue
            at = payload.index(MARK) + len(MARK)
            index = int(payload[at : at + DIGITS])
            assert index == self.last[number] + 1, "an event was lost or arrived out of order"
            self.last[number] = index
            latencies.append(now - self.published[index])

    def close(self):
        self.poll.close()
        for socket in [*self.sockets.values(), self.publisher]:
            socket.close()
