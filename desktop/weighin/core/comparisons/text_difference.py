"""Where two texts differ, word by word."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

# Finding the best match takes time by the square: so many words beside what both texts begin and end with.
MAX_WORDS = 2000
# Chinese and Japanese put no spaces between words: there each character counts as one.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+|[^\w\s]")
# Two models that say the same in their own words share about a tenth of their pairs of words, two versions of one text
# more than half.
_ALIKE = 1 / 3


@dataclass(frozen=True)
class Span:
    """Characters from `start` to `end` (not included)."""

    start: int
    end: int


@dataclass(frozen=True)
class TextDifference:
    """parted_after: words both begin with alike, None where all words are the same. a, b: what the other does not have
    in this place. whole: False where the texts were too long to be compared to their end. places: where in each text
    the words stand that differ, or would stand, one entry a difference."""

    parted_after: int | None
    a: tuple[Span, ...]
    b: tuple[Span, ...]
    whole: bool = True
    places: tuple[tuple[int, int], ...] = ()


def worth_comparing(a: str, b: str) -> bool:
    """Whether marking what differs tells more than the texts beside each other do: of the shorter one's pairs of
    neighbouring words the other has a third at least. Looks at the first 2000 words of each only."""
    one, two = (_first_words(text) for text in (a, b))
    if one == two:
        return bool(one)
    pairs = [Counter(itertools.pairwise(words)) for words in (one, two)]
    shorter = min(sum(found.values()) for found in pairs)
    return shorter > 0 and sum((pairs[0] & pairs[1]).values()) >= _ALIKE * shorter


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
    spans_a, spans_b, places = [], [], []
    for kind, a1, a2, b1, b2 in matcher.get_opcodes():
        if kind != "equal":
            spans_a += _span(one, begin + a1, begin + a2)
            spans_b += _span(two, begin + b1, begin + b2)
            places.append((_start(one, begin + a1, a), _start(two, begin + b1, b)))
    return TextDifference(begin, tuple(spans_a), tuple(spans_b), whole, tuple(places))


def _first_words(text: str) -> list[str]:
    return [match[0].casefold() for match in itertools.islice(_WORD.finditer(text), MAX_WORDS)]


def _alike(a: list[str], b: list[str]) -> int:
    """Number of words both begin with."""
    pairs = enumerate(zip(a, b, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(a), len(b)))


def _span(words: list[re.Match[str]], first: int, last: int) -> list[Span]:
    return [Span(words[first].start(), words[last - 1].end())] if last > first else []


def _start(words: list[re.Match[str]], number: int, text: str) -> int:
    return words[number].start() if number < len(words) else len(text)
