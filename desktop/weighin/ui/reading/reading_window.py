"""Two answers side by side: what differs, found words, scrolled together."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from weighin.core import format
from weighin.core.comparisons.comparison import Comparison, LaneResult
from weighin.core.comparisons.text import UNLIKE, difference_words
from weighin.core.comparisons.text_difference import TextDifference, text_difference, worth_comparing
from weighin.core.errors import AppError
from weighin.core.safe_text import safe_name, safe_text
from weighin.services.task_runner import Failed, TaskRunner
from weighin.ui.reading.text_pane import TextPane
from weighin.ui.theme import Theme
from weighin.ui.widgets.growing_edit import GrowingEdit
from weighin.ui.widgets.label import ElidedLabel, PlainLabel
from weighin.ui.widgets.search_line import SearchLine
from weighin.ui.window_place import FirstPlace

_QUESTION_LINES = 3
_NEXT, _PREVIOUS = "F3", "Shift+F3"


class AnswerDiff(QObject):
    """One pair of texts at a time."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = TaskRunner(1, self)

    def compare(self, a: str, b: str, done: Callable[[TextDifference | None], None], failed: Failed) -> None:
        """Where they differ; None where they have too little in common for that."""
        self._tasks.run(lambda: text_difference(a, b) if worth_comparing(a, b) else None, done, failed)

    def close(self) -> None:
        """Nothing is delivered any more."""
        self._tasks.close()


class ReadingWindow(QDialog):
    """The two answers of a comparison as plain text."""

    def __init__(self, theme: Theme, comparison: Comparison, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Differences")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._reading = AnswerDiff(self)
        texts = [safe_text(result.answer.text) for result in comparison.results]
        self.question = GrowingEdit("Prompt", least=1, most=_QUESTION_LINES)
        self.question.setReadOnly(True)
        self.question.setProperty("role", "question")
        self.question.setPlainText(safe_text(comparison.request.prompt.text))
        self.line = PlainLabel("Comparing…", wrap=True)
        self.at = PlainLabel(role="muted")
        self.previous = _button("Previous", "Previous difference", _PREVIOUS)
        self.next = _button("Next", "Next difference", _NEXT)
        self._places: tuple[tuple[int, int], ...] = ()
        self._shown = -1
        self.panes = tuple(
            TextPane(f"Answer of lane {result.label}", text, theme)
            for result, text in zip(comparison.results, texts, strict=True)
        )
        self.find_box = SearchLine("Find in both answers")
        self.found = PlainLabel(role="small")
        self.linked = QCheckBox("Scroll together")
        self.linked.setAccessibleName("Scroll together")
        self.linked.setChecked(True)
        self._following = False
        self._arrange(comparison.results)
        self.next.clicked.connect(lambda: self._step(1))
        self.previous.clicked.connect(lambda: self._step(-1))
        self.find_box.textChanged.connect(self._find)
        for keys, step in ((_NEXT, 1), (_PREVIOUS, -1)):
            QShortcut(QKeySequence(keys), self).activated.connect(lambda step=step: self._step(step))
        QShortcut(QKeySequence.StandardKey.Find, self).activated.connect(self.find_box.setFocus)
        for pane, other in (self.panes, self.panes[::-1]):
            pane.verticalScrollBar().valueChanged.connect(lambda _, p=pane, o=other: self._follow(p, o))
        self._reading.compare(texts[0], texts[1], self._show, self._fail)
        FirstPlace(self, QSize(1100, 700))
        self.panes[0].setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._reading.close()
        super().closeEvent(event)

    def _arrange(self, results: tuple[LaneResult, ...]) -> None:
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        for pane, result in zip(self.panes, results, strict=True):
            splitter.addWidget(_side(result, pane))
        head = QHBoxLayout()
        head.addWidget(self.line, 1)
        for widget in (self.at, self.previous, self.next):
            head.addWidget(widget)
            widget.hide()
        row = QHBoxLayout()
        row.addWidget(self.find_box, 1)
        row.addWidget(self.found, 1)
        row.addWidget(self.linked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(8)
        layout.addWidget(self._asked())
        layout.addLayout(head)
        layout.addWidget(splitter, 1)
        layout.addLayout(row)

    def _asked(self) -> QFrame:
        """What both answers answer."""
        strip = QFrame()
        strip.setProperty("role", "strip")
        title = PlainLabel("Prompt", role="muted")
        title.setContentsMargins(0, 9, 0, 0)
        row = QHBoxLayout(strip)
        row.setContentsMargins(10, 2, 6, 2)
        row.addWidget(title, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.question, 1)
        return strip

    def _show(self, difference: TextDifference | None) -> None:
        if difference is None:
            self.line.say(UNLIKE)
            return
        for pane, spans in zip(self.panes, (difference.a, difference.b), strict=True):
            pane.mark(spans)
        self.line.say(difference_words(difference))
        self._places = difference.places
        for widget in (self.at, self.previous, self.next):
            widget.setVisible(bool(self._places))

    def _fail(self, error: AppError) -> None:
        self.line.say(error.user_text)

    def _find(self, text: str) -> None:
        a, b = (pane.find_all(text) for pane in self.panes)
        self.found.say(f"A: {format.count(a)}, B: {format.count(b)}" if text else "")

    def _step(self, step: int) -> None:
        """Show the next difference, or the one before; after the last comes the first.

        Each text at its own place: they need not stand at the same share of their lengths."""
        if not self._places:
            return
        first = self._shown < 0
        self._shown = (0 if step > 0 else -1) % len(self._places) if first else self._shown + step
        self._shown %= len(self._places)
        self._following = True
        for pane, at in zip(self.panes, self._places[self._shown], strict=True):
            pane.show_place(at)
        self._following = False
        self.at.say(f"{format.count(self._shown + 1)} of {format.count(len(self._places))}")

    def _follow(self, pane: TextPane, other: TextPane) -> None:
        """Keep the other text at the same share of its length."""
        if not self.linked.isChecked() or self._following:
            return
        self._following = True
        mine, its = pane.verticalScrollBar(), other.verticalScrollBar()
        its.setValue(round(mine.value() / mine.maximum() * its.maximum()) if mine.maximum() else 0)
        self._following = False


def _side(result: LaneResult, pane: TextPane) -> QWidget:
    """An answer under the name of who wrote it."""
    chip = PlainLabel(result.label, role="chip")
    chip.setProperty("lane", result.label)
    head = QHBoxLayout()
    head.addWidget(chip)
    head.addWidget(ElidedLabel(safe_name(result.setup.model.name, 300)), 1)
    side = QWidget()
    column = QVBoxLayout(side)
    column.setContentsMargins(0, 0, 0, 0)
    column.addLayout(head)
    column.addWidget(pane, 1)
    return side


def _button(text: str, name: str, keys: str) -> QPushButton:
    button = QPushButton(text)
    button.setAccessibleName(name)
    button.setToolTip(f"{name} ({keys})")
    button.setAutoDefault(False)
    return button
