"""A small toggle beside a sentence that shows what stands behind it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from weighin.ui.theme import Theme
from weighin.ui.widgets.icon_button import IconButton


class FoldButton(IconButton):
    """Shows `content` and hides it. `owner` tells a screen reader what the title is about."""

    def __init__(self, theme: Theme, title: str, owner: str, content: QWidget) -> None:
        super().__init__(theme, "folded", f"{title}, {owner}", title)
        self._owner, self._content = owner, content
        self.setProperty("role", "fold")
        self.setToolTip("")
        self.setCheckable(True)
        self.toggled.connect(self._unfold)
        content.hide()

    def set_title(self, title: str) -> None:
        """Change the words on the button."""
        if title != self.text():
            self.setText(title)
            self.setAccessibleName(f"{title}, {self._owner}")

    def _unfold(self, is_open: bool) -> None:
        self._content.setVisible(is_open)
        self.draw("unfolded" if is_open else "folded")
