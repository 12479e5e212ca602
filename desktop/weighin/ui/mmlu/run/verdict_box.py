"""The verdict of an evaluation."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from weighin.core.evaluations.verdict_text import (
    flips_sentence,
    is_decided,
    method_sentences,
    reason_sentence,
    verdict_sentence,
)
from weighin.core.runs.run_state import RunState
from weighin.core.safe_text import safe_name
from weighin.core.statistics.paired import PairedResult, Verdict
from weighin.ui.theme import Theme
from weighin.ui.widgets.verdict_strip import VerdictStrip

_LONGEST_NAME = 40
_NOTHING = "No clear winner yet: nothing is answered by both models."
# As long as usual verdicts get: their room is kept from the beginning of a run on.
_NO_WINNER = "No clear winner yet: A 999, B 999 of 999 right. Difference 99.9 points (-99.9 to 99.9)."
_WINNER = "{} is better: 999 of 999 right against 999. Difference 99.9 points (99.9 to 99.9), p < 0.0001."


class VerdictBox(VerdictStrip):
    """Says it of a run of two models. Its remark: how many answers differ in being right."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._names: tuple[str, ...] = ()
        self.say(_NOTHING)

    def expect(self, names: tuple[str, ...]) -> None:
        """A run of models with these names begins: keep room for what may be said of it."""
        self._names = tuple(safe_name(name, _LONGEST_NAME) for name in names)
        self.keep_room_for((_NO_WINNER, *(_WINNER.format(name) for name in self._names)))

    def show_verdict(self, paired: PairedResult | None, total: int, state: RunState) -> None:
        """Say it; None: nothing is answered by both yet. `total`: questions of the run, which is in `state`."""
        if paired is None:
            self.say(_NOTHING)
            return
        decided = is_decided(paired)
        winner = "" if not decided else "A" if paired.verdict is Verdict.A_BETTER else "B"
        # Only a winner needs its name: who is who stands in the cards below.
        shown = self._names if decided or paired.mute else ("A", "B")
        sentence = verdict_sentence(paired, state, *shown)
        reason, method = reason_sentence(paired, total, state), method_sentences(paired)
        self.say(sentence, winner, reason, flips_sentence(paired), method, "Details" if decided else "Why?")
