"""The history for those with a window: every call returns at once, the answer comes later."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from weighin.core.comparisons.comparison import Comparison, HistoryRow
from weighin.core.comparisons.finished import finished
from weighin.core.comparisons.slowdown import fits
from weighin.core.computer.hardware import MachineFacts
from weighin.core.errors import AppError
from weighin.services.records import Records
from weighin.services.task_runner import Failed

if TYPE_CHECKING:
    from weighin.core.prompts.prompt_set import StoredRun
    from weighin.store.stores import Stores


class History(QObject):
    """Comparisons as they are kept, and the speed tests of their models."""

    changed = Signal()
    completed = Signal(object)  # Comparison: kept, with something that only earlier ones could tell

    def __init__(
        self,
        records: Records,
        machine: Callable[[], MachineFacts | None] = lambda: None,
        parent: QObject | None = None,
    ) -> None:
        """`machine`: which computer this is; asked on the thread that writes."""
        super().__init__(parent)
        self._records, self._machine = records, machine

    def save(self, comparison: Comparison, done: Callable[[None], None], failed: Failed) -> None:
        """Keep a comparison, finished by what earlier ones tell; `changed` follows, and `completed` where that was
        something."""

        def work(stores: Stores) -> Comparison:
            kept = finished(comparison, self._machine(), stores.comparisons.alone_of, stores.speed_tests.add_known)
            stores.comparisons.save(kept)
            return kept

        def saved(kept: Comparison) -> None:
            self.changed.emit()
            if (kept.slowdowns, kept.results) != (comparison.slowdowns, comparison.results):
                self.completed.emit(kept)
            done(None)

        self._records.run(work, saved, failed)

    def with_speed_tests(self, comparison: Comparison, done: Callable[[Comparison], None], failed: Failed) -> None:
        """The comparison with the speed tests that are kept of its models."""
        self._records.run(lambda stores: stores.speed_tests.add_known(comparison, self._here(comparison)), done, failed)

    def keep_speed_tests(self, comparison: Comparison, done: Callable[[None], None], failed: Failed) -> None:
        """Keep the speed tests of a comparison for later ones."""
        self._records.run(lambda stores: stores.speed_tests.keep(comparison, self._here(comparison)), done, failed)

    def amend(self, comparison: Comparison, failed: Failed) -> None:
        """More is known of the answers of a comparison: keep that, where it was not deleted; `completed` follows."""

        def work(stores: Stores) -> Comparison:
            made = dataclasses.replace(comparison, machine=self._here(comparison))
            stores.comparisons.set_results(made)
            return made

        self._records.run(work, self.completed.emit, failed)

    def hold_against(self, together: Comparison, alone: Comparison, failed: Failed) -> None:
        """Keep what running together cost, by a measurement alone that was made for it; `completed` follows where it
        serves."""

        def work(stores: Stores) -> Comparison | None:
            here = self._machine()
            by = finished(alone, here)
            kept = finished(together, here, lambda made: by if fits(made, by) else None)
            if not kept.slowdowns:
                return None
            stores.comparisons.set_slowdowns(kept)
            return kept

        def told(kept: Comparison | None) -> None:
            if kept is not None:
                self.completed.emit(kept)

        self._records.run(work, told, failed)

    def search(
        self,
        text: str,
        done: Callable[[tuple[HistoryRow, ...]], None],
        failed: Failed,
        limit: int = 500,
        starred: bool = False,
    ) -> None:
        """Newest comparisons that contain all words of `text`; with `starred` only those that are."""
        self._records.run(lambda stores: stores.comparisons.rows(text, limit, starred), done, failed)

    def rename(self, id: str, name: str, failed: Failed) -> None:
        """Call a comparison `name`; "" takes its name away. `changed` follows."""
        self._records.run(lambda stores: stores.comparisons.rename(id, name), self._tell, failed)

    def star(self, ids: tuple[str, ...], starred: bool, failed: Failed) -> None:
        """Star comparisons, or take their stars away; `changed` follows."""
        self._records.run(lambda stores: stores.comparisons.star(ids, starred), self._tell, failed)

    def load_run(self, id: str, done: Callable[[StoredRun], None], failed: Failed) -> None:
        """One run of a prompt set, with what each prompt gave."""

        def work(stores: Stores) -> StoredRun:
            if (found := stores.prompt_sets.run(id)) is None:
                raise AppError("Only the latest 50 set runs can be exported: export its comparisons.", kind="missing")
            return found

        self._records.run(work, done, failed)

    def load(self, id: str, done: Callable[[Comparison], None], failed: Failed) -> None:
        """One comparison, whole."""
        self._records.run(lambda stores: stores.comparisons.get(id), done, failed)

    def delete(self, ids: tuple[str, ...], done: Callable[[None], None], failed: Failed) -> None:
        """Forget comparisons; `changed` follows."""

        def deleted(_: None) -> None:
            self.changed.emit()
            done(None)

        self._records.run(lambda stores: stores.comparisons.delete(ids), deleted, failed)

    def _tell(self, _: None) -> None:
        self.changed.emit()

    def _here(self, comparison: Comparison) -> MachineFacts | None:
        return comparison.machine or self._machine()
