"""Sends the JSON corpus as arguments in both topologies: valid JSON is echoed, and invalid JSON is a parse error."""

import decimal
import http.client
import json
import pathlib

import pytest

from programs import PATIENCE, ROOT
from test_cases import posted, servers  # noqa: F401 (the fixture)

FOLDER = pathlib.Path(ROOT, "Tests/PosternJSONRPCTests/Corpus")

# The error codes for files that are valid by JSON's grammar but refused by the server, by a prefix of the file's name.
REFUSED = {"i_surrogate": -32602, "i_names_twice": -32602, "i_number_310": -32602, "i_number_huge_exponent": -32602,
           "i_number_just_above": -32602, "i_number_too_large": -32602, "i_depth_of_65": -32600,
           "i_depth_of_64": -32600}


def files(kind):
    return sorted(path for path in FOLDER.glob(f"{kind}_*.json"))


def send(port, method, texts):
    """Sends a request for each text and yields the response."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    for text in texts:
        body = b'{"jsonrpc":"2.0","id":1,"method":"%s","params":[%s]}' % (method.encode(), text)
        connection.request("POST", "/rpc", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        assert response.status == 200
        yield json.loads(response.read())


def both(servers, method, paths):  # noqa: F811
    """Returns pairs of a path and its response; asserts that both topologies return the same response."""
    texts = [path.read_bytes() for path in paths]
    answers = list(send(servers["in-process"], method, texts))
    for path, one, other in zip(paths, answers, send(servers["sidecar"], method, texts)):
        assert repr(one) == repr(other), path.name
    return zip(paths, answers)


@pytest.mark.parametrize("method", ["types.any", "types.anyInATask"])
def test_valid_json_is_echoed(servers, method):  # noqa: F811
    for path, answer in both(servers, method, files("y")):
        assert answer["result"] == json.loads(path.read_bytes(), parse_int=number, parse_float=number), path.name


def number(text):
    """Returns a whole number of 64 bits as an `int`, however it is written, and any other number as a `float`."""
    exact = decimal.Decimal(text)
    return int(exact) if exact == exact.to_integral_value() and -2**63 <= exact < 2**64 else float(text)


@pytest.mark.parametrize("method", ["types.any", "types.raw"])
def test_invalid_json_is_a_parse_error(servers, method):  # noqa: F811
    for path, answer in both(servers, method, files("n")):
        # In the brackets of `params`, an empty file is an empty list, and a file with two values is two arguments.
        code = answer.get("error", {}).get("code")
        assert code == -32700 or is_valid_between_brackets(path), (path.name, answer)


def is_valid_between_brackets(path):
    """Whether the content of a file is JSON if it is enclosed in brackets."""
    try:
        json.loads(b"[" + path.read_bytes() + b"]", parse_constant=lambda name: 1 / 0)
        return True
    except (ValueError, ZeroDivisionError):
        return False


@pytest.mark.parametrize("method", ["types.any", "types.raw", "types.text", "no.such"])
def test_an_error_for_refused_json_has_the_id_of_its_request(servers, method):  # noqa: F811
    for path, answer in both(servers, method, [path for path in files("i") if refused(path)]):
        assert answer["id"] == 1 and answer["error"]["code"] == refused(path), (path.name, answer)
        assert answer["error"]["data"]["executed"] == "no"


def refused(path):
    """Returns the error code for a file, or `None` if the server accepts it."""
    if path.name == "i_surrogate_pair_cut.json":
        return None  # Its second escape has too few digits, so it is not valid JSON.
    return next((code for prefix, code in REFUSED.items() if path.name.startswith(prefix)), None)


@pytest.mark.parametrize("method", ["types.int", "types.double", "types.text", "types.bytes", "types.point"])
def test_both_topologies_answer_equally_for_every_type(servers, method):  # noqa: F811
    assert len(list(both(servers, method, files("y") + files("i")))) > 120
