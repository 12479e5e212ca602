"""Expectations as the files of prompt sets state them, and what makes one senseless."""

from __future__ import annotations

import json
import math
import re
import warnings
from collections.abc import Callable
from itertools import combinations
from typing import Any

from weighin.core.grading.expectation import ChoiceAnswer, Contains, Expectation, JsonAnswer, Kind, NumberAnswer
from weighin.core.grading.json_contradiction import contradiction
from weighin.core.grading.normalize import caseless, folded, normalized, shown
from weighin.core.grading.numbers import single_number
from weighin.core.grading.option_texts import LETTERS
from weighin.core.grading.rules import check_here, needs_grader

_LONGEST = 1 << 20
# Compiling takes long where a pattern is.
_LONGEST_REGEX = 4000
_LARGEST_EXACT = 1 << 53
# What may stand beside each kind, in the same object.
_BESIDE = {Kind.CONTAINS: ("any", "not"), Kind.NUMBER: ("tolerance",), Kind.CHOICE: ("options",)}
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_KINDS = tuple(kind.value for kind in Kind)


def expectation_of(body: object) -> Expectation:
    """The expectation that an object of a set's file states, such as {"number": 12, "tolerance": 0.5}. Raises
    ValueError with the reason."""
    if not isinstance(body, dict):
        raise ValueError('an expectation must be an object such as {"number": 12}')
    given = [kind for kind in Kind if kind.value in body] or ([Kind.CONTAINS] if "not" in body else [])
    if len(given) > 1:
        raise ValueError(f"{_names(kind.value for kind in given)} need an expectation each")
    known = (given[0].value, *_BESIDE.get(given[0], ())) if given else ()
    unknown = [str(key) for key in body if key not in known]
    if unknown:
        beside = f' beside "{given[0].value}"' if given and unknown[0] in ("any", "not", "tolerance", "options") else ""
        raise ValueError(f'"{shown(unknown[0])}"{beside} is unknown in an expectation')
    if not given:
        raise ValueError(f"an expectation is empty; it needs one of {', '.join(_KINDS)}")
    return _READERS[given[0]](body)


def expectations_of(body: object) -> tuple[Expectation, ...]:
    """All that a prompt's "expect" states: a list of objects, or one. Raises ValueError, also where they contradict
    each other."""
    entries = body if isinstance(body, list) else [body]
    found = tuple(expectation_of(entry) for entry in entries)
    check_consistent(found)
    return found


def plain(expectation: Expectation) -> dict[str, Any]:
    """The object that states `expectation` in a set's file."""
    if (contains := expectation.contains) is not None:
        body: dict[str, Any] = {"contains": list(contains.texts)} if contains.texts else {}
        return {**body, **({"any": True} if contains.any else {}), **_given("not", list(contains.absent))}
    if (number := expectation.number) is not None:
        return {"number": _whole(number.value), **_given("tolerance", _whole(number.tolerance))}
    if (choice := expectation.choice) is not None:
        return {"choice": choice.right, **_given("options", list(choice.options))}
    if (wanted := expectation.json) is not None:
        parts = {"schema": wanted.schema, "equal": wanted.equal}
        return {"json": {name: json.loads(text) for name, text in parts.items() if text}}
    return {expectation.kind.value: getattr(expectation, expectation.kind.value)}


def check_consistent(expect: tuple[Expectation, ...]) -> None:
    """Raise ValueError, with the reason, where no answer could be right by all of these, or one is senseless itself."""
    for one in expect:
        _check(one)
    kinds = {one.kind for one in expect}
    if {Kind.NUMBER, Kind.CHOICE} <= kinds:
        raise ValueError("an answer cannot be both a number and a choice")
    for one, other in combinations(expect, 2):
        if one.kind is other.kind and _differ(one, other):
            raise ValueError(f'two different answers are expected by "{one.kind.value}"')
    _check_texts([one.contains for one in expect if one.contains is not None])
    for exact in (one.exact for one in expect if one.exact is not None):
        failed = [one for one in expect if not needs_grader(one) and check_here(one, exact).right is False]
        if failed:
            raise ValueError(f'the "exact" answer would be wrong by "{failed[0].kind.value}"')


