"""Where a model fails: the positions at which it differs most from the base, and each of them itself."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QResizeEvent, QTextCharFormat
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QScrollArea, QSplitter, QVBoxLayout, QWidget

from weighin.core.fidelity.fidelity import LikelyToken, WorstPosition
from weighin.core.fidelity.passages import Passage, ReadChunk, kind_name, passage
from weighin.core.fidelity.text import figure, shown_token
from weighin.core.safe_text import safe_name, safe_text
from weighin.ui.fidelity.run.likely_bars import LikelyBars
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import ElidedLabel, PlainLabel
from weighin.ui.widgets.section import button
from weighin.ui.widgets.table import Column, RowTable

_SIDE_BY_SIDE = 860
_LINES = 6
_NONE = "Choose a position to read it."
_NOTHING = "Nothing is measured yet."
_EXPLAINED = (
    "The marked token is the one that really comes next. KLD counts the whole distribution, not this token alone."
)


@dataclass(frozen=True)
class Failing:
    """One position. number: its rank, from 1; kind: of text."""

    number: int
    worst: WorstPosition
    kind: str
    passage: Passage | None


class FailingView(QWidget):
    """`text_wanted` carries chunk and token of a position that shall be shown in the text."""

    text_wanted = Signal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = RowTable("Positions with the largest KLD", _COLUMNS, lambda row: row.number, _tip)
        self._empty = PlainLabel(_NOTHING, role="muted")
        self.detail = FailingDetail(theme)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setHandleWidth(10)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self.table)
        self._split.addWidget(self.detail)
        self._split.setSizes([550, 450])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addWidget(self._empty)
        layout.addWidget(self._split, 1)
        self.table.chosen_changed.connect(self._show_chosen)
        self.detail.text_wanted.connect(self.text_wanted)
        self.show_worst((), (), ("", ""))

    def show_worst(
        self, worst: tuple[WorstPosition, ...], chunks: tuple[ReadChunk, ...], names: tuple[str, str]
    ) -> None:
        """List these; names: of the base and of the other."""
        by_number = {chunk.base.number: chunk.base for chunk in chunks}
        self.detail.name(*names)
        rows = []
        for number, one in enumerate(worst, 1):
            chunk = by_number.get(one.chunk)
            around = passage(chunk, one.position) if chunk is not None else None
            rows.append(Failing(number, one, chunk.kind if chunk is not None else "", around))
        self.table.show_records(tuple(rows))
        self._empty.setVisible(not rows)
        self._split.setVisible(bool(rows))
        if rows and self.table.chosen is None:
            self.table.choose([1])
        self._show_chosen()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = event.size().width() >= _SIDE_BY_SIDE
        self._split.setOrientation(Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical)

    def _show_chosen(self) -> None:
        self.detail.show_failing(self.table.chosen)


class FailingDetail(QScrollArea):
    """One position: the text around it, and what both models expected. Everything a stranger wrote is plain text."""

    text_wanted = Signal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._theme = theme
        self._shown: Failing | None = None
        self._names = ("", "")
        self._where = PlainLabel(role="small", wrap=True)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._text.setAccessibleName("Text around the position")
        self._heads = (ElidedLabel(role="strong"), ElidedLabel(role="strong"))
        self.bars = (LikelyBars(theme, "A"), LikelyBars(theme, "B"))
        self._about = PlainLabel(_EXPLAINED, role="small", wrap=True)
        self.show_text = button("Show in the text", "Show this position in the text", "example")
        inner = QFrame()
        inner.setProperty("role", "card")
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(8)
        head = QHBoxLayout()
        head.addWidget(self._where, 1)
        head.addWidget(self.show_text)
        layout.addLayout(head)
        layout.addWidget(self._text)
        sides = QHBoxLayout()
        sides.setSpacing(16)
        for title, bars in zip(self._heads, self.bars, strict=True):
            column = QVBoxLayout()
            column.addWidget(title)
            column.addWidget(bars)
            column.addStretch(1)
            sides.addLayout(column, 1)
        layout.addLayout(sides)
        layout.addWidget(self._about)
        layout.addStretch(1)
        self.setWidget(inner)
        self.show_text.clicked.connect(self._ask)
        theme.changed.connect(lambda _colours: self.show_failing(self._shown))
        self.show_failing(None)

    @property
    def text(self) -> str:
        """The passage as it stands there."""
        return self._text.toPlainText()

    @property
    def where(self) -> str:
        """Where it is, and its KLD."""
        return self._where.text()

    def name(self, base: str, other: str) -> None:
        """What the models are called."""
        self._names = (base, other)

    def show_failing(self, failing: Failing | None) -> None:
        """Show it, or how to get there."""
        self._shown = failing
        for part in (self._text, *self._heads, *self.bars, self._about, self.show_text):
            part.setVisible(failing is not None)
        if failing is None:
            self._where.say(_NONE)
            return
        worst = failing.worst
        kind = f" · {kind_name(failing.kind)}" if failing.kind else ""
        self._where.say(f"KLD {figure(worst.kld)} · chunk {worst.chunk + 1}, token {worst.position + 2}{kind}")
        self._fill(failing.passage or Passage("", worst.token, ""))
        sides: tuple[tuple[LikelyToken, ...], ...] = (worst.base, worst.other)
        for title, bars, name, tokens in zip(self._heads, self.bars, self._names, sides, strict=True):
            title.say(f"{safe_name(name, 60)} expects")
            bars.show_tokens(name, tokens, worst.token)
        self.show_text.setVisible(failing.passage is not None)

    def _fill(self, around: Passage) -> None:
        """The token is bold, on a ground of its own and in brackets: it is not told by colour alone."""
        self._text.clear()
        cursor = self._text.textCursor()
        plain, marked = QTextCharFormat(), QTextCharFormat()
        marked.setFontWeight(QFont.Weight.Bold)
        marked.setBackground(QColor(self._theme.colours.amber_surface))
        marked.setForeground(QColor(self._theme.colours.amber))
        cursor.insertText(safe_text(around.before), plain)
        cursor.insertText(f"⟦{shown_token(around.token)}⟧", marked)
        at = cursor.position()
        cursor.insertText(safe_text(around.after), plain)
        cursor.setPosition(at)
        self._text.setTextCursor(cursor)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """A few lines, with the token among them."""
        self._text.setFixedHeight(self._text.fontMetrics().lineSpacing() * _LINES + 16)
        self._text.centerCursor()

    def _ask(self) -> None:
        if self._shown is not None:
            self.text_wanted.emit(self._shown.worst.chunk, self._shown.worst.position + 1)


def _likeliest(tokens: tuple[LikelyToken, ...]) -> str:
    return shown_token(tokens[0].text) if tokens else ""


def _line(row: Failing) -> str:
    """The end of the text before, with the true token in brackets."""
    before = row.passage.before[-40:] if row.passage else ""
    return safe_name(f"{' '.join(before.split())} ⟦{shown_token(row.worst.token)}⟧", 120)


def _tip(row: Failing) -> str:
    return f"{_line(row)}\nBase expects {_likeliest(row.worst.base)}, the other {_likeliest(row.worst.other)}."


_COLUMNS = (
    Column("KLD", lambda r: figure(r.worst.kld), "0.0123", number=True),
    Column("Text ⟦next token⟧", _line, "m" * 20, 1.0),
    Column("Base", lambda r: _likeliest(r.worst.base), "“wordword”", least="“word”"),
    Column("Other", lambda r: _likeliest(r.worst.other), "“wordword”", least="“word”"),
)
