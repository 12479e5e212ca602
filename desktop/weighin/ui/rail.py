"""The narrow rail at the left: the pages, with Settings and Help at its end."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout, QWidget

from weighin.ui.theme import Theme, icon

# The least, and how high it is beside a line of text.
_ICON, _OF_LINE = 22, 1.4
_BESIDE_TEXT, _BESIDE_BUTTON = 22, 13
# Around icon and name of a button, by the style sheet.
_UNDER_ICON = 22


class Rail(QFrame):
    """`chosen` carries the number of a page. pages: their names, each with its key; the last `at_end` of them stand at
    the lower end."""

    chosen = Signal(int)

    def __init__(
        self, theme: Theme, pages: Sequence[tuple[str, str]], at_end: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "rail")
        self._theme = theme
        self._pages = QButtonGroup(self)
        self._drawings: dict[QToolButton, str] = {}
        self._drawn: tuple[str, int] | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 10, 6, 10)
        layout.setSpacing(6)
        for number, (name, key) in enumerate(pages):
            if number == len(pages) - at_end:
                layout.addStretch(1)
            button = self._button(name, key)
            self._pages.addButton(button, number)
            layout.addWidget(button)
        self._pages.idClicked.connect(self.chosen)
        theme.changed.connect(self._tint)
        self._fit()

    def show_chosen(self, number: int) -> None:
        """Mark the page that is shown."""
        self._pages.button(number).setChecked(True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_height()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "_drawings"):
            self._fit()

    def _button(self, name: str, key: str) -> QToolButton:
        button = QToolButton()
        button.setText(name)
        button.setAccessibleName(f"{name} page")
        keys = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
        button.setToolTip(f"{name} ({keys})")
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._drawings[button] = name.lower().replace(" ", "-")
        return button

    def _fit(self) -> None:
        """As wide as the longest name."""
        size = max(_ICON, round(self.fontMetrics().height() * _OF_LINE))
        width = max(self.fontMetrics().horizontalAdvance(button.text()) for button in self._drawings) + _BESIDE_TEXT
        self.setFixedWidth(width)
        for button in self._drawings:
            button.setFixedWidth(width - _BESIDE_BUTTON)
            button.setIconSize(QSize(size, size))
        self._fit_height()
        self._tint()

    def _fit_height(self) -> None:
        """Where it is too low for icons and names, the names are tooltips."""
        layout = self.layout()
        assert layout is not None
        around = layout.contentsMargins().top() + layout.contentsMargins().bottom()
        room = (self.height() - around) // len(self._drawings) - layout.spacing()
        for button in self._drawings:
            high = button.iconSize().height() + button.fontMetrics().height() + _UNDER_ICON
            style = Qt.ToolButtonStyle
            button.setToolButtonStyle(style.ToolButtonTextUnderIcon if high <= room else style.ToolButtonIconOnly)

    def _tint(self) -> None:
        """In the colour of text, and sharp; drawn again only where that is another one than before."""
        wanted = (self._theme.colours.text, next(iter(self._drawings)).iconSize().width())
        if wanted != self._drawn:
            self._drawn = wanted
            for button, drawing in self._drawings.items():
                button.setIcon(icon(drawing, *wanted))
