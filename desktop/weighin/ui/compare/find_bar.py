"""Finds words in both answers."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from weighin.core import format
from weighin.ui.lane.lane_pane import LanePane
from weighin.ui.theme import Theme
from weighin.ui.widgets.icon_button import IconButton
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.search_line import SearchLine

_MARGIN = 10


class FindBar(QFrame):
    """Lies over the top right corner of `host`; Enter and Shift+Enter go from place to place, Esc closes it."""

    def __init__(self, theme: Theme, panes: tuple[LanePane, LanePane], host: QWidget) -> None:
        super().__init__(host)
        self.setProperty("role", "popup")
        self._panes, self._host = panes, host
        self.box = SearchLine("Find in both answers")
        self.box.setMinimumWidth(200)
        self._found = PlainLabel(role="small")
        back = IconButton(theme, "unfolded", "Next (Enter)")
        close = IconButton(theme, "close", "Close (Esc)")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 6, 6)
        row.setSpacing(6)
        for part in (self.box, self._found, back, close):
            row.addWidget(part)
        self.box.textChanged.connect(self._find)
        self.box.installEventFilter(self)
        back.clicked.connect(lambda _=False: self._go(back=False))
        close.clicked.connect(lambda _=False: self.close_bar())
        host.installEventFilter(self)
        self.hide()

    @property
    def found(self) -> str:
        """How many places there are."""
        return self._found.text()

    def open_bar(self) -> None:
        """Ready to type what is looked for."""
        self.show()
        self._place()
        self.raise_()
        self.box.selectAll()
        self.box.setFocus()
        self._find(self.box.text())

    def close_bar(self) -> None:
        """Nothing is marked any longer."""
        for pane in self._panes:
            pane.answer.view.clear_find()
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host:
            if event.type() == QEvent.Type.Resize and not self.isHidden():
                self._place()
        elif event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                event.accept()  # it closes the bar, and stops no run
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        return False

    def _key(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
            return True
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not control:
            self._go(back=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            return True
        return False

    def _find(self, text: str) -> None:
        counts = [pane.answer.view.find_all(text) for pane in self._panes]
        said = ", ".join(f"{p.label} {format.count(n)}" for p, n in zip(self._panes, counts, strict=True))
        self._found.say(said if text else "")
        self._place()

    def _go(self, back: bool) -> None:
        for pane in self._panes:
            pane.answer.view.find_next(back)

    def _place(self) -> None:
        self.adjustSize()
        self.move(QPoint(self._host.width() - self.width() - _MARGIN, _MARGIN))
