"""What says, while other files of the same download are still to come, that this one was checked and need not be again.

It lies beside the blob and goes when the whole download is finished or given up.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from weighin.core.jsonable import ShapeError, from_plain
from weighin.core.models.shelf import Stamp, stamp_of
from weighin.hub.cache import CachePlaces
from weighin.hub.part_file import write_durably

_LARGEST = 1 << 16


@dataclass(frozen=True)
class Receipt:
    """A checked file as it was seen. `brought`: this download fetched it; False where it lay here before."""

    stamp: Stamp
    brought: bool


def keep_receipt(where: CachePlaces, finished: Path, brought: bool) -> None:
    """Note how the checked file at `finished` looks now. Where that fails it is only checked once more."""
    stamp = stamp_of(finished)
    if stamp is not None:
        with contextlib.suppress(OSError):
            write_durably(where.receipt, json.dumps(asdict(Receipt(stamp, brought))).encode())


def receipt_of(where: CachePlaces, finished: Path) -> Receipt | None:
    """The receipt of the file at `finished` where that is, by size, time and inode, the one that was checked."""
    try:
        if where.receipt.is_symlink() or where.receipt.stat().st_size > _LARGEST:
            return None
        found = from_plain(Receipt, json.loads(where.receipt.read_bytes()))
    except (OSError, ValueError, ShapeError, RecursionError):
        return None
    assert isinstance(found, Receipt)
    noted, now = found.stamp, stamp_of(finished)
    same = now is not None and (noted.size, noted.mtime_ns, noted.inode) == (now.size, now.mtime_ns, now.inode)
    return found if same else None


def drop_receipt(where: CachePlaces) -> None:
    """Forget it."""
    with contextlib.suppress(OSError):
        where.receipt.unlink(missing_ok=True)
