"""What says, while other files of the same download are still to come, that this one was checked and need not be again.

It lies beside the blob and goes when the whole download is finished or given up.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict
from pathlib import Path

from weighin.core.jsonable import ShapeError, from_plain
from weighin.core.models.shelf import Stamp, stamp_of
from weighin.hub.cache import CachePlaces
from weighin.hub.part_file import write_durably

_LARGEST = 1 << 16


def keep_receipt(where: CachePlaces, finished: Path) -> None:
    """Note how the checked file at `finished` looks now. Where that fails it is only checked once more."""
    stamp = stamp_of(finished)
    if stamp is not None:
        with contextlib.suppress(OSError):
            write_durably(where.receipt, json.dumps(asdict(stamp)).encode())


def is_receipted(where: CachePlaces, finished: Path) -> bool:
    """Whether the file at `finished` is, by size, time and inode, the one that was checked."""
    try:
        if where.receipt.is_symlink() or where.receipt.stat().st_size > _LARGEST:
            return False
        noted = from_plain(Stamp, json.loads(where.receipt.read_bytes()))
    except (OSError, ValueError, ShapeError, RecursionError):
        return False
    now = stamp_of(finished)
    return now is not None and (noted.size, noted.mtime_ns, noted.inode) == (now.size, now.mtime_ns, now.inode)


def drop_receipt(where: CachePlaces) -> None:
    """Forget it."""
    with contextlib.suppress(OSError):
        where.receipt.unlink(missing_ok=True)
