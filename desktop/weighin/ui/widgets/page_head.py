"""The line at the top of a page: its title, and beside it the tabs of its parts."""

from __future__ import annotations

from collections.abc import Sequence

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
        for part in parts:
            self.tabs.addTab(part)
        flow = FlowLayout(self, spacing=16)
        flow.addWidget(PlainLabel(title, role="title"))
        flow.addWidget(self.tabs)
