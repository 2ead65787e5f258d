"""The case list: calls with one expected answer over every door and in both topologies.

A case names each difference between doors or topologies with its reason. `params` is JSON text that is sent unchanged.
"""

from cases.case import Case, Failure, Result

# The names of the parameters of a method, or of all methods of a service.
PARAMETERS = {"types": ["value"], "shapes.add": ["a", "b"], "shapes.history": ["limit"],
              "shapes.window": ["from", "to", "order"], "shapes.change": ["to"], "shapes.changeInATask": ["to"],
              "shapes.large": ["count"], "shapes.count": ["to"], "failures.named": ["name"], "failures.namedInATask": ["name"],
              "failures.coded": ["code"], "failures.typed": ["room"]}

NO_SURROGATES = {"native": "MessagePack text is UTF-8, which has no halves of surrogate pairs"}
NO_INFINITY = {"native": "a native client cannot send a number beyond the range of a Double"}
NO_NAMES_TWICE = {"native": "a native client writes each name once; native readers refuse maps with duplicate names"}
NO_DEPTH = {"native": "a native reader counts levels from the value, and refuses it while it reads"}
BY_NAME = {"get": "a query has only named arguments"}
PAYLOAD_AS_RECEIVED = "a Payload is passed on as received: in one process as the same text, natively as the same value"

NO_TEXT = "a native client sends integers, bytes and times as such; text for them is accepted only in calls from JSON"


def text_refused(parameter, wanted):
    """Returns the differences of a call whose text is refused over the native protocol."""
    return {door: (wrong(f"types.{parameter}", f"expected {wanted}, found a string"), NO_TEXT)
            for door in ("native", "native-get")}


BYTES = "bytes (in JSON base64 text)"
TIME = "a time (in JSON RFC 3339 text)"
INT = "an integer from -9223372036854775808 to 9223372036854775807"


def wrong(method, text, parameter="value"):
    return Failure(-32602, f"Parameter {parameter} of {method}: {text}")


def refused(message, **more):
    return Failure(-32602, message, **more)


def invalid(details):
    return Failure(-32600, "Invalid Request", details=details)


