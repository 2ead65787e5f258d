"""Tests the forms that the page makes from JSON Schemas, with schemas of the test's own."""

import pytest
from playwright.sync_api import expect

from page import fill, show_form, value_of

UUID = "123e4567-e89b-12d3-a456-426614174000"
SCHEMAS = {
    "Room": {"type": "string", "enum": ["single", "double", "suite"]},
    "Guest": {
        "type": "object", "required": ["name"],
        "properties": {"name": {"type": "string"}, "email": {"type": ["string", "null"]}},
    },
    "Booking": {
        "type": "object", "required": ["id", "guest", "room", "arrival", "nights", "wishes"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "guest": {"$ref": "#/components/schemas/Guest"},
            "room": {"$ref": "#/components/schemas/Room", "description": "The size of the room"},
            "arrival": {"type": "string", "format": "date-time"},
            "nights": {"type": "integer", "minimum": 1},
            "wishes": {"type": "array", "items": {"type": "string"}},
            "breakfast": {"type": "boolean", "default": True},
        },
    },
    "Tree": {
        "type": "object", "required": ["value", "children"],
        "properties": {
            "value": {"type": "integer"},
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
            "parent": {"anyOf": [{"$ref": "#/components/schemas/Tree"}, {"type": "null"}]},
        },
    },
}
SHAPE = {"oneOf": [
    {"title": "circle", "type": "object", "required": ["circle"], "properties": {"circle": {"type": "number"}}},
    {"title": "square", "type": "object", "required": ["square"], "properties": {"square": {"type": "integer"}}},
    {"type": "null"},
]}

# Schemas, what is typed, and what is shown at the field.
REFUSED = [
    ({"type": "integer"}, "abc", "abc is not an integer"),
    ({"type": "integer"}, "1.5", "1.5 is not an integer"),
    ({"type": "integer"}, "", "needs a value"),
    ({"type": "integer", "minimum": 0}, "-1", "-1 is less than 0"),
    ({"type": "number"}, "1,5", "1,5 is not a number"),
    ({"type": "number"}, "Infinity", "Infinity is not a number"),
    ({"type": "number"}, "1e400", "1e400 is not a number"),
    ({"type": "string", "format": "uuid"}, "123", "is not a UUID"),
    ({"type": "string", "format": "date-time"}, "2030-02-30T12:00:00Z", "is not a date and time"),
    ({"type": "string", "format": "date-time"}, "2030-01-01", "is not a date and time"),
    ({"type": "string", "format": "uri"}, "no url", "is not a URL"),
    ({"type": "string", "contentEncoding": "base64"}, "aGVsbG8", "is not a base64 text"),
    ({"type": "string", "pattern": "^a+$"}, "ab", "does not match ^a+$"),
    ({"type": "string", "maxLength": 2}, "abc", "is longer than 2"),
    ({"type": "array"}, "{}", "is not a list"),
    ({}, "[1,", "is not JSON"),
]
# Schemas, what is typed, and what is sent.
SENT = [
    ({"type": "integer"}, "9007199254740993", "9007199254740993"),
    ({"type": "integer"}, "-9223372036854775808", "-9223372036854775808"),
    ({"type": "integer"}, " +7 ", "7"),
    ({"type": "number"}, ".5", "0.5"),
    ({"type": "number"}, "18446744073709551615", "18446744073709551615"),
    ({}, '{"a": [18446744073709551615, "18446744073709551615"]}', '{"a":[18446744073709551615,"18446744073709551615"]}'),
    ({"type": "string", "format": "date-time"}, "2030-01-01T00:00:00.5+02:00", '"2030-01-01T00:00:00.5+02:00"'),
]


@pytest.fixture
def page(demo, open_page):
    return open_page(demo)


def test_a_nested_struct_with_an_enum_a_uuid_and_a_date(page):
    show_form(page, {"$ref": "#/components/schemas/Booking"}, SCHEMAS)
    fill(page, "value.id", UUID)
    fill(page, "value.guest.name", "Eva")
    page.select_option("[name='value.room']", label="suite")
    page.click("[aria-label='Now value.arrival']")
    fill(page, "value.nights", "3")
    value = value_of(page)
    assert value.pop("arrival").endswith("Z")
    assert value == {"id": UUID, "guest": {"name": "Eva"}, "room": "suite", "nights": 3, "wishes": []}
    page.select_option("[name='value.breakfast']", label="false")
    page.click("[data-add='value.wishes']")
    expect(page.locator("[name='value.wishes.0']")).to_be_focused()
    page.keyboard.type("a view")
    assert value_of(page)["wishes"] == ["a view"] and value_of(page)["breakfast"] is False


