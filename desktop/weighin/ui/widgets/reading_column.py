"""A page to read: a title and what stands below it, no wider than one reads, with a scroll bar where it is higher."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget

from weighin.ui.widgets.label import PlainLabel

# Of the width of an average letter: about what fits into a line that is read with ease, and a button beside it.
_LETTERS = 120


class ReadingColumn(QWidget):
    """What has the keyboard is always in sight."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._inner = QWidget()
        self._inner.setObjectName("drawer")
        self._column = QVBoxLayout(self._inner)
        self._column.setContentsMargins(0, 0, 10, 12)
        self._column.setSpacing(12)
        self._column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._scroll.setWidget(self._inner)
        self._scroll.viewport().setAutoFillBackground(False)
        self._inner.setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 4, 0)
        layout.setSpacing(8)
        layout.addWidget(PlainLabel(title, role="title"))
        layout.addWidget(self._scroll, 1)
        self._place = 0
        self._fit()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow_focus)

    def add(self, widget: QWidget) -> None:
        """Put something below what is there."""
        self._column.insertWidget(self._column.count() - 1, widget)

    def show_part(self, widget: QWidget) -> None:
        """Bring something that was added into sight, at the top."""
        self._scroll.verticalScrollBar().setValue(widget.mapTo(self._inner, widget.rect().topLeft()).y())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._place = self._scroll.verticalScrollBar().value()

    def come_back(self) -> None:
        """Show what was in sight when the page was left. A page that is shown gives the keyboard to its first button,
        which brings that into sight."""
        self._scroll.verticalScrollBar().setValue(self._place)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_scroll"):
            self._fit()

    def _fit(self) -> None:
        self._inner.setMaximumWidth(self.fontMetrics().averageCharWidth() * _LETTERS)

    def _follow_focus(self, _old: QObject | None, now: QObject | None) -> None:
        if isinstance(now, QWidget) and self._inner.isAncestorOf(now):
            self._scroll.ensureWidgetVisible(now, 0, 24)
