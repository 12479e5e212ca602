"""JSON in answers: where it stands, whether it can be parsed, is valid, is right."""

from __future__ import annotations

import pytest

from weighin.core.grading.expectation import Expectation, JsonAnswer
from weighin.core.grading.json_answer import check_json, json_of
from weighin.core.grading.marks import Check


@pytest.mark.parametrize(
    ("answer", "extracted"),
    [
        ('{"a": 1}', '{"a": 1}'),
        ('\n\ufeff {"a": 1} \n', '{"a": 1}'),
        ("42", "42"),
        ('"yes"', '"yes"'),
        ("null", "null"),
        ('```json\n{"a": 1}\n```', '{"a": 1}'),
        ('Sure!\n\n  ```json\n  {"a":\n   1}\n  ```\nAnything else?', '{"a":\n 1}'),
        ("~~~\n[1, 2]\n~~~", "[1, 2]"),
        ('```json\n{"a": 1}', '{"a": 1}'),
        ('First\n```json\n{"a": 1}\n```\nbetter\n```json\n{"a": 2}\n```\n', '{"a": 2}'),
        ('```json\n// the result\n{"a": 1}\n```', '{"a": 1}'),
        ('The answer is {"a": {"b": [1]}}.', '{"a": {"b": [1]}}'),
        ('Draft: {"a": 1}. Final: {"a": 2}.', '{"a": 2}'),
        ('[see below] {"a": 1}', '{"a": 1}'),
        ('{"a": 1}, as in [1] and [12]', '{"a": 1}'),
        ("as in [1]", "[1]"),
        ('{see} {"a": "}{"} {x}', '{"a": "}{"}'),
        ('{"a": "\\"}"} done', '{"a": "\\"}"}'),
        ('{"a": [1,, {"b": 2}]} and {"c": 3}', '{"c": 3}'),
        ('{"a": 1} and {"b": 2,}', '{"a": 1}'),
        ('steps [1, then {"a": 1}', '{"a": 1}'),
        ("[ x " * 50_000 + '{"a": 1}', '{"a": 1}'),
        ('{"a": 1}\r\n```\r\nno\r\n```', '{"a": 1}'),
    ],
)
def test_where_json_is_found(answer: str, extracted: str) -> None:
    assert json_of(answer)[1] == extracted


@pytest.mark.parametrize(
    "answer",
    [
        "", "no", "{", "{'a': 1}", '{"a": 1', '{"a": NaN}', "[Infinity]", '{"a": 1,}', "{a: 1}", '{"a": {"b": 1}',
        '{"a":' * 100_000 + "1" + "}" * 100_000, "[" * 1_000_000, "[1 " * 300_000, '{"' * 300_000, '"' * 1_000_000,
        '{"a": 0x10}', '{"a": [1, {"b": 2}}', '{“a”: {"b": 1}}', '{"a": 1}{'[:-3],
    ],
)  # fmt: skip
def test_what_is_no_json_is_wrong_and_says_so(answer: str) -> None:
    with pytest.raises(ValueError, match=r"^The .*\.$|^There is no JSON in the answer\.$"):
        json_of(answer)
    check = checked(answer, equal='{"a": 1}')
    assert (check.right, check.parses, check.valid, check.extracted) == (False, False, False, "")
    assert 0 < len(check.reason) <= 350


def checked(answer: str, schema: str = "", equal: str = "") -> Check:
    return check_json(Expectation(json=JsonAnswer(schema, equal)), answer)


