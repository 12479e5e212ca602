"""Bundles: made of a record, written, opened, and held against the models that are here. Nothing is fetched unasked."""

from __future__ import annotations

import contextlib
import getpass
import os
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

from PySide6.QtCore import QObject

from weighin import __version__
from weighin.core.bundles.any_bundle import AnyBundle, read_any_bundle
from weighin.core.bundles.bundle import (
    SCHEMA,
    Bundle,
    BundleFile,
    BundleModel,
    bundle_text,
    model_of,
    questions_of,
    vote_of,
)
from weighin.core.bundles.bundle_reading import MAX_BYTES
from weighin.core.bundles.fidelity_bundle import fidelity_bundle_text
from weighin.core.bundles.privacy import Owner, without_owner
from weighin.core.bundles.set_bundle import set_bundle_text
from weighin.core.comparisons.comparison import Comparison, LaneResult
from weighin.core.computer.hardware import UNKNOWN_MACHINE, Hardware, MachineFacts, machine_of
from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import EvaluationRecord
from weighin.core.fidelity.fidelity import FidelityRecord
from weighin.core.models.model import ModelFacts
from weighin.core.prompts.prompt_set import StoredRun
from weighin.services.evaluations.kept_runs import latest_of
from weighin.services.files import write_text
from weighin.services.models.download_manager import DownloadManager
from weighin.services.models.library import Library
from weighin.services.models.model_digests import Digests, ModelDigests, Progress
from weighin.services.models.shelf import Shelf
from weighin.services.records import Records
from weighin.services.task_runner import Failed, TaskRunner

# A record knows its end to the second only.
_CLOCK_SLACK_S = 2
Here = dict[str, ModelFacts]


