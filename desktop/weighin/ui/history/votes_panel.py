"""The blind votes of each pair of models, and how sure they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.comparisons.blind import Tally
from weighin.core.errors import AppError
from weighin.ui.history.votes_table import VotesTable, cells
from weighin.ui.theme import Theme
from weighin.ui.widgets.folded import FoldedSection
from weighin.ui.widgets.label import PlainLabel

if TYPE_CHECKING:
    from weighin.services.comparisons.votes import Votes

_EXACT = (
    "Votes that chose one of the two, counted by the exact binomial distribution: the interval of Clopper and Pearson; "
    "settled where the sign test stays below 5 %. Ties and both bad choose nobody. Looking again after every vote "
    "makes any such test a little too sure."
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
        return tuple(cells(tally) for tally in self._tallies)

    def refresh(self) -> None:
        """Ask for the tallies."""
        self._votes.tallies(self._show, self._fail)

    def _make(self) -> QWidget:
        self._table = VotesTable()
        self._table.show_tallies(self._tallies)
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
            self._table.show_tallies(self._tallies)

    def _fail(self, error: AppError) -> None:
        self.section.set_title(f"Blind votes · {error.user_text}")
        self.show()
