"""The systems people argue about: true facts, and what was said about them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from weighin.core.models.catalogue import Catalogue, Claim, System
from weighin.core.models.text import system_kind, system_page
from weighin.ui.mmlu.claims_tab import ClaimsTable, claim_page
from weighin.ui.models.verdicts import Verdicts, fits_words
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.search_line import SearchLine
from weighin.ui.widgets.table import Column, RowTable


class SystemsTab(QWidget):
    """`wanted` carries the System somebody wants to get; `check_wanted` the Claim whose numbers shall be checked."""

    wanted = Signal(object)
    check_wanted = Signal(object)

    def __init__(self, catalogue: Catalogue, verdicts: Verdicts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self.search = SearchLine("Search systems and claims")
        self.search.setMaximumWidth(420)
        self.systems = RowTable("Systems", _columns(verdicts), lambda s: str(s.id), lambda s: _tip(verdicts, s))
        self.claims = ClaimsTable("Claims about them")
        self.page = QPlainTextEdit()
        self.page.setReadOnly(True)
        self.page.setTabChangesFocus(True)
        self.page.setAccessibleName("Facts about the selected system or claim")
        self.get = QPushButton("Find on the hub…")
        self.get.setAccessibleName("Find files of the selected system on the hub")
        self.check = QPushButton("Is the difference significant?")
        self.check.setAccessibleName("Check on the MMLU page whether such a difference is significant")
        self.check.hide()
        self._arrange()
        verdicts.changed.connect(self.systems.viewport().update)
        self.search.textChanged.connect(lambda _text: self._fill())
        self.systems.follow_search(self.search)
        self.systems.chosen_changed.connect(self._show_system)
        self.claims.chosen_changed.connect(self._show_claim)
        self.get.clicked.connect(self._want)
        self.check.clicked.connect(lambda: self.check_wanted.emit(self.claims.chosen))
        self._fill()
        self.systems.selectRow(0)

    def show_system(self, system: System) -> None:
        """Open the page of one system."""
        self.search.clear()
        if system in self.systems.records:
            self.systems.selectRow(self.systems.records.index(system))

    def _arrange(self) -> None:
        left = QVBoxLayout()
        left.addWidget(self.systems, 3)
        left.addWidget(PlainLabel("Claims about them", role="muted"))
        left.addWidget(self.claims, 2)
        right = QVBoxLayout()
        right.addWidget(self.page, 1)
        right.addWidget(self.get)
        right.addWidget(self.check)
        both = QHBoxLayout()
        both.addLayout(left, 5)
        both.addLayout(right, 3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addLayout(both, 1)

    def _fill(self) -> None:
        wanted = self.search.text().lower().split()
        self.systems.show_records(
            tuple(
                s for s in self._catalogue.systems if all(w in f"{s.name} {s.vendor} {s.why}".lower() for w in wanted)
            )
        )
        self.claims.show_matching(self._catalogue.claims, self.search.text())

    def _show_system(self) -> None:
        system: System | None = self.systems.chosen
        self.get.setVisible(system is not None and bool(system.repositories))
        if system is not None:
            self.claims.clearSelection()
            self.page.setPlainText(system_page(system))

    def _show_claim(self) -> None:
        claim: Claim | None = self.claims.chosen
        self.check.setVisible(claim is not None)
        if claim is not None:
            self.systems.clearSelection()
            self.page.setPlainText(claim_page(claim))

    def _want(self) -> None:
        if (system := self.systems.chosen) is not None:
            self.wanted.emit(system)


def _columns(verdicts: Verdicts) -> tuple[Column, ...]:
    return (
        Column("System", lambda s: str(s.name), "Qwen3-4B-Instruct-2507", 0.5),
        Column("Vendor", lambda s: str(s.vendor), "Hugging Face", 0.2),
        Column("Released", lambda s: str(s.released), "2026-04-22"),
        Column("Kind", system_kind, "MoE 30.5B, 3.3B active", 0.3),
        Column("Weights", lambda s: "open" if s.runnable else "closed", "closed"),
        Column("Fits?", lambda s: fits_words(verdicts.of_system(s)), "~ Does not fit"),
    )


def _tip(verdicts: Verdicts, system: System) -> str:
    row = verdicts.of_system(system)
    return f"{system.why}\n{verdicts.sentence(row)}" if row else str(system.why)
