"""Buttons with an icon of ours that follows the theme."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QToolButton, QWidget

from weighin.ui.theme import Theme, icon

_LEAST = 16


class IconButton(QToolButton):
    """A flat button. `name` is both its accessible name and its tooltip; `text` is what stands on it, if anything."""

    def __init__(self, theme: Theme, drawing: str, name: str, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._drawing = drawing
        self._is_drawn = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if text:
            self.setText(text)
            self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.rename(name)
        self._fit_icon()
        theme.changed.connect(self._tint)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        if self.text():
            # Qt leaves room for two spaces behind the text only, which looks lopsided.
            hint.setWidth(hint.width() - 2 * self.fontMetrics().horizontalAdvance(" "))
        return hint

    def showEvent(self, event: QShowEvent) -> None:
        # Most buttons wait hidden: what nobody sees needs no drawing.
        if not self._is_drawn:
            self._draw()
        super().showEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_drawing"):
            self._fit_icon()

    def rename(self, name: str) -> None:
        """Say what the button does now."""
        self.setAccessibleName(name)
        self.setToolTip(name)

    def draw(self, drawing: str) -> None:
        """Wear another drawing of resources/icons."""
        self._drawing = drawing
        self._tint()

    def _fit_icon(self) -> None:
        """The drawing grows with the text around it."""
        size = max(_LEAST, self.fontMetrics().height())
        self.setIconSize(QSize(size, size))
        self._tint()

    def _tint(self) -> None:
        """Another drawing, colour or size, from when it is seen."""
        self._is_drawn = False
        if self.isVisible():
            self._draw()

    def _draw(self) -> None:
        self._is_drawn = True
        self.setIcon(icon(self._drawing, self._theme.colours.text, self.iconSize().width()))
