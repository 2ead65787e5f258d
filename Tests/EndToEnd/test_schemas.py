"""Compares the schemas in `/openrpc.json` with what the codecs read and write, for a list of Swift types."""

import copy
import http.client
import json
import shutil
import tempfile
import urllib.request

import openrpc_rules
import pytest
from jsonschema import Draft202012Validator, FormatChecker, SchemaError, ValidationError

from page import post
from programs import LISTENING, PATIENCE, Program, port_of, start_gateway

# A schema cannot express what these types refuse: order, values in turn, texts that are no URL, and their own rules.
WIDE = {"priorities", "range", "closedRange", "url", "book", "stay", "entry", "secret"}
ENUMERATIONS = {"direction", "expression", "shape"}
# Strings of digits are left out: a number is accepted in that form too, which schemas do not mention.
OTHERS = [None, True, 0, 1, -1, 1.5, 1.0, 300, 40_000, 2**31, 2**32, 2**63, 2**64, -2**63 - 1, 3.5e38, "", "x", "red",
          "AA==", "AB==", "AA=", "2026-03-01T15:00:00+01:00", "6f9619ff-8b86-d011-b42d-00c04fc964ff", [], [1], ["x"],
          [1, 2], [[1]], [None], {}, {"x": 1}, {"1": "x"}, {"north": {}}, {"nothing": {}}, {"nothing": {}, "point": {}}]


@pytest.fixture(scope="module")
def servers():
    """Yields the ports of the JSON doors in both topologies."""
    folder = tempfile.mkdtemp(prefix="postern-")
    services = Program("type-service", f"unix:{folder}/app.sock", ready=LISTENING, stdin=True)
    sidecar = start_gateway(
        f"unix:{folder}/app.sock", "--interface-title", "Types", "--interface-version", "2.1.0",
        "--interface-description", "Types of all kinds")
    yield port_of(services), port_of(sidecar)
    sidecar.stop()
    services.end_input()
    shutil.rmtree(folder, ignore_errors=True)


