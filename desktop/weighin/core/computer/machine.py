"""How many threads whom, and whether memory suffices: arithmetic on plain numbers."""

from __future__ import annotations

from weighin.core import format
from weighin.core.models.model import ModelFacts
from weighin.core.runs.answer import Failure
from weighin.core.runs.options import LoadOptions

# Below this many bytes read for a token, waiting for each other costs threads more than the arithmetic.
TINY_MODEL_BYTES = 32 << 20
# Python, the bindings and llama.cpp's vocabulary and working buffers, beside weights and KV cache.
WORKER_OVERHEAD = 300 << 20


def threads_per_lane(
    physical_cores: int, lanes_at_once: int, model: ModelFacts | None = None, wanted: int | None = None
) -> int:
    """Threads for each of `lanes_at_once` workers so that together they never exceed the physical cores.

    One core stays free for the window where there are more than two; a tiny `model` gets one thread. `wanted` (a user's
    own number) is honoured up to the share of all physical cores. With fewer cores than lanes each still gets one."""
    if wanted is not None:
        return max(1, min(wanted, physical_cores // lanes_at_once))
    if model is not None and active_bytes(model) < TINY_MODEL_BYTES:
        return 1
    usable = physical_cores - 1 if physical_cores > 2 else physical_cores
    return max(1, usable // lanes_at_once)


def active_bytes(model: ModelFacts) -> float:
    """Bytes of weights read for one token; where they were not counted, the file's share of active parameters."""
    if model.read_bytes is not None:
        return model.read_bytes
    return model.file_bytes * model.active_parameters / max(1, model.parameters)


def memory_needed(model: ModelFacts, options: LoadOptions) -> int:
    """Estimated bytes for weights, KV cache and the worker: a rough guard against a load that cannot work.

    A model on a server needs none here.
    KV cache = 2 x layers x KV heads x head size x context x bytes, an upper bound where the model uses a window."""
    if model.is_server:
        return 0
    context = min(options.context, model.context_length or options.context)
    kv = 0.0
    if model.layers and model.kv_heads and model.key_length:
        value_length = model.value_length or model.key_length
        row = options.kv_row_bytes(model.kv_heads * model.key_length, model.kv_heads * value_length)
        kv = model.layers * row * context
    return round(model.file_bytes + kv + WORKER_OVERHEAD)


def memory_refusal(needed: int, available: int | None) -> Failure | None:
    """A Failure of kind "memory" with both numbers where `needed` bytes exceed those `available` (None: unknown)."""
    if available is None or needed <= available:
        return None
    text = f"Not enough memory: about {format.size(needed)} needed, {format.size(available)} free."
    return Failure("memory", text)
