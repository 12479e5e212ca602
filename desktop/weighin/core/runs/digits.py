"""Whole and decimal numbers between two bounds, as pieces of a grammar (GBNF): digit by digit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

# What a double still tells apart.
MOST = 10**15
# As many values are listed instead of being told by their digits.
_MOST_LISTED = 1000


def whole_bounds(given: dict[str, Any]) -> tuple[int, int]:
    """The least and the greatest whole number under `minimum`, `maximum` and their exclusive kin, at most MOST."""
    low, high = -MOST, MOST
    if "minimum" in given:
        low = max(low, math.ceil(given["minimum"]))
    if "exclusiveMinimum" in given:
        low = max(low, math.floor(given["exclusiveMinimum"]) + 1)
    if "maximum" in given:
        high = min(high, math.floor(given["maximum"]))
    if "exclusiveMaximum" in given:
        high = min(high, math.ceil(given["exclusiveMaximum"]) - 1)
    return low, high


def multiples(low: int, high: int, step: float | None) -> list[int] | None:
    """All multiples of `step` from `low` to `high`; None where they are too many to be listed, or every number is one.
    [] also where there is no number between the two."""
    if low > high:
        return []
    if step in (None, 1) or step <= 0 or step != math.floor(step) or (high - low) / step > _MOST_LISTED:
        return None
    whole = int(step)
    return list(range(-(-low // whole) * whole, high + 1, whole))


def wholes(low: int, high: int) -> list[str]:
    """The whole numbers from `low` to `high`."""
    below = [f'"-" {text}' for text in _between(max(1, -high), -low)]
    return below + list(_between(max(0, low), high))


def decimals(low: int, high: int) -> list[str]:
    """The numbers from `low` to `high`, both among them, in decimal notation."""
    below = [f'"-" {text}' for text in _with_fractions(max(0, -high), -low)]
    return below + list(_with_fractions(max(0, low), high))


def _with_fractions(low: int, high: int) -> Iterator[str]:
    """`low` is not below 0."""
    if low > high:
        return
    for text in _between(low, high - 1):
        yield f'{text} ("." [0-9]{{1,16}})?'
    yield f'"{high}" ("." "0"{{1,16}})?'


def _between(low: int, high: int) -> Iterator[str]:
    """The whole numbers from `low` to `high`, `low` not below 0: those of one length together."""
    for length in range(len(str(low)), len(str(max(high, 0))) + 1):
        least = max(low, 0 if length == 1 else 10 ** (length - 1))
        most = min(high, 10**length - 1)
        if least <= most:
            yield from _of_length(str(least), str(most))


def _of_length(low: str, high: str) -> list[str]:
    """Texts of digits as long as `low` and `high`, from one to the other."""
    if not low:
        return [""]
    rest = len(low) - 1
    if low[0] == high[0]:
        return [f'"{low[0]}" {tail}'.rstrip() for tail in _of_length(low[1:], high[1:])]
    before, after = [], []
    first, last = int(low[0]), int(high[0])
    if low[1:] != "0" * rest:
        before = [f'"{first}" {tail}' for tail in _of_length(low[1:], "9" * rest)]
        first += 1
    if high[1:] != "9" * rest:
        after = [f'"{last}" {tail}' for tail in _of_length("0" * rest, high[1:])]
        last -= 1
    middle = [f"[{first}-{last}]" + (f" [0-9]{{{rest}}}" if rest else "")] if first <= last else []
    return before + middle + after
