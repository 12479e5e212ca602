"""Getting one of the standard sets from the hub: which files there are, the files, what they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from weighin.core.downloads.download import DownloadPlan, Transferred, WantedFile
from weighin.core.errors import AppError
from weighin.core.evaluations import standard_sets
from weighin.core.evaluations.standard_sets import StandardSet
from weighin.services.models.hub import Hub
from weighin.services.task_runner import Failed, TaskRunner

T = TypeVar("T")


@dataclass(frozen=True)
class FetchProgress:
    """How far fetching a set is. phase: "asking", "downloading" or "checking"; bytes done of total (0: unknown); key:
    of the set."""

    phase: str
    done: int = 0
    total: int = 0
    key: str = "mmlu"


class SetFetch(Generic[T]):
    """One fetching of `standard`, kept in `folder`. Ends in exactly one `done` or `failed`; what was downloaded is kept
    and resumed."""

    def __init__(
        self,
        standard: StandardSet,
        folder: Path,
        hub: Hub,
        tasks: TaskRunner,
        keep: Callable[[DownloadPlan, Sequence[Path]], T],
        tell: Callable[[FetchProgress], None],
        done: Callable[[T], None],
        failed: Failed,
    ) -> None:
        """keep: reads the files of the plan, which lie at these paths, and keeps what is in them; in a thread of
        `tasks`. Raises AppError, OSError."""
        self._keep = keep
        self._standard, self._folder, self._hub, self._tasks = standard, folder, hub, tasks
        self._tell, self._done, self._failed = tell, done, failed
        self._revisions: Iterator[str | None] = iter(())
        self._call = 0

    def begin(self) -> None:
        """Ask the hub; for what was fetched before, at the revision of then."""
        self._tell(FetchProgress("asking", key=self._standard.key))
        self._tasks.run(lambda: standard_sets.pinned(self._folder), self._on_remembered, self._failed)

    def cancel(self) -> None:
        """Stop; what came is kept."""
        self._hub.cancel(self._call)

    def _on_remembered(self, before: DownloadPlan | None) -> None:
        self._revisions = iter(standard_sets.REVISIONS if before is None else (before.commit,))
        self._ask_next()

    def _ask_next(self) -> None:
        """Ask about the next revision at which there may be Parquet files."""
        revision = next(self._revisions, "")
        if revision == "":
            text = f"{self._standard.title} was not found at the hub as Parquet files: open its file instead."
            self._failed(AppError(text, kind="not_found"))
            return
        repo = self._standard.repository
        self._call = self._hub.data_files(repo, revision, self._on_listed, self._on_not_listed)

    def _on_not_listed(self, error: AppError) -> None:
        if error.kind == "not_found":  # the hub made no Parquet files of this one
            self._ask_next()
        else:
            self._failed(error)

    def _on_listed(self, commit: str, files: tuple[WantedFile, ...]) -> None:
        wanted = self._standard.wanted(files)
        if not wanted:
            self._ask_next()
            return
        try:
            plan = DownloadPlan(self._standard.repository, commit, wanted)
            standard_sets.check_pin(self._standard, self._folder, plan)
        except AppError as error:
            self._failed(error)
            return
        self._call = self._hub.fetch(
            plan, 0, lambda paths, _brought: self._on_downloaded(plan, paths), self._failed, self._on_transferred
        )

    def _on_transferred(self, news: Transferred) -> None:
        phase = "checking" if news.phase == "checking" else "downloading"
        self._tell(FetchProgress(phase, news.done, news.total, self._standard.key))

    def _on_downloaded(self, plan: DownloadPlan, paths: tuple[str, ...]) -> None:
        self._tell(FetchProgress("checking", key=self._standard.key))

        def kept() -> T:
            try:
                return self._keep(plan, [Path(path) for path in paths])
            except OSError as error:
                text = f"{self._standard.title} could not be saved: {error.strerror or error}."
                raise AppError(text, kind="disk") from None

        self._tasks.run(kept, self._done, self._failed)
