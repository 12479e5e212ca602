"""JSON schemas as grammars: what follows the grammar is valid, and what the grammar cannot hold to is named."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.gbnf import Gbnf

from weighin.core.runs.schema_grammar import SchemaError, schema_grammar

KIND = {"k": {"const": "a"}, "x": {"type": "integer"}}
TREE = {"type": "object", "properties": {"v": {"type": "number"}, "kids": {"type": "array", "items": {"$ref": "#"}}}}
BASE = {"type": "object", "properties": {"id": {"type": "string", "format": "uuid"}}, "required": ["id"]}
SCHEMAS: tuple[Any, ...] = (
    {},
    {"type": "object"},
    {"type": "array"},
    {"type": "boolean"},
    {"type": ["string", "null"], "maxLength": 4},
    {"type": "string", "minLength": 2, "maxLength": 5},
    {"type": "string", "format": "date"},
    {"type": "string", "format": "date-time"},
    {"type": "integer", "minimum": -137, "maximum": 1905},
    {"type": "integer", "exclusiveMinimum": 9, "exclusiveMaximum": 100},
    {"type": "integer", "multipleOf": 7, "minimum": -20, "maximum": 30},
    {"type": "integer", "minimum": 1},
    {"type": "number", "minimum": 0},
    {"type": "number", "maximum": -2},
    {"type": "number", "minimum": 3, "maximum": 3},
    {"enum": ["a", 'say "so"', "line\nbreak", "back\\slash", "é漢\t", None, 2.5, {"k": [1, True]}]},
    {"type": ["integer", "string"], "enum": [1, "a", None, 2.5]},
    {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 4},
    {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False},
    {"type": "array", "prefixItems": [{"type": "integer"}], "items": {"type": "null"}, "minItems": 3, "maxItems": 5},
    {"type": "object", "additionalProperties": {"type": "integer"}},
    {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": {"type": "string"}},
    {"type": "object", "properties": {"a": {}, "b": {"type": "null"}, "c": {"type": "boolean"}}, "required": ["b"]},
    {"type": "object", "properties": {"a": False, "b": {"type": "null"}}},
    {"properties": {"a/b~": {"type": "integer"}, 'c"d\\e\n': {"$ref": "#/properties/a~1b~0"}}, "required": ["zz"]},
    TREE,
    {"$ref": "#/$defs/t", "$defs": {"t": TREE | {"required": ["v"]}}},
    {"type": "object", "properties": {"a": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}, "required": ["a"]},
    {
        "allOf": [{"$ref": "#/$defs/b"}, {"properties": {"x": {"type": "null"}}, "required": ["x"]}],
        "$defs": {"b": BASE},
    },
    {"allOf": [{"type": "integer", "minimum": 5}, {"type": "number", "maximum": 9}]},
    {"type": "object", "properties": {"a": {}, "b": {}}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
    {"oneOf": [{"properties": KIND, "required": ["k"]}, {"properties": {"k": {"const": "b"}}, "required": ["k"]}]},
)


def texts(schema: Any, count: int = 150) -> list[str]:
    """Texts that follow its grammar, by chance."""
    grammar, chance = Gbnf(schema_grammar(json.dumps(schema)).text), random.Random(7)
    found = [text for text in (grammar.derive(chance) for _ in range(count)) if text is not None]
    assert len(found) > count // 2
    return found


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: json.dumps(schema)[:60])
def test_whatever_follows_the_grammar_is_valid_under_the_schema(schema: Any) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    assert schema_grammar(json.dumps(schema)).not_enforced == ()
    validator = jsonschema.Draft202012Validator(schema)
    for text in texts(schema):
        assert validator.is_valid(json.loads(text)), text


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        ({"type": "integer", "minimum": 8, "maximum": 12}, {8, 9, 10, 11, 12}),
        ({"type": "integer", "minimum": -2, "maximum": 1}, {-2, -1, 0, 1}),
        ({"type": "integer", "multipleOf": 5, "minimum": -7, "maximum": 11}, {-5, 0, 5, 10}),
        ({"enum": ['a"b', "c\\d", "e\nf", 2, None]}, {'a"b', "c\\d", "e\nf", 2, None}),
        ({"type": ["integer", "string"], "enum": [1, "a", None, 2.5]}, {1, "a"}),
        ({"allOf": [{"enum": [1, 2, 3]}, {"enum": [2, 3, 4]}]}, {2, 3}),
        ({"type": "boolean", "nullable": True}, {True, False, None}),
    ],
)
def test_all_that_is_valid_can_be_written_and_nothing_else(schema: Any, wanted: set[Any]) -> None:
    assert {json.loads(text) for text in texts(schema)} == wanted


def test_a_string_holds_no_raw_control_character_and_no_half_of_one() -> None:
    whole = "".join(texts({"type": "string", "maxLength": 30}, 400))
    assert all(ord(character) >= 32 for character in whole)
    assert not any(
        "\ud800" <= character <= "\udfff" for text in texts({"type": "string"}) for character in json.loads(text)
    )


def test_properties_come_in_their_order_whether_required_or_not() -> None:
    schema = {"type": "object", "properties": {name: {"const": 1} for name in "abc"}, "required": ["b"]}
    found = {tuple(json.loads(text)) for text in texts(schema)}
    assert found == {("b",), ("a", "b"), ("b", "c"), ("a", "b", "c")}


@pytest.mark.parametrize(
    ("schema", "named"),
    [
        ({"type": "string", "pattern": "^a+$"}, ("pattern",)),
        ({"type": "string", "format": "email", "minLength": 3}, ("format email",)),
        ({"type": "string", "maxLength": 5000}, ("maxLength",)),
        ({"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5}, ("exclusiveMinimum", "multipleOf")),
        ({"type": "integer", "multipleOf": 3}, ("multipleOf",)),
        ({"type": "array", "items": {}, "uniqueItems": True, "contains": {"const": 1}}, ("contains", "uniqueItems")),
        ({"type": "array", "items": {}, "uniqueItems": False}, ()),
        ({"type": "object", "minProperties": 2}, ("minProperties",)),
        ({"type": "object", "properties": {"a": {}}, "required": ["a"], "minProperties": 1}, ()),
        ({"type": "object", "patternProperties": {"^a": {"type": "null"}}}, ("patternProperties",)),
        ({"not": {"type": "null"}, "type": "integer"}, ("not",)),
        ({"if": {"const": 1}, "then": {"const": 2}}, ("if",)),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, ("oneOf",)),
        ({"oneOf": [{"type": "integer"}, {"type": "string"}]}, ()),
        ({"oneOf": [{"const": 1}, {"const": 2}]}, ()),
        ({"allOf": [BASE | {"additionalProperties": False}, {"properties": {"x": {}}}]}, ("additionalProperties",)),
        ({"title": "A", "description": "b", "default": 1, "type": "integer", "x-own": 3}, ()),
    ],
)
def test_what_it_cannot_hold_to_is_named(schema: Any, named: tuple[str, ...]) -> None:
    assert schema_grammar(json.dumps(schema)).not_enforced == named


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}, "no JSON is valid under it"),
        ({"type": "object", "properties": {"a": False}, "required": ["a"]}, "no JSON is valid under it"),
        ({"type": "array", "items": {"$ref": "#"}, "minItems": 1}, "no JSON is valid under it"),
        ({"enum": []}, "no JSON is valid under it"),
        ({"type": "integer", "minimum": 3, "maximum": 2}, "no JSON is valid under it"),
        ({"allOf": [{"type": "string"}, {"type": "null"}]}, "no JSON is valid under it"),
        ({"$ref": "#"}, "it refers to itself without end"),
        ({"anyOf": [{"$ref": "#"}, {"type": "null"}]}, "it refers to itself without end"),
        ({"$ref": "#/a", "a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}}, "it refers to itself without end"),
        ({"allOf": [{"$ref": "#"}]}, "it refers to itself without end"),
        ({"$ref": "#/$defs/gone"}, "it refers to “#/$defs/gone”, which it does not have"),
        ({"$ref": "#name"}, "it refers to “#name”, which it does not have"),
        ({"$ref": "https://example.org/a.json"}, "it refers to another document (“https://example.org/a.json”)"),
        ({"type": "float"}, "JSON has no type “float”"),
        ({"properties": {"a": 3}}, "3 is no schema"),
        ({"properties": [1]}, "its “properties” are not an object"),
        ({"required": "a"}, "its “required” is not a list"),
        ({"anyOf": {}}, "its “anyOf” is not a list"),
        ({"type": [{}]}, "it is not a JSON schema"),
        ({"type": "array", "minItems": 3, "maxItems": 2}, "its maxItems is below its minItems"),
        ({"enum": [float("nan")]}, "it is not valid JSON"),
    ],
)
def test_a_schema_that_cannot_be_followed_is_refused_with_its_reason(schema: Any, reason: str) -> None:
    with pytest.raises(SchemaError) as refusal:
        schema_grammar(json.dumps(schema))
    assert str(refusal.value) == reason


@pytest.mark.parametrize(
    "text",
    [
        '{"items":' * 400 + "{}" + "}" * 400,
        "[" * 60_000,
        json.dumps({"anyOf": [{"anyOf": [{"type": "null", "minimum": n} for n in range(300)]}] * 300}),
    ],
    ids=["deep", "deeper", "wide"],
)
def test_a_schema_without_measure_is_made_or_refused(text: str) -> None:
    try:
        assert len(schema_grammar(text).text) < 4 << 20
    except SchemaError as refusal:
        assert str(refusal)


WORDS = st.sampled_from((
    "type", "properties", "required", "items", "$ref", "anyOf", "allOf", "oneOf", "enum", "const", "minimum", "maximum",
    "minItems", "maxLength", "prefixItems", "additionalProperties", "format", "not", "multipleOf",
))  # fmt: skip
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["object", "string", "#", "#/items", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(WORDS, VALUES, max_size=5))
def test_whatever_stands_in_a_schema_it_is_made_or_refused(schema: dict[str, Any]) -> None:
    try:
        made = schema_grammar(json.dumps(schema))
    except SchemaError as refusal:
        assert str(refusal)
        return
    text = Gbnf(made.text).derive(random.Random(1))
    if text is not None:
        json.loads(text)
