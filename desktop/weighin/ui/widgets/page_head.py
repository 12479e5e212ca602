"""The line at the top of a page: its title, and beside it the tabs of its parts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabBar, QWidget

from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.label import PlainLabel


class PageHead(QWidget):
    """`tabs` is the bar, one tab for each of `parts`; where both do not fit into one line it stands below the title."""

    def __init__(self, title: str, parts: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(f"Parts of the {title} page")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        # Where there is too little room all tabs stay in sight, with shorter words.
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setElideMode(Qt.TextElideMode.ElideRight)
        for part in parts:
            self.tabs.setTabToolTip(self.tabs.addTab(part), part)
        flow = FlowLayout(self, spacing=16)
        flow.addWidget(PlainLabel(title, role="title"))
        flow.addWidget(self.tabs)
