"""How contexts are set up, for a conversation (the planner asks for exactly what the run will use), for
scoring, and for reading texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import llama_cpp.llama_cpp as llama

from weighin.core.evaluations.scoring import ScoreShape
from weighin.core.fidelity.reading import most_outputs
from weighin.core.runs.options import LoadOptions

_FLASH = {"off": 0, "on": 1, "auto": 1}  # LLAMA_FLASH_ATTN_TYPE_DISABLED, _ENABLED
_KV_TYPES = {"f16": 1, "q8_0": 8, "q4_0": 2}  # GGML_TYPE_F16, _Q8_0, _Q4_0
_ALL_LAYERS = 999_999
# Most tokens a letter may be spelled with where a vocabulary has no token for it.
LONGEST_LETTER = 8


def context_params(options: LoadOptions, context: int, threads: int) -> Any:
    """llama_context_params for one conversation of `context` tokens."""
    params = llama.llama_context_default_params()
    params.n_ctx = context
    params.n_batch = params.n_ubatch = min(options.batch, context)
    params.n_seq_max = 1
    params.n_outputs_max = 1  # a row of logits for every token of a batch would cost hundreds of megabytes
    params.n_threads = params.n_threads_batch = threads
    params.type_k, params.type_v = _KV_TYPES[options.kv_type], _KV_TYPES[options.values_type]
    params.swa_full = False
    params.flash_attn_type = _FLASH[options.flash_attn]
    return params


def scoring_params(options: LoadOptions, shape: ScoreShape, threads: int) -> Any:
    """llama_context_params for questions: one buffer of cells for all sequences (with one each, the header would really
    be copied), and windows kept whole, for their cells too are shared."""
    params = context_params(options, shape.context, threads)
    params.n_batch = params.n_ubatch = shape.step
    params.n_seq_max = shape.sequences
    params.n_outputs_max = max(shape.sequences, shape.outputs, LONGEST_LETTER)
    params.kv_unified = True
    params.swa_full = True
    return params


def reading_params(options: LoadOptions, context: int, threads: int) -> Any:
    """llama_context_params for chunks of `context` tokens whose logits are wanted."""
    params = context_params(options, context, threads)
    params.n_outputs_max = most_outputs(context, options.batch)
    return params


def new_context(
    model: Any, params: Any, options: LoadOptions, failed: Callable[[], None] = lambda: None
) -> tuple[Any, bool]:
    """A llama_context, null where there is none, and whether "auto" had to leave it to the engine whether there is
    flash attention; `failed` is called before that."""
    pointer = llama.llama_init_from_model(model, params)
    if pointer or options.flash_attn != "auto":
        return pointer, False
    failed()
    params.flash_attn_type = llama.LLAMA_FLASH_ATTN_TYPE_AUTO
    return llama.llama_init_from_model(model, params), True


def gpu_layers(options: LoadOptions) -> int:
    """llama.cpp's count of layers for the GPU: all is a very large number."""
    return _ALL_LAYERS if options.gpu_layers < 0 else options.gpu_layers
