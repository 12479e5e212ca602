"""Keeps the same part of two panes equally high, so that what stands below is aligned."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

_TRIGGERS = frozenset({QEvent.Type.LayoutRequest, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide})


class SameHeight(QObject):
    """Gives each of `widgets` the height that the one in greatest need of it wants. Hidden ones want nothing."""

    def __init__(self, widgets: tuple[QWidget, ...], parent: QObject) -> None:
        super().__init__(parent)
        self._widgets = widgets
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._fit)
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _TRIGGERS:
            self._later.start()
        return False

    def _fit(self) -> None:
        shown = [widget for widget in self._widgets if widget.isVisible()]
        height = max((_wanted(widget) for widget in shown), default=0) if len(shown) > 1 else 0
        for widget in self._widgets:
            if widget.minimumHeight() != height:
                widget.setMinimumHeight(height)


def _wanted(widget: QWidget) -> int:
    """The height that the content wants at the present width."""
    layout = widget.layout()
    if layout is None:
        return 0
    return layout.totalHeightForWidth(widget.width()) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