def _check(one: Expectation) -> None:
    """The same for one of them, which may come from the editor as from a file."""
    if one.exact is not None and not normalized(one.exact):
        raise ValueError('"exact" is empty')
    if one.regex is not None:
        _check_regex(one.regex)
    if (contains := one.contains) is not None:
        if not contains.texts and not contains.absent:
            raise ValueError('"contains" is empty')
        if not all(folded(text) for text in (*contains.texts, *contains.absent)):
            raise ValueError('"contains" or "not" has an empty text')
        if contains.any and not contains.texts:
            raise ValueError('"any" needs "contains"')
    if one.number is not None:
        _check_number(one.number)
    if one.choice is not None:
        _check_choice(one.choice)
    if one.json is not None:
        _check_json(one.json)
    if one.tests is not None and not one.tests.strip():
        raise ValueError('"tests" is empty')


def _check_regex(regex: str) -> None:
    if not regex:
        raise ValueError('"regex" is empty')
    if len(regex) > _LONGEST_REGEX:
        raise ValueError(f'"regex" has more than {_LONGEST_REGEX} characters')
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a later Python may read in it otherwise
            re.compile(regex)
    except (re.error, RecursionError, OverflowError, ValueError) as error:
        what = error.msg if isinstance(error, re.error) else "it is too deep or repeats too often"
        raise ValueError(f'"regex" is not a regular expression: {shown(what)}') from None


def _check_number(number: NumberAnswer) -> None:
    if not math.isfinite(number.value):
        raise ValueError('"number" must be finite')
    if not (math.isfinite(number.tolerance) and number.tolerance >= 0):
        raise ValueError('"tolerance" must be 0 or more')


def _check_choice(choice: ChoiceAnswer) -> None:
    if len(choice.right) != 1 or choice.right not in LETTERS:
        raise ValueError('"choice" must be a letter from A to Z')
    if not choice.options:
        return
    if not 2 <= len(choice.options) <= len(LETTERS):
        raise ValueError(f'"options" needs 2 to {len(LETTERS)} texts')
    if choice.right not in LETTERS[: len(choice.options)]:
        raise ValueError(f'"choice" is {choice.right}, but there are {len(choice.options)} options')
    texts = [folded(option) for option in choice.options]
    if "" in texts or len(set(texts)) < len(texts):
        raise ValueError('"options" has an empty text, or one twice')
    for letter, text in zip(LETTERS, texts, strict=False):
        if text != letter.lower() and text in LETTERS[: len(texts)].lower() and len(text) == 1:
            raise ValueError(f'option {letter} is "{text.upper()}", the letter of another option')


def _check_json(wanted: JsonAnswer) -> None:
    bodies: dict[str, Any] = {"schema": {}, "equal": {}}
    for name, text in (("schema", wanted.schema), ("equal", wanted.equal)):
        if not text:
            continue
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            raise ValueError(f'"{name}" is not JSON') from None
        if not isinstance(body, dict):
            raise ValueError(f'"{name}" must be an object')
        bodies[name] = body
    if fault := contradiction(**bodies):
        raise ValueError(fault)


def _check_texts(expected: list[Contains]) -> None:
    absent = {caseless(text): text for one in expected for text in one.absent}
    for one in expected:
        barred = [[text for text in absent if text in caseless(wanted)] for wanted in one.texts]
        if barred and (all(barred) if one.any else any(barred)):
            text = absent[next(texts[0] for texts in barred if texts)]
            raise ValueError(f'"{shown(text)}" must be in the answer and must not')


def _differ(one: Expectation, other: Expectation) -> bool:
    """Whether no answer can be right by both, which are of one kind."""
    if one.exact is not None and other.exact is not None:
        return normalized(one.exact) != normalized(other.exact)
    if one.choice is not None and other.choice is not None:
        return one.choice.right != other.choice.right
    if one.number is not None and other.number is not None:
        apart = abs(one.number.value - other.number.value)
        return apart > one.number.tolerance + other.number.tolerance
    return False


