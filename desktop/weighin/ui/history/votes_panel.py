"""The blind votes of each pair of models, and how sure they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.comparisons.blind import Tally
from weighin.core.comparisons.text import interval_words, verdict_words
from weighin.core.errors import AppError
from weighin.core.safe_text import safe_name
from weighin.ui.theme import Theme
from weighin.ui.widgets.folded_section import FoldedSection
from weighin.ui.widgets.label import PlainLabel
from weighin.ui.widgets.table import Column, RowTable

if TYPE_CHECKING:
    from weighin.services.comparisons.votes import Votes

_COLUMNS = tuple(
    replace(column, tip=column.cell)
    for column in (
        Column("Model 1", lambda t: safe_name(t.one.title, 60), "Starter Dense", 0.25, least="1"),
        Column("Model 2", lambda t: safe_name(t.two.title, 60), "Starter Dense", 0.25, least="1"),
        Column("1 : 2", lambda t: f"{t.for_one} : {t.for_two}", "501 : 499", centred=True),
        Column("Ties", lambda t: str(t.ties), "999", centred=True),
        Column("Both bad", lambda t: str(t.both_bad), "999", centred=True),
        Column("Share of 1 (95 %)", interval_words, "100 % (99 % to 100 %)"),
        Column("Verdict", verdict_words, "Settled: 9 of 10 for Starter MoE", 0.5, least="1"),
    )
)
_MOST_HEIGHT = 230


class VotesTable(RowTable):
    """One pair of models a row; long sentences go on in a second line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Blind votes of each pair of models", _COLUMNS, lambda t: (t.one, t.two), parent=parent)
        self.setWordWrap(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_records(self, records: tuple[Any, ...]) -> None:
        super().show_records(records)
        self.fit()

    def fit(self) -> None:
        super().fit()
        self.resizeRowsToContents()
        rows = sum(self.rowHeight(row) for row in range(len(self.records)))
        height = min(_MOST_HEIGHT, self.horizontalHeader().sizeHint().height() + rows + 12)
        if height != self.height():
            self.setFixedHeight(height)


_EXACT = (
    "Exact 95 % interval (Clopper-Pearson) over the votes for one of the two; settled where the sign test gives "
    "p < 0.05. Ties and “both bad” count for neither. Looking again after every vote makes such a test slightly too "
    "confident."
)


class VotesPanel(QWidget):
    """Hidden until there is a vote, and folded until it is wanted."""

    def __init__(self, theme: Theme, votes: Votes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._votes = votes
        self._tallies: tuple[Tally, ...] = ()
        self._table: VotesTable | None = None
        self.section = FoldedSection(theme, "Blind votes", "History", self._make)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.section)
        votes.changed.connect(self.refresh)
        self.hide()
        self.refresh()

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """What stands in the table."""
        return tuple(tuple(column.cell(tally) for column in _COLUMNS) for tally in self._tallies)

    def refresh(self) -> None:
        """Ask for the tallies."""
        self._votes.tallies(self._show, self._fail)

    def _make(self) -> QWidget:
        self._table = VotesTable()
        self._table.show_records(self._tallies)
        made = QWidget()
        layout = QVBoxLayout(made)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._table)
        layout.addWidget(PlainLabel(_EXACT, role="small", wrap=True))
        return made

    def _show(self, tallies: tuple[Tally, ...]) -> None:
        self._tallies = tallies[::-1]
        votes, pairs = sum(tally.n for tally in tallies), format.plural(len(tallies), "pair")
        self.section.set_title(f"Blind votes · {format.plural(votes, 'vote')} on {pairs} of models")
        self.setVisible(bool(tallies))
        if self._table is not None:
            self._table.show_records(self._tallies)

    def _fail(self, error: AppError) -> None:
        self.section.set_title(f"Blind votes · {error.user_text}")
        self.show()
