"""Uses of freed memory (RELIABILITY H10): the session of memory.py under valgrind."""

import pytest


def test_h10_connections_end_in_every_way_without_touching_freed_memory(memory):
    if not memory.isAvailable:
        pytest.skip("valgrind and strip are needed")
    memory.thread.join(900)
    assert memory.failure is None, f"{memory.failure!r}\n{memory.log[-5000:]}"
    assert memory.exitCode == 0, memory.log[:8000]
    print(memory.counts)
