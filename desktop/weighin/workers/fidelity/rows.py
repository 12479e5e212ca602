"""The file through which BASE's logits reach every OTHER.

It is read and written and never mapped: a mapped file that cannot grow, or is cut short, ends the process.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from weighin.core.fidelity.reading import compared, row_bytes, rows_bytes
from weighin.protocol.fidelity_messages import ChunkPlace
from weighin.workers.engine import EngineError

_Array = np.ndarray[Any, Any]


class RowsFile:
    """The place of one chunk. Raises EngineError: kind "disk", or "rows" where less lies there than should. Each thread
    reads through one of its own."""

    def __init__(self, place: ChunkPlace, writable: bool = False) -> None:
        self._row = row_bytes(place.vocabulary)
        self._start = place.slot * rows_bytes(place.context, place.vocabulary)
        self._positions = len(compared(place.context))
        try:
            self._file = Path(place.rows).open("r+b" if writable else "rb", buffering=0)  # noqa: SIM115 - `with` is for this object
        except OSError as error:
            raise _failed(error) from None

    def __enter__(self) -> RowsFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, index: int, rows: _Array) -> None:
        """Leave the logits of the positions from the one numbered `index` among those compared."""
        self._write(index * self._row, rows)

    def write_sums(self, sums: _Array) -> None:
        """Leave the log_sum_exp of every position."""
        self._write(self._positions * self._row, sums)

    def read(self, index: int, row: _Array) -> None:
        """The logits of one position."""
        self._read(index * self._row, row)

    def sums(self) -> _Array:
        """The log_sum_exp of every position."""
        found = np.empty(self._positions, np.float64)
        self._read(self._positions * self._row, found)
        return found

    def _write(self, offset: int, values: _Array) -> None:
        view = np.ascontiguousarray(values).data.cast("B")
        try:
            self._file.seek(self._start + offset)
            while view:
                view = view[self._file.write(view) or 0 :]
        except OSError as error:
            raise _failed(error) from None

    def _read(self, offset: int, values: _Array) -> None:
        view = values.data.cast("B")
        try:
            self._file.seek(self._start + offset)
            while view:
                count = self._file.readinto(view)
                if not count:
                    raise EngineError("rows", "What the base predicted is gone: the file it was in is too short.")
                view = view[count:]
        except OSError as error:
            raise _failed(error) from None


def _failed(error: OSError) -> EngineError:
    return EngineError("disk", f"The file for what the base predicts failed: {error.strerror or error}.", str(error))
