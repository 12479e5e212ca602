"""The number that an answer gives: behind "####", in \\boxed{}, or else the last one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from weighin.core import format
from weighin.core.grading.denial import is_denied
from weighin.core.grading.expectation import Kind, NumberAnswer
from weighin.core.grading.latex import boxes, plain_math, unwrapped
from weighin.core.grading.marks import Check
from weighin.core.grading.normalize import shown
from weighin.core.grading.numerals import Numeral, Place, numerals, value_of, with_plain_digits

STRICT = "####"
BOXED = "boxed"
LAST = "last number"
# As the authors of GSM8K and lm-evaluation-harness read it; but "#### 1. First step" is a heading.
_STRICT = re.compile(r"#### (-?)([0-9.,]*[0-9])(?![.,_'’eE\u2009\u202f\u00a0]?[0-9]| [0-9]{3}\b)(?![.)][ \t]+[A-Za-z])")
_RELATION = re.compile(r"[=≈]")
# Few answers need more than their end; one with so many numbers that are none of its own gives no number.
_WINDOW, _MARGIN, _MOST_PASSED_OVER = 4096, 128, 5000


@dataclass(frozen=True)
class GivenNumber:
    """What an answer gives as its number. values: what it may mean; () where it is none, then `reason` says why."""

    text: str
    method: str
    values: tuple[Fraction, ...] = ()
    reason: str = ""


def check_number(expected: NumberAnswer, answer: str) -> Check:
    """Whether the number that an answer gives is the expected one, as near as the tolerance asks."""
    given = given_number(answer)
    extracted = shown(given.text)
    if not given.values:
        return Check(Kind.NUMBER, False, extracted, given.method, given.reason)
    if any(_is_near(value, expected) for value in given.values):
        return Check(Kind.NUMBER, True, extracted, given.method)
    wanted = number_words(expected.value)
    wanted += f" ± {number_words(expected.tolerance)}" if expected.tolerance else ""
    return Check(Kind.NUMBER, False, extracted, given.method, f"{extracted} instead of {wanted}.")


def is_strict(check: Check) -> bool:
    """Whether the number was read in the form that GSM8K asks for, "#### " and the number."""
    return check.method == STRICT


def given_number(answer: str) -> GivenNumber:
    """The number in an answer: what stands behind the last "#### ", else in the last \\boxed{}, else the last number
    that is no part of a date, a name or a range, and that the answer does not deny ("not 42")."""
    text = with_plain_digits(answer)
    strict = list(_STRICT.finditer(text))
    if strict and (value := value_of(strict[-1][2])) is not None:
        return GivenNumber(strict[-1][1] + strict[-1][2], STRICT, (-value if strict[-1][1] else value,))
    for start, end, content in boxes(text):
        if not is_denied(text, start, end):
            return _boxed(content)
    return _last(plain_math(text))


def single_number(text: str) -> Fraction | None:
    """The value of a text that is one number and nothing else; None where it is not."""
    plain = plain_math(with_plain_digits(text.strip()))
    found = next(numerals(plain), None)
    if found is None or found.place is not Place.PLAIN or found.text != plain:
        return None
    return found.values[0]


def number_words(value: float) -> str:
    """A number as one writes it by hand: 12 and 0.5, not 12.0."""
    return format.count(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)


def _boxed(content: str) -> GivenNumber:
    """The one number that a box holds, behind "x =" where it says so."""
    plain = _RELATION.split(plain_math(unwrapped(content)))[-1]
    held = [found for found in numerals(plain) if found.place is not Place.OTHER]
    if len(held) == 1 and held[0].place is Place.PLAIN:
        return GivenNumber(held[0].text, BOXED, held[0].values)
    reason = "The box has more than one number." if len(held) > 1 else "What stands in the box is no number."
    return GivenNumber(content, BOXED, (), reason)


def _last(text: str) -> GivenNumber:
    """The last number of a text; a mark of a list only where there is no other."""
    mark: Numeral | None = None
    denied: set[Fraction] = set()
    for found in islice(_backwards(text), _MOST_PASSED_OVER):
        if found.place is Place.DENIED:
            denied.update(found.values)
        elif found.place is Place.NOT_ONE:
            return GivenNumber(found.text, LAST, (), "The last number is a part of a range or an expression.")
        elif found.place is Place.PLAIN and denied.isdisjoint(found.values):
            return GivenNumber(found.text, LAST, found.values)
        elif found.place is Place.LIST:
            mark = mark or found
    if mark is not None:
        return GivenNumber(mark.text, LAST, mark.values)
    return GivenNumber("", "", (), "The answer rules its number out." if denied else "The answer has no number.")


def _backwards(text: str) -> Iterator[Numeral]:
    """The numbers of `text`, the last first, reading no more of it than is asked for."""
    for until in range(len(text), 0, -_WINDOW):
        begin = max(0, until - _WINDOW)
        found = [one for one in numerals(text, max(0, begin - _MARGIN), until) if one.start >= begin]
        yield from reversed(found)


def _is_near(value: Fraction, expected: NumberAnswer) -> bool:
    """In decimal arithmetic: 3.15 is within 0.01 of 3.14. 1/3 is what a float can hold of it."""
    wanted, tolerance = Fraction(repr(expected.value)), Fraction(repr(expected.tolerance))
    if abs(value - wanted) <= tolerance:
        return True
    return abs(wanted) < 1 << 53 and wanted.denominator > 1 and _as_float(value) == expected.value


def _as_float(value: Fraction) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None
