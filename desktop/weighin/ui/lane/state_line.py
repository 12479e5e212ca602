"""One line of what a lane is doing, with a clock and a thin bar."""

from __future__ import annotations

import re

from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.runs.progress import LaneState
from weighin.ui.widgets.label import ElidedLabel

_TICK_MS = 100
_DIGITS = re.compile(r"\d")


class StateLine(QWidget):
    """Words, seconds that run live, and progress where there is some. `extra` stands at the right end."""

    def __init__(self, label: str, extra: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = label
        self._text = ElidedLabel(role="small")
        self._warning = ElidedLabel(role="warning")
        self._warning.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        self._bar.setAccessibleName(f"Progress of lane {label}")
        self._words = ""
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._show)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        row.addWidget(self._warning)
        row.addWidget(extra)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(row)
        layout.addWidget(self._bar)
        policy = self._bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._bar.setSizePolicy(policy)
        self._bar.hide()
        self._warning.hide()

    @property
    def text(self) -> str:
        """What it says now."""
        return self._text.text()

    @property
    def warning(self) -> str:
        """What is said to be wrong, "" where all is well."""
        return "" if self._warning.isHidden() else self._warning.text()

    def say(self, state: str, warning: str = "") -> None:
        """Say what the lane does, and what is wrong with it."""
        counted_on = _DIGITS.sub("", state) == _DIGITS.sub("", self._words)
        self._words = state
        self._warning.say_or_hide(f"⚠ {warning}" if warning else "")
        # Mere counting waits for the next tick of the clock: the window may not take time from the models.
        if not (counted_on and self._timer.isActive()):
            self._show()

    def progress(self, done: int, total: int) -> None:
        """Fill the bar; a total of 0 hides it."""
        self._bar.setVisible(total > 0)
        if total > 0:
            self._bar.setRange(0, total)
            self._bar.setValue(min(done, total))

    def start_clock(self) -> None:
        """Count seconds from now on."""
        self._clock.start()
        self._timer.start()

    def stop_clock(self) -> None:
        """Stop counting; the words stay."""
        self._timer.stop()
        self._clock.invalidate()
        self._show()

    def _show(self) -> None:
        running = self._timer.isActive() and self._clock.isValid()
        elapsed = f" · {self._clock.elapsed() / 1000:.1f} s" if running else ""
        text = f"{self._words}{elapsed}"
        if text != self._text.text():
            self._text.say(text)
            self._text.setAccessibleName(f"Lane {self._label}: {text or format.NONE}")


ACTIVE = frozenset({LaneState.STARTING, LaneState.LOADING, LaneState.BUSY, LaneState.STOPPING})
