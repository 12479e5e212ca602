"""The numbers that stay under an answer."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QFrame, QToolTip, QVBoxLayout, QWidget

from weighin.ui.lane.number import Number
from weighin.ui.widgets.flow import FlowLayout
from weighin.ui.widgets.label import PlainLabel, plain_tooltip

# The least width of a column; both lanes have the same, so that the same number stands at the same place.
_COLUMN = 104


class NumbersLine(QFrame):
    """Titles with their numbers in equal columns. Hovering over one says what was counted; reached by Tab, all of it
    is said."""

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "numbers")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._label = label
        self._layout = FlowLayout(self, spacing=12, column=_COLUMN)
        self._layout.setContentsMargins(0, 2, 0, 2)
        self._shown: tuple[Number, ...] = ()
        self.hide()

    @property
    def text(self) -> str:
        """All of it in one line, for a screen reader."""
        return " · ".join(f"{number.title} {number.value}" for number in self._shown)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            # Not at once: a tooltip goes away when the focus comes.
            QTimer.singleShot(0, self, self._explain)

    def _explain(self) -> None:
        QToolTip.showText(self.mapToGlobal(QPoint(0, 0)), plain_tooltip(self.counted), self)

    @property
    def counted(self) -> str:
        """What was counted for each number, a line each."""
        return "\n".join(f"{number.title}: {number.counted}" for number in self._shown)

    def clear(self) -> None:
        """Nothing to show."""
        self.show_numbers(())

    def show_numbers(self, shown: tuple[Number, ...]) -> None:
        """Show these in place of those before."""
        while (item := self._layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.setParent(None)  # gone at once, not only when Qt finds the time
                widget.deleteLater()
        self._shown = shown
        for number in shown:
            self._layout.addWidget(_Tile(number))
        self.setAccessibleName(f"Numbers of lane {self._label}: {self.text}")
        self.setAccessibleDescription(self.counted)
        self.setVisible(bool(shown))
        self.updateGeometry()


class _Tile(QWidget):
    """One number under its title."""

    def __init__(self, number: Number) -> None:
        super().__init__()
        mark = f" {number.mark}" if number.mark else ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(PlainLabel(f"{number.title}{mark}", role="small"))
        layout.addWidget(PlainLabel(number.value, role="number"))
        self.setToolTip(plain_tooltip(number.explained))
