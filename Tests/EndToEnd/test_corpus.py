"""The project's JSON corpus as arguments, in both topologies: what is JSON arrives, what is none is a parse error."""

import decimal
import http.client
import json
import pathlib

import pytest

from programs import PATIENCE, ROOT
from test_cases import posted, servers  # noqa: F401 (the fixture)

FOLDER = pathlib.Path(ROOT, "Tests/PosternJSONRPCTests/Corpus")

# What JSON's grammar allows and is refused nevertheless, with the id of its request, by what the file's name begins with.
REFUSED = {"i_surrogate": -32602, "i_names_twice": -32602, "i_number_310": -32602, "i_number_huge_exponent": -32602,
           "i_number_just_above": -32602, "i_number_too_large": -32602, "i_depth_of_65": -32600,
           "i_depth_of_64": -32600}


def files(kind):
    return sorted(path for path in FOLDER.glob(f"{kind}_*.json"))


def send(port, method, texts):
    """The answers to one request for each text, as bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    for text in texts:
        body = b'{"jsonrpc":"2.0","id":1,"method":"%s","params":[%s]}' % (method.encode(), text)
        connection.request("POST", "/rpc", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        assert response.status == 200
        yield json.loads(response.read())


def both(servers, method, paths):  # noqa: F811
    """The answers of both topologies, which are equal."""
    texts = [path.read_bytes() for path in paths]
    answers = list(send(servers["in-process"], method, texts))
    for path, one, other in zip(paths, answers, send(servers["sidecar"], method, texts)):
        assert repr(one) == repr(other), path.name
    return zip(paths, answers)


@pytest.mark.parametrize("method", ["types.any", "types.anyInATask"])
def test_what_is_json_arrives_and_comes_back(servers, method):  # noqa: F811
    for path, answer in both(servers, method, files("y")):
        assert answer["result"] == json.loads(path.read_bytes(), parse_int=number, parse_float=number), path.name


def number(text):
    """A whole number of 64 bits exactly, however it is spelled; any other as the nearest `Double`."""
    exact = decimal.Decimal(text)
    return int(exact) if exact == exact.to_integral_value() and -2**63 <= exact < 2**64 else float(text)


@pytest.mark.parametrize("method", ["types.any", "types.raw"])
def test_what_is_no_json_is_a_parse_error(servers, method):  # noqa: F811
    for path, answer in both(servers, method, files("n")):
        # Between brackets, nothing at all is an empty list, and two values are two arguments.
        code = answer.get("error", {}).get("code")
        assert code == -32700 or between_brackets(path), (path.name, answer)


def between_brackets(path):
    try:
        json.loads(b"[" + path.read_bytes() + b"]", parse_constant=lambda name: 1 / 0)
        return True
    except (ValueError, ZeroDivisionError):
        return False


@pytest.mark.parametrize("method", ["types.any", "types.raw", "types.text", "no.such"])
def test_what_cannot_be_used_is_answered_with_its_id(servers, method):  # noqa: F811
    for path, answer in both(servers, method, [path for path in files("i") if refused(path)]):
        assert answer["id"] == 1 and answer["error"]["code"] == refused(path), (path.name, answer)
        assert answer["error"]["data"]["executed"] == "no"


def refused(path):
    if path.name == "i_surrogate_pair_cut.json":
        return None  # its second escape has too few digits, which no grammar allows
    return next((code for prefix, code in REFUSED.items() if path.name.startswith(prefix)), None)


@pytest.mark.parametrize("method", ["types.int", "types.double", "types.text", "types.bytes", "types.point"])
def test_the_corpus_is_the_same_for_every_type(servers, method):  # noqa: F811
    assert len(list(both(servers, method, files("y") + files("i")))) > 120