def test_left_out_null_and_empty_differ(page):
    show_form(page, {"$ref": "#/components/schemas/Guest"}, SCHEMAS)
    fill(page, "value.name", "Eva")
    presence = "[aria-label='value.email is']"
    assert value_of(page) == {"name": "Eva"}
    fill(page, "value.email", "eva@example.org")
    assert value_of(page) == {"name": "Eva", "email": "eva@example.org"}
    fill(page, "value.email", "")
    assert value_of(page) == {"name": "Eva"}
    page.select_option(presence, "value")
    assert value_of(page) == {"name": "Eva", "email": ""}
    page.select_option(presence, "null")
    assert value_of(page) == {"name": "Eva", "email": None}


def test_a_list_is_added_to_and_removed_from(page):
    show_form(page, {"type": "array", "items": {"type": "integer"}, "maxItems": 3})
    for number in ("1", "2", "3"):
        page.click("[data-add='value']")
        page.keyboard.type(number)
    page.click("[aria-label='Remove value.1']")
    expect(page.locator("[name='value.2']")).to_be_focused()
    assert value_of(page) == [1, 3]
    for _ in range(2):
        page.click("[data-add='value']")
        page.keyboard.type("9")
    assert value_of(page) == ["value: has more than 3 items"]


def test_a_dictionary_has_keys_and_values(page):
    show_form(page, {"type": "object", "additionalProperties": {"type": "integer"}})
    for at, (key, value) in enumerate([("a.b", "1"), ("it's", "2")]):
        page.click("[data-add='value']")
        fill(page, f"value.{at}.key", key)
        fill(page, f"value.{at}.value", value)
    assert value_of(page) == {"a.b": 1, "it's": 2}
    fill(page, "value.1.key", "a.b")
    assert value_of(page) == ["value.1.key: is there twice"]


def test_one_of_several_types_is_chosen(page):
    show_form(page, SHAPE)
    assert value_of(page) is None
    page.select_option("[aria-label='value is']", "value")
    page.select_option("[name='value']", label="square")
    fill(page, "value.1.square", "4")
    assert value_of(page) == {"square": 4}
    page.evaluate("form.write({ value: { circle: 1.5 } })")
    expect(page.locator("[name='value.0.circle']")).to_have_value("1.5")


def test_a_recursive_type_grows_as_it_is_filled_in(page):
    show_form(page, {"$ref": "#/components/schemas/Tree"}, SCHEMAS)
    fill(page, "value.value", "1")
    page.click("[data-add='value.children']")
    fill(page, "value.children.0.value", "2")
    assert value_of(page) == {"value": 1, "children": [{"value": 2, "children": []}]}
    page.select_option("[aria-label='value.parent is']", "value")
    fill(page, "value.parent.value", "3")
    assert value_of(page)["parent"] == {"value": 3, "children": []}
    # A type that has itself in each value has no end; it becomes JSON at some depth.
    show_form(page, {"$ref": "#/components/schemas/Loop"}, {
        "Loop": {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/components/schemas/Loop"}}}})
    expect(page.locator("#fields textarea")).to_have_count(1)


def test_what_does_not_fit_is_marked_at_its_field(page):
    for schema, text, problem in REFUSED:
        show_form(page, schema)
        fill(page, "value", text)
        assert page.evaluate("(() => { try { form.take(); } catch (error) { return error.message; } })()"), text
        expect(page.locator("#param-value-problem")).to_contain_text(problem)
        expect(page.locator("[name=value]")).to_have_attribute("aria-invalid", "true")
        expect(page.locator("[name=value]")).to_be_focused()


def test_what_is_typed_is_sent_exactly(page):
    for schema, text, sent in SENT:
        show_form(page, schema)
        fill(page, "value", text)
        assert page.evaluate("textNow()") == sent