NUMBERS = [
    Case("types.int", "[5]", Result("5")),
    Case("types.int", '{"value":5}', Result("5")),
    Case("types.int", "[1.0]", Result("1")),
    Case("types.int", "[1e2]", Result("100")),
    Case("types.int", "[-2.50e1]", Result("-25")),
    Case("types.int", "[-0]", Result("0")),
    Case("types.int", "[-0.0]", Result("0")),
    Case("types.int", "[9007199254740993]", Result("9007199254740993")),
    Case("types.int", "[9007199254740993.0]", Result("9007199254740993"),
         without={"native": "a number with a fraction is a native float, which is not exact beyond 2^53"}),
    Case("types.int", "[9223372036854775807]", Result("9223372036854775807")),
    Case("types.int", "[-9223372036854775808]", Result("-9223372036854775808")),
    Case("types.int", "[9223372036854775808]", wrong("types.int", "expected " + INT)),
    Case("types.int", "[18446744073709551616]", wrong("types.int", "expected " + INT)),
    Case("types.int", "[1e20]", wrong("types.int", "expected " + INT)),
    Case("types.int", "[1e300]", wrong("types.int", "expected " + INT)),
    Case("types.int", "[1.5]", wrong("types.int", "expected an integer, found a fraction")),
    Case("types.int", "[1e-1]", wrong("types.int", "expected an integer, found a fraction")),
    Case("types.int", '["42"]', Result("42"), differs=text_refused("int", "an integer")),
    Case("types.int", '["\\u0034\\u0032"]', Result("42"), differs=text_refused("int", "an integer")),
    Case("types.int", '["-0"]', Result("0"), differs=text_refused("int", "an integer")),
    Case("types.intInATask", '["42"]', Result("42"), differs=text_refused("intInATask", "an integer")),
    Case("types.intOffTheLoop", '["42"]', Result("42"), differs=text_refused("intOffTheLoop", "an integer")),
    Case("types.unsigned", '["18446744073709551615"]', Result("18446744073709551615"),
         differs=text_refused("unsigned", "an integer")),
    Case("types.list", '[["1","2"]]', Result("[1,2]"), differs={
        "native": (wrong("types.list", "[0]: expected an integer, found a string"), NO_TEXT)}),
    Case("types.point", '[{"x":"3"}]', Result('{"x":3}'), differs={
        "native": (wrong("types.point", "x: expected an integer, found a string"), NO_TEXT)}),
    Case("types.int", '["1e2"]', wrong("types.int", "expected an integer, found a string")),
    Case("types.int", '["99999999999999999999"]', wrong("types.int", "expected " + INT),
         differs=text_refused("int", "an integer")),
    Case("types.intOffTheLoop", "[1.0]", Result("1")),
    Case("types.intOffTheLoop", "[1.5]", wrong("types.intOffTheLoop", "expected an integer, found a fraction")),
    Case("types.intInATask", "[1e2]", Result("100")),
    Case("types.intInATask", "[18446744073709551616]", wrong("types.intInATask", "expected " + INT)),
    Case("types.small", "[1.27e2]", Result("127")),
    Case("types.small", "[128]", wrong("types.small", "expected an integer from -128 to 127")),
    Case("types.small", "[18446744073709551616]", wrong("types.small", "expected an integer from -128 to 127")),
    Case("types.unsigned", "[18446744073709551615]", Result("18446744073709551615")),
    Case("types.unsigned", "[18446744073709551616]",
         wrong("types.unsigned", "expected an integer from 0 to 18446744073709551615")),
    Case("types.unsigned", "[-1]", wrong("types.unsigned", "expected an integer from 0 to 18446744073709551615")),
    Case("types.unsigned", "[-0]", Result("0")),
    Case("types.double", "[2]", Result("2")),
    Case("types.double", "[-0]", Result("-0.0")),
    Case("types.double", "[-0.0]", Result("-0.0")),
    Case("types.double", "[18446744073709551616]", Result("1.8446744073709552e+19")),
    Case("types.double", "[9007199254740993]", Result("9007199254740992.0")),
    Case("types.double", "[1.7976931348623157e308]", Result("1.7976931348623157e+308")),
    Case("types.double", "[1e-400]", Result("0")),
    Case("types.double", "[1e400]", refused("Argument 1 of types.double: a number is beyond 1.7976931348623157e+308"),
         without=NO_INFINITY),
    Case("types.double", '["2"]', wrong("types.double", "expected a number, found a string")),
    Case("types.float", "[1e39]", wrong("types.float", "expected a number of 32 bits, at most 3.4028235e+38")),
    Case("types.any", "[1.0]", Result("1")),
    Case("types.any", "[1e2]", Result("100")),
    Case("types.any", "[-0]", Result("-0.0")),
    Case("types.any", "[18446744073709551615]", Result("18446744073709551615")),
    Case("types.any", "[18446744073709551616]", Result("1.8446744073709552e+19")),
    Case("types.anyInATask", "[18446744073709551616]", Result("1.8446744073709552e+19")),
    Case("types.raw", "[1e2]", Result("1e2"), differs={"sidecar": (Result("100"), PAYLOAD_AS_RECEIVED),
                                                         "native": (Result("100"), PAYLOAD_AS_RECEIVED)}),
    Case("types.raw", "[18446744073709551617]", Result("18446744073709551617"),
         differs={"sidecar": (Result("1.8446744073709552e+19"), PAYLOAD_AS_RECEIVED),
                  "native": (Result("1.8446744073709552e+19"), PAYLOAD_AS_RECEIVED)}),
]

VALUES = [
    Case("types.bool", "[true]", Result("true")),
    Case("types.bool", "[1]", wrong("types.bool", "expected a boolean, found a number")),
    Case("types.bool", '["true"]', wrong("types.bool", "expected a boolean, found a string")),
    Case("types.text", '["ü€😀\\u0000\\n"]', Result('"ü€😀\\u0000\\n"')),
    Case("types.text", "[7]", wrong("types.text", "expected a string, found a number")),
    Case("types.text", "[1.5]", wrong("types.text", "expected a string, found a number")),
    Case("types.text", "[null]", wrong("types.text", "expected a string, found null")),
    Case("types.bytes", '["AQL/"]', Result('"AQL/"'), differs=text_refused("bytes", BYTES)),
    Case("types.bytes", '["abcd"]', Result('"abcd"'), differs=text_refused("bytes", BYTES)),
    Case("types.bytes", '["AQL"]', wrong("types.bytes", f"expected {BYTES}, found text that is not base64 with padding"),
         differs=text_refused("bytes", BYTES)),
    Case("types.bytes", "[1]", wrong("types.bytes", f"expected {BYTES}, found a number")),
    Case("types.time", '["2026-01-02T03:04:05Z"]', Result('"2026-01-02T03:04:05.000Z"'),
         differs=text_refused("time", TIME)),
    Case("types.time", '["yesterday"]', wrong("types.time", f'expected {TIME}, found "yesterday"'),
         differs=text_refused("time", TIME)),
    Case("types.time", "[1]", wrong("types.time", f"expected {TIME}, found a number")),
    Case("types.list", "[[1,2.0,3e0]]", Result("[1,2,3]")),
    Case("types.list", "[[1,[2]]]", wrong("types.list", "[1]: expected an integer, found an array")),
    Case("types.point", '[{"x":1,"y":2.5}]', Result('{"x":1,"y":2.5}')),
    Case("types.point", '[{"x":1.5}]', wrong("types.point", "x: expected an integer, found a fraction")),
    Case("types.point", "[[1,2]]", wrong("types.point", "expected an object, found an array")),
    Case("types.point", "[{}]", wrong("types.point", 'the member "x" is missing')),
    Case("types.any", '[{"deep":[null,true,1.5,"é🚪",{"k":[]}]}]', Result('{"deep":[null,true,1.5,"é🚪",{"k":[]}]}')),
    Case("types.any", "[null]", Result("null")),
]

