"""A section that opens and closes under its own title."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from weighin.ui.theme import Theme
from weighin.ui.widgets.icon_button import IconButton


class FoldedSection(QWidget):
    """Starts folded. `owner` tells a screen reader whose section it is. `make` makes the content when it is first
    unfolded. `toggled` carries whether it is open."""

    toggled = Signal(bool)

    def __init__(self, theme: Theme, title: str, owner: str, make: Callable[[], QWidget]) -> None:
        super().__init__()
        self._make = make
        self._content: QWidget | None = None
        self._owner = owner
        self._button = IconButton(theme, "folded", f"{title}, {owner}", title, self)
        self._button.setProperty("role", "fold")
        self._button.setToolTip("")
        self._button.setCheckable(True)
        self._button.toggled.connect(self._unfold)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addWidget(self._button)

    @property
    def title(self) -> str:
        """The words on the button."""
        return self._button.text()

    @property
    def is_open(self) -> bool:
        """Whether the content is shown."""
        return self._button.isChecked()

    def set_title(self, title: str) -> None:
        """Change the words on the button."""
        self._button.setText(title)
        self._button.setAccessibleName(f"{title}, {self._owner}")

    def set_open(self, is_open: bool) -> None:
        """Open or fold it."""
        self._button.setChecked(is_open)

    def _unfold(self, is_open: bool) -> None:
        if self._content is None:
            self._content = self._make()
            self._column.addWidget(self._content)
        self._content.setVisible(is_open)
        self._button.draw("unfolded" if is_open else "folded")
        self.toggled.emit(is_open)
