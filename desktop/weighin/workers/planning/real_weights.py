"""The weights of a model as they lie in its files, for slices of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from weighin.core.gguf.reader import Header

_CHUNK = 4 << 20
_BLOCK = 512  # what st_blocks counts in, whatever the file system


class RealWeights:
    """Bytes of tensors by name. A stand-in for a model at the hub is a hole behind its header and has none."""

    def __init__(self, parts: list[Path], headers: list[Header]) -> None:
        """`parts`: the files of one model with their `headers`."""
        self._places = {
            tensor.name: (part, header.data_start + tensor.offset, tensor.bytes or 0)
            for part, header in zip(parts, headers, strict=True)
            for tensor in header.tensors
        }
        self._holes = {part for part, header in zip(parts, headers, strict=True) if _is_hole(part, header.data_start)}

    def chunks(self, name: str, size: int) -> Iterator[bytes] | None:
        """The `size` bytes of tensor `name`, piece by piece; None where its file does not hold as many."""
        part, start, held = self._places.get(name, (None, 0, 0))
        if part is None or held != size or part in self._holes:
            return None
        try:
            if part.stat().st_size < start + size:
                return None
        except OSError:
            return None
        return _read(part, start, size)


def _read(part: Path, start: int, size: int) -> Iterator[bytes]:
    with part.open("rb") as stream:
        stream.seek(start)
        while size > 0 and (piece := stream.read(min(_CHUNK, size))):
            yield piece
            size -= len(piece)


def _is_hole(path: Path, start: int) -> bool:
    """Whether most of what lies behind `start` was never written; False too where the system does not tell."""
    with contextlib.suppress(OSError):
        stat = path.stat()
        blocks = getattr(stat, "st_blocks", None)
        return blocks is not None and blocks * _BLOCK < (stat.st_size - start) / 2
    return True
