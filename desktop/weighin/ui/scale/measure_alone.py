"""Measures a pair that ran at the same time once more, each model alone, and then comes back to what ran together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from weighin.core.comparisons.comparison import Comparison, ComparisonRequest
from weighin.core.comparisons.slowdown import against_alone, fits
from weighin.core.comparisons.text import lacks_alone
from weighin.core.runs.lane import LaneSetup, Mode

MEASURING = "Measuring each model alone. The simultaneous run is shown again afterwards, with its slowdown."
MEASURED = "Each model was measured alone just now; that run is in History."
NO_MEASURE = (
    "This run cannot tell the slowdown: it was stopped or disturbed, or the overlap was too short. "
    "The simultaneous run is in History."
)

Lanes = tuple[LaneSetup, LaneSetup]


class MeasureAlone:
    """Remembers what ran together while it is measured alone."""

    def __init__(self, why_not_now: Callable[[], str], checked: Callable[[Lanes], Lanes]) -> None:
        """`why_not_now`: a sentence while something else runs, "" otherwise. `checked`: lanes, refused where a model's
        file is not what it was."""
        self._why_not_now, self._checked = why_not_now, checked
        self._offered: Comparison | None = None
        self._measured: tuple[Comparison, ComparisonRequest] | None = None

    @property
    def why_not_now(self) -> str:
        """Why it cannot be measured at this moment, "" where it can."""
        return self._why_not_now()

    def offer(self, comparison: Comparison | None) -> None:
        """It may be asked for `comparison`, where that would tell something; None for nothing that was run here."""
        wanted = comparison is not None and lacks_alone(comparison)
        self._offered = comparison if wanted else None

    def request(self) -> ComparisonRequest | None:
        """The same prompt, each model alone; None where it is not offered, or cannot be now."""
        if self._offered is None or self._why_not_now():
            return None
        asked = self._offered.request
        made = replace(asked, mode=Mode.ALONE, lanes=self._checked(asked.lanes))
        self._measured = (self._offered, made)
        return made

    def begins(self, request: ComparisonRequest) -> bool:
        """A comparison begins; whether it is the one asked for here."""
        self.offer(None)
        if self._measured is not None and self._measured[1] is not request:
            self._measured = None
        return self._measured is not None

    def ended(self, alone: Comparison) -> tuple[Comparison | None, bool]:
        """A comparison has ended. What ran together before, and whether this tells what that cost; None where it was
        not asked for here."""
        if self._measured is None:
            return None, False
        together, self._measured = self._measured[0], None
        return together, fits(together, alone) and bool(against_alone(together, alone).slowdowns)
