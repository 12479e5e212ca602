"""Expectations as files state them: read, refused with a reason, and stated again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from weighin.core.grading.expectation import ChoiceAnswer, Contains, Expectation, JsonAnswer, NumberAnswer
from weighin.core.grading.reading import check_consistent, expectation_of, expectations_of, plain
from weighin.core.jsonable import from_plain, to_plain

STATED: list[tuple[dict[str, Any], Expectation]] = [
    ({"exact": "Paris"}, Expectation(exact="Paris")),
    ({"contains": ["a", "b"]}, Expectation(contains=Contains(("a", "b")))),
    ({"contains": ["a"], "any": True, "not": ["c"]}, Expectation(contains=Contains(("a",), True, ("c",)))),
    ({"not": ["c"]}, Expectation(contains=Contains(absent=("c",)))),
    ({"regex": "^a+$"}, Expectation(regex="^a+$")),
    ({"number": 12}, Expectation(number=NumberAnswer(12.0))),
    ({"number": 0.5, "tolerance": 0.01}, Expectation(number=NumberAnswer(0.5, 0.01))),
    ({"choice": "B"}, Expectation(choice=ChoiceAnswer("B"))),
    ({"choice": "B", "options": ["x", "y"]}, Expectation(choice=ChoiceAnswer("B", ("x", "y")))),
    ({"json": {}}, Expectation(json=JsonAnswer())),
    ({"json": {"schema": {"type": "object"}}}, Expectation(json=JsonAnswer('{"type": "object"}'))),
    ({"json": {"equal": {"é": [1, None]}}}, Expectation(json=JsonAnswer("", '{"é": [1, null]}'))),
    ({"tests": "assert f(1) == 2\n"}, Expectation(tests="assert f(1) == 2\n")),
    ({"votes": True}, Expectation(votes=True)),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expectation"), STATED, ids=lambda value: str(value)[:30])
def test_read_and_stated_again(body: dict[str, Any], expectation: Expectation) -> None:
    assert expectation_of(body) == expectation
    assert plain(expectation) == body
    assert from_plain(Expectation, json.loads(json.dumps(to_plain(expectation)))) == expectation
    check_consistent((expectation,))


@pytest.mark.parametrize(
    ("body", "same"),
    [
        ({"contains": "a", "not": "c"}, {"contains": ["a"], "not": ["c"]}),
        ({"number": "1,234"}, {"number": 1234}),
        ({"number": "3/4"}, {"number": 0.75}),
        ({"choice": "b"}, {"choice": "B"}),
        ({"choice": "y", "options": ["x", "y"]}, {"choice": "B", "options": ["x", "y"]}),
        ({"choice": "Paris", "options": ["Lyon", "paris"]}, {"choice": "B", "options": ["Lyon", "paris"]}),
        ({"choice": "4", "options": ["3", "4"]}, {"choice": "B", "options": ["3", "4"]}),
        ({"json": True}, {"json": {}}),
        ({"json": {"schema": '{"type": "array"}'}}, {"json": {"schema": {"type": "array"}}}),
    ],
)
def test_other_ways_to_say_it(body: dict[str, Any], same: dict[str, Any]) -> None:
    assert plain(expectation_of(body)) == same


@pytest.mark.parametrize(
    ("expect", "reason"),
    [
        ("42", 'an expectation must be an object such as {"number": 12}'),
        ([42], 'an expectation must be an object such as {"number": 12}'),
        ({}, "an expectation is empty; it needs one of exact, contains, regex, number, choice, json, tests, votes"),
        ({"exakt": "x"}, '"exakt" is unknown in an expectation'),
        ({"exact": "x", "case": False}, '"case" is unknown in an expectation'),
        ({"exact": "x", "tolerance": 1}, '"tolerance" beside "exact" is unknown in an expectation'),
        ({"exact": "x", "number": 1}, '"exact" and "number" need an expectation each'),
        ({"exact": 1}, '"exact" must be a text'),
        ({"exact": ""}, '"exact" is empty'),
        ({"exact": " \n"}, '"exact" is empty'),
        ({"contains": []}, '"contains" is empty'),
        ({"contains": [""]}, '"contains" or "not" has an empty text'),
        ({"contains": [1]}, '"contains" must be a list of texts'),
        ({"contains": ["a"], "any": "yes"}, '"any" must be true or false'),
        ({"contains": [], "any": True, "not": ["x"]}, '"any" needs "contains"'),
        ({"regex": ""}, '"regex" is empty'),
        ({"regex": "("}, '"regex" is not a regular expression: missing ), unterminated subpattern'),
        ({"regex": "(?<=a+)b"}, '"regex" is not a regular expression: look-behind requires fixed-width pattern'),
        ({"regex": "(?:" * 3000 + ")" * 3000}, '"regex" has more than 4000 characters'),
        (
            {"regex": "(?:" * 900 + ")" * 900},
            '"regex" is not a regular expression: it is too deep or repeats too often',
        ),
        ({"number": "many"}, '"number" must be a number'),
        ({"number": "3-4"}, '"number" must be a number'),
        ({"number": True}, '"number" must be a number'),
        ({"number": None}, '"number" must be a number'),
        ({"number": float("nan")}, '"number" must be finite'),
        ({"number": float("inf")}, '"number" must be finite'),
        ({"number": 10**400}, '"number" has too many digits; use "exact" or "contains"'),
        ({"number": 2**53 + 1}, '"number" has too many digits; use "exact" or "contains"'),
        ({"number": 1, "tolerance": -1}, '"tolerance" must be 0 or more'),
        ({"number": 1, "tolerance": float("nan")}, '"tolerance" must be 0 or more'),
        ({"choice": "E", "options": ["a1", "b1", "c1", "d1"]}, '"choice" is E, but there are 4 options'),
        ({"choice": "Paris"}, '"choice" must be a letter from A to Z'),
        ({"choice": ""}, '"choice" must be a letter from A to Z'),
        ({"choice": "4"}, '"choice" must be a letter from A to Z'),
        ({"choice": "Rome", "options": ["x", "y"]}, '"choice" is neither a letter nor one of the options'),
        ({"choice": "A", "options": ["x"]}, '"options" needs 2 to 26 texts'),
        ({"choice": "A", "options": ["x", "X"]}, '"options" has an empty text, or one twice'),
        ({"choice": "A", "options": ["x", " "]}, '"options" has an empty text, or one twice'),
        ({"choice": "A", "options": ["b", "a"]}, 'option A is "B", the letter of another option'),
        ({"json": []}, '"json" must be an object with "schema" or "equal"'),
        ({"json": {"shema": {}}}, '"shema" is unknown in "json"'),
        ({"json": {"schema": "{"}}, '"schema" is not JSON'),
        ({"json": {"schema": [1]}}, '"schema" must be an object'),
        ({"json": {"equal": 3}}, '"equal" must be an object'),
        ({"json": {"equal": {"a": float("nan")}}}, '"equal" is not JSON'),
        ({"json": {"equal": {"a": object()}}}, '"equal" is not JSON'),
        ({"tests": " \n"}, '"tests" is empty'),
        ({"votes": False}, '"votes" must be true'),
        ({"exact": "x" * ((1 << 20) + 1)}, '"exact" has more than a million characters'),
        ({"exact": "a\ud800"}, '"exact" has half a character in it'),
        ({"json": {"equal": {"a": "\ud800"}}}, '"equal" has half a character in it'),
        ([{"exact": "a"}, {"exact": "b"}], 'two different answers are expected by "exact"'),
        ([{"number": 1}, {"number": 2}], 'two different answers are expected by "number"'),
        ([{"choice": "A"}, {"choice": "B"}], 'two different answers are expected by "choice"'),
        ([{"number": 1}, {"choice": "B"}], "an answer cannot be both a number and a choice"),
        ({"contains": ["sea"], "not": ["SEA"]}, '"SEA" must be in the answer and must not'),
        ([{"contains": ["Parisian"]}, {"not": ["Paris"]}], '"Paris" must be in the answer and must not'),
        ({"contains": ["a1", "a2"], "any": True, "not": ["a"]}, '"a" must be in the answer and must not'),
        ([{"exact": "Paris"}, {"contains": ["London"]}], 'the "exact" answer would be wrong by "contains"'),
        ([{"exact": "forty"}, {"number": 40}], 'the "exact" answer would be wrong by "number"'),
        ([{"exact": "A"}, {"choice": "B"}], 'the "exact" answer would be wrong by "choice"'),
    ],
    ids=lambda value: ascii(value)[:40],
)  # fmt: skip
def test_refused_with_a_reason(expect: Any, reason: str) -> None:
    with pytest.raises(ValueError) as caught:
        expectations_of(expect)
    assert str(caught.value) == reason


def test_what_goes_together() -> None:
    expectations_of([{"exact": "Paris"}, {"exact": "“Paris”."}, {"contains": ["par"]}, {"votes": True}])
    expectations_of([{"number": 1, "tolerance": 1}, {"number": 2}, {"tests": "assert True"}])
    expectations_of({"contains": ["red", "blue"], "any": True, "not": ["red"]})
    assert expectations_of([]) == ()
