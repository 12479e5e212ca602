"""Numbers as people and models write them: "1,234", "1 234.5", "1.234,5", "-3", "3/4", "1e3", "3 × 10^8", "2½"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from weighin.core.grading.denial import is_denied

_GAPS = "\u2009\u202f\u00a0\u2007\u2008"
_HALVES = "¼½¾⅐-⅞"
_MINUS = "-−–‐‑﹣－"
_OTHER_DIGITS = re.compile(r"(?![0-9])\d")
# Longer ones are no answers; and Python reads no number of more than 4,300 digits.
_MOST_DIGITS, _MOST_EXPONENT = 400, 400

_RUN = re.compile(rf"(?:(?<![\w.)\]])\.)?[0-9]+(?:[.,'’_{_GAPS}][0-9]+){{0,100}}|[{_HALVES}]")
_SPACED = re.compile(
    r"(?<![0-9] )[1-9][0-9]{0,2}(?: [0-9]{3}){1,6}(?:\.[0-9]+|,(?![0-9]{3}(?![0-9]))[0-9]+)?(?![ .,]?[0-9]|[/⁄])"
)
_MIXED = re.compile(r"(?<![0-9] )([0-9]{1,6}) ([0-9]{1,6})\s?[/⁄]\s?([0-9]{1,6})(?![0-9/])")
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?![0-9])(?:[T ][0-9][0-9:.]{0,14}Z?)?|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}(?![0-9])"
    r"|[0-9]{1,2}([./-])[0-9]{1,2}\1(?:[0-9]{4}|[0-9]{2})(?![0-9])|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![0-9:])"
)
_EXPONENT = re.compile(rf"[eE]([+{_MINUS}]?)([0-9]{{1,40}})(?!\w)")
_POWER_OF_TEN = re.compile(
    rf"\s?[×x*·]\s?10(?:\s?\^\s?\{{?\s?([{_MINUS}+]?)([0-9]{{1,6}})\s?\}}?|([⁺⁻]?)([⁰¹²³⁴-⁹]{{1,6}}))(?![0-9])"
)
_POWER = re.compile(rf"\s?\^\s?[{{(]?\s?([{_MINUS}]?)([0-9]{{1,6}})\s?[)}}]?|([⁺⁻]?)([⁰¹²³⁴-⁹]{{1,3}})")
_QUOTIENT = re.compile(r"\s?[/⁄∕]\s?([0-9]+(?:[.,][0-9]+)*)(?![0-9/])")
_HALF = re.compile(rf"\s?([{_HALVES}])")
_ENGLISH = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?")
_EUROPEAN = re.compile(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3}){2,}|(?:\.[0-9]{3})+,[0-9]+)")
_GROUPED = re.compile(r"([1-9][0-9]{0,2}(?:'[0-9]{3})+)(?:[.,]([0-9]+))?")
_SCALES = {"hundred": 2, "thousand": 3, "k": 3, "K": 3, "million": 6, "M": 6, "billion": 9, "B": 9, "trillion": 12}
_SCALE = re.compile(r"\s?(hundred|thousand|million|billion|trillion)\b|([kKMB])(?![\w'’])")
_LIST_MARK = re.compile(r"[.)](?:\*\*)?[ \t]+[^\s*_]")
_CURRENCY = re.compile(r"\b(?:US|CA|AU|HK|NZ)?[$€£¥₹]\s?\Z|[$€£¥₹]\s?\Z|\b(?:USD|EUR|GBP|CHF|INR|JPY|Rs\.?)\s?\Z")

_LINE_START = re.compile(r"(?:^|\n)[ \t>*#_-]*\Z")
_ROOT = re.compile(r"(?:\\sqrt\s*(?:\[[0-9]*\])?\s*\{?|√\s?\(?|\\[dtc]?frac\s*(?:\{[^{}]*\}\s*)?\{)[^{}\s]*\Z")
_SUBSCRIPT = re.compile(rf"(?:\^|[\w\\)}}]_)\s?[{{(]?[{_MINUS}+]?\Z")
_PLUS_MINUS = re.compile(r"(?:±|\+/[-−])\s?\Z")
_OPERATION = re.compile(r"[0-9)\]}]\s?[+×÷·∙^]\s?\Z|[0-9)][*x]\Z|[0-9)] [*x] \Z")
_PI = re.compile(r"\s?(?:π|\\pi\b|√|\\sqrt)")
_SIGN = re.compile(rf"([{_MINUS}])(\s?)\Z")
_MEASURED = re.compile(r"[0-9]\s?[A-Za-z°]{1,3}\s?\Z")
_WORD_SIGN = re.compile(r"([0-9]\s+)?\b(?:minus|negative)\s+\Z", re.IGNORECASE)
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]_?\Z")


class Place(Enum):
    """How a number stands in an answer. PLAIN: as one number. LIST: as the mark of an entry of a list. DENIED: as what
    it is not. OTHER: as a part of a date, a name, an exponent. NOT_ONE: as a part of a range or of an expression."""

    PLAIN = "plain"
    LIST = "list"
    DENIED = "denied"
    OTHER = "other"
    NOT_ONE = "not one number"


@dataclass(frozen=True)
class Numeral:
    """A number in a text. text: as it stands there; values: what it may mean, () where it stands for no number."""

    text: str
    start: int
    end: int
    place: Place
    values: tuple[Fraction, ...] = ()


def with_plain_digits(text: str) -> str:
    """`text` with 0 to 9 for the digits of other scripts."""
    if text.isascii():
        return text
    return _OTHER_DIGITS.sub(lambda digit: str(unicodedata.decimal(digit[0])), text).translate({0x66B: ".", 0x66C: ","})


def numerals(text: str, start: int = 0, end: int | None = None) -> Iterator[Numeral]:
    """All numbers that begin in text[start:end], whose digits are plain, in their order."""
    at, until = start, len(text) if end is None else end
    while begun := _RUN.search(text, at, until):
        run = _RUN.match(text, begun.start())
        assert run is not None
        found = _numeral(text, run)
        at = found.end
        yield found


def value_of(written: str) -> Fraction | None:
    """The value of digits with separators; None where these make no one number: "1.2.3", or too many digits."""
    if len(written) > _MOST_DIGITS:
        return None
    plain = re.sub(rf"['’_ {_GAPS}]", "'", written)
    if "'" in plain:
        grouped = _GROUPED.fullmatch(plain)
        if not grouped:
            return value_of(plain.rpartition("'")[2])
        return Fraction(f"{grouped[1].replace(chr(39), '')}.{grouped[2] or 0}")
    if _ENGLISH.fullmatch(plain):
        return Fraction(plain.replace(",", ""))
    if _EUROPEAN.fullmatch(plain):
        return Fraction(plain.replace(".", "").replace(",", "."))
    if plain.count(",") == 1 and "." not in plain:
        return Fraction(plain.replace(",", "."))
    if "," in plain:  # a list without blanks: its last number
        return value_of(plain.rpartition(",")[2])
    return Fraction(plain) if plain.count(".") < 2 else None


def _numeral(text: str, run: re.Match[str]) -> Numeral:
    start = run.start()
    if dated := _DATE.match(text, start):
        return Numeral(dated[0], start, dated.end(), Place.OTHER)
    before = text[max(0, start - 64) : start]
    value, end = _unsigned(text, run)
    place, sign_at, sign = _place(text, before, start, end)
    if place is Place.PLAIN and value is None:
        place = Place.OTHER if run[0].count(".") > 1 else Place.NOT_ONE
    values: tuple[Fraction, ...] = ()
    if place is not Place.OTHER and value is not None:
        values = (value * sign,)
        if scale := _SCALE.match(text, end):
            values = (values[0], values[0] * 10 ** _SCALES[scale[1] or scale[2]])
            end = scale.end()
        elif text.startswith(("%", " %"), end):
            end = text.index("%", end) + 1
    return Numeral(text[sign_at:end], sign_at, end, place, values)


def _unsigned(text: str, run: re.Match[str]) -> tuple[Fraction | None, int]:
    """The value of the number that begins with `run`, and where it ends."""
    start, end = run.span()
    if mixed := _MIXED.match(text, start):
        whole, above, below = (int(part) for part in mixed.groups())
        if 0 < above < below:
            return whole + Fraction(above, below), mixed.end()
    if spaced := _SPACED.match(text, start):
        return value_of(spaced[0]), spaced.end()
    if run[0][0] not in ".0123456789":
        return _half(run[0]), end
    value = value_of(run[0])
    if value is None:
        return None, end
    if exponent := _EXPONENT.match(text, end):
        value, end = _scaled(value, exponent), exponent.end()
    if power := _POWER_OF_TEN.match(text, end):
        return _scaled(value, power), power.end()
    if power := _POWER.match(text, end):
        return _power(value, power), power.end()
    if half := _HALF.match(text, end):
        return value + _half(half[1]) if value is not None else None, half.end()
    if quotient := _QUOTIENT.match(text, end):
        divisor = value_of(quotient[1])
        return value / divisor if value is not None and divisor else None, quotient.end()
    return value, end


def _place(text: str, before: str, start: int, end: int) -> tuple[Place, int, int]:
    """How the number text[start:end] stands there, where its sign or currency begins, and its sign: 1 or -1."""
    if _PLUS_MINUS.search(before):
        return (Place.OTHER if re.search(r"[0-9]\s?(?:±|\+/)", before) else Place.NOT_ONE), start, 1
    if _SUBSCRIPT.search(before):
        return Place.OTHER, start, 1
    if _ROOT.search(before) or _PI.match(text, end):
        return Place.NOT_ONE, start, 1
    currency = _CURRENCY.search(before)
    if _LATIN.search(before) and not currency:
        return (Place.NOT_ONE if _OPERATION.search(before) else Place.OTHER), start, 1
    begins = start - len(currency[0].lstrip()) if currency else start
    before = text[max(0, begins - 64) : begins]
    if _OPERATION.search(before):
        return Place.NOT_ONE, begins, 1
    place, sign_at, sign = _signed(before, begins)
    if place is Place.PLAIN:
        if is_denied(text, sign_at, end):
            place = Place.DENIED
        elif sign > 0 and _LINE_START.search(before) and _LIST_MARK.match(text, end) and end - start <= 3:
            place = Place.LIST
    return place, sign_at, sign


def _signed(before: str, begins: int) -> tuple[Place, int, int]:
    """What a hyphen, a dash or a word before a number makes of it."""
    if word := _WORD_SIGN.search(before):
        return (Place.NOT_ONE, begins, 1) if word[1] else (Place.PLAIN, begins - len(word[0]), -1)
    mark = _SIGN.search(before)
    if not mark:
        return Place.PLAIN, begins, 1
    ahead, at = before[: mark.start()], begins - len(mark[0])
    last = ahead[-1:]
    if mark[2]:
        if ahead.rstrip()[-1:] in ("=", "≈", "("):
            return Place.PLAIN, at, -1
        spaced_range = (last.isspace() and re.search(r"[0-9%°)]\s?\Z", ahead)) or _MEASURED.search(ahead)
        return (Place.NOT_ONE if spaced_range else Place.PLAIN), begins, 1
    if _MEASURED.search(ahead) and not last.isspace():
        return Place.NOT_ONE, begins, 1
    if last.isdigit() or last in tuple("%°)]}"):
        return Place.NOT_ONE, begins, 1
    if _LATIN.search(ahead):
        return Place.OTHER, begins, 1
    return Place.PLAIN, (begins if last in tuple(_MINUS + "—") else at), (1 if last in tuple(_MINUS + "—") else -1)


def _half(sign: str) -> Fraction:
    return Fraction(unicodedata.numeric(sign)).limit_denominator(10)


def _scaled(value: Fraction | None, exponent: re.Match[str]) -> Fraction | None:
    """`value` times ten to the power in `exponent`."""
    power = _power(Fraction(10), exponent)
    return None if power is None or value is None else value * power


def _power(value: Fraction | None, exponent: re.Match[str]) -> Fraction | None:
    """`value` to the power in `exponent`, whose groups are signs and digits; None where that is beyond all answers."""
    sign, digits = next((s, d) for s, d in zip(*[iter(exponent.groups())] * 2, strict=True) if d)
    power = int("".join(str(unicodedata.digit(digit)) for digit in digits))
    if value is None or power * len(str(value)) > _MOST_EXPONENT * 2:
        return None
    if sign and sign not in "+⁺":
        return None if value == 0 else 1 / value**power
    return Fraction(value**power)