ORDER = '{"price":19.99,"link":"https://a.example/?q=1","id":"E621E1F8-C36C-495A-93FC-0C247A3E6E5F"}'
LONG = "12345678901234567890.123456789"

FOUNDATION = [
    Case("types.url", '["https://a.example/a%20b?q=1"]', Result('"https://a.example/a%20b?q=1"')),
    Case("types.url", '[""]', wrong("types.url", 'expected a URL, found ""')),
    Case("types.url", "[1]", wrong("types.url", "expected a string, found a number")),
    Case("types.decimal", "[0.1]", Result("0.1")),
    Case("types.decimal", "[19.90]", Result("19.9")),
    Case("types.decimal", "[-7]", Result("-7")),
    Case("types.decimal", "[18446744073709551615]", Result("18446744073709551615")),
    Case("types.decimal", f'["{LONG}"]', Result(LONG), differs={
        "sidecar": (Result(f'"{LONG}"'), "MessagePack has no number with so many digits, so it is text"),
        "native": (Result(f'"{LONG}"'), "MessagePack has no number with so many digits, so it is text")}),
    Case("types.decimal", "[true]", wrong("types.decimal", "expected a number, found a boolean")),
    Case("types.decimal", '["1x"]', wrong("types.decimal", 'expected a number of at most 38 digits, found "1x"')),
    Case("types.order", f"[{ORDER}]", Result(ORDER)),
]

NULL = [
    Case("shapes.history", "", Result("100")),
    Case("shapes.history", "null", Result("100")),
    Case("shapes.history", "[null]", Result("100")),
    Case("shapes.history", '{"limit":null}', Result("100")),
    Case("shapes.history", "[5]", Result("5")),
    Case("shapes.window", "[null,null,null]", Result('"1 none up"')),
    Case("shapes.window", "[2]", Result('"2 9 up"')),
    Case("shapes.window", '{"to":null,"order":"down"}', Result('"1 none down"')),
    Case("types.optional", "[null]", Result("null")),
    Case("types.optional", "[]", Result("null")),
    Case("types.int", "[null]", wrong("types.int", "expected an integer, found null")),
]

ARGUMENTS = [
    Case("shapes.add", "[1,2]", Result("3")),
    Case("shapes.add", '{"b":2,"a":1}', Result("3")),
    Case("shapes.nothing", "[]", Result("null")),
    Case("shapes.add", "[1]", refused("Parameter b of shapes.add is missing")),
    Case("shapes.add", "", refused("Parameter a of shapes.add is missing")),
    Case("shapes.add", "[1,2,3]", refused("shapes.add takes at most 2 arguments, a and b; 3 were given"), without=BY_NAME),
    Case("shapes.nothing", "[1]", refused("shapes.nothing takes no arguments; 1 were given"), without=BY_NAME),
    Case("shapes.history", "[1,2]", refused("shapes.history takes at most 1 argument, limit; 2 were given"),
         without=BY_NAME),
    Case("shapes.add", '{"a":1,"c":2}', refused("shapes.add has no parameter c; it takes a and b")),
    Case("shapes.history", '{"limt":1}', refused(
        "shapes.history has no parameter limt; it takes limit. Did you mean limit?")),
    Case("shapes.window", '{"Order":"up"}', refused(
        "shapes.window has no parameter Order; it takes from, to and order. Did you mean order?")),
    Case("shapes.nothing", '{"a":1}', refused("shapes.nothing has no parameter a; it takes none")),
    Case("shapes.add", '{"a":1,"a":2}', refused("shapes.add: parameter a is given twice")),
    Case("types.any", '[{"a":1,"b":2,"a":3}]', refused("Argument 1 of types.any: an object has one name twice"),
         without=NO_NAMES_TWICE),
    Case("types.raw", '[[{"a":1,"\\u0061":2}]]', refused("Argument 1 of types.raw: an object has one name twice"),
         without=NO_NAMES_TWICE),
    Case("types.point", '[{"x":1,"x":2}]', refused("Argument 1 of types.point: an object has one name twice"),
         without=NO_NAMES_TWICE),
    Case("types.text", '["\\ud83d"]', refused(
        'Argument 1 of types.text: text holds half of a surrogate pair, as in "\\ud83d": its other half is missing'),
        without=NO_SURROGATES),
    Case("types.any", "[" * 62 + "]" * 62, Result("[" * 61 + "]" * 61)),
    Case("types.any", "[" * 64 + "]" * 64, invalid("nested deeper than 64 levels"), without=NO_DEPTH),
    Case("no.such", "[]", Failure(-32601, "No such method: no.such")),
    Case("shapes", "[]", Failure(-32601, "No such method: shapes")),
]

