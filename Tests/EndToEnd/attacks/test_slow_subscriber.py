"""One subscriber of a thousand stops reading, which does not affect the others (RELIABILITY P5)."""

import pytest

import raw
from audience import Audience, subscribe

SUBSCRIBERS, RATE, EVENTS, EVENT_BYTES = 999, 10, 80, 1_024
# The subscriptions of the stalled client, to which 5 MiB are sent in a phase: the kernel buffers 2 or 3, the gateway 1.
COPIES = 64
# 1 MiB of events, 64 KiB for the connection, and 6 MiB for fragmentation in the allocator.
MEMORY_ROOM = (1 << 20) + (64 << 10) + (6 << 20)
# The tolerance of p99, in seconds: the time to schedule a process with more busy processes than processors.
TIME_ROOM = 0.02
ROUNDS = 6


@pytest.fixture(scope="module")
def crowd(start):
    server = start()
    audience = Audience(server.port, SUBSCRIBERS)
    yield server, audience
    audience.close()


def p99(latencies):
    return latencies[len(latencies) * 99 // 100]


def phase(server, audience):
    """Returns the latencies of a phase, and the peak memory of the server in it."""
    memory = [server.rss()]
    latencies = audience.measure(EVENTS, RATE, EVENT_BYTES, lambda: memory.append(server.rss()))
    return latencies, max(memory)


def read_to_the_end(socket):
    """Returns the number of events that were buffered for the stalled client, and the close code, or None."""
    count = 0
    while got := socket.read():
        if got[0] == raw.CLOSE:
            return count, int.from_bytes(got[1][:2], "big")
        count += got[0] == raw.TEXT
    assert socket.ended, "the connection was not closed"
    return count, None


def test_p5_one_stalled_subscriber_of_a_thousand_does_not_delay_others(crowd):
    server, audience = crowd
    # Other load on the machine only increases latencies, so one round within the tolerance suffices.
    rounds = []
    for _ in range(ROUNDS):
        baseline, before = phase(server, audience)
        stalled = raw.WebSocket(server.port, receive_buffer=4_096)
        subscribe(stalled, COPIES)
        others, after = phase(server, audience)
        count, code = read_to_the_end(stalled)
        stalled.close()
        assert code in (4408, None) and count < EVENTS * COPIES, "expected a close before all events were delivered"
        # Only the first round is significant, as the allocator keeps the memory for the next ones.
        assert after - before < MEMORY_ROOM
        if p99(others) <= 2 * p99(baseline) + TIME_ROOM:
            return
        rounds.append(f"{p99(baseline) * 1000:.1f} and {p99(others) * 1000:.1f} ms")
    raise AssertionError(f"p99 without and with the stalled subscriber: {'; '.join(rounds)}")
