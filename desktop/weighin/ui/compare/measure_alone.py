"""Offers to measure alone what has run together: without that nobody can say what running together cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from weighin.core.comparisons.comparison import Comparison, ComparisonRequest
from weighin.core.comparisons.slowdown import against_alone, fits
from weighin.core.comparisons.text import lacks_alone
from weighin.core.runs.lane import LaneSetup, Mode
from weighin.ui.widgets.label import PlainLabel, plain_tooltip

_ASKED = "What running together cost is not known yet: this pair was not measured alone."
_TOLD = "Puts the same prompt with the same options to both models again, one after the other."
MEASURING = "Measuring the same pair alone. Then what ran together is shown again, with what that cost."
MEASURED = "The same pair was measured alone just now; that run is in History."
NO_MEASURE = (
    "This run alone cannot say what running together cost: it was stopped, something else disturbed it, or too little "
    "came while both computed. What ran together is in History."
)
_LOOK_AGAIN_MS = 500

Lanes = tuple[LaneSetup, LaneSetup]


class MeasureAlone(QFrame):
    """A sentence and a button under the lanes. `pressed` carries the request: the same, one after the other.

    It remembers what ran together while it is measured alone, so that this can be shown again afterwards."""

    pressed = Signal(object)  # ComparisonRequest

    def __init__(
        self,
        why_not_now: Callable[[], str],
        checked: Callable[[Lanes], Lanes],
        parent: QWidget | None = None,
    ) -> None:
        """`why_not_now`: a sentence while something else runs, "" otherwise. `checked`: lanes, refused where a model's
        file is not what it was."""
        super().__init__(parent)
        self._why_not_now, self._checked = why_not_now, checked
        self._offered: Comparison | None = None
        self._measured: tuple[Comparison, ComparisonRequest] | None = None
        self._sentence = PlainLabel(role="small", wrap=True)
        self.button = QPushButton("Measure alone")
        self.button.setAccessibleName("Measure the same pair alone, for what running together cost")
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 2, 0)
        row.addWidget(self._sentence, 1)
        row.addWidget(self.button)
        # Nobody tells when other work ends; looked at only while this can be seen.
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_AGAIN_MS)
        self._look.timeout.connect(self._follow)
        self.button.clicked.connect(self._press)
        self.hide()

    @property
    def sentence(self) -> str:
        """What is said, "" while nothing is offered."""
        return self._sentence.text() if self._offered is not None else ""

    def offer(self, comparison: Comparison | None) -> None:
        """Offer it for `comparison`, where that would tell something; None for nothing that was run here."""
        wanted = comparison is not None and lacks_alone(comparison)
        self._offered = comparison if wanted else None
        self._follow()

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

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow()
        self._look.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._look.stop()

    def _follow(self) -> None:
        reason = self._why_not_now()
        self.button.setEnabled(not reason)
        self.button.setToolTip(plain_tooltip(reason or _TOLD))
        self.button.setAccessibleDescription(reason or _TOLD)
        said = f"{_ASKED} {reason}".rstrip()
        if said != self._sentence.text():
            self._sentence.say(said)

    def _press(self) -> None:
        if self._offered is not None and not self._why_not_now():
            request = self._offered.request
            request = replace(request, mode=Mode.ALONE, lanes=self._checked(request.lanes))
            self._measured = (self._offered, request)
            self.pressed.emit(request)
