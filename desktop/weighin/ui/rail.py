"""The narrow rail at the left: the pages, and the choice of light or dark."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QButtonGroup, QFrame, QMenu, QToolButton, QVBoxLayout, QWidget

from weighin.ui.theme import CHOICES, Theme, icon

_ICON = 22
_BESIDE_TEXT = 22


class Rail(QFrame):
    """`chosen` carries the number of a page."""

    chosen = Signal(int)

    def __init__(self, theme: Theme, pages: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "rail")
        self._width = max(self.fontMetrics().horizontalAdvance(name) for name in pages) + _BESIDE_TEXT
        self.setFixedWidth(self._width)
        self._theme = theme
        self._pages = QButtonGroup(self)
        self._drawings: dict[QToolButton, str] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 10, 6, 10)
        layout.setSpacing(6)
        for number, name in enumerate(pages):
            button = self._button(name, name.lower(), f"{name} page")
            button.setToolTip(f"Ctrl+{number + 1}")
            button.setCheckable(True)
            self._pages.addButton(button, number)
            layout.addWidget(button)
        layout.addStretch(1)
        layout.addWidget(self._theme_button())
        self._pages.idClicked.connect(self.chosen)
        theme.changed.connect(self._tint)
        self._tint()

    def show_chosen(self, number: int) -> None:
        """Mark the page that is shown."""
        self._pages.button(number).setChecked(True)

    def _button(self, text: str, drawing: str, name: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setAccessibleName(name)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setIconSize(QSize(_ICON, _ICON))
        button.setFixedWidth(self._width - 13)
        self._drawings[button] = drawing
        return button

    def _theme_button(self) -> QToolButton:
        button = self._button("Theme", "theme", "Light or dark")
        menu = QMenu(button)
        group = QActionGroup(menu)
        for choice in CHOICES:
            action = menu.addAction(choice.capitalize())
            action.setCheckable(True)
            action.setChecked(choice == self._theme.choice)
            action.triggered.connect(lambda _checked=False, which=choice: self._theme.choose(which))
            group.addAction(action)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button

    def _tint(self) -> None:
        for button, drawing in self._drawings.items():
            button.setIcon(icon(drawing, self._theme.colours.text, _ICON))
