"""What an opened bundle is, what of it is here, and what came of running it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.bundles.bundle import BundleModel
from weighin.core.bundles.replay import (
    Replayed,
    ReplayVerdict,
    fetchable,
    lane_words,
    model_words,
    origin_words,
    questions_words,
    verdict_words,
    votes_words,
)
from weighin.core.downloads.download import Transferred
from weighin.core.models.model import ModelFacts
from weighin.ui.models.downloads_panel import DownloadRow
from weighin.ui.theme import Theme
from weighin.ui.widgets.icon_button import IconButton
from weighin.ui.widgets.label import PlainLabel

if TYPE_CHECKING:
    from weighin.services.bundles.replay import Replay
    from weighin.services.models.download_manager import DownloadManager


class ReplayBox(QFrame):
    """Shows one Replay. `fetch_pressed` carries a lane; `show_pressed`: the record as it was is wanted again."""

    fetch_pressed = Signal(str)
    run_pressed = Signal()
    show_pressed = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, replay: Replay, downloads: DownloadManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._replay = replay
        bundle = replay.bundle
        said = (f"Bundle of {origin_words(bundle)}.", votes_words(bundle), questions_words(bundle))
        self._title = PlainLabel(" ".join(text for text in said if text), wrap=True)
        self._verdict = PlainLabel(wrap=True)
        self._lines = PlainLabel(role="small", wrap=True)
        self._progress = PlainLabel(role="small")
        self.run = QPushButton("Run again")
        self.run.setAccessibleName("Run this comparison again on this computer")
        self.show_theirs = QPushButton("Show original")
        self.show_theirs.setAccessibleName("Show the answers in the bundle again")
        close = IconButton(theme, "close", "Close the bundle")
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.run)
        head.addWidget(self.show_theirs)
        head.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 8)
        layout.setSpacing(4)
        layout.addLayout(head)
        results = replay.bundle.comparison.results
        self.lanes = tuple(
            _LaneLine(model, result.setup.model, downloads)
            for model, result in zip(replay.bundle.models, results, strict=True)
        )
        for lane in self.lanes:
            layout.addWidget(lane)
            lane.fetch.clicked.connect(lambda _, label=lane.label: self.fetch_pressed.emit(label))
        for label in (self._progress, self._verdict, self._lines):
            layout.addWidget(label)
        self.run.clicked.connect(self.run_pressed)
        self.show_theirs.clicked.connect(self.show_pressed)
        close.clicked.connect(self.closed)
        replay.found.connect(self._show_found)
        replay.progress.connect(self._show_progress)
        replay.finished.connect(self._show_outcome)
        self.run.setEnabled(False)
        self.show_theirs.hide()
        self._verdict.hide()
        self._lines.hide()
        self._progress.say("Looking for its models on this computer…")

    @property
    def sentences(self) -> str:
        """Everything the box says, in lines."""
        parts = (self._title, *(lane.line for lane in self.lanes), self._progress, self._verdict, self._lines)
        return "\n".join(part.text() for part in parts if not part.isHidden())

    def say(self, sentence: str, tone: str = "warning") -> None:
        """Say what came of something. tone: a role of labels."""
        self._verdict.setProperty("role", tone)
        self._verdict.style().unpolish(self._verdict)
        self._verdict.style().polish(self._verdict)
        self._verdict.say_or_hide(sentence)

    def set_running(self, running: bool) -> None:
        """While something runs nothing can be run again."""
        self.run.setEnabled(not running and not self._replay.reason)

    def _show_found(self) -> None:
        self._progress.say_or_hide("")
        for lane in self.lanes:
            lane.show_here(lane.label in self._replay.here)
        reason = self._replay.reason
        self.run.setEnabled(not reason)
        if self._replay.outcome is None:
            self.say(f"Cannot be replayed yet: {reason}" if reason else "")

    def _show_progress(self, news: Transferred) -> None:
        self._progress.say_or_hide(
            f"Comparing files of the same size: {format.size(news.done)} of {format.size(news.total)}"
        )

    def _show_outcome(self, outcome: Replayed) -> None:
        sentence = verdict_words(outcome)
        good = outcome.verdict is ReplayVerdict.REPLICATED
        self.say(f"✓ {sentence}" if good else f"⚠ {sentence}", "" if good else "warning")
        self._lines.say_or_hide("\n".join(lane_words(lane) for lane in outcome.lanes))
        self.show_theirs.show()


class _LaneLine(QWidget):
    """One model of the bundle: here, fetched just now, or to be had."""

    def __init__(self, model: BundleModel, facts: ModelFacts, downloads: DownloadManager) -> None:
        super().__init__()
        self.label = model.lane
        self._model, self._facts, self._downloads = model, facts, downloads
        self._row: DownloadRow | None = None
        plan = model.plan()
        self._id = plan.id if plan else ""
        self.line = PlainLabel(role="small", wrap=True)
        self.fetch = QPushButton(f"Download {format.size(model.size)}")
        self.fetch.setAccessibleName(f"Download the model of {model.lane} from the hub")
        self.fetch.hide()
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.line, 1)
        row.addWidget(self.fetch)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addLayout(row)
        self.line.hide()
        downloads.changed.connect(self._follow)

    def show_here(self, is_here: bool) -> None:
        """Say whether the file is here, and offer to fetch it where it is not."""
        self.line.say_or_hide(model_words(self._model, self._facts, is_here))
        self.fetch.setVisible(not is_here and fetchable(self._model) and self._row is None)

    def _follow(self, identifier: str) -> None:
        if not self._id or identifier != self._id:
            return
        view = self._downloads.view(identifier)
        if view is None and self._row is not None:
            self._row.deleteLater()
            self._row = None
        elif view is not None and self._row is None:
            self.fetch.hide()
            self._row = DownloadRow(self._downloads, view)
            self._column.addWidget(self._row)
        elif view is not None and self._row is not None:
            self._row.show_view(view)
