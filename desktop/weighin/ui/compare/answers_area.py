"""The two answers of the present turn: side by side, or as tabs where one of them would be too narrow to read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QScrollBar, QSplitter, QSplitterHandle, QTabBar, QVBoxLayout, QWidget

from weighin.ui.lane.lane_pane import LanePane

# Two panes side by side, each as wide as one can read in.
_NARROW = 2 * 400
# A line of one pixel, with room at both sides to take hold of it.
_HANDLE = 7


class _Halves(QSplitter):
    """Two parts with a thin line between them."""

    def createHandle(self) -> QSplitterHandle:
        return _Line(self.orientation(), self)

    def halve(self) -> None:
        """Give both the same width."""
        self.setSizes([1000, 1000])


class _Line(QSplitterHandle):
    """Thinner than what takes hold of it; a double click makes both parts equally wide."""

    def __init__(self, orientation: Qt.Orientation, halves: _Halves) -> None:
        super().__init__(orientation, halves)
        self._halves = halves
        self.setToolTip("Double-click for equal widths")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.width() // 2, 0, 1, self.height(), self.palette().color(QPalette.ColorRole.Mid))
        painter.end()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._halves.halve()


class AnswersArea(QWidget):
    """Arranges the panes; `scroll_together` links their scroll bars."""

    def __init__(self, panes: tuple[LanePane, LanePane], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panes = panes
        self._tabbed = False
        self._linked = self._following = self._is_connected = False
        self._tabs = QTabBar()
        self._tabs.setDrawBase(False)
        self._tabs.setAccessibleName("Which answer is shown")
        self._splitter = _Halves(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(_HANDLE)
        for pane in panes:
            self._tabs.addTab(pane.label)
            self._splitter.addWidget(pane)
        self._splitter.halve()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._tabs, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._splitter, 1)
        self._tabs.currentChanged.connect(self._arrange)
        self._arrange()

    @property
    def is_tabbed(self) -> bool:
        """Whether there is room for one pane only."""
        return self._tabbed

    def scroll_together(self, linked: bool) -> None:
        """Whether one answer scrolls with the other, at the same share of its length."""
        self._linked = linked
        if linked and not self._is_connected:
            self._is_connected = True
            bars = [pane.answer.view.verticalScrollBar() for pane in self._panes]
            for mine, other in (bars, bars[::-1]):
                mine.valueChanged.connect(lambda _value, m=mine, o=other: self._follow(m, o))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        tabbed = self.width() < _NARROW
        if tabbed != self._tabbed:
            self._tabbed = tabbed
            self._arrange()

    def _arrange(self) -> None:
        self._tabs.setVisible(self._tabbed)
        chosen = self._panes[self._tabs.currentIndex()] if self._tabbed else None
        for pane in self._panes:
            pane.setVisible(chosen is None or pane is chosen)

    def _follow(self, mine: QScrollBar, other: QScrollBar) -> None:
        if not self._linked or self._following or not mine.maximum():
            return
        self._following = True
        other.setValue(round(mine.value() / mine.maximum() * other.maximum()))
        self._following = False
