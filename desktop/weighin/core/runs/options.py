"""What a model is loaded with and how its next token is chosen: frozen and validated."""

from __future__ import annotations

import math
from dataclasses import dataclass

from weighin.core.errors import AppError

MAX_CONTEXT = 1_048_576
MAX_THREADS = 512
KV_TYPES = ("f16", "q8_0", "q4_0")


def check_whole(name: str, value: object, low: int, high: int) -> None:
    """Raise AppError(kind="options") unless `value` is an int within [low, high]."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise AppError(f"{name} must be a whole number from {low:,} to {high:,}, not {value!r}.", kind="options")


def _number(name: str, value: object, low: float, high: float) -> None:
    """Raise AppError(kind="options") unless `value` is a finite number within [low, high]."""
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if not good or not low <= value <= high:  # type: ignore[operator]
        raise AppError(f"{name} must be a number from {low:g} to {high:g}, not {value!r}.", kind="options")


@dataclass(frozen=True)
class LoadOptions:
    """How a model is put into memory.

    context: tokens of prompt and answer together. batch: prompt tokens a step. gpu_layers: layers kept on a GPU,
    0 none, -1 all that this build can take. kv_type: storage of the KV cache, one of KV_TYPES.
    Raises AppError(kind="options").
    """

    context: int = 4096
    batch: int = 512
    gpu_layers: int = -1
    kv_type: str = "f16"

    def __post_init__(self) -> None:
        check_whole("Context", self.context, 16, MAX_CONTEXT)
        check_whole("Batch", self.batch, 1, 4096)
        check_whole("GPU layers", self.gpu_layers, -1, 100_000)
        if self.kv_type not in KV_TYPES:
            raise AppError(f"KV type must be one of {', '.join(KV_TYPES)}, not {self.kv_type!r}.", kind="options")


def stop_string(typed: str) -> str:
    """The stop string that somebody `typed`: a newline, which few places let one type, is written \\n."""
    return typed.replace("\\n", "\n")


def typed_stop(stop: str) -> str:
    """A stop string as it is typed."""
    return stop.replace("\n", "\\n")


@dataclass(frozen=True)
class SamplingOptions:
    """How the next token is chosen, and when to stop. Temperature 0 is greedy and repeatable:
    top_k, top_p, min_p and seed then play no part.

    seed: of the random draw, 0..2^32-2. top_k 0, top_p 1, min_p 0 and repeat_penalty 1 switch the filter off.
    Raises AppError(kind="options").
    """

    max_tokens: int = 512
    temperature: float = 0.0
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    seed: int = 42
    stop: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_whole("Longest answer", self.max_tokens, 1, MAX_CONTEXT)
        _number("Temperature", self.temperature, 0.0, 10.0)
        check_whole("Top-k", self.top_k, 0, 1_000_000)
        _number("Top-p", self.top_p, 0.0, 1.0)
        _number("Min-p", self.min_p, 0.0, 1.0)
        _number("Repeat penalty", self.repeat_penalty, 0.1, 10.0)
        check_whole("Seed", self.seed, 0, 2**32 - 2)
        if len(self.stop) > 16 or any(not isinstance(s, str) or not s or len(s) > 256 for s in self.stop):
            raise AppError("Stop strings: at most 16, each 1 to 256 characters long.", kind="options")
