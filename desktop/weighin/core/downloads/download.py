"""What a download is, and its arithmetic: bytes, space, speed, time left."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from weighin.core import format
from weighin.core.downloads.hub_names import check_commit, check_path, check_repository, is_sha256
from weighin.core.downloads.repository import Variant
from weighin.core.errors import AppError

# Beyond the bytes still to come: file systems need room to breathe, and so does everybody else.
_SPARE_SHARE = 0.02
_SPARE_BYTES = 1 << 30
# Below this much free space a running download pauses: the database and other programs need to write too.
LOW_SPACE = 256 << 20
_SPEED_WINDOW_S = 5.0
# Kinds of trouble that pass by themselves: a download goes on waiting through them and never fails of them.
PASSING = ("offline", "stalled", "connection", "server", "rate_limit")


class DownloadState(Enum):
    """Where a download stands."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FAILED = "failed"
    DONE = "done"


@dataclass(frozen=True)
class WantedFile:
    """A file to download: its identity is its sha256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class DownloadPlan:
    """One download: the files of one model at one commit, fetched in order."""

    repo: str
    commit: str
    files: tuple[WantedFile, ...]

    def __post_init__(self) -> None:
        check_repository(self.repo)
        check_commit(self.commit)
        if not self.files:
            raise AppError("A download needs at least one file.", kind="name")
        for file in self.files:
            check_path(file.path)
            if not is_sha256(file.sha256) or file.size <= 0:
                raise AppError(f"The hub gives no usable size and sha256 for {file.path}.", kind="name")

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def id(self) -> str:
        """The same for the same files: the sha256 of the first one."""
        return self.files[0].sha256

    @property
    def name(self) -> str:
        """The first file's name, to show."""
        return self.files[0].path.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Transferred:
    """Progress of a download: bytes that are safely here, of `total`; `phase` is "checking", "loading" or "waiting".

    received: bytes that came over the network in this run. note: why it waits, "" otherwise."""

    done: int
    total: int
    received: int
    phase: str
    file: str = ""
    file_done: int = 0
    file_total: int = 0
    note: str = ""


@dataclass(frozen=True)
class StoredDownload:
    """A download between two runs of the program. `error`: the sentence of a failed one."""

    plan: DownloadPlan
    state: DownloadState
    done: int = 0
    error: str = ""
    error_kind: str = ""


@dataclass(frozen=True)
class DownloadView:
    """A download as it is shown: bytes done, speed in bytes a second, seconds left, why it waits or failed, and how far
    the file is that is being fetched."""

    plan: DownloadPlan
    state: DownloadState
    done: int = 0
    phase: str = ""
    speed: float | None = None
    seconds_left: float | None = None
    note: str = ""
    error_kind: str = ""
    file: str = ""
    file_done: int = 0
    file_total: int = 0

    @property
    def id(self) -> str:
        """The plan's."""
        return self.plan.id

    @property
    def part(self) -> int:
        """Number of the file that is being fetched, from 1; 0 where that is not known."""
        return next((n for n, file in enumerate(self.plan.files, 1) if file.path == self.file), 0)


def plan_of(repo: str, commit: str, variant: Variant) -> DownloadPlan:
    """The plan that fetches `variant`. Raises AppError where it cannot be fetched."""
    if variant.problem:
        raise AppError(variant.problem, kind="parts")
    return DownloadPlan(repo, commit, tuple(WantedFile(f.path, f.size, f.sha256 or "") for f in variant.files))


def space_refusal(remaining: int, queued: int, free: int) -> AppError | None:
    """Why `remaining` bytes, beside `queued` ones of other downloads, do not fit into `free`; None where they do."""
    coming = remaining + queued
    needed = coming + round(coming * _SPARE_SHARE) + _SPARE_BYTES
    if free >= needed:
        return None
    others = f" (including {format.size(queued)} of other downloads)" if queued else ""
    text = (
        f"Not enough disk space: {format.size(needed)} needed{others}, {format.size(free)} free. "
        "This keeps 1 GB and 2 % free for other programs."
    )
    return AppError(text, kind="disk_full")


class SpeedMeter:
    """Bytes a second over the last seconds."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, int]] = deque()

    def note(self, now: float, received: int) -> None:
        """`received` bytes in all have come by `now` seconds."""
        self._points.append((now, received))
        while len(self._points) > 2 and now - self._points[0][0] > _SPEED_WINDOW_S:
            self._points.popleft()

    @property
    def speed(self) -> float | None:
        """Bytes a second; None until there is half a second to measure."""
        if len(self._points) < 2:
            return None
        (begin, first), (end, last) = self._points[0], self._points[-1]
        return (last - first) / (end - begin) if end - begin >= 0.5 else None


def overall(views: Iterable[DownloadView]) -> DownloadsTotal:
    """All downloads together. The time is that of the whole at the speed of those that run now."""
    known = tuple(views)
    done, total = sum(view.done for view in known), sum(view.plan.size for view in known)
    speed = sum(view.speed or 0.0 for view in known) or None
    return DownloadsTotal(len(known), done, total, speed, time_left(total - done, speed))


@dataclass(frozen=True)
class DownloadsTotal:
    """Downloads together: how many, bytes done of all, bytes a second and seconds left where known."""

    count: int
    done: int
    total: int
    speed: float | None
    seconds_left: float | None


def time_left(remaining: int, speed: float | None) -> float | None:
    """Seconds until `remaining` bytes have come; None where the speed is unknown or nothing comes."""
    return remaining / speed if speed else None
