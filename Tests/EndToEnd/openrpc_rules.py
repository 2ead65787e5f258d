"""The rules of OpenRPC 1.4 for a document, as a JSON Schema and a few checks that a schema cannot express.

The package `openrpc` has the same rules as types of its own, with which each document is checked as well.
"""

from jsonschema import Draft7Validator, Draft202012Validator
from openrpc import OpenRPC

TEXT = {"type": "string"}
NAME = {"type": "string", "minLength": 1}
FLAG = {"type": "boolean"}


def closed(needed, /, **properties):
    """Returns the schema of an object with these members, and extensions, only."""
    return {"type": "object", "required": needed, "properties": properties, "patternProperties": {"^x-": {}},
            "additionalProperties": False}


SCHEMA = {"type": ["object", "boolean"]}
DESCRIPTOR = closed(["name", "schema"], name=NAME, description=TEXT, summary=TEXT, schema=SCHEMA, required=FLAG,
                    deprecated=FLAG)
ERROR = {**closed(["code", "message"], code={"type": "integer"}, message=TEXT, data={}), "patternProperties": {}}
# A method without a result is valid since OpenRPC 1.4 only, and every method of a gateway has one.
METHOD = closed(
    ["name", "params", "result"], name=NAME, description=TEXT, summary=TEXT, result=DESCRIPTOR, deprecated=FLAG,
    paramStructure={"enum": ["by-name", "by-position", "either"]}, params={"type": "array", "items": DESCRIPTOR},
    errors={"type": "array", "items": ERROR})
INFO = closed(["title", "version"], title=TEXT, version=TEXT, description=TEXT)
COMPONENTS = {"type": "object", "properties": {"schemas": {
    "type": "object", "additionalProperties": SCHEMA, "propertyNames": {"pattern": "^[A-Za-z0-9._-]+$"}}},
    "additionalProperties": False}
DOCUMENT = closed(
    ["openrpc", "info", "methods"], openrpc={"type": "string", "pattern": r"^1\.4\.\d+$"}, info=INFO,
    methods={"type": "array", "items": METHOD}, components=COMPONENTS)


def parts(value):
    """Yields every object in a value."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts(part)


def schemas_in(document):
    """Yields every schema of a document."""
    for method in document["methods"]:
        yield from (parameter["schema"] for parameter in method["params"])
        yield method["result"]["schema"]
        if "x-stream" in method:
            yield method["x-stream"]["item"]
        yield from method.get("x-error-details", {}).values()
    yield from (topic["schema"] for topic in document.get("x-topics", ()))
    yield from document.get("components", {}).get("schemas", {}).values()


def unknown(value, known):
    """Yields the names of members that the types of `openrpc` have omitted as unknown, but for extensions."""
    if isinstance(value, dict):
        yield from (name for name in value.keys() - known.keys() if not name.startswith("x-"))
        pairs = [(value[name], known[name]) for name in value.keys() & known.keys()]
    else:
        pairs = zip(value, known, strict=True) if isinstance(value, list) else ()
    for pair in pairs:
        yield from unknown(*pair)


def check(document):
    """Asserts that a document is valid OpenRPC, and that its schemas are valid and refer to what is there."""
    Draft202012Validator(DOCUMENT).validate(document)
    known = OpenRPC.model_validate(document).model_dump(mode="json", by_alias=True, exclude_unset=True)
    # A keyword of JSON Schema that the package does not have.
    assert set(unknown(document, known)) <= {"contentEncoding"}
    names = [method["name"] for method in document["methods"]]
    assert len(names) == len(set(names))
    for method in document["methods"]:
        parameters = [parameter["name"] for parameter in method["params"]]
        codes = [error["code"] for error in method.get("errors", ())]
        assert len(parameters) == len(set(parameters)) and len(codes) == len(set(codes))
        required = [parameter.get("required", False) for parameter in method["params"]]
        assert required == sorted(required, reverse=True), "optional parameters are behind the required ones"
    used = set()
    for schema in schemas_in(document):
        Draft202012Validator.check_schema(schema)
        Draft7Validator.check_schema(schema)
        used |= {part["$ref"] for part in parts(schema) if isinstance(part.get("$ref"), str)}
    assert used == {f"#/components/schemas/{name}" for name in document.get("components", {}).get("schemas", {})}