def _contains(body: dict[str, Any]) -> Expectation:
    for_any = body.get("any", False)
    if not isinstance(for_any, bool):
        raise ValueError('"any" must be true or false')
    return Expectation(contains=Contains(_texts(body, "contains"), for_any, _texts(body, "not")))


def _number(body: dict[str, Any]) -> Expectation:
    return Expectation(number=NumberAnswer(_figure(body, "number"), _figure(body, "tolerance", 0.0)))


def _choice(body: dict[str, Any]) -> Expectation:
    options, right = _texts(body, "options"), _text(body, "choice").strip()
    of_option = [letter for letter, text in zip(LETTERS, options, strict=False) if folded(text) == folded(right)]
    if len(right) > 1 and options and not of_option:
        raise ValueError('"choice" is neither a letter nor one of the options')
    letter = right.upper() if len(right) == 1 and right.upper() in LETTERS[: len(options) or None] else ""
    return Expectation(choice=ChoiceAnswer(letter or (of_option[0] if of_option else right.upper()), options))


def _json(body: dict[str, Any]) -> Expectation:
    wanted = {} if body["json"] is True else body["json"]
    if not isinstance(wanted, dict):
        raise ValueError('"json" must be an object with "schema" or "equal"')
    if unknown := [str(key) for key in wanted if key not in ("schema", "equal")]:
        raise ValueError(f'"{shown(unknown[0])}" is unknown in "json"')
    return Expectation(json=JsonAnswer(_as_json(wanted, "schema"), _as_json(wanted, "equal")))


def _votes(body: dict[str, Any]) -> Expectation:
    if body["votes"] is not True:
        raise ValueError('"votes" must be true')
    return Expectation(votes=True)


_READERS: dict[Kind, Callable[[dict[str, Any]], Expectation]] = {
    Kind.EXACT: lambda body: Expectation(exact=_text(body, "exact")),
    Kind.CONTAINS: _contains,
    Kind.REGEX: lambda body: Expectation(regex=_text(body, "regex")),
    Kind.NUMBER: _number,
    Kind.CHOICE: _choice,
    Kind.JSON: _json,
    Kind.TESTS: lambda body: Expectation(tests=_text(body, "tests")),
    Kind.VOTES: _votes,
}


def _text(body: dict[str, Any], key: str) -> str:
    value = body[key]
    if not isinstance(value, str):
        raise ValueError(f'"{key}" must be a text')
    return _held(value, key)


def _texts(body: dict[str, Any], key: str) -> tuple[str, ...]:
    """A list of texts, or one; () where there is none."""
    value = body.get(key, [])
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError(f'"{key}" must be a list of texts')
    _held("".join(texts), key)
    return tuple(texts)


def _held(text: str, key: str) -> str:
    """`text`, which a record and a file can hold."""
    if len(text) > _LONGEST:
        raise ValueError(f'"{key}" has more than a million characters')
    if _HALF_CHARACTER.search(text):
        raise ValueError(f'"{key}" has half a character in it')
    return text


def _figure(body: dict[str, Any], key: str, otherwise: float | None = None) -> float:
    """A number, or a text that is one ("1,234", "3/4")."""
    value = body.get(key, otherwise)
    if isinstance(value, str):
        found = single_number(value)
        value = None if found is None else float(found)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f'"{key}" must be a number')
    if isinstance(value, int) and abs(value) > _LARGEST_EXACT:
        raise ValueError(f'"{key}" has too many digits; use "exact" or "contains"')
    return float(value)


def _as_json(body: dict[str, Any], key: str) -> str:
    """The JSON text of what stands there: an object, or a text that is one; "" for nothing."""
    value = body.get(key, "")
    if value == "":
        return ""
    try:
        text = json.dumps(json.loads(value) if isinstance(value, str) else value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise ValueError(f'"{key}" is not JSON') from None
    return _held(text, key)


def _given(name: str, value: Any) -> dict[str, Any]:
    return {name: value} if value else {}


def _whole(number: float) -> int | float:
    return int(number) if float(number).is_integer() and abs(number) <= _LARGEST_EXACT else number


def _names(names: Any) -> str:
    return " and ".join(f'"{name}"' for name in names)
