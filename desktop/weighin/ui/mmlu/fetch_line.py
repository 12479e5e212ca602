"""Getting MMLU: one button, then progress, then what went wrong if something did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.errors import AppError
from weighin.ui.widgets.label import PlainLabel

if TYPE_CHECKING:
    from weighin.services.evaluations.question_sets import FetchProgress, QuestionSets

_PHASES = {"asking": "asking the hub", "downloading": "downloading", "checking": "checking the rows"}


class FetchLine(QWidget):
    """Follows the one fetching there is."""

    def __init__(self, sets: QuestionSets, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sets = sets
        self.fetch = QPushButton("Fetch MMLU (about 170 MB)")
        self.fetch.setAccessibleName("Fetch MMLU from the hub, about 170 MB")
        self.cancel = QPushButton("Cancel")
        self.cancel.setAccessibleName("Stop fetching MMLU; what was downloaded is kept")
        self._text = PlainLabel(role="small", wrap=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        self._bar.setAccessibleName("Progress of fetching MMLU")
        self._error = PlainLabel(role="error", wrap=True)
        row = QHBoxLayout()
        row.addWidget(self.fetch)
        row.addWidget(self.cancel)
        row.addWidget(self._text, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self._bar)
        layout.addWidget(self._error)
        self.fetch.clicked.connect(self._begin)
        self.cancel.clicked.connect(sets.cancel_fetch)
        sets.fetch_progressed.connect(self._show_progress)
        sets.fetched.connect(lambda: self._end(""))
        sets.fetch_failed.connect(self._fail)
        self._show(sets.fetching)
        self._error.hide()

    @property
    def text(self) -> str:
        """How far it is."""
        return self._text.text()

    @property
    def error(self) -> str:
        """Why it ended, "" where all is well."""
        return "" if self._error.isHidden() else self._error.text()

    def _begin(self) -> None:
        self._error.hide()
        self._show(True)
        self._text.say("asking the hub")
        self._sets.fetch_mmlu()

    def _show_progress(self, progress: FetchProgress) -> None:
        self._show(True)
        phase = _PHASES.get(progress.phase, progress.phase)
        of = f" of {format.size(progress.total)}" if progress.total else ""
        self._text.say(f"{phase} {format.size(progress.done)}{of}" if progress.done else phase)
        # In thousandths: a progress bar counts in 32 bits.
        self._bar.setRange(0, 1000 if progress.total else 0)
        if progress.total:
            self._bar.setValue(round(1000 * progress.done / progress.total))

    def _fail(self, error: AppError) -> None:
        self._end("" if error.kind == "stopped" else error.user_text)

    def _end(self, sentence: str) -> None:
        self._show(False)
        self._error.say_or_hide(sentence)

    def _show(self, fetching: bool) -> None:
        self.fetch.setVisible(not fetching)
        self.cancel.setVisible(fetching)
        self._bar.setVisible(fetching)
        self._text.say(
            "" if fetching else "Once; afterwards no network is needed. Rows are checked against the released ones."
        )
