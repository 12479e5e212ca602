"""The "Copy" that stands over every block of code in an answer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QHelpEvent, QMouseEvent
from PySide6.QtWidgets import QTextEdit, QToolTip

from weighin.ui.answer.boxes import Boxes

_COPIED_MS = 1_500
_TOOLTIP = "Copy this code"


class CodeCopier(QObject):
    """Listens to the mouse over the painted words. `copy` is called with the number of a code block."""

    def __init__(self, view: QTextEdit, copy: Callable[[int], None]) -> None:
        super().__init__(view)
        self.boxes = Boxes(view)
        self._viewport = view.viewport()
        self._copy = copy
        self._pressed = 0
        self._is_over = False
        self._cursor_before = self._viewport.cursor()
        self._said = QTimer(self)
        self._said.setSingleShot(True)
        self._said.setInterval(_COPIED_MS)
        self._said.timeout.connect(lambda: self._say(0))
        self._viewport.installEventFilter(self)

    def copy(self, number: int) -> None:
        """Copy that block, and say for a moment that it is copied."""
        self._copy(number)
        self._say(number)
        self._said.start()

    def _say(self, number: int) -> None:
        self.boxes.copied = number
        self._viewport.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.Leave:
            self._point(False)
        elif isinstance(event, QHelpEvent) and kind == QEvent.Type.ToolTip:
            return self._tell(event.pos(), event.globalPos())
        elif isinstance(event, QMouseEvent):
            return self._follow_mouse(event)
        return False

    def _follow_mouse(self, event: QMouseEvent) -> bool:
        """True where the event is ours alone."""
        kind, left = event.type(), event.button() == Qt.MouseButton.LeftButton
        if kind == QEvent.Type.MouseMove:
            if event.buttons() == Qt.MouseButton.NoButton:
                self._point(self.boxes.copy_at(event.position()) != 0)
            return self._pressed != 0
        if kind == QEvent.Type.MouseButtonPress and left:
            self._pressed = self.boxes.copy_at(event.position())
            return self._pressed != 0
        if kind == QEvent.Type.MouseButtonRelease and left and self._pressed:
            number, self._pressed = self._pressed, 0
            if self.boxes.copy_at(event.position()) == number:
                self.copy(number)
            return True
        return kind == QEvent.Type.MouseButtonDblClick and self.boxes.copy_at(event.position()) != 0

    def _point(self, over: bool) -> None:
        """Show the hand over the words, and whatever was there before beside them."""
        if over and not self._is_over:
            self._cursor_before = self._viewport.cursor()
            self._viewport.setCursor(Qt.CursorShape.PointingHandCursor)
        elif self._is_over and not over:
            self._viewport.setCursor(self._cursor_before)
        self._is_over = over

    def _tell(self, at: QPoint, on_screen: QPoint) -> bool:
        over = self.boxes.copy_at(QPointF(at)) != 0
        if over:
            QToolTip.showText(on_screen, _TOOLTIP, self._viewport)
        return over
