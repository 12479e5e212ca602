"""The blind votes of each pair of models, and how sure they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from weighin.core import format
from weighin.core.comparisons.blind import Tally
from weighin.core.errors import AppError
from weighin.ui.theme import Theme
from weighin.ui.widgets.folded import FoldedSection
from weighin.ui.widgets.label import PlainLabel

if TYPE_CHECKING:
    from weighin.services.comparisons.votes import Votes
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from weighin.core.comparisons.text import interval_words, verdict_words
from weighin.core.safe_text import safe_name
from weighin.ui.widgets.label import plain_tooltip

HEADS = ("Model 1", "Model 2", "1 : 2", "Ties", "Both bad", "Share of 1 (95 %)", "Verdict")
_CENTRED = (2, 3, 4)
# What each wide column takes of the room that the narrow ones leave over.
_SHARES = {0: 0.25, 1: 0.25, 6: 0.5}
_MOST_HEIGHT = 230


class VotesTable(QTableWidget):
    """One pair of models a row; long sentences go on in a second line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(HEADS), parent)
        self.setHorizontalHeaderLabels(list(HEADS))
        self.setAccessibleName("Blind votes of each pair of models")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        head = self.horizontalHeader()
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setHighlightSections(False)
        for column in range(len(HEADS)):
            fixed = column in _SHARES
            mode = QHeaderView.ResizeMode.Interactive if fixed else QHeaderView.ResizeMode.ResizeToContents
            head.setSectionResizeMode(column, mode)

    def show_tallies(self, tallies: tuple[Tally, ...]) -> None:
        """Show these, one a row."""
        self.setRowCount(len(tallies))
        for row, tally in enumerate(tallies):
            for column, text in enumerate(cells(tally)):
                self.setItem(row, column, _item(column, text))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        narrow = sum(self.columnWidth(column) for column in range(len(HEADS)) if column not in _SHARES)
        room = max(0, self.viewport().width() - narrow)
        for column, share in _SHARES.items():
            self.setColumnWidth(column, int(room * share))
        self.resizeRowsToContents()
        rows = sum(self.rowHeight(row) for row in range(self.rowCount()))
        height = min(_MOST_HEIGHT, self.horizontalHeader().sizeHint().height() + rows + 12)
        if height != self.height():
            self.setFixedHeight(height)


def cells(tally: Tally) -> tuple[str, ...]:
    """What stands in a row, in the order of HEADS."""
    return (
        safe_name(tally.one.title, 60),
        safe_name(tally.two.title, 60),
        f"{tally.for_one} : {tally.for_two}",
        str(tally.ties),
        str(tally.both_bad),
        interval_words(tally),
        verdict_words(tally),
    )


def _item(column: int, text: str) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setToolTip(plain_tooltip(text))
    item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{HEADS[column]}: {text}")
    side = Qt.AlignmentFlag.AlignHCenter if column in _CENTRED else Qt.AlignmentFlag.AlignLeft
    item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    return item


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
