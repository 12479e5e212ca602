"""Which question sets there are, and how to get more of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from weighin.core.questions import QuestionSet, QuestionSetInfo
from weighin.services.tasks import Failed


@dataclass(frozen=True)
class FetchProgress:
    """How far fetching MMLU is. phase: "asking", "downloading" or "checking"; bytes done of total (0: unknown)."""

    phase: str
    done: int = 0
    total: int = 0


class QuestionSets(QObject):
    """The starter questions, MMLU once it was fetched, and files of one's own."""

    changed = Signal()  # another answer of `sets`
    fetch_progressed = Signal(object)  # FetchProgress
    fetched = Signal()  # MMLU is here, checked
    fetch_failed = Signal(object)  # AppError; kind "cancelled" after cancel_fetch

    def __init__(self, resources: Path, folder: Path, parent: QObject | None = None) -> None:
        """resources: of the program; folder: where MMLU is kept in the profile."""
        super().__init__(parent)
        self._resources = resources
        self._folder = folder

    def sets(self) -> tuple[QuestionSetInfo, ...]:
        """All sets, the starter questions first, MMLU always among them (available or not). Returns at once."""
        raise NotImplementedError

    @property
    def fetching(self) -> bool:
        """Whether MMLU is being fetched."""
        raise NotImplementedError

    def fetch_mmlu(self) -> None:
        """Get the pinned archive from the hub, check it, keep dev, val and test. Ends in `fetched` or `fetch_failed`;
        what was downloaded is kept and resumed."""
        raise NotImplementedError

    def cancel_fetch(self) -> None:
        """Stop fetching."""
        raise NotImplementedError

    def open_path(self, path: Path, done: Callable[[QuestionSetInfo], None], failed: Failed) -> None:
        """Use an archive or a folder in the Hendrycks layout, or a CSV or JSON-lines file of one's own. An archive or a
        folder that is the released MMLU is kept as such. `changed` follows."""
        raise NotImplementedError

    def load(self, key: str, done: Callable[[QuestionSet], None], failed: Failed) -> None:
        """All rows of the set `key` ("starter", "mmlu" or a path)."""
        raise NotImplementedError

    def close(self) -> None:
        """End what is being fetched."""
        raise NotImplementedError