class Bundles(QObject):
    """Every call returns at once; the disk is read and hashed elsewhere."""

    def __init__(
        self,
        shelf: Shelf,
        library: Library,
        digests: ModelDigests,
        downloads: DownloadManager,
        records: Records,
        hardware: Callable[[], Hardware],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._shelf, self._library, self._digests, self._downloads = shelf, library, digests, downloads
        self._records, self._hardware = records, hardware
        self._tasks = TaskRunner(1, self)

    def make(self, comparison: Comparison, done: Callable[[Bundle], None], failed: Failed, progress: Progress) -> None:
        """The bundle of a record. A model file that is gone or another one by now goes in without its sha256."""
        models: list[BundleModel] = []

        def work() -> Bundle:
            made_on = comparison.machine or machine_of(self._hardware())
            machine = None if made_on == UNKNOWN_MACHINE else made_on
            votes = self._records.wait(lambda stores: stores.votes.of(comparison.id))
            judged = tuple(vote_of(vote, comparison) for vote in votes)
            questions = questions_of(found, comparison) if (found := self._evaluation_of(comparison)) else None
            record = without_owner(comparison, this_owner())
            return Bundle(SCHEMA, __version__, _now(), record, tuple(models), machine, judged, questions)

        def add(result: LaneResult, files: tuple[BundleFile, ...]) -> None:
            models.append(model_of(result.label, files, self._shelf.model(result.setup.model.path)))
            following()

        def following() -> None:
            if len(models) == len(comparison.results):
                self._tasks.run(work, done, failed)
                return
            result = comparison.results[len(models)]
            path = result.setup.model.path
            if not Path(path).is_file():
                add(result, ())
                return
            self._digests.of(
                path, lambda found: add(result, _files(found, comparison, result)), lambda _: add(result, ()), progress
            )

        following()

    def save(self, bundle: Bundle, path: str, done: Callable[[None], None], failed: Failed) -> None:
        """Write the file, whole or not at all."""
        self._tasks.run(lambda: write_text(Path(path), bundle_text(bundle)), done, failed)

    def save_fidelity(self, record: FidelityRecord, path: str, done: Callable[[None], None], failed: Failed) -> None:
        """Write the bundle of a measurement of fidelity, whole or not at all."""

        def work() -> None:
            write_text(Path(path), fidelity_file(record, machine_of(self._hardware())))

        self._tasks.run(work, done, failed)

    def save_set_run(self, stored: StoredRun, path: str, done: Callable[[None], None], failed: Failed) -> None:
        """Write the bundle of a run of a prompt set, whole or not at all."""
        self._tasks.run(
            lambda: write_text(Path(path), set_run_file(stored, machine_of(self._hardware()))), done, failed
        )

    def write(self, path: str, text: str, done: Callable[[None], None], failed: Failed) -> None:
        """Write another export, whole or not at all."""
        self._tasks.run(lambda: write_text(Path(path), text), done, failed)

    def open(self, path: str, done: Callable[[AnyBundle], None], failed: Failed) -> None:
        """What is in a file; `failed` gets one sentence why there is nothing."""
        self._tasks.run(lambda: read_bundle_file(Path(path)), done, failed)

    def find(self, bundle: Bundle, done: Callable[[Here], None], progress: Progress) -> None:
        """Which of the bundle's very files are here, by lane. Hashes only files of the right size."""
        here: Here = {}
        models = list(bundle.models)

        def following() -> None:
            if not models:
                done(here)
                return
            model = models.pop(0)
            candidates = [facts for facts in self._library.models() if facts.file_bytes == model.size]
            self._try(model, candidates, here, following, progress)

        following()

    def fetch(self, model: BundleModel) -> None:
        """Download exactly the files of a lane; the shelf takes them when they are here. Raises AppError."""
        plan = model.plan()
        if plan is None:
            raise AppError("The bundle does not name the source of this model.", kind="unknown_origin")
        self._downloads.add(plan)

    def close(self) -> None:
        """Finish what is being written."""
        self._tasks.close()

    def _evaluation_of(self, comparison: Comparison) -> EvaluationRecord | None:
        """What was evaluated of both models; None too where that cannot be read."""
        with contextlib.suppress(AppError):
            return self._records.wait(lambda stores: latest_of(stores.evaluations, comparison))
        return None

    def _try(
        self,
        model: BundleModel,
        candidates: list[ModelFacts],
        here: Here,
        following: Callable[[], None],
        progress: Progress,
    ) -> None:
        if not candidates or model.digests is None:
            following()
            return
        facts = candidates.pop(0)

        def compare(found: Digests) -> None:
            if tuple(sha256 for _, sha256 in found) == model.digests:
                here[model.lane] = facts
                candidates.clear()
            self._try(model, candidates, here, following, progress)

        def pass_over(_: AppError) -> None:
            self._try(model, candidates, here, following, progress)

        self._digests.of(facts.path, compare, pass_over, progress)


def _files(found: Digests, comparison: Comparison, result: LaneResult) -> tuple[BundleFile, ...]:
    """The parts of a lane's model; without sha256 where they are not what gave the answer."""
    end = datetime.fromisoformat(comparison.created).timestamp() + _CLOCK_SLACK_S
    same = sum(stamp.size for stamp, _ in found) == result.setup.model.file_bytes
    same = same and all(stamp.mtime_ns / 1e9 <= end for stamp, _ in found)
    return tuple(BundleFile(Path(stamp.path).name, stamp.size, sha256 if same else None) for stamp, sha256 in found)


def read_bundle_file(path: Path) -> AnyBundle:
    """What is in a file; never reads more than a bundle may have. Raises AppError."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise AppError(f"{path.name} cannot be read: {error.strerror or error}.", kind="missing") from None
    return read_any_bundle(data)


def fidelity_file(record: FidelityRecord, here: MachineFacts) -> str:
    """The bundle of a measurement of fidelity, as the text of its file. here: this computer. Raises AppError."""
    return fidelity_bundle_text(record, __version__, this_owner(), here)


def set_run_file(stored: StoredRun, here: MachineFacts) -> str:
    """The bundle of a run of a prompt set, as the text of its file. here: this computer. Raises AppError."""
    return set_bundle_text(stored, __version__, this_owner(), here)


def this_owner() -> Owner:
    """Whose computer this is."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        user = ""
    return Owner(os.path.expanduser("~"), user)  # noqa: PTH111 - Path.home() raises where there is none


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
