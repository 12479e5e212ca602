"""The rows of the scale: bar, value, label, value, bar, mirrored, with A at the left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from weighin.core import format
from weighin.core.runs.lane import LABELS
from weighin.ui.theme import Theme
from weighin.ui.widgets.label import PlainLabel, plain_tooltip

if TYPE_CHECKING:
    from weighin.core.comparisons.scale import ScaleRow

_THICK, _PALE = 6.0, 0.38
_LESS = " ↓"
_AIR = 8
# Room for the widest value there is in daily use.
_WIDEST = "1 234 tok/s"


class ScaleBar(QWidget):
    """A bar that grows away from the middle. Strong where its lane is better, else pale."""

    def __init__(self, theme: Theme, label: str) -> None:
        super().__init__()
        self._theme, self._label = theme, label
        self._share: float | None = None
        self._strong = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def state(self) -> tuple[float | None, bool]:
        """Its length from 0 to 1, None for none, and whether it is strong."""
        return self._share, self._strong

    def sizeHint(self) -> QSize:
        return QSize(40, round(_THICK) + 4)

    def show_share(self, share: float | None, strong: bool) -> None:
        """Show this length, from 0 to 1."""
        if (share, strong) != self.state:
            self._share, self._strong = share, strong
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._share is None:
            return
        width = max(_THICK, self.width() * min(1.0, self._share))
        left = self.width() - width if self._label == LABELS[0] else 0.0
        colour = QColor(self._theme.colours.lane(self._label))
        colour.setAlphaF(1.0 if self._strong else _PALE)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(left, (self.height() - _THICK) / 2, width, _THICK), _THICK / 2, _THICK / 2)
        painter.end()


class _Line:
    """The widgets of one row."""

    def __init__(self, theme: Theme) -> None:
        self.bars = tuple(ScaleBar(theme, label) for label in LABELS)
        self.values = tuple(PlainLabel(role="value") for _ in LABELS)
        self.title = PlainLabel(role="small")
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title.setMinimumHeight(self.values[0].fontMetrics().height() + _AIR)
        self.values[0].setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        return (self.bars[0], self.values[0], self.title, self.values[1], self.bars[1])

    def show_row(self, row: ScaleRow | None) -> None:
        """Show it; None for an empty line of the same height."""
        shares = (row.share_a, row.share_b) if row else (None, None)
        values = row.values if row else ("", "")
        for label, bar, value, share, text in zip(LABELS, self.bars, self.values, shares, values, strict=True):
            better = row is not None and row.better == label
            bar.show_share(share, better)
            if value.text() != text:
                value.say(text)
            if value.property("better") != better:
                value.setProperty("better", better)
                value.style().unpolish(value)
                value.style().polish(value)
        title = f"{row.label}{_LESS if row.less_is_better else ''}" if row else ""
        if self.title.text() != title:
            self.title.say(title)
        self._explain(row)

    def _explain(self, row: ScaleRow | None) -> None:
        said = ""
        if row is not None:
            less = "Less is better." if row.less_is_better else "More is better."
            said = f"A: {row.a}\nB: {row.b}\n{less}" + (f" {row.note[0].upper()}{row.note[1:]}." if row.note else "")
        for widget in self.widgets:
            widget.setToolTip(plain_tooltip(said) if said else "")


class ScaleRows(QWidget):
    """As many rows as `set_room` allows; their height never depends on what they show."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: list[_Line] = []
        self._rows: tuple[ScaleRow, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(0)
        for column in (0, 4):
            self._grid.setColumnStretch(column, 1)

    @property
    def texts(self) -> tuple[str, ...]:
        """What stands in the rows in sight, a line each: "31.0 tok/s | Generation speed | 12.0 tok/s"."""
        shown = [line for line in self._lines if line.title.text()]
        return tuple(f"{line.values[0].text()} | {line.title.text()} | {line.values[1].text()}" for line in shown)

    @property
    def lines(self) -> int:
        """How many there is room for."""
        return len(self._lines)

    @property
    def bars(self) -> tuple[tuple[ScaleBar, ...], ...]:
        """Of each row the bars of A and B."""
        return tuple(line.bars for line in self._lines)

    def set_room(self, lines: int) -> None:
        """Have room for so many rows."""
        while len(self._lines) > lines:
            for widget in self._lines.pop().widgets:
                self._grid.removeWidget(widget)
                widget.setParent(None)
                widget.deleteLater()
        while len(self._lines) < lines:
            line = _Line(self._theme)
            for column, widget in enumerate(line.widgets):
                self._grid.addWidget(widget, len(self._lines), column)
            self._lines.append(line)
        self.setVisible(lines > 0)
        self._fit_columns()
        self.show_rows(self._rows)

    def show_rows(self, rows: tuple[ScaleRow, ...]) -> None:
        """Show these, the first ones where there is no room for all."""
        self._rows = rows
        for number, line in enumerate(self._lines):
            line.show_row(rows[number] if number < len(rows) else None)
        said = "; ".join(
            f"{row.label}: A {row.values[0]}, B {row.values[1]}" + (f", {row.better} better" if row.better else "")
            for row in rows
        )
        self.setAccessibleName("Scale")
        self.setAccessibleDescription(said or format.NONE)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit_columns()

    def _fit_columns(self) -> None:
        """The same widths whatever is shown, so that nothing moves while numbers come."""
        for line in self._lines[:1]:
            line.title.ensurePolished()
            value = line.values[0].fontMetrics().horizontalAdvance(_WIDEST)
            title = line.title.fontMetrics().horizontalAdvance("Generation speed (test)")
            for column in (1, 3):
                self._grid.setColumnMinimumWidth(column, value)
            self._grid.setColumnMinimumWidth(2, title)
