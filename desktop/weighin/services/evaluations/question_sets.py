"""Which question sets there are, and how to get more of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from weighin.core.downloads.download import DownloadPlan, Transferred, WantedFile
from weighin.core.errors import AppError
from weighin.core.evaluations import mmlu_data, standard_sets
from weighin.core.evaluations import mmlu_data as kept_mmlu
from weighin.core.evaluations.question_files import read_path
from weighin.core.evaluations.questions import QuestionSet, QuestionSetInfo
from weighin.core.evaluations.standard_sets import BY_KEY, STANDARD_SETS, StandardSet
from weighin.core.evaluations.text import NOT_MMLU
from weighin.services.evaluations.set_fetch import FetchProgress, SetFetch
from weighin.services.models.hub import Hub
from weighin.services.task_runner import Failed, TaskRunner

STARTER = "starter"
_STARTER_TITLE = "Starter questions"
_OWN_FILE = "own.json"


class QuestionSets(QObject):
    """The questions that come along, MMLU and the other standard sets once they were fetched, and files of one's
    own."""

    changed = Signal()  # another answer of `sets`
    fetch_progressed = Signal(object)  # FetchProgress
    fetched = Signal(str)  # the key of a set that is here now, checked
    fetch_failed = Signal(object)  # AppError; kind "stopped" after cancel_fetch

    def __init__(
        self, resources: Path, folder: Path, new_hub: Callable[[], Hub], parent: QObject | None = None
    ) -> None:
        """resources: of the program; folder: where fetched sets and the list of own files are kept in the profile."""
        super().__init__(parent)
        self._along = resources / "questions"
        self._folder = folder
        self._new_hub = new_hub
        self._tasks = TaskRunner(1, self)
        self._read: dict[str, QuestionSet] = {}
        self._own = self._remembered()
        self._hub: Hub | None = None
        self._leaving: set[Hub] = set()
        self._call = 0
        self._fetch: SetFetch[QuestionSet] | None = None
        self._fetching = ""

    def sets(self) -> tuple[QuestionSetInfo, ...]:
        """All sets, the starter questions first, MMLU and the other standard sets always among them (available or not).
        Returns at once."""
        kept = kept_mmlu.is_kept(self._folder)
        mmlu = QuestionSetInfo(
            kept_mmlu.KEY, kept_mmlu.TITLE, kept, True, dict(mmlu_data.ROWS) if kept else None, kept_mmlu.TITLE, 170
        )
        own = (QuestionSetInfo(path, Path(path).name, True, label=NOT_MMLU) for path in self._own)
        return (
            self._with_counts(QuestionSetInfo(STARTER, _STARTER_TITLE, True, label=NOT_MMLU)),
            mmlu,
            *(self._with_counts(self._standard_info(standard)) for standard in STANDARD_SETS),
            *(self._with_counts(_included_info(standard)) for standard in STANDARD_SETS),
            *(self._with_counts(info) for info in own),
        )

    @property
    def fetching(self) -> str:
        """The key of the set that is being fetched, "" for none."""
        return self._fetching

    def fetch(self, key: str) -> None:
        """Get the set `key` ("mmlu" or another standard one) from the hub, check it, keep its questions. Ends in
        `fetched` or `fetch_failed`; what was downloaded is kept and resumed. One at a time."""
        if self._hub is not None:
            return
        self._hub = hub = self._new_hub()
        self._fetching = key
        if key != kept_mmlu.KEY:
            standard, folder, tell = BY_KEY[key], self._folder / key, self.fetch_progressed.emit

            def keep(plan: DownloadPlan, paths: Sequence[Path]) -> QuestionSet:
                standard_sets.keep(standard, folder, plan, paths)
                return standard_sets.read(standard, folder)

            self._fetch = SetFetch(
                standard, folder, hub, self._tasks, keep, tell, self._on_fetched, self._on_fetch_failed
            )
            self._fetch.begin()
            return
        self.fetch_progressed.emit(FetchProgress("asking"))
        self._call = hub.file(
            mmlu_data.REPOSITORY, mmlu_data.COMMIT, mmlu_data.ARCHIVE, self._on_file_known, self._on_fetch_failed
        )

    def cancel_fetch(self) -> None:
        """Stop fetching; what came is kept."""
        if self._fetch is not None:
            self._fetch.cancel()
        elif self._hub is not None:
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
        """All rows of the set `key` (one of `sets`, or a path)."""
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
            found = read_path(self._along / STARTER)
            return QuestionSet(STARTER, _STARTER_TITLE, found.questions, found.sha256)
        if key == kept_mmlu.KEY:
            if not kept_mmlu.is_kept(self._folder):
                raise AppError(
                    "MMLU is not on this computer yet: download it once, or open its archive.", kind="missing"
                )
            return kept_mmlu.read(self._folder)
        if standard := BY_KEY.get(key):
            if not standard_sets.is_kept(standard, self._folder / key):
                text = f"{standard.title} is not on this computer yet: download it once, or open its file."
                raise AppError(text, kind="missing")
            return standard_sets.read(standard, self._folder / key)
        for standard in STANDARD_SETS:
            if key == standard_sets.included_key(standard):
                return standard_sets.included(standard, self._along)
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
        self._on_fetched(found)

    def _on_fetched(self, found: QuestionSet) -> None:
        self._read[found.key] = found
        self._end_fetch()
        self.changed.emit()
        self.fetched.emit(found.key)

    def _on_fetch_failed(self, error: AppError) -> None:
        self._end_fetch()
        self.fetch_failed.emit(error)

    def _end_fetch(self) -> None:
        hub, self._hub, self._fetch, self._fetching = self._hub, None, None, ""
        if hub is not None:
            self._leaving.add(hub)
            hub.leave(lambda: self._leaving.discard(hub))

    def _with_counts(self, info: QuestionSetInfo) -> QuestionSetInfo:
        """`info` with the numbers of rows, where the set was read before."""
        found = self._read.get(info.key)
        if found is None:
            return info
        counts = dict(Counter(q.split for q in found.questions))
        label = found.note or (found.title if found.is_mmlu else NOT_MMLU)
        return QuestionSetInfo(info.key, info.title, True, found.is_mmlu, counts, label, info.megabytes)

    def _standard_info(self, standard: StandardSet) -> QuestionSetInfo:
        kept = standard_sets.is_kept(standard, self._folder / standard.key)
        return QuestionSetInfo(standard.key, standard.title, kept, label=standard.title, megabytes=standard.megabytes)

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


def _included_info(standard: StandardSet) -> QuestionSetInfo:
    note = standard_sets.included_note(standard)
    return QuestionSetInfo(
        standard_sets.included_key(standard), standard_sets.included_title(standard), True, label=note
    )
