"""Which text is read, and how much of it."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from weighin.core.fidelity.fidelity import BUILT_IN_TEXT, CONTEXT, LEAST_CONTEXT, MOST_CONTEXT
from weighin.core.fidelity.text import IMATRIX
from weighin.core.fidelity.texts import BUILT_IN_NAME
from weighin.core.runs.options import check_whole, whole
from weighin.core.safe_text import safe_name
from weighin.ui.options.option_field import OptionField
from weighin.ui.pickers.file_drop import FileDrop
from weighin.ui.widgets.elided_combo_box import ElidedComboBox
from weighin.ui.widgets.file_dialog import ANY, TEXTS, FileDialog
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.roomy_delegate import RoomyDelegate

_KINDS = "Prose, code, chat, numbers and German, written for this program. Reported by kind."
_FILES = ("Text (*.txt *.md *.raw *.text)", ANY)
# How wide it is at most, in average letters.
_LETTERS = 110
_CHUNKS_HELP = "Chunks to read, from the beginning. Blank: as many as it takes to know the mean KLD to ± 10 %."
_CONTEXT_HELP = "Tokens of a chunk; 512 compares with published numbers. Its second half is measured."


class TextBox(QWidget):
    """`path` is BUILT_IN_TEXT or the user's own file. `changed`: another text or amount."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._combo: QComboBox = ElidedComboBox()
        self._combo.setAccessibleName("Text to read")
        self._combo.setItemDelegate(RoomyDelegate(self._combo))
        self._combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._combo.setMinimumContentsLength(12)
        self._combo.addItem(BUILT_IN_NAME, BUILT_IN_TEXT)
        self.open = QPushButton("Own file…")
        self.open.setAccessibleName("Read a text file of your own")
        self._note = PlainLabel(role="small", wrap=True)
        self._error = PlainLabel(role="error", wrap=True)
        self._error.hide()
        self.chunks = OptionField("Chunks", _CHUNKS_HELP, _read_chunks, "this measurement")
        self.chunks.set_placeholder("auto")
        self.context = OptionField("Tokens per chunk", _CONTEXT_HELP, _read_context, "this measurement")
        self.context.set_placeholder(str(CONTEXT))
        row = QHBoxLayout()
        row.addWidget(self._combo, 1)
        row.addWidget(self.open)
        inner = QWidget()
        inner.setMaximumWidth(self.fontMetrics().averageCharWidth() * _LETTERS)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(inner, 1)
        whole.addStretch(0)
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(row)
        for part in (self._note, self._error, self.chunks, self.context):
            layout.addWidget(part)
        self._combo.currentIndexChanged.connect(lambda _row: self._changed())
        self.open.clicked.connect(self._ask)
        FileDrop(self).dropped.connect(lambda paths: self.choose(paths[0]))
        for field in (self.chunks, self.context):
            field.check()
            field.changed.connect(self.changed)
        self._say()

    @property
    def path(self) -> str:
        """BUILT_IN_TEXT, or the path of a file."""
        return str(self._combo.currentData())

    @property
    def amount(self) -> int | None:
        """How many chunks; None for as many as it takes."""
        return cast("int | None", self.chunks.value)

    @property
    def tokens(self) -> int:
        """Tokens of a chunk."""
        return cast(int, self.context.value)

    @property
    def is_valid(self) -> bool:
        """Whether what is typed makes sense."""
        return self.chunks.is_valid and self.context.is_valid

    @property
    def summary(self) -> str:
        """Everything in one line."""
        amount = "auto" if self.amount is None else str(self.amount)
        return f"{self._combo.currentText()}, chunks: {amount}, {self.tokens} tokens each"

    @property
    def error(self) -> str:
        """Why the text cannot be read, "" where nobody knows that it cannot."""
        return "" if self._error.isHidden() else self._error.text()

    def choose(self, path: str) -> None:
        """Read this one."""
        place = self._combo.findData(path)
        if place < 0:
            while self._combo.count() > 1:
                self._combo.removeItem(1)
            self._combo.addItem(safe_name(Path(path).name, 80), path)
            place = 1
        self._combo.setCurrentIndex(place)

    def show_amount(self, chunks: int | None, context: int) -> None:
        """Ask for so much."""
        self.chunks.set_text("" if chunks is None else str(chunks))
        self.context.set_text("" if context == CONTEXT else str(context))

    def refuse(self, sentence: str) -> None:
        """Say why the text cannot be read."""
        self._error.say_or_hide(sentence)

    def _changed(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        self._error.hide()
        self._note.say(IMATRIX if self.path else _KINDS)

    def _ask(self) -> None:
        dialog = FileDialog.for_files(self.window(), "Read a text file", TEXTS, _FILES)
        dialog.fileSelected.connect(self.choose)
        dialog.open()


def _read_chunks(text: str) -> object:
    if not text:
        return None
    check_whole("Number of chunks", value := whole(text), 1, 1_000_000)
    return value


def _read_context(text: str) -> object:
    value = whole(text) if text else CONTEXT
    check_whole("Tokens per chunk", value, LEAST_CONTEXT, MOST_CONTEXT)
    return value
