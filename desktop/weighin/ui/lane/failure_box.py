"""Why a lane could not do its work."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from weighin.core.runs.answer import Failure
from weighin.core.safe_text import safe_text
from weighin.ui.theme import Theme
from weighin.ui.widgets.folded_section import FoldedSection
from weighin.ui.widgets.strip import Strip

# Only here may the user insist: everything else would fail the same way again.
_INSIST = "memory"


class FailureBox(QWidget):
    """One sentence, the native lines behind it folded away, and "Try anyway" where that can help. `shown`: what
    `show_failure` got last."""

    try_anyway = Signal()

    def __init__(self, theme: Theme, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strip = Strip("red")
        self._again = self._strip.add_button("Try anyway", f"Run lane {label} although memory may not suffice")
        self._label = label
        self._detail = ""
        self._lines: QPlainTextEdit | None = None
        self._details = FoldedSection(theme, "Details", f"lane {label}", self._make_lines)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._strip)
        layout.addWidget(self._details)
        self._again.clicked.connect(self.try_anyway)
        self.shown: tuple[Failure | None, bool] = (None, True)
        self.hide()

    @property
    def sentence(self) -> str:
        """The sentence shown, "" where there is none."""
        return self._strip.label.text() if not self.isHidden() else ""

    @property
    def details(self) -> str:
        """The native lines, folded away or not."""
        return self._detail

    @property
    def can_insist(self) -> bool:
        """Whether "Try anyway" is offered."""
        return not self._again.isHidden()

    def show_failure(self, failure: Failure | None, may_insist: bool = True) -> None:
        """Show it, or nothing. may_insist: whether it can be tried again at all."""
        self.shown = (failure, may_insist)
        self.setVisible(failure is not None)
        if failure is None:
            self._strip.say("")
            self._detail = ""
            if self._lines:
                self._lines.clear()
            return
        self._strip.say(failure.message)
        self._again.setVisible(may_insist and failure.kind == _INSIST)
        self._detail = safe_text(failure.detail)
        if self._lines:
            self._lines.setPlainText(self._detail)
        self._details.setVisible(bool(self._detail.strip()))
        self._details.set_open(False)

    def _make_lines(self) -> QWidget:
        self._lines = lines = QPlainTextEdit(self._detail)
        lines.setReadOnly(True)
        lines.setTabChangesFocus(True)
        lines.setMaximumHeight(130)
        lines.setAccessibleName(f"Details of the failure of lane {self._label}")
        return lines
