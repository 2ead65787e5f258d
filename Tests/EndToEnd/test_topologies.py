"""Tests that both topologies answer requests equally."""

import json
import urllib.error
import urllib.request

from programs import PATIENCE, port_of, start_in_process, start_sidecar, stop_all

REQUESTS = [
    {"jsonrpc": "2.0", "id": 1, "method": "calculator.add", "params": {"a": 1, "b": 2}},
    {"jsonrpc": "2.0", "id": "two", "method": "calculator.add", "params": [1, 2]},
    {"jsonrpc": "2.0", "id": 3, "method": "calculator/multiply", "params": [3, "4"]},
    {"jsonrpc": "2.0", "id": 4, "method": "calculator.divide", "params": [1, 0]},
    {"jsonrpc": "2.0", "id": 5, "method": "calculator.sum", "params": {"values": [1, 2.5, -3]}},
    {"jsonrpc": "2.0", "id": 6, "method": "calculator.add", "params": {"a": 1}},
    {"jsonrpc": "2.0", "id": 7, "method": "calculator.add", "params": {"a": "one", "b": 2}},
    {"jsonrpc": "2.0", "id": 8, "method": "no.such"},
    {"jsonrpc": "2.0", "id": 9, "method": "echo.echo", "params": [{"deep": [None, True, 1.5, "é🚪", {"k": []}]}]},
    {"jsonrpc": "2.0", "id": 10, "method": "echo.bytes", "params": ["AQL/"]},
    {"jsonrpc": "2.0", "id": 11, "method": "jobs.run", "params": {"steps": 2, "stepMs": 1}},
    {"jsonrpc": "2.0", "method": "calculator.add", "params": [0, 0]},
    [],
]


def answer(base, message):
    """Posts a message; returns the status and the content of the response without its trace identifiers."""
    request = urllib.request.Request(
        f"{base}/rpc", json.dumps(message).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            status, body = response.status, response.read()
    except urllib.error.HTTPError as error:
        status, body = error.code, error.read()
    return status, without_trace(json.loads(body)) if body else None


def without_trace(content):
    if isinstance(content, list):
        return [without_trace(item) for item in content]
    if isinstance(content, dict):
        return {key: without_trace(value) for key, value in content.items() if key != "traceId"}
    return content


def test_both_topologies_return_equal_answers(tmp_path):
    programs = []
    try:
        programs += start_in_process()
        in_process = f"http://127.0.0.1:{port_of(programs[-1])}"
        programs += start_sidecar(tmp_path)
        sidecar = f"http://127.0.0.1:{port_of(programs[-1])}"
        batch = [message for message in REQUESTS if message]
        for message in [*REQUESTS, batch]:
            assert answer(in_process, message) == answer(sidecar, message), message
    finally:
        stop_all(programs)


def test_errors_contain_their_hops_only_with_the_option():
    programs = []
    try:
        request = {"jsonrpc": "2.0", "id": 1, "method": "calculator.divide", "params": [1, 0]}
        for options, hops in ([], None), (["--send-traces"], [{
                "method": "calculator/divide", "peer": "gateway",
                "trace": "CallError 1001 (unknown): division by zero"}]):
            programs += start_in_process(*options)
            _, content = answer(f"http://127.0.0.1:{port_of(programs[-1])}", request)
            assert content["error"]["data"].get("details", {}).get("hops") == hops, content
    finally:
        stop_all(programs)
