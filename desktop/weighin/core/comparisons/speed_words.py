"""What is said of speed tests."""

from __future__ import annotations

from weighin.core import words
from weighin.core.comparisons.round_words import rate_spread
from weighin.core.comparisons.speed_test import SpeedTest


def speed_test_words(test: SpeedTest) -> str:
    """One line: both speeds with their ranges, and when they were measured."""
    read = f", reading {rate_spread(test.prompt, ' tok/s')}" if test.prompt else ""
    return f"Speed test of {words.moment(test.created)}: writing {rate_spread(test.generation, ' tok/s')}{read}"
