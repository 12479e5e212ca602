"""The shelf for those with a window: found, added, verified and removed away from its thread."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from weighin.core.errors import AppError
from weighin.core.models.found import HUB_CACHE, YOURS, FoundFile, Place
from weighin.core.models.shelf import Condition, ShelfModel, again, has_changed, look, verified
from weighin.core.models.shelf_scan import delete_download, found_at, scan
from weighin.services.models.hub import Hub
from weighin.services.models.model_digests import ModelDigests
from weighin.services.models.verification import Verification
from weighin.services.records import Records
from weighin.services.task_runner import Failed, TaskRunner

if TYPE_CHECKING:
    from weighin.core.downloads.download import DownloadPlan, Transferred

log = logging.getLogger(__name__)


class Shelf(QObject):
    """Every model on this computer. `changed`: the list is another one; `scanned`: a look through all places ended.

    What looks at files has a thread of its own, and does one thing after the other."""

    changed = Signal()
    scanned = Signal()

    def __init__(
        self,
        records: Records,
        places: tuple[Place, ...],
        hub: Hub,
        digests: ModelDigests,
        hub_cache: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._records, self._places, self._cache = records, places, hub_cache
        self._hub, self._digests = hub, digests
        self._disk = TaskRunner(1, self)
        self._models: dict[str, ShelfModel] = {}
        self._verifying: dict[str, Verification] = {}

    def models(self) -> tuple[ShelfModel, ...]:
        """All models, by name."""
        shown = (model for model in self._models.values() if not model.forgotten)
        return tuple(sorted(shown, key=lambda m: (m.name.lower(), m.path)))

    def model(self, path: str) -> ShelfModel | None:
        """The model whose first part is at `path`."""
        return self._models.get(path)

    def restore(self) -> None:
        """Show what was known, then look through all places."""
        self._records.run(lambda stores: stores.models.models(), self._restored, self._log)

    def scan(self) -> None:
        """Look through all places; `scanned` follows."""
        self._disk.run(lambda: shelf_now(self._records, self._places), self._on_scanned, self._scan_failed)

    def look_again(self, path: str) -> None:
        """Look at one model now, without waiting for the next scan; `changed` follows where it is not as it was."""
        model = self._models.get(path)
        if model is None:
            return

        def seen(now: ShelfModel) -> None:
            if now != model:
                self._take((now,))

        self._disk.run(lambda: seen_again(self._records, model), seen, self._log)

    def refusal(self, path: str) -> AppError | None:
        """Why a model must not be run blindly; None where nothing speaks against it or it is not on the shelf."""
        model = self._models.get(path)
        if model is None or model.condition is Condition.GONE:
            return None
        if model.is_intact and has_changed(model):
            self.look_again(path)
            model = dataclasses.replace(model, condition=Condition.CHANGED)
        try:
            model.ready_facts()
        except AppError as error:
            return error
        return None

    def add(self, path: str, done: Callable[[tuple[ShelfModel, ...]], None], failed: Failed) -> None:
        """Put a file, or all models of a folder, on the shelf, where they are. `failed` gets one sentence why not."""

        def added(models: tuple[ShelfModel, ...]) -> None:
            self._take(models)
            done(models)

        self._disk.run(lambda: self._added(Path(path)), added, failed)

    def added(self, done: Callable[[tuple[str, ...]], None], failed: Failed) -> None:
        """The files and folders that the user added, in order."""
        self._records.run(lambda stores: stores.models.places(), done, failed)

    def forget_place(self, path: str, done: Callable[[], None], failed: Failed) -> None:
        """Look no longer into a file or folder that the user added; what is only there is listed no longer. Nothing is
        deleted."""

        def work() -> tuple[ShelfModel, ...]:
            self._records.wait(lambda stores: stores.models.forget_place(path))
            return without_place(self._records, self._places, path)

        def forgotten(models: tuple[ShelfModel, ...]) -> None:
            self._on_scanned(models)
            done()

        self._disk.run(work, forgotten, failed)

    def adopt(self, plan: DownloadPlan, paths: tuple[str, ...], brought: bool) -> None:
        """A download has finished: its files are where `paths` say, and checked. `brought`: this program fetched them,
        so that removing may delete them."""
        found = FoundFile(
            paths[0],
            Path(paths[0]).stem,
            HUB_CACHE,
            repo=plan.repo,
            commit=plan.commit,
            hub_path=plan.files[0].path,
            digests=tuple(file.sha256 for file in plan.files),
        )

        def keep() -> tuple[ShelfModel, ...]:
            fresh = look(found, None)
            known = self._records.wait(lambda stores: stores.models.models())
            before = next((m for m in known if m.path == found.path), None)
            ours = brought or (before is not None and before.downloaded and before.stamps == fresh.stamps)
            model = dataclasses.replace(verified(fresh, found.digests, fresh.stamps), downloaded=ours)
            if fresh.condition is Condition.BROKEN:
                model = dataclasses.replace(model, condition=fresh.condition, problem=fresh.problem)
            kept = self._write((model,))
            self._records.wait(lambda stores: stores.models.forget_download(plan.id))
            return kept

        self._disk.run(keep, self._take, self._log)

    def verify(
        self,
        path: str,
        done: Callable[[ShelfModel], None],
        failed: Failed,
        progress: Callable[[Transferred], None],
    ) -> None:
        """Compare the sha256 of a model's files with the hub's."""
        model = self._models.get(path)
        if model is None:
            failed(AppError("This model is not on this computer.", kind="missing"))
            return

        def settled(checked: ShelfModel) -> None:
            self._verifying.pop(path, None)
            self._keep(checked)
            done(checked)

        def not_settled(error: AppError, marked: ShelfModel | None) -> None:
            self._verifying.pop(path, None)
            if marked is not None:
                self._keep(marked)
            failed(error)

        self._verifying[path] = Verification(self._hub, self._digests, model, settled, not_settled, progress)
        self._verifying[path].start()

    def stop_verifying(self, path: str) -> None:
        """Break off; the model stays as it was."""
        if (running := self._verifying.get(path)) is not None:
            running.stop()

    def remove(self, path: str, done: Callable[[], None], failed: Failed) -> None:
        """Delete what this program downloaded; of anything else only forget it, the file stays."""
        model = self._models.get(path)
        if model is None:
            failed(AppError("This model is not on this computer.", kind="missing"))
            return

        def work() -> None:
            if model.downloaded:
                delete_download(model, self._cache)
            self._records.wait(lambda stores: stores.models.forget_model(path))
            if not model.downloaded and model.condition is not Condition.GONE:
                # Its program's folder still has it: without this the next look would bring it back.
                self._write((dataclasses.replace(model, forgotten=True),))

        def removed(_: None) -> None:
            if model.downloaded or model.condition is Condition.GONE:
                self._models.pop(path, None)
            else:
                self._models[path] = dataclasses.replace(model, forgotten=True)
            self.changed.emit()
            done()

        self._disk.run(work, removed, failed)

    def close(self) -> None:
        """Finish what was begun."""
        self._disk.close()

    def _restored(self, models: tuple[ShelfModel, ...]) -> None:
        self._take(models)
        self.scan()

    def _added(self, path: Path) -> tuple[ShelfModel, ...]:
        """The models at `path`, kept. Raises AppError."""
        path = path.expanduser().absolute()
        if not path.exists():
            raise AppError("There is no such file.", kind="missing")
        models = []
        for found in found_at(path):
            before = self._models.get(found.path)
            if before is not None and before.source != YOURS:
                # Adding by hand what another program holds keeps what is known of it, and accepts a change.
                found = FoundFile(found.path, before.name, before.source, before.repo, before.commit, before.hub_path)
            model = look(found, before if before is not None and before.condition is Condition.READY else None)
            if before is not None and model.condition is Condition.CHANGED:
                model = look(found, None)
            if model.condition is Condition.BROKEN and not path.is_dir():
                raise AppError(model.problem, kind="broken")
            models.append(dataclasses.replace(model, forgotten=False))
        if not models:
            raise AppError("No GGUF models in this folder.", kind="missing")
        self._records.wait(lambda stores: stores.models.keep_place(str(path)))
        return self._write(tuple(models))

    def _write(self, models: tuple[ShelfModel, ...]) -> tuple[ShelfModel, ...]:
        """The same models, kept."""
        self._records.wait(lambda stores: stores.models.keep_models(models))
        return models

    def _on_scanned(self, models: tuple[ShelfModel, ...]) -> None:
        self._models = {model.path: model for model in models}
        self.changed.emit()
        self.scanned.emit()

    def _scan_failed(self, error: AppError) -> None:
        self._log(error)
        self.scanned.emit()

    def _take(self, models: tuple[ShelfModel, ...]) -> None:
        self._models.update((model.path, model) for model in models)
        if models:
            self.changed.emit()

    def _keep(self, model: ShelfModel) -> None:
        self._take((model,))
        self._disk.run(lambda: self._write((model,)), lambda _: None, self._log)

    @staticmethod
    def _log(error: AppError) -> None:
        log.warning("the shelf was not kept: %s", error.detail or error.user_text)


def shelf_now(records: Records, places: tuple[Place, ...]) -> tuple[ShelfModel, ...]:
    """The shelf as it is at this moment: what was known, looked at again, and kept. Not for the window's thread."""
    kept, added = records.wait(lambda stores: (stores.models.models(), stores.models.places()))
    known = {model.path: model for model in kept}
    now = scan(known.values(), places, added)
    records.wait(lambda stores: stores.models.keep_models(m for m in now if known.get(m.path) != m))
    return now


def without_place(records: Records, places: tuple[Place, ...], path: str) -> tuple[ShelfModel, ...]:
    """The shelf without the models that only the place at `path` had, kept. Not for the window's thread."""
    folder = Path(path)
    now = shelf_now(records, places)
    gone = tuple(model for model in now if model.source == YOURS and _lies_in(model, folder))
    for model in gone:
        records.wait(lambda stores, at=model.path: stores.models.forget_model(at))  # type: ignore[misc]
    # What another place of the user's has too comes back.
    return shelf_now(records, places) if gone else now


def _lies_in(model: ShelfModel, place: Path) -> bool:
    return Path(model.path) == place or Path(model.path).is_relative_to(place)


def seen_again(records: Records, known: ShelfModel) -> ShelfModel:
    """One model of the shelf as it is at this moment, kept. Not for the window's thread."""
    now = again(known)
    if now != known:
        records.wait(lambda stores: stores.models.keep_models((now,)))
    return now
