"""Content that can always be reached: where the window is too small for it, it scrolls."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class Scrolled(QScrollArea):
    """Fills its place with `content`. What gets the keyboard inside it is brought into view."""

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        # Both paint the ground of the page around them.
        self.setViewport(clear_viewport())
        self.setWidget(content)
        content.setAutoFillBackground(False)


def clear_viewport() -> QWidget:
    """A viewport through which one sees what is behind it. Asked for the one that Qt makes, PySide first looks through
    all kinds of widgets there are, which takes a fortieth of the way to the first paint."""
    made = QWidget()
    made.setObjectName("qt_scrollarea_viewport")
    return made
