"""A button whose words end in "…" where they are too long for it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton, QStylePainter, QWidget

from weighin.ui.widgets.label import plain_tooltip

_LEAST = 48


class ElidedButton(QPushButton):
    """For words that come from elsewhere, as the name of a model. `whole`: all of them, which are the tooltip where
    they do not fit."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        # "&" stands for itself, not before a letter to be pressed with Alt.
        super().__init__(parent)
        self.say(text)

    def say(self, text: str) -> None:
        """Other words."""
        self.whole = text
        self.setText(text.replace("&", "&&"))

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setToolTip("" if self.width() >= self.sizeHint().width() else plain_tooltip(self.whole))

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        spare = self.width() - self.sizeHint().width()
        if spare < 0:
            metrics = self.fontMetrics()
            room = metrics.horizontalAdvance(self.whole) + spare
            option.text = metrics.elidedText(self.whole, Qt.TextElideMode.ElideRight, room).replace("&", "&&")
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.end()
