"""A file without a name, which llama.cpp can open all the same and which is gone with the process, however it ends."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

_DESCRIPTORS = Path("/proc/self/fd")


@contextlib.contextmanager
def unnamed_file(folder: str | None = None) -> Iterator[tuple[IO[bytes], str]]:
    """A stream to write to and the path to open it by, as long as the block runs. Raises OSError without room.

    Where the system has no such files it has a name, and is deleted at the end."""
    if sys.platform == "linux" and _DESCRIPTORS.is_dir():
        with tempfile.TemporaryFile(prefix="weighin-slice-", dir=folder) as stream:
            yield stream, str(_DESCRIPTORS / str(stream.fileno()))
        return
    with tempfile.TemporaryDirectory(prefix="weighin-slice-", dir=folder) as place:
        path = Path(place) / "slice.tmp"
        with path.open("w+b") as stream:
            yield stream, str(path)


@contextlib.contextmanager
def file_in_memory() -> Iterator[tuple[IO[bytes], str]]:
    """The same for a few bytes, which take no disk where the system can keep them in memory."""
    if sys.platform == "linux" and _DESCRIPTORS.is_dir():
        with os.fdopen(os.memfd_create("weighin"), "w+b") as stream:
            yield stream, str(_DESCRIPTORS / str(stream.fileno()))
        return
    with unnamed_file() as found:
        yield found