def request(port, method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request(method, path, body, {"Content-Type": "application/json"})
    return connection.getresponse().read()


@pytest.fixture(scope="module")
def document(servers):
    return json.loads(request(servers[0], "GET", "/openrpc.json"))


def answers(port, calls):
    """Returns the responses to calls, each a method and its parameters."""
    found = []
    for start in range(0, len(calls), 40):
        batch = calls[start:start + 40]
        entries = [{"jsonrpc": "2.0", "id": number, "method": method, "params": params}
                   for number, (method, params) in enumerate(batch)]
        responses = {response["id"]: response for response in json.loads(
            request(port, "POST", "/rpc", json.dumps(entries)))}
        found += [responses[number] for number in range(len(batch))]
    return found


def validator(document, schema):
    return Draft202012Validator({**schema, "components": document["components"]}, format_checker=FormatChecker())


def variants(value):
    """Yields values that differ from one in a single place."""
    yield from OTHERS
    places = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in places:
        for other in variants(inner):
            changed = copy.copy(value)
            changed[key] = other
            yield changed
        shorter = copy.copy(value)
        del shorter[key]
        yield shorter
    if isinstance(value, dict):
        yield {**value, "unknown": 1}


def test_topologies_have_the_same_document(servers):
    assert request(servers[0], "GET", "/openrpc.json") == request(servers[1], "GET", "/openrpc.json")


def test_the_document_is_valid(document):
    openrpc_rules.check(document)
    assert document["info"] == {"title": "Types", "version": "2.1.0", "description": "Types of all kinds"}


def test_the_document_of_the_demo_is_valid(server):
    with urllib.request.urlopen(f"{server}/openrpc.json", timeout=PATIENCE) as answer:
        document = json.load(answer)
    openrpc_rules.check(document)
    assert document == post(server, "rpc.discover", [])["result"]
    assert len(document["methods"]) > 20 and len(document["x-topics"]) == 2


MISTAKES = {
    "another version": lambda document: document.update(openrpc="1.5.0"),
    "no version": lambda document: document.pop("openrpc"),
    "no title": lambda document: document["info"].pop("title"),
    "an unknown member": lambda document: document.update(topics=[]),
    "an unknown member of a method": lambda document: document["methods"][0].update(safe=True),
    "a method without a result": lambda document: document["methods"][0].pop("result"),
    "a result without a schema": lambda document: document["methods"][0]["result"].pop("schema"),
    "a method without parameters": lambda document: document["methods"][0].pop("params"),
    "two methods of one name": lambda document: document["methods"].append(document["methods"][0]),
    "a text as code of an error": lambda document: document["methods"][0].update(
        errors=[{"code": "1", "message": "a"}]),
    "an optional parameter before a required one": lambda document: document["methods"][0].update(
        params=[{"name": "a", "schema": {}}, {"name": "b", "schema": {}, "required": True}]),
    "a wrong schema": lambda document: document["methods"][0]["result"].update(schema={"type": "texts"}),
    "a reference to nothing": lambda document: document["methods"][0]["result"].update(
        schema={"$ref": "#/components/schemas/None"}),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_document_with_a_mistake_is_refused(document, mistake):
    changed = copy.deepcopy(document)
    MISTAKES[mistake](changed)
    with pytest.raises((AssertionError, ValueError, ValidationError, SchemaError)):
        openrpc_rules.check(changed)


def test_samples_validate_and_are_accepted(servers, document):
    methods = {method["name"]: method for method in document["methods"]}
    names = [name[6:] for name in methods if name.startswith("types.")]
    assert len(names) >= 50
    for name, answer in zip(names, answers(servers[0], [(f"samples.{name}", []) for name in names]), strict=True):
        validator(document, methods[f"samples.{name}"]["result"]["schema"]).validate(answer["result"])
        calls = [(f"types.{name}", [sample]) for sample in answer["result"]]
        for (_, (sample,)), echo in zip(calls, answers(servers[0], calls), strict=True):
            assert "result" in echo, (name, sample, echo)
            # The order of a set is a random one.
            assert echo["result"] == sample or name in ("texts", "person"), name
            validator(document, methods[f"types.{name}"]["result"]["schema"]).validate(echo["result"])


def test_arguments_are_accepted_as_their_schemas_say(servers, document):
    methods = {method["name"]: method for method in document["methods"]}
    wrong = []
    accepted = refused = 0
    for name in [name[6:] for name in methods if name.startswith("types.")]:
        schema = validator(document, methods[f"types.{name}"]["params"][0]["schema"])
        samples = answers(servers[0], [(f"samples.{name}", [])])[0]["result"]
        values = {json.dumps(value): value for sample in samples for value in variants(sample)}
        calls = [(f"types.{name}", [value]) for value in values.values()]
        for value, answer in zip(values.values(), answers(servers[0], calls), strict=True):
            isAccepted = "result" in answer
            assert isAccepted or answer["error"]["code"] == -32602, answer
            accepted += isAccepted
            refused += not isAccepted
            # Unknown members are ignored, also beside the one of an enumeration's case.
            if name in ENUMERATIONS and '"unknown"' in json.dumps(value):
                continue
            if isAccepted != schema.is_valid(value) and (isAccepted or name not in WIDE):
                wrong.append(f"{name}: {json.dumps(value)} is {'' if isAccepted else 'not '}accepted: {answer}")
            if isAccepted and not validator(document, methods[f"types.{name}"]["result"]["schema"]).is_valid(
                    answer["result"]):
                wrong.append(f"{name}: {json.dumps(value)} is answered with {answer}")
    assert wrong == []
    assert accepted > 500 and refused > 4000


def test_types_are_described_once_and_by_reference(document):
    schemas = document["components"]["schemas"]
    person = schemas["Person"]
    assert person["title"] == "Person" and schemas["Person.Address"]["title"] == "Address"
    assert person["required"] == ["id", "name", "home", "others", "tags"]
    assert person["properties"]["id"] == {"type": "string", "format": "uuid"}
    assert person["properties"]["born"] == {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}
    assert person["properties"]["others"] == {"type": "array", "items": {"$ref": "#/components/schemas/Person.Address"}}
    assert schemas["Color"] == {"title": "Color", "type": "string", "enum": ["red", "green", "deep-blue"]}
    assert schemas["Priority"] == {"title": "Priority", "type": "integer", "enum": [1, 9]}
    assert schemas["Tree"]["properties"]["children"]["items"] == {"$ref": "#/components/schemas/Tree"}
    assert schemas["Secret"] == {"title": "Secret"}
    assert schemas["ISBN"]["pattern"] == "^97[89]-[0-9]{10}$"
    assert [case["title"] for case in schemas["Shape"]["oneOf"]] == ["circle", "rectangle", "point", "nothing"]
    assert schemas["Page_Point"]["title"] == "Page<Point>"


def test_defaults_errors_streams_and_topics_are_described(servers, document):
    methods = {method["name"]: method for method in document["methods"]}
    defaults = methods["rest.defaults"]
    count, point, color = (parameter["schema"] for parameter in defaults["params"])
    assert count["default"] == 20 and color["default"] == "deep-blue"
    assert point == {"$ref": "#/components/schemas/Point", "default": {"x": 1, "y": 2.5}}
    assert defaults["errors"] == [{"code": 7, "message": "No such point"}, {"code": -32000, "message": "Full"}]
    assert defaults["x-error-details"]["7"] == {"$ref": "#/components/schemas/Point"}
    thrown = answers(servers[0], [("rest.defaults", [3])])[0]["error"]
    assert thrown["code"] == -32000
    validator(document, defaults["x-error-details"]["-32000"]).validate(thrown["data"]["details"])
    assert methods["rest.walk"]["x-stream"]["item"] == {"$ref": "#/components/schemas/Point"}
    assert document["x-topics"] == [
        {"name": "rest.anything", "schema": {}},
        {"name": "rest.people", "description": "All of them", "schema": {"$ref": "#/components/schemas/Person"}}]
