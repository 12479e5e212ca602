"""What is said about the answers that are shown, and the options with which they were made."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from weighin.core.comparisons.comparison import ComparisonRequest
from weighin.core.comparisons.text import MODES
from weighin.core.runs.lane import Mode
from weighin.ui.options.run_options import RunOptions, option_differences, options_of
from weighin.ui.widgets.label import PlainLabel, plain_tooltip

_MOST = 5


class Remark(QFrame):
    """Takes no room while there is nothing to say. `options_wanted` carries the ComparisonRequest whose options the
    next run shall have."""

    options_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = ""
        self._request: ComparisonRequest | None = None
        self._label = PlainLabel(role="small", wrap=True)
        self.use = QPushButton("Use these options")
        self.use.setProperty("role", "link")
        self.use.setAccessibleName("Use the options of these answers for the next run")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 4)
        row.addWidget(self._label, 1)
        row.addWidget(self.use)
        self.use.clicked.connect(lambda: self.options_wanted.emit(self._request))
        self.use.hide()
        self.hide()

    @property
    def text(self) -> str:
        """All that is said, "" where there is nothing."""
        return "" if self.isHidden() else self._label.text()

    def say(self, sentence: str, request: ComparisonRequest | None = None) -> None:
        """Say `sentence`; with `request`, what was asked earlier, its options are held against those of the page as
        soon as `follow` tells them."""
        self._sentence, self._request = sentence, request
        self._show(())

    def follow(self, options: RunOptions, mode: Mode) -> None:
        """The page has these options now."""
        if self._request is not None:
            theirs = option_differences(options_of(self._request), options)
            self._show(theirs if self._request.mode is mode else (MODES[self._request.mode], *theirs))

    def _show(self, differences: tuple[str, ...]) -> None:
        parts = [self._sentence]
        if differences:
            more = f" and {len(differences) - _MOST} more" if len(differences) > _MOST else ""
            parts.append(f"Made with other options: {', '.join(differences[:_MOST])}{more}.")
        self._label.say(" · ".join(part for part in parts if part))
        self._label.setToolTip(plain_tooltip("\n".join(differences)) if len(differences) > _MOST else "")
        self.use.setVisible(bool(differences))
        self.setVisible(bool(self._sentence))
