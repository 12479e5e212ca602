"""How every context of a chat model is set up: the planner must ask for exactly what the run will use."""

from __future__ import annotations

from typing import Any

import llama_cpp.llama_cpp as llama

from weighin.core.options import LoadOptions

FLASH_ON, FLASH_AUTO = 1, -1
_KV_TYPES = {"f16": 1, "q8_0": 8, "q4_0": 2}  # GGML_TYPE_F16, _Q8_0, _Q4_0
_ALL_LAYERS = 999_999


def context_params(options: LoadOptions, context: int, threads: int, flash: int = FLASH_ON) -> Any:
    """llama_context_params for one conversation of `context` tokens."""
    params = llama.llama_context_default_params()
    params.n_ctx = context
    params.n_batch = params.n_ubatch = min(options.batch, context)
    params.n_seq_max = 1
    params.n_outputs_max = 1  # a row of logits for every token of a batch would cost hundreds of megabytes
    params.n_threads = params.n_threads_batch = threads
    params.type_k = params.type_v = _KV_TYPES[options.kv_type]
    params.swa_full = False
    params.flash_attn_type = flash
    return params


def gpu_layers(options: LoadOptions) -> int:
    """llama.cpp's count of layers for the GPU: all is a very large number."""
    return _ALL_LAYERS if options.gpu_layers < 0 else options.gpu_layers
