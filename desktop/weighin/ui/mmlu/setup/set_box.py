"""Which questions are asked: what comes along, MMLU or another set, which is fetched first, or a file of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QMenu,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.evaluations.questions import QuestionSet, QuestionSetInfo
from weighin.core.safe_text import safe_name
from weighin.ui.widgets.elided_combo_box import ElidedComboBox
from weighin.ui.widgets.file_dialog import ANY, QUESTIONS, FileDialog
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.roomy_delegate import RoomyDelegate

if TYPE_CHECKING:
    from weighin.services.evaluations.question_sets import FetchProgress, QuestionSets


_PHASES = {"asking": "Asking the hub", "downloading": "Downloading", "checking": "Checking the questions"}


_CHECKED = {
    "mmlu": "Needed once. Every question is checked against the released MMLU.",
    "": "Needed once. The files are checked by sha256 and the same ones are used from then on.",
}


class FetchLine(QWidget):
    """Gets the chosen set, and follows the one fetching there is."""

    def __init__(self, sets: QuestionSets, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sets = sets
        self._key = ""
        self.fetch = QPushButton("Download")
        self.fetch.setAccessibleName("Download the question set from the hub")
        self.cancel = QPushButton("Cancel")
        self.cancel.setAccessibleName("Stop downloading the question set; what was downloaded is kept")
        self._text = PlainLabel(role="small", wrap=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        self._bar.setAccessibleName("Progress of downloading the question set")
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
        sets.fetched.connect(lambda _key: self._end(""))
        sets.fetch_failed.connect(self._fail)
        self._show()
        self._error.hide()

    @property
    def text(self) -> str:
        """How far it is."""
        return self._text.text()

    @property
    def error(self) -> str:
        """Why it ended, "" where all is well."""
        return "" if self._error.isHidden() else self._error.text()

    def show_set(self, info: QuestionSetInfo) -> None:
        """Offer to get this set, which is not here."""
        if info.key != self._key:
            self._error.hide()
        self._key = info.key
        size = f" (about {format.count(info.megabytes)} MB)" if info.megabytes else ""
        self.fetch.setText(f"Download {safe_name(info.title, 40)}{size}")
        self.fetch.setAccessibleDescription(self.fetch.text())
        self._show()

    def _begin(self) -> None:
        self._error.hide()
        self._sets.fetch(self._key)
        self._show()

    def _show_progress(self, progress: FetchProgress) -> None:
        self._show()
        if progress.key != self._key:
            return
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
        self._show()
        self._error.say_or_hide(sentence)

    def _show(self) -> None:
        """Whether this set is on its way, or another one, or none."""
        now = self._sets.fetching
        here = bool(now) and now == self._key
        self.fetch.setVisible(not here)
        self.fetch.setEnabled(not now)
        self.cancel.setVisible(here)
        self._bar.setVisible(here)
        if not here:
            self._text.say("Another set is being downloaded." if now else _CHECKED.get(self._key, _CHECKED[""]))


_FILES = "Questions (*.tar *.tar.gz *.tgz *.csv *.tsv *.txt *.json *.jsonl *.ndjson *.parquet);;All files (*)"
_STARTER = "starter"
_SPLITS = {"test": "test", "val": "validation"}


class SetBox(QWidget):
    """`changed`: another set, other questions of it, or another split. `questions` is None while they are read."""

    changed = Signal()

    def __init__(self, sets: QuestionSets, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sets = sets
        self._key = _STARTER
        self.questions: QuestionSet | None = None
        self._set = _combo("Question set")
        self._split = _combo("Split of the question set")
        self._open = QPushButton("Open…")
        self._open.setAccessibleName("Open questions from a file or a folder")
        self._label = PlainLabel(role="small", wrap=True)
        self.fetch = FetchLine(sets)
        self._error = PlainLabel(role="error", wrap=True)
        self._error.hide()
        self._menu = QMenu(self)
        self._menu.addAction("Archive, CSV, JSON or Parquet…").triggered.connect(lambda: self._ask(folder=False))
        self._menu.addAction("Folder…").triggered.connect(lambda: self._ask(folder=True))
        self._open.setMenu(self._menu)
        self._arrange()
        sets.changed.connect(self._fill)
        sets.fetched.connect(self._arrived)
        self._set.activated.connect(lambda _row: self.choose(str(self._set.currentData())))
        self._split.activated.connect(lambda _row: self.changed.emit())
        self._fill()
        self.choose(self._key)

    @property
    def key(self) -> str:
        """The chosen set."""
        return self._key

    @property
    def split(self) -> str:
        """The chosen split."""
        return str(self._split.currentData() or "test")

    @property
    def error(self) -> str:
        """Why a set was not taken, "" where all is well."""
        return "" if self._error.isHidden() else self._error.text()

    @property
    def meaning(self) -> str:
        """What scores on the chosen set may be called."""
        return self._label.text()

    @property
    def waiting(self) -> str:
        """Why there are no questions yet."""
        if self.error:
            return ""
        info = self._info
        if info is None or info.available:
            return "Reading the questions…"
        file = "archive" if info.is_mmlu else "file"
        return f"Download {safe_name(info.title, 40)} first, or open its {file}."

    def choose(self, key: str, split: str = "") -> None:
        """Choose a set by its key."""
        self._key = key
        self._error.hide()
        info = self._info
        if info is None:
            self._refuse(AppError(f"{safe_name(Path(key).name, 80)} is no longer there."))
            self._key, info = _STARTER, next(info for info in self._sets.sets() if info.key == _STARTER)
        self.questions = None
        self._show_info(info)
        self._fill_splits(split or self.split)
        self.changed.emit()
        if info is not None and info.available:
            of = self._key
            self._sets.load(of, lambda found: self._loaded(of, found), lambda error: self._failed(of, error))

    def open(self, path: str) -> None:
        """Open a file or a folder and choose it, or say here why not."""
        self._error.hide()
        self._sets.open_path(Path(path), lambda info: self.choose(info.key), self._refuse)

    @property
    def _info(self) -> QuestionSetInfo | None:
        return next((info for info in self._sets.sets() if info.key == self._key), None)

    def _fill(self) -> None:
        self._set.clear()
        for info in self._sets.sets():
            self._set.addItem(safe_name(info.title, 80), info.key)
        self._set.setCurrentIndex(max(0, self._set.findData(self._key)))
        self._show_info(self._info)
        if self.questions is None:
            self._fill_splits(self.split)

    def _show_info(self, info: QuestionSetInfo | None) -> None:
        self._set.setCurrentIndex(max(0, self._set.findData(self._key)))
        self._label.say_or_hide(info.label if info and info.label != info.title else "")
        missing = info is not None and not info.available
        self.fetch.setVisible(missing)
        if info is not None and missing:
            self.fetch.show_set(info)

    def _fill_splits(self, wanted: str) -> None:
        info = self._info
        counts = dict(info.counts or {}) if info else {}
        if self.questions is not None:
            counts = {split: len(self.questions.of_split(split)) for split in self.questions.splits}
        self._split.clear()
        for split, count in counts.items():
            if split != "dev":
                self._split.addItem(f"{_SPLITS.get(split, split)}, {format.plural(count, 'question')}", split)
        self._split.setCurrentIndex(max(0, self._split.findData(wanted)))
        self._split.setVisible(self._split.count() > 1)

    def _arrived(self, key: str) -> None:
        """A set was fetched: it is used where it is the chosen one."""
        if key == self._key:
            self.choose(key)

    def _loaded(self, key: str, questions: QuestionSet) -> None:
        if key == self._key:
            self.questions = questions
            self._show_info(self._info)
            self._fill_splits(self.split)
            self.changed.emit()

    def _failed(self, key: str, error: AppError) -> None:
        if key == self._key:
            self._refuse(error)

    def _refuse(self, error: AppError) -> None:
        self._error.say_or_hide(error.user_text)

    def _ask(self, folder: bool) -> None:
        window, title = self.window(), "Open questions"
        dialog = (
            FileDialog.for_folder(window, title, QUESTIONS)
            if folder
            else FileDialog.for_files(window, title, QUESTIONS, (_FILES, ANY))
        )
        dialog.fileSelected.connect(self.open)
        dialog.open()

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._set, 3)
        row.addWidget(self._open)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(row)
        for part in (self._label, self.fetch, self._error, self._split):
            layout.addWidget(part)


def _combo(name: str) -> QComboBox:
    combo = ElidedComboBox()
    combo.setAccessibleName(name)
    combo.setItemDelegate(RoomyDelegate(combo))
    combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(12)
    return combo
