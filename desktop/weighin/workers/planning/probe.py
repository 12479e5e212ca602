"""How fast this computer reads its memory: what limits a model that writes, because every token reads all weights."""

from __future__ import annotations

import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from weighin.protocol import wire
from weighin.protocol.probe_messages import MemoryRead

_LEAST_ROUNDS = 5
_MOST_ROUNDS = 25
_SECONDS = 0.4
_WORD = 8


def main(script: str, write_descriptor: int) -> int:
    """Measure with `{"threads": T, "bytes": B}` and send one MemoryRead; the exit status."""
    asked = json.loads(script)
    rounds = read_memory(int(asked["threads"]), int(asked["bytes"]))
    os.write(write_descriptor, wire.encode(MemoryRead(rounds)))
    return 0


def read_memory(threads: int, size: int) -> tuple[float, ...]:
    """Bytes a second of each round: `threads` threads read `size` bytes together, each its own part, after a warm-up.

    At least five rounds, then as many as fit into 0.4 s. Summing whole numbers is the reader: numpy does it with vector
    instructions and without the interpreter's lock, within a few percent of a loop in C."""
    barrier = threading.Barrier(threads)
    words = max(1, size // threads // _WORD)

    def fill(_: int) -> np.ndarray:
        return np.ones(words, dtype=np.uint64)

    def read(part: np.ndarray) -> tuple[float, float]:
        barrier.wait()
        begin = time.perf_counter()
        np.add.reduce(part)
        return begin, time.perf_counter()

    found: list[float] = []
    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(fill, range(threads)))  # by several threads: the pages are then spread over their nodes
        list(pool.map(read, parts))
        end = time.perf_counter() + _SECONDS
        while len(found) < _LEAST_ROUNDS or (len(found) < _MOST_ROUNDS and time.perf_counter() < end):
            times = list(pool.map(read, parts))
            found.append(threads * words * _WORD / (max(t for _, t in times) - min(t for t, _ in times)))
    return tuple(found)
