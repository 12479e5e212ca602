"""Where two texts differ, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

# Finding the best match takes time by the square: so many words beside what both texts begin and end with.
MAX_WORDS = 2000
_WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class Span:
    """Characters from `start` to `end` (not included)."""

    start: int
    end: int


@dataclass(frozen=True)
class TextDifference:
    """parted_after: words both begin with alike, None where all words are the same. a, b: what the other does not have
    in this place. whole: False where the texts were too long to be compared to their end. parted_at: where in each the
    first word stands that is not the same, or its end."""

    parted_after: int | None
    a: tuple[Span, ...]
    b: tuple[Span, ...]
    whole: bool = True
    parted_at: tuple[int, int] = (0, 0)


def text_difference(a: str, b: str) -> TextDifference:
    """Compare by words and punctuation marks; spaces and line ends are passed over."""
    one, two = list(_WORD.finditer(a)), list(_WORD.finditer(b))
    words_a, words_b = [m[0] for m in one], [m[0] for m in two]
    begin = _alike(words_a, words_b)
    if begin == len(words_a) == len(words_b):
        return TextDifference(None, (), ())
    end = _alike(words_a[begin:][::-1], words_b[begin:][::-1])
    last_a, last_b = len(words_a) - end, len(words_b) - end
    whole = max(last_a, last_b) - begin <= MAX_WORDS
    last_a, last_b = min(last_a, begin + MAX_WORDS), min(last_b, begin + MAX_WORDS)
    # With its "autojunk" a word that is said over and over starts no match: a model in circles would take minutes.
    matcher = SequenceMatcher(None, words_a[begin:last_a], words_b[begin:last_b], autojunk=True)
    spans_a, spans_b = [], []
    for kind, a1, a2, b1, b2 in matcher.get_opcodes():
        if kind != "equal":
            spans_a += _span(one, begin + a1, begin + a2)
            spans_b += _span(two, begin + b1, begin + b2)
    at = tuple(found[begin].start() if begin < len(found) else len(text) for found, text in ((one, a), (two, b)))
    return TextDifference(begin, tuple(spans_a), tuple(spans_b), whole, (at[0], at[1]))


def _alike(a: list[str], b: list[str]) -> int:
    """Number of words both begin with."""
    pairs = enumerate(zip(a, b, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(a), len(b)))


def _span(words: list[re.Match[str]], first: int, last: int) -> list[Span]:
    return [Span(words[first].start(), words[last - 1].end())] if last > first else []


# What is looked at of each text before it is offered to compare them.
_MOST_LOOKED_AT = 20_000
_LEAST_ALIKE = 0.3


def worth_comparing(a: str, b: str) -> bool:
    """Whether two texts have so many words in common that their differences tell something. Looks at the beginnings of
    long texts only."""
    one, two = (set(_WORD.findall(text[:_MOST_LOOKED_AT].lower())) for text in (a, b))
    return bool(one and two) and len(one & two) / len(one | two) >= _LEAST_ALIKE
