"""Small helpers for writing random sentences."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")
VOWELS = ("a", "e", "i", "o", "u")


def article(noun: str) -> str:
    """The noun behind "a" or "an"."""
    return f"an {noun}" if noun.startswith(VOWELS) else f"a {noun}"


def said(text: str) -> str:
    """The text as a sentence of its own."""
    return text[0].upper() + text[1:] + "."


def pick(rng: Random, values: Sequence[T]) -> T:
    """A random member; quicker than `Random.choice`, which matters at millions of documents."""
    return values[int(rng.random() * len(values))]


def below(rng: Random, n: int) -> int:
    """A random number of 0..n-1, quickly."""
    return int(rng.random() * n)
