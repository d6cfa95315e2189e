import json

import pytest

from graders.json_schema import names, schema
from graders.timed import OverspentError
from harness.records import Json

PLACE: dict[str, Json] = {"type": "object", "required": ["zip"], "properties": {"zip": {"pattern": r"^\d{5}$"}}}
ORDER: dict[str, Json] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$defs": {"place": PLACE},
    "properties": {
        "id": {"type": "integer"},
        "from": {"$ref": "#/$defs/place"},
        "items": {"type": "array", "items": {"properties": {"n": {"minimum": 1}}}},
    },
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("value", "broken"),
    [
        ({}, []),
        ({"id": 1, "from": {"zip": "89073"}, "items": [{"n": 1}]}, []),
        ({"id": 1.0}, []),
        ({"id": True}, ["$.id: True is not of type 'integer'"]),
        ({"id": "1"}, ["$.id: '1' is not of type 'integer'"]),
        ({"from": {}}, ["$.from: 'zip' is a required property"]),
        ({"from": {"zip": "8907"}}, [r"$.from.zip: '8907' does not match '^\\d{5}$'"]),
        ({"items": [{"n": 2}, {"n": 0}]}, ["$.items[1].n: 0 is less than the minimum of 1"]),
        ({"b": 1, "a": 2}, ["$: Additional properties are not allowed ('a', 'b' were unexpected)"]),
    ],
)
def test_violations_and_their_places(value, broken):
    assert list(schema(ORDER).violations(value)) == broken


def test_of_many_violations_the_first_by_place_are_told():
    found = schema({"additionalProperties": {"type": "string"}}).violations({f"k{number}": 1 for number in range(99)})
    assert [violation[:6] for violation in found] == ["$.k0: ", "$.k1: ", "$.k10:", "$.k11:", "$.k12:"]
    (huge,) = schema({"type": "string"}).violations({"k": "\ud800" * 10**6})
    assert len(huge) <= 200 and huge.encode()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (5, "not a JSON Schema; write the schema itself"),
        ("schema.json", "not a JSON Schema; write the schema itself"),
        ({"type": "objct"}, r"at \$.type"),
        ({"properties": {"a": {"minimum": "5"}}}, r"at \$.properties.a.minimum"),
        ({"properties": {"a": {"pattern": "("}}}, "is not a 'regex'"),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "the draft that is checked"),
        ({"$ref": "#/$defs/nothing"}, "leads nowhere"),
        ({"properties": {"a": {"items": {"$ref": "https://example.com/a.json"}}}}, "schemas are not fetched"),
        ({"$id": "https://example.com/a.json", "$ref": "b.json"}, "schemas are not fetched"),
        ({"$ref": "file:///etc/hostname"}, "schemas are not fetched"),
        ({"$ref": "#"}, "refers to itself without end"),
    ],
)
def test_schemas_that_cannot_be_used(given, message):
    with pytest.raises(ValueError, match=message):
        schema(given)


@pytest.mark.parametrize(
    "given",
    [
        {"properties": {"$ref": {"type": "string"}}},  # a field of that name
        {"not": {"enum": [{"$ref": "nowhere"}]}},
        {"$ref": "https://json-schema.org/draft/2020-12/schema"},  # published with the library
        {"$id": "https://example.com/a", "$ref": "b", "$defs": {"b": {"$id": "https://example.com/b"}}},
        {"$anchor": "top", "properties": {"a": {"$ref": "#top"}}},
    ],
)
def test_references_within_a_schema(given):
    assert schema(given).violations({}) == ()


def test_a_value_as_deep_as_any_that_is_read():
    below: Json = {"properties": {"a": {"$ref": "#/$defs/t"}}, "type": "object"}
    tree = schema({"$ref": "#/$defs/t", "$defs": {"t": {"allOf": [{"allOf": [{"allOf": [below]}]}]}}})
    assert tree.violations(json.loads('{"a":' * 99 + "{}" + "}" * 99)) == ()
    assert len(tree.violations(json.loads('{"a":' * 99 + "1" + "}" * 99))) == 1


def test_numbers_that_no_machine_holds():
    assert schema({"properties": {"a": {"multipleOf": 0.01}}}).violations({"a": 10**400}) == (
        "$: a number is too large to be checked",
    )


def test_what_takes_too_long_ends():
    branch: Json = {"properties": {"a": {"$ref": "#/$defs/t"}}, "required": ["b"]}
    tree = schema({"$ref": "#/$defs/t", "$defs": {"t": {"anyOf": [branch, branch]}}})
    with pytest.raises(OverspentError, match="processor time"):
        tree.violations(json.loads('{"a":' * 99 + "{}" + "}" * 99))
    with pytest.raises(OverspentError, match="processor time"):
        schema({"properties": {"a": {"pattern": "^(a+)+$"}}}).violations({"a": "a" * 99 + "b"})
    assert tree.violations({"b": 1}) == ()


def test_the_fields_that_a_schema_lists():
    assert list(names(ORDER)) == ["id", "from", "items", "items.n"]
    assert list(names({"properties": {"a": {"properties": {"b": True}}, "c": False}})) == ["a", "a.b", "c"]
    assert list(names(None)) == list(names({"properties": 5})) == []
