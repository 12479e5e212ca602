"""Tells when a model has begun to go in circles."""

from __future__ import annotations

from collections.abc import Sequence

WINDOW = 96
LONGEST_PERIOD = 24


def goes_in_circles(tokens: Sequence[int]) -> bool:
    """Whether the last WINDOW `tokens` are one stretch of at most LONGEST_PERIOD tokens, said over and over."""
    tail = list(tokens[-WINDOW:])
    if len(tail) < WINDOW:
        return False
    return any(tail[period:] == tail[:-period] for period in range(1, LONGEST_PERIOD + 1))
