"""Two answers side by side: what differs, where they part, found words, scrolled together."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QCloseEvent, QColor, QKeySequence, QShortcut, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from weighin.core import format
from weighin.core.comparisons.comparison import Comparison, LaneResult
from weighin.core.comparisons.text_difference import Span, TextDifference, text_difference
from weighin.core.errors import AppError
from weighin.core.safe_text import safe_name, safe_text
from weighin.services.task_runner import Failed, TaskRunner
from weighin.ui.theme import Colours, Theme
from weighin.ui.widgets.find_marks import find_places, mark_places
from weighin.ui.widgets.label import PlainLabel, wrap_for
from weighin.ui.window_place import FirstPlace


class TextPane(QPlainTextEdit):
    """Read-only; words the other text does not have stand on a tinted ground, underlined."""

    def __init__(self, name: str, text: str, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
        wrap_for(self, text)
        self.setPlainText(text)
        self._colours = colours
        self._changed: list[QTextEdit.ExtraSelection] = []

    def mark(self, spans: tuple[Span, ...]) -> None:
        """Show what the other one does not have."""
        form = QTextCharFormat()
        form.setBackground(QColor(self._colours.amber_surface))
        form.setForeground(QColor(self._colours.amber))
        form.setFontUnderline(True)
        self._changed = [self._selection(span, form) for span in _as_qt_counts(self.toPlainText(), spans)]
        self.setExtraSelections(self._changed)

    def show_place(self, at: int) -> None:
        """Bring the character `at` to the middle, with the cursor before it."""
        (place,) = _as_qt_counts(self.toPlainText(), (Span(at, at),))
        cursor = QTextCursor(self.document())
        cursor.setPosition(place.start)
        self.setTextCursor(cursor)
        self.centerCursor()

    def find_all(self, text: str) -> int:
        """Mark every place of `text`, whatever its case, and show the first; how many there are, 2000 at most."""
        places = find_places(self.document(), text)
        found = mark_places(places, self._colours.accent, self._colours.on_accent)
        self.setExtraSelections([*self._changed, *found])
        if found:
            first = QTextCursor(self.document())
            first.setPosition(found[0].cursor.selectionStart())
            self.setTextCursor(first)
            self.centerCursor()
        return len(found)

    def _selection(self, span: Span, form: QTextCharFormat) -> QTextEdit.ExtraSelection:
        made = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        cursor.setPosition(span.start)
        cursor.setPosition(span.end, QTextCursor.MoveMode.KeepAnchor)
        made.cursor, made.format = cursor, form
        return made


def _as_qt_counts(text: str, spans: tuple[Span, ...]) -> list[Span]:
    """The same places counted in UTF-16 units: Qt counts a character beyond U+FFFF twice."""
    found, at, units = [], 0, 0
    for span in spans:
        ends = []
        for place in (span.start, span.end):
            units += place - at + sum(letter > "\uffff" for letter in text[at:place])
            at = place
            ends.append(units)
        found.append(Span(*ends))
    return found


class AnswerDiff(QObject):
    """One pair of texts at a time."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = TaskRunner(1, self)

    def compare(self, a: str, b: str, done: Callable[[TextDifference], None], failed: Failed) -> None:
        """Where they differ."""
        self._tasks.run(lambda: text_difference(a, b), done, failed)

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
        self.question = PlainLabel(safe_text(comparison.request.prompt.text)[:500], wrap=True)
        self.line = PlainLabel("Comparing…", wrap=True)
        self.go = QPushButton("Go there")
        self.go.setAccessibleName("Go to the place where the answers part")
        self.go.hide()
        self._parted_at = (0, 0)
        self.panes = tuple(
            TextPane(f"Answer of lane {result.label}", text, theme.colours)
            for result, text in zip(comparison.results, texts, strict=True)
        )
        self.find_box = QLineEdit()
        self.find_box.setPlaceholderText("Find in both")
        self.find_box.setAccessibleName("Find in both answers")
        self.find_box.setClearButtonEnabled(True)
        self.found = PlainLabel(role="small")
        self.linked = QCheckBox("Scroll together")
        self.linked.setChecked(True)
        self._following = False
        self._arrange(comparison.results)
        self.go.clicked.connect(self._go_to_parting)
        self.find_box.textChanged.connect(self._find)
        QShortcut(QKeySequence.StandardKey.Find, self).activated.connect(self.find_box.setFocus)
        for pane, other in (self.panes, self.panes[::-1]):
            pane.verticalScrollBar().valueChanged.connect(lambda _, p=pane, o=other: self._follow(p, o))
        self._reading.compare(texts[0], texts[1], self._show, self._fail)
        FirstPlace(self, QSize(1100, 700))

    def closeEvent(self, event: QCloseEvent) -> None:
        self._reading.close()
        super().closeEvent(event)

    def _arrange(self, results: tuple[LaneResult, ...]) -> None:
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        for pane, result in zip(self.panes, results, strict=True):
            side = QWidget()
            column = QVBoxLayout(side)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(PlainLabel(f"{result.label} · {safe_name(result.setup.model.name, 80)}", role="small"))
            column.addWidget(pane, 1)
            splitter.addWidget(side)
        row = QHBoxLayout()
        row.addWidget(self.find_box, 1)
        row.addWidget(self.found, 1)
        row.addWidget(self.linked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        head = QHBoxLayout()
        head.addWidget(self.line, 1)
        head.addWidget(self.go)
        layout.addWidget(self.question)
        layout.addLayout(head)
        layout.addWidget(splitter, 1)
        layout.addLayout(row)

    def _show(self, difference: TextDifference) -> None:
        for pane, spans in zip(self.panes, (difference.a, difference.b), strict=True):
            pane.mark(spans)
        self.line.say(difference_words(difference))
        self._parted_at = difference.parted_at
        self.go.setVisible(difference.parted_after is not None)
        if self.find_box.text():
            self._find(self.find_box.text())

    def _fail(self, error: AppError) -> None:
        self.line.say(error.user_text)

    def _find(self, text: str) -> None:
        a, b = (pane.find_all(text) for pane in self.panes)
        self.found.say(f"A: {format.count(a)}, B: {format.count(b)}" if text else "")

    def _go_to_parting(self) -> None:
        """Each text at its own place: they need not stand at the same share of their lengths."""
        self._following = True
        for pane, at in zip(self.panes, self._parted_at, strict=True):
            pane.show_place(at)
        self._following = False

    def _follow(self, pane: TextPane, other: TextPane) -> None:
        """Keep the other text at the same share of its length."""
        if not self.linked.isChecked() or self._following:
            return
        self._following = True
        mine, its = pane.verticalScrollBar(), other.verticalScrollBar()
        its.setValue(round(mine.value() / mine.maximum() * its.maximum()) if mine.maximum() else 0)
        self._following = False


def difference_words(difference: TextDifference) -> str:
    """Where the texts part, and how much differs."""
    if difference.parted_after is None:
        return "Both answers have the same words."
    after = format.plural(difference.parted_after, "word")
    places = format.plural(max(len(difference.a), len(difference.b)), "place")
    text = f"They part after {after} and differ in {places}; what the other does not have is underlined."
    return text if difference.whole else f"{text} They are too long to be compared to the end."
