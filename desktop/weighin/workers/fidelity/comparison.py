"""Rows of logits beside those of BASE, row by row, in threads: numpy computes them at once."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from weighin.protocol.fidelity_messages import ChunkPlace
from weighin.workers.fidelity.divergence import Difference, difference, log_sum_exp
from weighin.workers.fidelity.rows import RowsFile

Rows = np.ndarray[Any, Any]


class Comparison:
    """The rows of one step beside those of BASE. first: index of their first one among the positions compared."""

    def __init__(self, place: ChunkPlace, first: int, rows: Rows, base_sums: Rows, targets: list[int]) -> None:
        self._place, self.first, self._rows = place, first, rows
        self._base_sums, self._targets = base_sums, targets

    def some(self, indexes: range) -> list[Difference]:
        """Compare some of the rows."""
        base, work = np.empty(self._place.vocabulary, np.float32), np.empty(self._place.vocabulary, np.float64)
        found = []
        with RowsFile(self._place) as file:
            for index in indexes:
                at = self.first + index
                file.read(at, base)
                found.append(difference(base, float(self._base_sums[at]), self._rows[index], self._targets[at], work))
        return found

    def pair(self, index: int) -> tuple[Rows, float, Rows]:
        """A row of BASE, its log_sum_exp, and the row beside it."""
        base = np.empty(self._place.vocabulary, np.float32)
        with RowsFile(self._place) as file:
            file.read(self.first + index, base)
        return base, float(self._base_sums[self.first + index]), self._rows[index]


class Threads:
    """Spreads rows over threads."""

    def __init__(self, threads: int) -> None:
        self._count = threads
        self._pool = ThreadPoolExecutor(threads)

    def __enter__(self) -> Threads:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def each(self, rows: int, work: Callable[[range], list[Any]]) -> list[list[Any]]:
        """What `work` makes of each thread's stretch of the rows, in order."""
        bounds = [rows * i // self._count for i in range(self._count + 1)]
        stretches = [range(a, b) for a, b in itertools.pairwise(bounds)]
        return list(self._pool.map(work, stretches))


def log_sums(rows: Rows, threads: Threads) -> list[float]:
    """The log_sum_exp of each row."""

    def some(indexes: range) -> list[float]:
        work = np.empty(rows.shape[1], np.float64)
        return [log_sum_exp(rows[index], work) for index in indexes]

    return list(itertools.chain.from_iterable(threads.each(len(rows), some)))
