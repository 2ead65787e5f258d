"""Clients with their default settings are served, in both topologies and through proxies."""

import pytest

from clients import CLIENTS


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_is_served(direct, name):
    client = CLIENTS[name]
    assert client.run(direct.base) == client.expected


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_is_served_through_the_documented_proxy(documented, name):
    client = CLIENTS[name]
    assert client.run(documented.base, documented.environment) == client.expected


@pytest.mark.parametrize("name", ["curl --http1.1", "requests", "Java", "Node fetch"])
def test_a_client_is_served_through_the_shortest_proxy(shortest, name):
    client = CLIENTS[name].without_socket()
    assert client.run(shortest.base) == client.expected
