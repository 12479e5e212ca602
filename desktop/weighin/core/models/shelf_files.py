"""Deleting what this program downloaded, and nothing else."""

from __future__ import annotations

import contextlib
from pathlib import Path

from weighin.core.downloads.hub_names import is_sha256
from weighin.core.errors import AppError
from weighin.core.models.shelf import ShelfModel


def delete_download(model: ShelfModel, hub_cache: Path) -> None:
    """Delete the files of a downloaded model from the hub's cache: links first, then their blobs, then empty folders.

    A blob that another snapshot still links to stays. Raises AppError where something lies elsewhere."""
    for stamp in model.stamps:
        path = Path(stamp.path)
        if not path.absolute().is_relative_to(hub_cache.absolute()):
            raise AppError(f"{path} does not lie in the folder for downloads; it is not deleted.", kind="not_ours")
        repository = hub_cache / path.absolute().relative_to(hub_cache.absolute()).parts[0]
        blob = path.resolve() if path.is_symlink() else None
        try:
            path.unlink(missing_ok=True)
            if blob is not None and _is_blob(blob, repository) and not _is_linked(blob, repository):
                blob.unlink(missing_ok=True)
        except OSError as error:
            raise AppError(f"{path.name} cannot be deleted: {error.strerror or error}.", str(error), "disk") from error
        _remove_empty(path.parent, repository)


def _is_blob(blob: Path, repository: Path) -> bool:
    return blob.parent == (repository / "blobs").resolve() and is_sha256(blob.name)


def _is_linked(blob: Path, repository: Path) -> bool:
    return any(link.is_symlink() and link.resolve() == blob for link in (repository / "snapshots").rglob("*"))


def _remove_empty(folder: Path, repository: Path) -> None:
    """Folders without anything in them, up to the repository's own."""
    with contextlib.suppress(OSError):
        while folder != repository:
            folder.rmdir()
            folder = folder.parent
    if not any(
        path.is_file() or path.is_symlink()
        for name in ("snapshots", "blobs")
        for path in (repository / name).rglob("*")
    ):
        for name in ("blobs", "snapshots", "refs"):
            with contextlib.suppress(OSError):
                for ref in (repository / name).glob("*"):
                    ref.unlink()
                (repository / name).rmdir()
        with contextlib.suppress(OSError):
            repository.rmdir()
