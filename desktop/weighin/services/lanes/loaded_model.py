"""What a lane holds in memory."""

from __future__ import annotations

from dataclasses import dataclass

from weighin.core.runs.answer import MemoryReceipt
from weighin.core.runs.options import LoadOptions


@dataclass(frozen=True)
class LoadedModel:
    """What is in memory now. context: tokens the worker really has, None where a server does not say."""

    path: str
    options: LoadOptions
    context: int | None
    load_s: float
    template: str
    memory: MemoryReceipt
    buffers: dict[str, int]
    notices: tuple[str, ...]
