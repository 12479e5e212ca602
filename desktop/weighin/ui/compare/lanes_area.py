"""Arranges the two panes: side by side, one alone, or as tabs where there is too little room."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QTabBar, QVBoxLayout, QWidget

from weighin.ui.lane.lane_pane import LanePane

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


# Two panes narrower than half of this could not show a line of numbers.
_NARROW = 840


class LanesArea(QWidget):
    """The panes stay in one splitter; tabs and "alone" only hide one of them, so nothing is moved or rebuilt."""

    def __init__(self, panes: tuple[LanePane, LanePane], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panes = panes
        self._alone: LanePane | None = None
        self._tabbed = False
        self._tabs = QTabBar()
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._tabs.setAccessibleName("Lanes")
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(10)
        self._splitter.setChildrenCollapsible(False)
        for pane in panes:
            self._tabs.addTab(f"Lane {pane.label}")
            self._splitter.addWidget(pane)
            pane.setMinimumWidth(240)
            pane.header.maximise_toggled.connect(lambda alone, which=pane: self._show_alone(which if alone else None))
        self._splitter.setSizes([1000, 1000])
        SameHeight(tuple(pane.header for pane in panes), self)
        SameHeight(tuple(pane.numbers for pane in panes), self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._tabs, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._splitter, 1)
        self._tabs.currentChanged.connect(self._arrange)
        self._arrange()

    @property
    def is_tabbed(self) -> bool:
        """Whether there is room for one pane only."""
        return self._tabbed

    def spare_height(self) -> int:
        """Pixels that every pane in sight could give away."""
        return min(pane.spare_height() for pane in self._panes if not pane.isHidden())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        tabbed = self.width() < _NARROW
        if tabbed != self._tabbed:
            self._tabbed = tabbed
            self._arrange()

    def _show_alone(self, pane: LanePane | None) -> None:
        self._alone = pane
        self._arrange()

    def _arrange(self) -> None:
        self._tabs.setVisible(self._tabbed)
        chosen = self._panes[self._tabs.currentIndex()] if self._tabbed else self._alone
        for pane in self._panes:
            pane.setVisible(chosen is None or pane is chosen)
            pane.header.set_maximised(pane is self._alone, possible=not self._tabbed)
