"""One line under the answers: which model writes faster, or why nobody can tell and what to do about it."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from weighin.core.comparisons.comparison import Comparison
from weighin.core.comparisons.speed import Remedy, SpeedVerdict, needs_speed_tests, speed_verdict
from weighin.services.comparisons.quiet_watch import QuietWatch
from weighin.ui.widgets.strip import Strip

_TESTING = "Measuring the speed of both…"
_WAITING = "Waiting until other programs are idle."
_LOOK_MS = 1000
_AGAIN = {Remedy.AGAIN: "Measure again when idle", Remedy.LONGER: "Measure again"}


class SpeedLine(Strip):
    """`again_wanted` carries the Comparison whose request is to be put once more, when nothing else is busy if that was
    what disturbed it."""

    again_wanted = Signal(object)

    def __init__(self, quiet: QuietWatch | None = None, parent: QWidget | None = None) -> None:
        """`quiet`: who sees whether other programs are busy."""
        super().__init__("", parent)
        self._quiet = quiet or QuietWatch()
        self._comparison: Comparison | None = None
        self._verdict: SpeedVerdict | None = None
        self._can_measure = False
        self._is_testing = self._test_waits = False
        self.button = self.add_button("Measure again", "Put the same prompt to both models again to compare speeds")
        self.button.clicked.connect(self._press)
        # The answers above do not move when the button comes or goes.
        policy = self.button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.button.setSizePolicy(policy)
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._look_for_quiet)

    @property
    def sentence(self) -> str:
        """What is said, "" where nothing is."""
        return "" if self.isHidden() else self.label.text()

    @property
    def waits(self) -> bool:
        """Whether it waits for other programs to be idle."""
        return self._look.isActive()

    def clear(self) -> None:
        """Nothing is compared."""
        self._comparison = self._verdict = None
        self._look.stop()
        self.say("")

    def show_comparison(self, comparison: Comparison, can_measure: bool) -> None:
        """What this comparison says of speed. `can_measure`: whether it could be run again here."""
        self._look.stop()
        self._comparison, self._verdict, self._can_measure = comparison, speed_verdict(comparison), can_measure
        self._say()

    def show_testing(self, is_testing: bool, waits: bool) -> None:
        """Whether a speed test of what is shown is under way, and whether it waits for other programs to be idle."""
        self._is_testing, self._test_waits = is_testing, waits
        self._say()

    def _say(self) -> None:
        verdict = self._verdict
        if verdict is None or self._comparison is None:
            self.say("")
            return
        testing = self._is_testing and needs_speed_tests(self._comparison) and verdict.speeds is None
        waits = self._test_waits if testing else self.waits
        more = _WAITING if waits else _TESTING if testing else ""
        self.set_tone("amber" if verdict.speeds is None and not testing else "")
        self.say(f"{verdict.sentence} {more}".rstrip())
        offered = verdict.remedy is not None and self._can_measure and not testing
        self.button.setVisible(offered)
        if verdict.remedy is not None:
            self.button.setText("Cancel" if self.waits else _AGAIN[verdict.remedy])

    def _press(self) -> None:
        if self.waits or self._comparison is None or self._verdict is None:
            self._look.stop()
        elif self._verdict.remedy is Remedy.AGAIN:
            self._quiet.begin()
            self._look.start()
        else:
            self.again_wanted.emit(self._comparison)
        self._say()

    def _look_for_quiet(self) -> None:
        if self._quiet.is_quiet():
            comparison = self._comparison
            self._look.stop()
            self._say()
            if comparison is not None:
                self.again_wanted.emit(comparison)
