"""The likeliest tokens of both models at one position, as small bars."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from weighin.core import format
from weighin.core.fidelity.fidelity import LikelyToken
from weighin.core.fidelity.text import shown_token
from weighin.ui.charts.chart import draw_bar, small
from weighin.ui.theme import Theme

_BAR = 9.0
_SHORT = 12


class LikelyBars(QWidget):
    """A line each: token, bar, probability. `lane`: "A" for the base, "B" for the other, which is hatched. The token
    that really comes next is marked."""

    def __init__(self, theme: Theme, lane: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._lane = theme, lane
        self._tokens: tuple[LikelyToken, ...] = ()
        self._true = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def lines(self) -> tuple[str, ...]:
        """What is drawn, in words."""
        return tuple(
            f"{shown_token(one.text)}{' (true next token)' if one.text == self._true else ''} "
            f"{format.percent(one.probability, 1)}"
            for one in self._tokens
        )

    def show_tokens(self, name: str, tokens: tuple[LikelyToken, ...], true: str) -> None:
        """Draw these of the model called `name`; `true`: the token that really comes next."""
        self._tokens, self._true = tokens, true
        self.setAccessibleName(f"{name}: {', '.join(self.lines)}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(220, round(max(1, len(self._tokens)) * self._line()) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(150, self.sizeHint().height())

    def _line(self) -> float:
        return QFontMetricsF(self.font()).height() + 4

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetricsF(painter.font())
        words = metrics.averageCharWidth() * _SHORT
        painter.setFont(small(self.font()))
        number = QFontMetricsF(painter.font()).horizontalAdvance("100.0 % ")
        middle = Qt.AlignmentFlag.AlignVCenter
        for place, one in enumerate(self._tokens):
            line = QRectF(0, place * self._line(), self.width(), self._line())
            true = one.text == self._true
            font = small(self.font())
            font.setBold(true)
            painter.setFont(font)
            painter.setPen(QColor(colours.text))
            said = f"{'✓ ' if true else ''}{shown_token(one.text)}"
            shown = QFontMetricsF(font).elidedText(said, Qt.TextElideMode.ElideRight, words)
            painter.drawText(QRectF(line.left(), line.top(), words, line.height()), middle, shown)
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | middle, format.percent(one.probability, 1))
            width = max(10.0, self.width() - words - number - 12)
            track = QRectF(words + 6, line.center().y() - _BAR / 2, width, _BAR)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.border), 1))
            painter.drawRect(track)
            bar = QRectF(track.left(), track.top(), min(1.0, one.probability) * track.width(), _BAR)
            draw_bar(painter, bar, colours, self._lane)
        painter.end()
