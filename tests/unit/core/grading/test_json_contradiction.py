"""Fields that no JSON of a schema can have."""

from __future__ import annotations

from typing import Any

import pytest

from weighin.core.grading.reading import expectations_of

PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": ["integer", "null"]}, "unit": {"enum": ["cm", "m"]}},
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    "equal",
    [{}, {"name": "Ann"}, {"age": 3}, {"age": 3.0}, {"age": None}, {"unit": "cm"}],
)
def test_fields_that_can_be(equal: dict[str, Any]) -> None:
    assert expectations_of({"json": {"schema": PERSON, "equal": equal}})


@pytest.mark.parametrize(
    ("schema", "equal", "reason"),
    [
        (PERSON, {"name": 1}, '"equal" is not valid by "schema" at name'),
        (PERSON, {"age": True}, '"equal" is not valid by "schema" at age'),
        (PERSON, {"age": 1.5}, '"equal" is not valid by "schema" at age'),
        (PERSON, {"unit": "km"}, '"equal" is not valid by "schema" at unit'),
        (PERSON, {"size": 1}, '"schema" allows no size, which "equal" asks for'),
        ({"type": "array"}, {"a": 1}, 'what "equal" has fields of is no object by "schema"'),
        ({"type": "objekt"}, {}, '"schema" names a type that JSON does not have'),
    ],
)
def test_fields_that_cannot(schema: dict[str, Any], equal: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match="schema") as caught:
        expectations_of({"json": {"schema": schema, "equal": equal}})
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    "schema",
    [{"$ref": "#"}, {"properties": []}, {"properties": {"a": 1}}, {"type": 3}, {"properties": {"a": {"type": "x"}}},
     {"additionalProperties": False, "patternProperties": {"a": {}}}],
)  # fmt: skip
def test_what_is_not_plain_is_left_to_the_grader(schema: dict[str, Any]) -> None:
    assert expectations_of({"json": {"schema": schema, "equal": {"a": 1}}})
