"""What the worker says that measures this computer; it is asked by its command line alone."""

from __future__ import annotations

from dataclasses import dataclass

from weighin.protocol.messages import Log


@dataclass(frozen=True)
class MemoryRead:
    """Its only event: bytes read from memory a second by all threads together, one number a round."""

    bytes_per_s: tuple[float, ...]


PROBE_EVENTS: tuple[type, ...] = (MemoryRead, Log)