UNSAFE = [
    Case(method, "[1]", Result("1"), differs={
        door: (Failure(-32601, f"{method} is not registered as safe, so it cannot be called this way; use POST",
                       details={"allow": "POST"}, status=405), "a GET calls only methods that are registered as safe")
        for door in ("get", "native-get")})
    for method in ("shapes.change", "shapes.changeInATask")
]

ERRORS = [
    Case("failures.named", f'["{name}"]', Failure(1001, "as was asked for", name=name, executed="yes",
                                                   retryable=name == "unavailable"))
    for name in ("not_found", "already_exists", "failed_precondition", "permission_denied", "unauthenticated",
                 "resource_exhausted", "aborted", "out_of_range", "unimplemented", "unavailable", "data_loss",
                 "deadline_exceeded", "canceled", "invalid_argument", "internal")
] + [
    Case("failures.named", '["none of them"]', Failure(1001, "as was asked for", executed="yes")),
    Case("failures.namedInATask", '["not_found"]', Failure(1001, "as was asked for", name="not_found", executed="yes"),
         without={"get": "the method is not registered as safe"}),
    Case("failures.coded", "[404]", Failure(404, "as was asked for", executed="yes")),
    Case("failures.coded", "[-32001]", Failure(-32001, "as was asked for", executed="yes")),
    Case("failures.typed", '["attic"]', Failure(
        -32000, "no room attic", name="not_found", executed="yes",
        details={"type": "RoomMissing", "value": {"room": "attic"}})),
    Case("failures.secret", "[]", Failure(-32000, "The handler failed", executed="yes", details={"type": "Secret"})),
    Case("failures.detailed", "[]", Failure(1002, "with details", name="aborted", details={"room": "kitchen"})),
]

NO_FORM = Failure(-32603, "The result cannot be written", executed="yes")
LARGE = Failure(-32003, "The result is larger than allowed", executed="yes")

RESULTS = [
    Case("failures.noForm", "[]", NO_FORM, differs={
        "native": (Result("NaN"), "MessagePack can represent the value")}),
    Case("failures.noFormInATask", "[]", NO_FORM, differs={
        "native": (Result("[Infinity]"), "MessagePack can represent the value")},
        without={"get": "the method is not registered as safe"}),
    Case("shapes.large", "[1000000]", Result('"' + "x" * 1000000 + '"'), without={
        "batch": "the result would be most of what a batch may return"}),
    Case("shapes.large", "[9000000]", LARGE, without={
        "native": "the limit of a native frame is 16 MiB, and that of a JSON response is 8 MiB",
        "batch": "the result would be most of what a batch may return"}),
    Case("shapes.large", "[18000000]", LARGE, without={"batch": "the result would be most of what a batch may return"}),
]

JSON_RPC_ONLY = {door: "the request has no meta" for door in ("native", "native-get", "path", "get")}

META = [
    Case("shapes.add", "[1,2]", refused(f"meta.{name} is not supported, so nothing was run: leave it out"),
         meta=f'{{"{name}":{value}}}', without=JSON_RPC_ONLY)
    for name, value in (("idempotencyKey", '"k"'), ("policy", '"latest"'), ("explain", "true"),
                        ("bigIntegers", '"string"'))
] + [
    Case("shapes.add", "[1,2]", Result("3"), meta='{"anything":[1],"idempotencyKey":null}', without=JSON_RPC_ONLY),
]

# Calls that open a stream: method, arguments, items, and the error at the end. They are the same over every door.
STREAMS = [
    ("shapes.count", "[3]", [0, 1, 2], None),
    ("shapes.count", "[2.0]", [0, 1], None),
    ("shapes.count", "[0]", [], None),
    ("failures.stream", "[]", [1], Failure(-32000, "no room attic", name="not_found", executed="yes",
                                             details={"type": "RoomMissing", "value": {"room": "attic"}})),
]

# Calls of a stream method that fail before a stream opens: method, arguments and error.
STREAMS_REFUSED = [
    ("shapes.count", "[1.5]", wrong("shapes.count", "expected an integer, found a fraction", "to")),
    ("shapes.count", "[]", refused("Parameter to of shapes.count is missing")),
    ("shapes.count", '{"too":1}', refused("shapes.count has no parameter too; it takes to. Did you mean to?")),
]

CASES = NUMBERS + VALUES + FOUNDATION + NULL + ARGUMENTS + UNSAFE + ERRORS + RESULTS + META
