"""The hub's own cache on disk: where finished files go so that every program finds them.

Layout: models--OWNER--NAME/{blobs/SHA256, snapshots/COMMIT/PATH -> ../../blobs/SHA256, refs/main}.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from weighin.core.downloads.hub_names import DATA_SETS, check_commit, check_repository, place_below
from weighin.hub.writer_lock import WriterLock

_BRANCH = "main"
# What this program writes beside a blob. The hub's own client keeps other names there, which are none of our business.
_OURS = re.compile(r"\.(?:part|part\.json|part\.json\.tmp|bad|checked|checked\.tmp|lock\.[0-9a-f]{8})")


@dataclass(frozen=True)
class CachePlaces:
    """Where the parts of one file of a repository lie; `part`, `bad` and `receipt` exist only while they are of use."""

    blob: Path
    part: Path
    bad: Path
    lock: Path
    receipt: Path
    snapshot: Path


def cache_folder() -> Path:
    """The folder of the hub's cache, as HF_HUB_CACHE and HF_HOME say."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def places(cache: Path, repo: str, commit: str, path: str, sha256: str) -> CachePlaces:
    """Places for one file. Raises AppError where a name would lead out of the cache."""
    folder = repository_folder(cache, repo)
    blobs = folder / "blobs"
    return CachePlaces(
        blob=blobs / sha256,
        part=blobs / f"{sha256}.part",
        bad=blobs / f"{sha256}.bad",
        lock=blobs / f"{sha256}.lock",
        receipt=blobs / f"{sha256}.checked",
        snapshot=place_below(folder / "snapshots" / check_commit(commit), path),
    )


def repository_folder(cache: Path, repo: str) -> Path:
    """The folder of one repository, models and data sets apart."""
    kind = "" if repo.startswith(DATA_SETS) else "models--"
    return cache / f"{kind}{check_repository(repo).replace('/', '--')}"


def publish(
    cache: Path, repo: str, commit: str, path: str, sha256: str, is_newest: Callable[[], bool] = lambda: False
) -> Path:
    """Make a finished blob visible under its name; the path to open. Raises OSError.

    `is_newest`: whether the hub's main is at `commit` now; asked only where the cache's main is at another one, which
    never goes back."""
    where = places(cache, repo, commit, path, sha256)
    where.snapshot.parent.mkdir(parents=True, exist_ok=True)
    relative = os.path.relpath(where.blob, where.snapshot.parent)
    if not (where.snapshot.is_symlink() and str(where.snapshot.readlink()) == relative):
        where.snapshot.unlink(missing_ok=True)
        try:
            where.snapshot.symlink_to(relative)
        except OSError:
            # Windows without the right to make links: the hub's client too keeps the file itself there.
            where.blob.replace(where.snapshot)
    refs = repository_folder(cache, repo) / "refs"
    refs.mkdir(exist_ok=True)
    before = _read(refs / _BRANCH)
    if before != commit and (not before or is_newest()):
        temporary = refs / f".{_BRANCH}.tmp"
        temporary.write_text(commit, "ascii")
        temporary.replace(refs / _BRANCH)
    return where.snapshot


def sweep(where: CachePlaces) -> None:
    """Delete what this program left beside a blob: parts, notes, receipts, wrong bytes, what a kill left of a lock.

    For the holder of the file's lock only."""
    for leftover in where.blob.parent.glob(f"{where.blob.name}.*"):
        if _OURS.fullmatch(leftover.name.removeprefix(where.blob.name)):
            leftover.unlink(missing_ok=True)


def discard(where: CachePlaces) -> None:
    """Delete what is half-finished, and folders that are empty then; nothing where another program is writing it.

    Raises OSError."""
    if not where.blob.parent.is_dir():
        return
    lock = WriterLock(where.lock)
    if not lock.acquire():
        return
    try:
        sweep(where)
    finally:
        lock.release()
    with contextlib.suppress(OSError):
        where.part.parent.rmdir()
        where.part.parent.parent.rmdir()


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
