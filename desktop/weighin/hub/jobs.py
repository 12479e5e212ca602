"""What each request does; a download file by file."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from weighin.core.downloads.download import DownloadPlan, Transferred, WantedFile, space_refusal
from weighin.core.errors import AppError
from weighin.core.models.shelf import Stamp
from weighin.hub.cache import CachePlaces, cache_folder, discard, places
from weighin.hub.client import HubClient, check_online, endpoint, token
from weighin.hub.http import Http, RetryPolicy
from weighin.hub.receipt import drop_receipt, keep_receipt
from weighin.hub.remote_header import remote_facts
from weighin.hub.transfer import Ground, StoppedError, Transfer, disk_error, sha256_of
from weighin.protocol.hub_messages import (
    AskFile,
    DataListed,
    Digest,
    Digested,
    Discard,
    Discarded,
    Fetch,
    Fetched,
    FileKnown,
    Found,
    ListData,
    Listed,
    ListFiles,
    LookedInto,
    LookInto,
    Search,
)


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


# How far a hole is tried before the whole of it is made: some file systems fill it with zeros.
_TRIED = 16 << 20
_BLOCK = 512  # what st_blocks counts in, whatever the file system


def write_stand_in(path: Path, head: bytes, size: int) -> None:
    """Write it. Where the file system cannot hold a hole, or not one of that size, only the header is written: from
    that a plan can be calculated, though the engine cannot be asked."""
    path.write_bytes(head)
    tried = min(size, len(head) + _TRIED)
    try:
        os.truncate(path, tried)
        if tried - len(head) == _TRIED and _room_taken(path) >= tried:
            os.truncate(path, len(head))
            return
        os.truncate(path, size)
    except OSError:
        os.truncate(path, min(path.stat().st_size, len(head)))


def _room_taken(path: Path) -> int:
    """Bytes on disk; 0 where the system does not tell."""
    return int(getattr(path.stat(), "st_blocks", 0)) * _BLOCK


# Between two tries of a download that waits for the connection as long as it takes.
_LONGEST_S = 300.0


class Job(Protocol):
    """Something that takes long and can be stopped from another thread."""

    def run(self) -> Any: ...

    def stop(self) -> None: ...


class FetchJob:
    """A download."""

    def __init__(self, request: Fetch, tell: Callable[[Transferred], None]) -> None:
        self._request, self._tell = request, tell
        self._lock = threading.Lock()
        self._download: Download | None = None
        self._stopped = False

    def run(self) -> Fetched:
        check_online()
        patience = RetryPolicy(longest_s=_LONGEST_S) if self._request.patient else RetryPolicy()
        ground = Ground(endpoint(), cache_folder(), token(), patience, patient=self._request.patient)
        with self._lock:
            if self._stopped:
                raise StoppedError
            self._download = Download(ground, self._request.plan, self._tell)
        paths = self._download.run(self._request.queued)
        return Fetched(self._request.id, tuple(str(path) for path in paths), self._download.brought)

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            if self._download is not None:
                self._download.stop()


class DigestJob:
    """Hashing a file of this computer."""

    def __init__(self, request: Digest, tell: Callable[[Transferred], None]) -> None:
        self._request, self._tell = request, tell
        self._stop = threading.Event()

    def run(self) -> Digested:
        path = Path(self._request.path)

        def report(done: int) -> None:
            if self._stop.is_set():
                raise StoppedError
            self._tell(Transferred(done, before.st_size, 0, "checking", path.name, done, before.st_size))

        try:
            before = path.stat()
            sha256 = sha256_of(path, report)
            after = path.stat()
        except OSError as error:
            raise AppError(
                f"{path.name} cannot be read: {error.strerror or error}.", str(error), "unreadable"
            ) from error
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise AppError(f"{path.name} changed while it was read.", kind="changed")
        stamp = Stamp.of(str(path), after)
        return Digested(self._request.id, sha256, stamp.size, stamp.mtime_ns, stamp.inode)

    def stop(self) -> None:
        self._stop.set()


def ask(client: HubClient, request: Any) -> Any:
    """The answer to a short request. Raises AppError."""
    if isinstance(request, Discard):
        Download(Ground(endpoint(), cache_folder()), request.plan, lambda _: None).discard()
        return Discarded(request.id)
    check_online()
    if isinstance(request, Search):
        return Found(request.id, client.search(request.text, request.limit))
    if isinstance(request, ListFiles):
        return Listed(request.id, client.listing(request.repo, request.revision))
    if isinstance(request, AskFile):
        return FileKnown(request.id, client.file(request.repo, request.commit, request.path))
    if isinstance(request, ListData):
        return DataListed(request.id, *client.data_files(request.repo, request.revision))
    assert isinstance(request, LookInto)
    return _look_into(request)


def _look_into(request: LookInto) -> LookedInto:
    http = Http(endpoint(), token())
    names = iter(file.path.rsplit("/", 1)[-1] for file in request.variant.files)
    kept: list[str] = []

    def keep(head: bytes, size: int) -> None:
        """A file with the right header and the right size, and nothing else: it takes only the header's room."""
        name = next(names)
        if request.keep:
            path = Path(request.keep) / name
            write_stand_in(path, head, size)
            kept.append(str(path))

    facts = remote_facts(http, endpoint(), request.repo, request.commit, request.variant, keep)
    return LookedInto(request.id, facts, kept[0] if kept else "")
