"""Measures a pair whose answers were too short to compare speeds: by a speed test, or by more rounds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from weighin.core.comparisons.comparison import Comparison, ComparisonRequest
from weighin.core.comparisons.speed import can_be_tested, rounds_to_measure

if TYPE_CHECKING:
    from weighin.services.comparisons.speed_tests import SpeedTests

_LONGER = "Measure with a longer answer"
_TEST = "a speed test of both models, a few seconds; the answers stay"
_RUN_AND_TEST = "the same prompt again, then a speed test of both models"


class MeasureLonger:
    """The same prompt would only give the same short answers."""

    def __init__(self, tests: SpeedTests) -> None:
        self._tests = tests

    def offer(self, comparison: Comparison) -> tuple[str, str]:
        """The words of the button, and what happens when it is pressed; "" where nothing would tell more."""
        if self._tests.can_measure(comparison):
            return _LONGER, f"{_LONGER}: {_TEST}"
        if rounds := rounds_to_measure(comparison):
            words = f"Measure with {rounds} rounds"
            return words, f"{words}: the same prompt up to {rounds} times to each model"
        if can_be_tested(comparison):
            return _LONGER, f"{_LONGER}: {_RUN_AND_TEST}"
        return "", ""

    def begin(self, comparison: Comparison) -> ComparisonRequest | None:
        """Do what was offered: what is to be run, None where a speed test does without."""
        if self._tests.can_measure(comparison):
            self._tests.measure(comparison)
            return None
        return replace(comparison.request, repeat=rounds_to_measure(comparison) or comparison.request.repeat)
