"""A text coloured by KLD, through which one scrolls: only what is in sight is laid out."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from weighin.core.fidelity.passages import ReadChunk, kind_name, position_words
from weighin.core.fidelity.text import figure
from weighin.core.safe_text import safe_text
from weighin.ui.fidelity.run.heat_levels import level_of, paint_level
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import plain_tooltip

# The scroll bar counts each chunk as so much, however high it is: no chunk has to be laid out to know where another is.
_CHUNK = 1000
_KEPT = 12
_MARGIN = 8.0


@dataclass(frozen=True)
class _Run:
    """A token, or the part of it that stands on one line."""

    token: int
    left: float
    width: float
    text: str


@dataclass(frozen=True)
class _Laid:
    """A chunk in lines; the first line is its heading."""

    lines: tuple[tuple[_Run, ...], ...]
    height: float


class HeatText(QAbstractScrollArea):
    """`chosen_changed` carries the index of the chunk in the list and that of the token in it. Left and right go from
    token to token."""

    chosen_changed = Signal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._chunks: tuple[ReadChunk, ...] = ()
        self._laid: OrderedDict[int, _Laid] = OrderedDict()
        self._widths: dict[str, float] = {}
        self._chosen: tuple[int, int] | None = None
        self.setAccessibleName("The text, coloured by KLD")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.verticalScrollBar().valueChanged.connect(lambda _value: self._moved())
        theme.changed.connect(lambda _colours: self.viewport().update())
        self._take_font()

    @property
    def chunks(self) -> tuple[ReadChunk, ...]:
        """What is shown, in the order of the text."""
        return self._chunks

    @property
    def laid_out(self) -> int:
        """How many chunks are laid out now."""
        return len(self._laid)

    @property
    def chosen(self) -> tuple[int, int] | None:
        """Index of the chunk in the list and of the token in it."""
        return self._chosen

    @property
    def first_shown(self) -> int:
        """Index of the chunk at the top."""
        return min(len(self._chunks) - 1, self.verticalScrollBar().value() // _CHUNK) if self._chunks else 0

    def show_chunks(self, chunks: tuple[ReadChunk, ...]) -> None:
        """Show these, in place of others or of the same with less in them; what is in sight stays there."""
        top = self._chunks[self.first_shown].base.number if self._chunks else None
        at = self.verticalScrollBar().value() % _CHUNK
        kept = self._chunks[self._chosen[0]].base.number if self._chosen and self._chunks else None
        token = self._chosen[1] if self._chosen else 0
        self._chunks = chunks
        self._laid.clear()
        places = {chunk.base.number: place for place, chunk in enumerate(chunks)}
        self._chosen = (places[kept], token) if kept in places else None
        self._range()
        self.verticalScrollBar().setValue(places.get(top, 0) * _CHUNK + at if top in places else 0)
        self.viewport().update()

    def choose(self, number: int, token: int) -> None:
        """Choose a token of the chunk with this number in the text, and bring it into sight."""
        place = next((n for n, chunk in enumerate(self._chunks) if chunk.base.number == number), None)
        if place is not None:
            self._choose(place, token)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        colours = self._theme.colours
        painter.fillRect(self.viewport().rect(), QColor(colours.surface))
        painter.setFont(self._font)
        for place, line, top in self._lines_in_sight():
            chunk = self._chunks[place]
            if line == 0:
                painter.setPen(QColor(colours.muted))
                painter.drawText(QPointF(_MARGIN, top + self._ascent + self._line * 0.3), _heading(chunk))
                continue
            for run in self._lay(place).lines[line]:
                self._paint_run(painter, chunk, place, run, top)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRect(QRectF(self.viewport().rect()).adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_run(self, painter: QPainter, chunk: ReadChunk, place: int, run: _Run, top: float) -> None:
        colours = self._theme.colours
        kld = chunk.kld(run.token)
        rect = QRectF(run.left, top + 1, run.width, self._line - 2)
        ink = colours.muted if kld is None else paint_level(painter, rect, level_of(kld), colours)
        painter.setPen(QColor(ink))
        painter.drawText(QPointF(run.left, top + self._ascent), run.text)
        if self._chosen == (place, run.token):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRect(rect.adjusted(0, -1, 0, 1))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = self._at(QPointF(event.pos()))
            told = self.told(*found) if found else ""
            QToolTip.showText(event.globalPos(), plain_tooltip(told) if told else "", self.viewport())
            return True
        return super().viewportEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if found and self._chunks[found[0]].kld(found[1]) is not None:
            self._choose(*found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()))
        if step is not None:
            self._step(step)
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            bar = self.verticalScrollBar()
            bar.setValue(bar.minimum() if event.key() == Qt.Key.Key_Home else bar.maximum())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._laid.clear()
        self._range()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "_laid"):
            self._take_font()

    def told(self, place: int, token: int) -> str:
        """What hovering over a token says."""
        return position_words(self._chunks[place], token)

    def _take_font(self) -> None:
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(self.font().pointSizeF())
        self._font, metrics = font, QFontMetricsF(font)
        self._metrics, self._line, self._ascent = metrics, metrics.height() + 4, metrics.ascent() + 2
        self._widths.clear()
        self._laid.clear()
        self.setMinimumHeight(round(6 * self._line))
        self.viewport().update()

    def _range(self) -> None:
        """So that the last chunk ends at the lower edge."""
        bar = self.verticalScrollBar()
        if not self._chunks:
            bar.setRange(0, 0)
            return
        height = self._lay(len(self._chunks) - 1).height
        below = max(0.0, 1 - self.viewport().height() / height)
        bar.setRange(0, (len(self._chunks) - 1) * _CHUNK + round(below * _CHUNK))
        self._moved()

    def _moved(self) -> None:
        bar = self.verticalScrollBar()
        if self._chunks:
            height = self._lay(self.first_shown).height
            bar.setSingleStep(max(1, round(_CHUNK * self._line / height)))
            bar.setPageStep(max(1, round(_CHUNK * self.viewport().height() / height)))
        self.viewport().update()

    def _lines_in_sight(self) -> list[tuple[int, int, float]]:
        """Index of chunk, number of line and its top in pixels, for all lines that are at least partly in sight."""
        found: list[tuple[int, int, float]] = []
        if not self._chunks:
            return found
        place = self.first_shown
        share = min(1.0, (self.verticalScrollBar().value() - place * _CHUNK) / _CHUNK)
        top = -share * self._lay(place).height
        while place < len(self._chunks) and top < self.viewport().height():
            laid = self._lay(place)
            for number in range(len(laid.lines)):
                at = top + number * self._line
                if -self._line < at < self.viewport().height():
                    found.append((place, number, at))
            top += laid.height
            place += 1
        return found

    def _at(self, point: QPointF) -> tuple[int, int] | None:
        for place, line, top in self._lines_in_sight():
            if line and top <= point.y() < top + self._line:
                for run in self._lay(place).lines[line]:
                    if run.left <= point.x() < run.left + run.width:
                        return place, run.token
        return None

    def _lay(self, place: int) -> _Laid:
        """The chunk in lines of the present width."""
        if place in self._laid:
            self._laid.move_to_end(place)
            return self._laid[place]
        room = max(80.0, self.viewport().width() - 2 * _MARGIN)
        lines: list[tuple[_Run, ...]] = [()]
        line: list[_Run] = []
        left = _MARGIN
        for token, piece in enumerate(self._chunks[place].base.pieces):
            for number, part in enumerate(_parts(piece)):
                if number:
                    lines.append(tuple(line))
                    line, left = [], _MARGIN
                for text in self._fitting(part, room):
                    width = self._width(text)
                    if left + width > room + _MARGIN and line:
                        lines.append(tuple(line))
                        line, left = [], _MARGIN
                    if text:
                        line.append(_Run(token, left, width, text))
                    left += width
        lines.append(tuple(line))
        laid = _Laid(tuple(lines), (len(lines) + 0.5) * self._line)
        self._laid[place] = laid
        while len(self._laid) > _KEPT:
            self._laid.popitem(last=False)
        return laid

    def _fitting(self, text: str, room: float) -> list[str]:
        """`text`, in pieces where it is wider than a line."""
        most = max(4, int(room / self._metrics.averageCharWidth() / 2))
        return [text[start : start + most] for start in range(0, len(text), most)] or [""]

    def _width(self, text: str) -> float:
        if text not in self._widths:
            self._widths[text] = self._metrics.horizontalAdvance(text)
        return self._widths[text]

    def _step(self, step: int) -> None:
        """To the next token that is compared, or the one before."""
        if not self._chunks:
            return
        place, token = self._chosen or (self.first_shown, self._chunks[self.first_shown].first - 1)
        token += step
        while 0 <= place < len(self._chunks):
            chunk = self._chunks[place]
            if step > 0:
                token = max(token, chunk.first)
            if chunk.kld(token) is not None:
                self._choose(place, token)
                return
            place += step
            if 0 <= place < len(self._chunks):
                token = self._chunks[place].first if step > 0 else len(self._chunks[place].base.pieces) - 1

    def _choose(self, place: int, token: int) -> None:
        self._chosen = (place, token)
        self._bring_into_sight(place, token)
        self.setAccessibleDescription(self.told(place, token))
        self.viewport().update()
        self.chosen_changed.emit(place, token)

    def _bring_into_sight(self, place: int, token: int) -> None:
        laid = self._lay(place)
        line = next((n for n, runs in enumerate(laid.lines) if any(run.token == token for run in runs)), 0)
        shown = {(where, number): top for where, number, top in self._lines_in_sight()}
        top = shown.get((place, line))
        if top is None or top < 0 or top + self._line > self.viewport().height():
            above = max(0.0, line * self._line - self.viewport().height() / 3)
            self.verticalScrollBar().setValue(place * _CHUNK + round(_CHUNK * above / laid.height))


def _parts(piece: str) -> list[str]:
    """The lines of a token; a line end is seen."""
    shown = safe_text(piece).replace("\t", "    ")
    if "\n" not in shown:
        return [shown]
    *ended, last = shown.split("\n")
    return [*(f"{part}↵" for part in ended), last]


def _heading(chunk: ReadChunk) -> str:
    kind = f" · {kind_name(chunk.base.kind)}" if chunk.base.kind else ""
    mean = f" · mean KLD {figure(chunk.mean)}" if chunk.mean is not None else ""
    return f"Chunk {chunk.base.number + 1}{kind}{mean}"
