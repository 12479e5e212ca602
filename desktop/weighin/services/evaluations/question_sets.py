"""Which question sets there are, and how to get more of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from weighin.core.downloads.download import DownloadPlan, Transferred, WantedFile
from weighin.core.errors import AppError
from weighin.core.evaluations import mmlu_data
from weighin.core.evaluations import mmlu_data as kept_mmlu
from weighin.core.evaluations.question_files import read_path
from weighin.core.evaluations.questions import QuestionSet, QuestionSetInfo
from weighin.core.evaluations.text import NOT_MMLU
from weighin.services.models.hub import Hub
from weighin.services.task_runner import Failed, TaskRunner

STARTER = "starter"
_STARTER_TITLE = "Starter questions"
_OWN_FILE = "own.json"


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
    fetch_failed = Signal(object)  # AppError; kind "stopped" after cancel_fetch

    def __init__(
        self, resources: Path, folder: Path, new_hub: Callable[[], Hub], parent: QObject | None = None
    ) -> None:
        """resources: of the program; folder: where MMLU and the list of own files are kept in the profile."""
        super().__init__(parent)
        self._starter = resources / "questions" / STARTER
        self._folder = folder
        self._new_hub = new_hub
        self._tasks = TaskRunner(1, self)
        self._read: dict[str, QuestionSet] = {}
        self._own = self._remembered()
        self._hub: Hub | None = None
        self._leaving: set[Hub] = set()
        self._call = 0

    def sets(self) -> tuple[QuestionSetInfo, ...]:
        """All sets, the starter questions first, MMLU always among them (available or not). Returns at once."""
        kept = kept_mmlu.is_kept(self._folder)
        mmlu = QuestionSetInfo(
            kept_mmlu.KEY, kept_mmlu.TITLE, kept, True, dict(mmlu_data.ROWS) if kept else None, kept_mmlu.TITLE
        )
        own = (QuestionSetInfo(path, Path(path).name, True, label=NOT_MMLU) for path in self._own)
        return (
            self._with_counts(QuestionSetInfo(STARTER, _STARTER_TITLE, True, label=NOT_MMLU)),
            mmlu,
            *(self._with_counts(info) for info in own),
        )

    @property
    def fetching(self) -> bool:
        """Whether MMLU is being fetched."""
        return self._hub is not None

    def fetch_mmlu(self) -> None:
        """Get the pinned archive from the hub, check it, keep dev, val and test. Ends in `fetched` or `fetch_failed`;
        what was downloaded is kept and resumed."""
        if self._hub is not None:
            return
        self._hub = hub = self._new_hub()
        self.fetch_progressed.emit(FetchProgress("asking"))
        self._call = hub.file(
            mmlu_data.REPOSITORY, mmlu_data.COMMIT, mmlu_data.ARCHIVE, self._on_file_known, self._on_fetch_failed
        )

    def cancel_fetch(self) -> None:
        """Stop fetching; what came is kept."""
        if self._hub is not None:
            self._hub.cancel(self._call)

    def open_path(self, path: Path, done: Callable[[QuestionSetInfo], None], failed: Failed) -> None:
        """Use an archive or a folder in the Hendrycks layout, or a CSV or JSON-lines file of one's own. An archive or a
        folder that is the whole released MMLU is kept as such. `changed` follows."""

        def opened(found: QuestionSet) -> None:
            self._read[found.key] = found
            if found.key != kept_mmlu.KEY and found.key not in self._own:
                self._own.append(found.key)
                self._remember()
            self.changed.emit()
            done(next(info for info in self.sets() if info.key == found.key))

        self._tasks.run(lambda: self._adopted(path.absolute()), opened, failed)

    def load(self, key: str, done: Callable[[QuestionSet], None], failed: Failed) -> None:
        """All rows of the set `key` ("starter", "mmlu" or a path)."""
        if key in self._read:
            known = self._read[key]
            self._tasks.run(lambda: known, done, failed)
            return

        def loaded(found: QuestionSet) -> None:
            self._read[key] = found
            done(found)

        self._tasks.run(lambda: self._load(key), loaded, failed)

    def close(self) -> None:
        """End what is being fetched."""
        for hub in (*((self._hub,) if self._hub else ()), *self._leaving):
            hub.close()
        self._tasks.close()

    def _load(self, key: str) -> QuestionSet:
        if key == STARTER:
            found = read_path(self._starter)
            return QuestionSet(STARTER, _STARTER_TITLE, found.questions, found.sha256)
        if key == kept_mmlu.KEY:
            if not kept_mmlu.is_kept(self._folder):
                raise AppError(
                    "MMLU is not on this computer yet: download it once, or open its archive.", kind="missing"
                )
            return kept_mmlu.read(self._folder)
        return read_path(Path(key).absolute())

    def _adopted(self, path: Path) -> QuestionSet:
        """The set at `path`; the whole released MMLU is kept and then stands under its own name."""
        found = read_path(path)
        if not found.is_mmlu or set(found.splits) < set(mmlu_data.CHECKSUMS):
            return found
        try:
            kept_mmlu.keep(found, self._folder)
        except OSError as error:
            raise AppError(f"MMLU could not be saved: {error.strerror or error}.", kind="disk") from None
        return kept_mmlu.read(self._folder)

    def _on_file_known(self, file: WantedFile) -> None:
        if file.sha256 != mmlu_data.ARCHIVE_SHA256:
            text = "The archive on the hub has changed (its sha256 differs), so it was not downloaded."
            self._on_fetch_failed(AppError(text, kind="changed"))
            return
        assert self._hub is not None
        plan = DownloadPlan(mmlu_data.REPOSITORY, mmlu_data.COMMIT, (file,))
        self._call = self._hub.fetch(plan, 0, self._on_downloaded, self._on_fetch_failed, self._on_transferred)

    def _on_transferred(self, news: Transferred) -> None:
        phase = "checking" if news.phase == "checking" else "downloading"
        self.fetch_progressed.emit(FetchProgress(phase, news.done, news.total))

    def _on_downloaded(self, paths: tuple[str, ...], brought: bool) -> None:
        self.fetch_progressed.emit(FetchProgress("checking"))
        self._tasks.run(lambda: self._adopted(Path(paths[0])), self._on_adopted, self._on_fetch_failed)

    def _on_adopted(self, found: QuestionSet) -> None:
        if found.key != kept_mmlu.KEY:
            self._on_fetch_failed(
                AppError("The archive does not contain all of MMLU, so it is not used.", kind="questions")
            )
            return
        self._read[found.key] = found
        self._end_fetch()
        self.changed.emit()
        self.fetched.emit()

    def _on_fetch_failed(self, error: AppError) -> None:
        self._end_fetch()
        self.fetch_failed.emit(error)

    def _end_fetch(self) -> None:
        hub, self._hub = self._hub, None
        if hub is not None:
            self._leaving.add(hub)
            hub.leave(lambda: self._leaving.discard(hub))

    def _with_counts(self, info: QuestionSetInfo) -> QuestionSetInfo:
        """`info` with the numbers of rows, where the set was read before."""
        found = self._read.get(info.key)
        if found is None:
            return info
        counts = dict(Counter(q.split for q in found.questions))
        label = found.title if found.is_mmlu else NOT_MMLU
        return QuestionSetInfo(info.key, info.title, True, found.is_mmlu, counts, label)

    def _remembered(self) -> list[str]:
        try:
            paths = json.loads((self._folder / _OWN_FILE).read_text("utf-8"))
        except (OSError, ValueError):
            return []
        return [p for p in paths if isinstance(p, str) and Path(p).exists()] if isinstance(paths, list) else []

    def _remember(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / _OWN_FILE).write_text(json.dumps(self._own), "utf-8")
        except OSError:
            return  # a list that is not remembered costs opening a file again
