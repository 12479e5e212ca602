"""Downloads: a queue, two that get on at a time, each in a process of its own, remembered across restarts."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from weighin.core.downloads.download import (
    PASSING,
    DownloadPlan,
    DownloadState,
    DownloadView,
    SpeedMeter,
    StoredDownload,
    Transferred,
    space_refusal,
    time_left,
)
from weighin.core.errors import AppError
from weighin.services.models.hub import Hub
from weighin.services.records import Records
from weighin.services.task_runner import TaskRunner

log = logging.getLogger(__name__)

AT_ONCE = 2
# One that waits for its connection gives its place to another, but not to any number: when all go on, these do at once.
MOST_PROCESSES = 4
_STOP_MS = 1000
_SPACE_MS = 15_000
_WAITING = "waiting"
_OPEN = (DownloadState.QUEUED, DownloadState.RUNNING)


@dataclass
class _Entry:
    """A download with what carries it; its view is as it is shown, but for the speed."""

    view: DownloadView
    meter: SpeedMeter = field(default_factory=SpeedMeter)
    hub: Hub | None = None
    call: int = 0
    on_stopped: Callable[[], None] | None = None

    @property
    def plan(self) -> DownloadPlan:
        """What is fetched."""
        return self.view.plan

    @property
    def state(self) -> DownloadState:
        """Where it stands."""
        return self.view.state

    def tell(self, **changes: Any) -> None:
        """Show something else from now on."""
        self.view = replace(self.view, **changes)


class DownloadManager(QObject):
    """`changed` carries the id of a download that is new, gone or further; `finished` its plan, its paths, and
    whether all of its files were fetched by this program: who puts it on the shelf lets `records` forget it then."""

    changed = Signal(str)
    finished = Signal(object, object, bool)

    def __init__(
        self,
        records: Records,
        new_hub: Callable[[], Hub],
        free_bytes: Callable[[], int | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._free_bytes = free_bytes
        self._space = QTimer(self, interval=_SPACE_MS)
        self._space.timeout.connect(self.look_for_space)
        self._records = records
        self._disk = TaskRunner(1, self)
        self._new_hub = new_hub
        self._entries: dict[str, _Entry] = {}
        self._ending: set[Hub] = set()
        self._leaving: set[Hub] = set()
        self._closed = False

    def views(self) -> tuple[DownloadView, ...]:
        """All downloads in the order they were asked for."""
        return tuple(_view(entry) for entry in self._entries.values())

    def view(self, identifier: str) -> DownloadView | None:
        """One download; None where there is no such any more."""
        entry = self._entries.get(identifier)
        return _view(entry) if entry else None

    def restore(self) -> None:
        """Take up what an earlier run left unfinished: what ran goes on, what was paused stays so."""
        self._records.run(lambda stores: stores.models.downloads(), self._restored, _log_failure)

    def add(self, plan: DownloadPlan) -> None:
        """Download, as soon as it is its turn; one that is known already goes on."""
        if plan.id in self._entries:
            self.resume(plan.id)
            return
        self._entries[plan.id] = _Entry(DownloadView(plan, DownloadState.QUEUED))
        self._keep(plan.id)
        self._pump()

    def pause(self, identifier: str) -> None:
        """Stop now and keep what came."""
        entry = self._entries.get(identifier)
        if entry is not None and entry.state in _OPEN:
            self._end_process(entry)
            self._settle(entry, DownloadState.PAUSED)

    def resume(self, identifier: str) -> None:
        """Go on with one that is paused or failed, at once with one that waits."""
        entry = self._entries.get(identifier)
        if entry is None or entry.state is DownloadState.QUEUED:
            return
        if entry.state is DownloadState.RUNNING:
            if entry.view.phase != _WAITING:
                return
            self._end_process(entry)
        self._settle(entry, DownloadState.QUEUED)

    def cancel(self, identifier: str) -> None:
        """Stop now and delete what came."""
        entry = self._entries.pop(identifier, None)
        if entry is None:
            return
        hub = entry.hub or self._new_hub()
        self._ending.add(hub)

        def discard() -> None:
            hub.discard(entry.plan, lambda: self._let_go(hub), lambda error: self._not_discarded(hub, error))

        if entry.hub is not None:
            entry.on_stopped = discard
            hub.cancel(entry.call)
            QTimer.singleShot(_STOP_MS, hub, lambda: hub.kill() if hub in self._ending else None)
        else:
            discard()
        self._records.run(lambda stores: stores.models.forget_download(identifier), lambda _: None, _log_failure)
        self.changed.emit(identifier)
        self._pump()

    def look_for_space(self) -> None:
        """Go on with those that a full disk stopped, where there is room again."""
        if self._starved():
            self._disk.run(self._free_bytes, self._on_free, _log_failure)
        else:
            self._space.stop()

    def close(self) -> None:
        """End all processes in order; what ran is taken up at the next start."""
        self._closed = True
        self._space.stop()
        self._disk.close()
        for entry in self._entries.values():
            if entry.hub is not None:
                entry.hub.close()
        for hub in (*self._ending, *self._leaving):
            hub.close()

    def _restored(self, stored: tuple[StoredDownload, ...]) -> None:
        for download in stored:
            if download.plan.id not in self._entries:
                view = DownloadView(download.plan, DownloadState.QUEUED, download.done)
                if download.state not in _OPEN and download.error_kind not in PASSING:
                    view = replace(view, state=download.state, note=download.error, error_kind=download.error_kind)
                self._entries[download.plan.id] = _Entry(view)
                self.changed.emit(download.plan.id)
        self._pump()
        if self._starved():
            self._space.start()

    def _starved(self) -> list[_Entry]:
        """Those that a full disk stopped."""
        paused = (entry for entry in self._entries.values() if entry.state is DownloadState.PAUSED)
        return [entry for entry in paused if entry.view.error_kind == "disk_full"]

    def _on_free(self, free: int | None) -> None:
        for entry in self._starved():
            if space_refusal(entry.plan.size - entry.view.done, self._still_to_come(entry), free or 0) is None:
                self._settle(entry, DownloadState.QUEUED)

    def _still_to_come(self, besides: _Entry) -> int:
        """Bytes that the other downloads will still put on the disk."""
        others = (entry for entry in self._entries.values() if entry is not besides and entry.state in _OPEN)
        return sum(max(0, entry.plan.size - entry.view.done) for entry in others)

    def _pump(self) -> None:
        """Start what may run."""
        if self._closed:
            return
        running = [entry for entry in self._entries.values() if entry.state is DownloadState.RUNNING]
        getting_on = sum(entry.view.phase != _WAITING for entry in running)
        free = min(AT_ONCE - getting_on, MOST_PROCESSES - len(running))
        queued = (entry for entry in self._entries.values() if entry.state is DownloadState.QUEUED)
        for entry in list(itertools.islice(queued, max(0, free))):
            self._start(entry)

    def _start(self, entry: _Entry) -> None:
        entry.tell(state=DownloadState.RUNNING)
        entry.meter = SpeedMeter()
        hub = entry.hub = self._new_hub()
        entry.call = hub.fetch(
            entry.plan,
            self._still_to_come(entry),
            lambda paths, brought: self._on_done(entry, hub, paths, brought),
            lambda error: self._on_failed(entry, hub, error),
            lambda news: self._on_progress(entry, hub, news),
            patient=True,
        )
        self.changed.emit(entry.plan.id)

    def _on_progress(self, entry: _Entry, hub: Hub, news: Transferred) -> None:
        if entry.hub is hub and entry.state is DownloadState.RUNNING:
            began_to_wait = news.phase == _WAITING != entry.view.phase
            entry.tell(
                done=news.done, phase=news.phase, note=news.note,
                file=news.file, file_done=news.file_done, file_total=news.file_total,
            )  # fmt: skip
            entry.meter.note(time.monotonic(), news.received)
            self.changed.emit(entry.plan.id)
            if began_to_wait:
                self._pump()

    def _on_done(self, entry: _Entry, hub: Hub, paths: tuple[str, ...], brought: bool) -> None:
        self._let_go(hub)
        if self._entries.get(entry.plan.id) is not entry:
            return
        del self._entries[entry.plan.id]
        self.finished.emit(entry.plan, paths, brought)
        self.changed.emit(entry.plan.id)
        self._pump()

    def _on_failed(self, entry: _Entry, hub: Hub, error: AppError) -> None:
        if entry.on_stopped is not None:
            entry.on_stopped()
            return
        self._let_go(hub)
        if entry.hub is hub and entry.state is DownloadState.RUNNING:
            entry.tell(note=error.user_text, error_kind=error.kind)
            full = error.kind == "disk_full"
            self._settle(entry, DownloadState.PAUSED if full else DownloadState.FAILED, keep_note=True)
            if full:
                self._space.start()

    def _settle(self, entry: _Entry, state: DownloadState, keep_note: bool = False) -> None:
        entry.hub = None
        entry.tell(state=state, phase="", **({} if keep_note else {"note": "", "error_kind": ""}))
        self._keep(entry.plan.id)
        self._pump()

    def _keep(self, identifier: str) -> None:
        entry = self._entries[identifier]
        stored = StoredDownload(entry.plan, entry.state, entry.view.done, entry.view.note, entry.view.error_kind)
        self._records.run(lambda stores: stores.models.keep_download(stored), lambda _: None, _log_failure)
        self.changed.emit(identifier)

    def _end_process(self, entry: _Entry) -> None:
        """Ask the process to stop; a moment later it is ended, which costs little: what came is safe at any time."""
        if (hub := entry.hub) is not None:
            self._ending.add(hub)
            hub.cancel(entry.call)
            QTimer.singleShot(_STOP_MS, hub, lambda: hub.kill() if hub in self._ending else None)

    def _let_go(self, hub: Hub) -> None:
        self._ending.discard(hub)
        self._leaving.add(hub)
        hub.leave(lambda: self._leaving.discard(hub))

    def _not_discarded(self, hub: Hub, error: AppError) -> None:
        log.warning("a half-finished download was not deleted: %s", error.detail or error.user_text)
        self._let_go(hub)


def _view(entry: _Entry) -> DownloadView:
    loading = entry.state is DownloadState.RUNNING and entry.view.phase == "loading"
    speed = entry.meter.speed if loading else None
    return replace(entry.view, speed=speed, seconds_left=time_left(entry.plan.size - entry.view.done, speed))


def _log_failure(error: AppError) -> None:
    log.warning("the list of downloads was not kept: %s", error.detail or error.user_text)
