"""A file with the header of a model, the size of the model and a hole for its weights."""

from __future__ import annotations

import os
from pathlib import Path

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
