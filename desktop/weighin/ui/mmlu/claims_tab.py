"""Published claims: what was said, what is true, and whether such a gap could be told at all."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from weighin.core.models.catalogue import Catalogue, Claim
from weighin.ui.mmlu.claim_calculator import ClaimCalculator
from weighin.ui.models.claims_table import ClaimsTable, claim_page
from weighin.ui.widgets.flow import FlowLayout

_SIDE_BY_SIDE = 820


class ClaimsTab(QWidget):
    """`system_wanted` carries the System whose facts shall be shown."""

    system_wanted = Signal(object)

    def __init__(self, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search claims")
        self.search.setAccessibleName("Search claims")
        self.search.setClearButtonEnabled(True)
        self.claims = ClaimsTable("Claims and what became of them")
        self.page = QPlainTextEdit()
        self.page.setReadOnly(True)
        self.page.setTabChangesFocus(True)
        self.page.setAccessibleName("What is true of the chosen claim")
        self._links = QWidget()
        self._flow = FlowLayout(self._links, spacing=6)
        self.calculator = ClaimCalculator()
        self._arrange()
        self.search.textChanged.connect(lambda _text: self._fill())
        self.claims.chosen_changed.connect(self._show)
        self._fill()
        self.claims.selectRow(0)

    def show_claim(self, claim: Claim) -> None:
        """Choose one."""
        self.search.clear()
        if claim in self.claims.records:
            self.claims.selectRow(self.claims.records.index(claim))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        ways = QBoxLayout.Direction
        beside = event.size().width() >= _SIDE_BY_SIDE
        self._both.setDirection(ways.LeftToRight if beside else ways.TopToBottom)

    def _fill(self) -> None:
        self.claims.show_matching(self._catalogue.claims, self.search.text())

    def _show(self) -> None:
        claim: Claim | None = self.claims.chosen
        self.page.setPlainText(claim_page(claim) if claim else "")
        while self._flow.count():
            item = self._flow.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for name in claim.systems if claim else ():
            self._add_link(name)
        if claim is not None:
            self.calculator.take_scores(claim.claim)

    def _add_link(self, name: str) -> None:
        system = self._catalogue.system(name)
        if system is None:
            return
        button = QPushButton(system.name)
        button.setProperty("role", "example")
        button.setAccessibleName(f"Facts of {system.name} on the Models page")
        button.clicked.connect(lambda: self.system_wanted.emit(system))
        self._flow.addWidget(button)

    def _arrange(self) -> None:
        left, right = QVBoxLayout(), QVBoxLayout()
        left.addWidget(self.search)
        left.addWidget(self.claims, 1)
        right.addWidget(self.page, 1)
        right.addWidget(self._links)
        right.addWidget(self.calculator)
        for column in (left, right):
            column.setSpacing(8)
        self._both = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._both.setContentsMargins(0, 6, 0, 0)
        self._both.setSpacing(10)
        self._both.addLayout(left, 5)
        self._both.addLayout(right, 4)
