"""Memory leaks of connections: the sessions of leaks.py under valgrind."""

import pytest

from leaks import ROUNDS


def test_lost_memory_does_not_grow_with_connections(leaks):
    if not leaks.isAvailable:
        pytest.skip("valgrind and strip are needed")
    leaks.join()
    assert not leaks.failures, leaks.failures
    few, many = (leaks.lost[rounds] for rounds in ROUNDS)
    assert few == many
