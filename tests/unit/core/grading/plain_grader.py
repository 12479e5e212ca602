"""A second grader, written otherwise: word by word and character by character, for answers of plain words."""

from __future__ import annotations

import unicodedata
from fractions import Fraction

_PAIRS = ('""', "''", "``", "“”", "””", "«»", "»«")


def last_number(answer: str) -> Fraction | None:
    """The last word that is a number, without those behind "not" and their like before; None where there is none."""
    kept: list[Fraction] = []
    before = ""
    for word in answer.split():
        bare = word.strip("*().:;!?$%")
        digits = bare.lstrip("-").lstrip("$").replace(",", "")
        if digits and all(one in "0123456789." for one in digits):
            value = Fraction(digits) * (-1 if bare.startswith("-") else 1)
            kept = [one for one in kept if one != value] if before == "not" else [*kept, value]
        before = word
    return kept[-1] if kept else None


def same_text(answer: str, expected: str) -> bool:
    """Whether the two are equal but for white space, one pair of quotes and one full stop around them."""
    return _bare(answer) == _bare(expected)


def _bare(text: str) -> str:
    whole = unicodedata.normalize("NFC", text).strip()
    for first in (_without_quotes, _without_stop):
        then = _without_stop if first is _without_quotes else _without_quotes
        once = first(whole)
        if once != whole:
            return then(once)
    return whole


def _without_quotes(text: str) -> str:
    for opening, closing in _PAIRS:
        if len(text) > 2 and text[0] == opening and text[-1] == closing:
            inner = text[1:-1]
            if opening not in inner and closing not in inner and inner.strip():
                return inner.strip()
    return text


def _without_stop(text: str) -> str:
    if len(text) > 1 and text.endswith(".") and not text.endswith(".."):
        return text[:-1].rstrip()
    return text
