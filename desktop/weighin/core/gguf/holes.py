"""Files that say they are large and are not: most of them was never written."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from weighin.core import format
from weighin.core.errors import AppError

# Some file systems keep blocks of zeros as holes, of which a model can have a few.
_MOST_EMPTY = 64 << 20
_MOST_EMPTY_SHARE = 0.1
_MOST_PIECES = 10_000


def check_written(path: Path) -> None:
    """Raises AppError where much of the file at `path` was never written: zeros that take as long as weights."""
    try:
        size = path.stat().st_size
        written = _written(path, size)
    except OSError:  # without telling holes, a file system has none
        return
    if size - written > max(_MOST_EMPTY, size * _MOST_EMPTY_SHARE):
        there, whole = format.size(written), format.size(size)
        text = f"Only {there} of this file's {whole} are on the disk: it may be an unfinished download."
        raise AppError(text, kind="sparse")


def _written(path: Path, size: int) -> int:
    """Bytes of the file that are on the disk; all of them where there is no telling. Raises OSError."""
    if not hasattr(os, "SEEK_DATA"):
        return size
    written = at = 0
    with path.open("rb", buffering=0) as stream:
        for _ in range(_MOST_PIECES):
            try:
                begin = stream.seek(at, os.SEEK_DATA)
            except OSError as error:
                if error.errno == errno.ENXIO:  # nothing but a hole up to the end
                    return written
                raise
            at = stream.seek(begin, os.SEEK_HOLE)
            written += at - begin
            if at >= size:
                return written
    return size
