"""The votes for those with a window: every call returns at once, the answer comes later."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from weighin.core.comparisons.blind import Tally, Vote, tallies
from weighin.services.records import Records
from weighin.services.task_runner import Failed

if TYPE_CHECKING:
    from weighin.store.stores import Stores


class Votes(QObject):
    """`changed`: a vote was kept."""

    changed = Signal()

    def __init__(self, records: Records, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._records = records

    def add(self, vote: Vote, done: Callable[[tuple[Tally, ...]], None], failed: Failed) -> None:
        """Keep a vote, then all tallies with it. One on a comparison that was voted on before changes nothing."""

        def work(stores: Stores) -> tuple[Tally, ...]:
            stores.votes.add(vote)
            return tallies(stores.votes.votes())

        def kept(found: tuple[Tally, ...]) -> None:
            self.changed.emit()
            done(found)

        self._records.run(work, kept, failed)

    def tallies(self, done: Callable[[tuple[Tally, ...]], None], failed: Failed) -> None:
        """One tally a pair of models, the pair with the latest vote last."""
        self._records.run(lambda stores: tallies(stores.votes.votes()), done, failed)
