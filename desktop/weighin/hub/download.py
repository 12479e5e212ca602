"""All files of one download, one after the other, as one progress."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from weighin.core.downloads.download import DownloadPlan, Transferred, WantedFile, space_refusal
from weighin.hub.cache import CachePlaces, discard, places
from weighin.hub.receipt import drop_receipt, keep_receipt
from weighin.hub.transfer import Ground, StoppedError, Transfer, disk_error


class Download:
    """Fetches a plan. `run` once, from one thread; `stop` from any."""

    def __init__(self, ground: Ground, plan: DownloadPlan, progress: Callable[[Transferred], None]) -> None:
        self._ground, self._plan, self._progress = ground, plan, progress
        self._lock = threading.Lock()
        self._current: Transfer | None = None
        self._stopped = False
        self._finished = 0
        self._received = 0
        self._brought = True

    @property
    def brought(self) -> bool:
        """Whether all of the files were fetched by this download; False where some lay here already."""
        return self._brought

    def run(self, queued: int = 0) -> tuple[Path, ...]:
        """Paths of the finished files in order. `queued`: bytes other downloads still need on the same disk.

        Raises StoppedError or AppError."""
        self._check_space(queued)
        paths = []
        for file in self._plan.files:
            transfer = Transfer(self._ground, self._plan.repo, self._plan.commit, file, self._tell)
            with self._lock:
                if self._stopped:
                    raise StoppedError
                self._current = transfer
            paths.append(transfer.run())
            self._brought = self._brought and transfer.brought
            if file is not self._plan.files[-1]:
                keep_receipt(transfer.places, paths[-1], transfer.brought)
            self._finished += file.size
            self._received += transfer.received
        for file in self._plan.files[:-1]:
            drop_receipt(self._places(file))
        return tuple(paths)

    def stop(self) -> None:
        """Break off, keeping what came."""
        with self._lock:
            self._stopped = True
            if self._current is not None:
                self._current.stop()

    def discard(self) -> None:
        """Delete what is half-finished, except what another program is fetching too. Raises AppError."""
        for file in self._plan.files:
            where = self._places(file)
            try:
                discard(where)
            except OSError as error:
                raise disk_error(error, where.part.parent) from error

    def _check_space(self, queued: int) -> None:
        """Raises AppError where the bytes still to come, with those of others, do not fit."""
        folder = self._ground.cache
        try:
            folder.mkdir(parents=True, exist_ok=True)
            remaining = sum(file.size - self._held(file) for file in self._plan.files)
            free = self._ground.free_bytes(folder)
        except OSError as error:
            raise disk_error(error, folder) from error
        if remaining and (refusal := space_refusal(remaining, queued, free)):
            raise refusal

    def _held(self, file: WantedFile) -> int:
        """Bytes of a file that are on the disk already."""
        where = self._places(file)
        for candidate in (where.blob, where.snapshot, where.part):
            if candidate.is_file():
                return min(file.size, candidate.stat().st_size)
        return 0

    def _places(self, file: WantedFile) -> CachePlaces:
        return places(self._ground.cache, self._plan.repo, self._plan.commit, file.path, file.sha256)

    def _tell(self, news: Transferred) -> None:
        done, received = self._finished + news.done, self._received + news.received
        self._progress(replace(news, done=done, total=self._plan.size, received=received))