@pytest.mark.parametrize(
    ("equal", "answer", "reason"),
    [
        ('{"a": 1}', '{"a": 1}', ""),
        ('{"a": 1}', '{"a": 1.0, "b": 2}', ""),
        ('{"a": 1.0}', '{"a": 1}', ""),
        ('{"a": 0.5}', '{"a": 5e-1}', ""),
        ('{"a": {"b": [1, {"c": null}]}}', '{"a": {"b": [1, {"c": null, "d": 0}], "e": 1}}', ""),
        ('{"a": "\u00e9"}', '{"a": "e\u0301"}', ""),
        ('{"a": true}', '{"a": true}', ""),
        ("{}", '{"a": 1}', ""),
        ("[1, 2]", "[1, 2]", ""),
        ('{"a": 1}', '{"a": true}', "$.a is true, not 1."),
        ('{"a": true}', '{"a": 1}', "$.a is 1, not true."),
        ('{"a": 1}', '{"a": "1"}', '$.a is "1", not 1.'),
        ('{"a": null}', "{}", "$.a is missing."),
        ('{"a": 0}', '{"a": null}', "$.a is null, not 0."),
        ('{"a": {"b": 1}}', '{"a": {"c": 1}}', "$.a.b is missing."),
        ('{"a": [1, 2]}', '{"a": [1, 3]}', "$.a[1] is 3, not 2."),
        ('{"a": [1]}', '{"a": [1, 2]}', "$.a is [1, 2], not [1]."),
        ('{"a": [1, 2]}', '{"a": [2, 1]}', "$.a[0] is 2, not 1."),
        ('{"a": {}}', '{"a": []}', "$.a is [], not {}."),
        ('{"a": "x"}', '{"a": "X"}', '$.a is "X", not "x".'),
        ('{"a": 1}', '[{"a": 1}]', '$ is [{"a": 1}], not {"a": 1}.'),
        ('{"a": 1}', '{"a": 1, "a": 2}', "$.a is 2, not 1."),
    ],
)
def test_fields_that_shall_be_equal(equal: str, answer: str, reason: str) -> None:
    check = checked(answer, equal=equal)
    assert (check.right, check.reason, check.parses, check.valid) == (not reason, reason, True, True)


PERSON = '{"type": "object", "required": ["age"], "properties": {"age": {"type": "integer", "minimum": 0}}}'
TREE = '{"$defs": {"t": {"type": "object", "properties": {"next": {"$ref": "#/$defs/t"}}}}, "$ref": "#/$defs/t"}'


@pytest.mark.parametrize(
    ("schema", "answer", "reason"),
    [
        (PERSON, '{"age": 3}', ""),
        (PERSON, '{"age": "3"}', "Not valid by the schema at $.age: '3' is not of type 'integer'."),
        (PERSON, '{"age": -1}', "Not valid by the schema at $.age: -1 is less than the minimum of 0."),
        (PERSON, "{}", "Not valid by the schema: 'age' is a required property."),
        (PERSON, "[]", "Not valid by the schema: [] is not of type 'object'."),
        (TREE, '{"next": {"next": {}}}', ""),
        (TREE, '{"next": {"next": 1}}', "Not valid by the schema at $.next.next: 1 is not of type 'object'."),
        ("true", "1", ""),
        ("false", "1", "Not valid by the schema: False schema does not allow 1."),
        ('{"$ref": "http://json-schema.org/draft-07/schema#"}', '{"type": "object"}', ""),
        ('{"$schema": "http://json-schema.org/draft-04/schema#", "minimum": 1, "exclusiveMinimum": true}', "2", ""),
        ('{"format": "date"}', '"no date"', ""),
    ],
)
def test_schemas(schema: str, answer: str, reason: str) -> None:
    check = checked(answer, schema)
    assert (check.right, check.valid, check.reason) == (not reason, not reason, reason)


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ('{"$ref": "#"}', "refers to itself without end"),
        ('{"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}', "without end"),
        ('{"$ref": "http://127.0.0.1:1/schema"}', "refers to what it does not hold: http://127.0.0.1:1/schema"),
        ('{"$ref": "file:///etc/passwd"}', "refers to what it does not hold"),
        ('{"$ref": "#/$defs/none"}', "refers to what it does not hold"),
        ('{"type": "objekt"}', "The schema is not valid at $.type"),
        ('{"pattern": "("}', "The schema is not valid at $.pattern"),
        ('{"type": ', "The schema cannot be used"),
        ("[]", "it is no object"),
        ("3", "it is no object"),
        ("[" * 100_000, "without end"),
    ],
)
def test_a_schema_that_says_nothing_leaves_the_answer_unjudged(schema: str, reason: str) -> None:
    check = checked('{"a": 1}', schema)
    assert (check.right, check.parses, check.valid) == (None, True, None)
    assert reason in check.reason


def test_valid_and_wrong_are_told_apart() -> None:
    check = checked('{"age": 4}', PERSON, '{"age": 3}')
    assert (check.right, check.valid, check.reason) == (False, True, "$.age is 4, not 3.")
    check = checked('{"age": "4"}', PERSON, '{"age": 3}')
    assert (check.right, check.valid) == (False, False)


def test_what_shall_be_equal_must_be_json() -> None:
    assert checked('{"a": 1}', equal="{").right is None


def test_a_strangers_words_stay_short_and_on_one_line() -> None:
    check = checked('{"a\\n\\u202e": "' + "x" * 100_000 + '"}', '{"additionalProperties": {"type": "integer"}}')
    assert check.right is False
    assert len(check.reason) <= 350 and "\n" not in check.reason and "\u202e" not in check.reason
