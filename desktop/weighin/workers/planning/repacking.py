"""Which weight types this engine keeps in an order of its own on this processor: asked with a tiny model of each."""

from __future__ import annotations

import os
from collections.abc import Iterable

import llama_cpp.llama_cpp as llama

from weighin.core.gguf import writer
from weighin.core.gguf.reader import TENSOR_TYPES
from weighin.workers.llama.native import NativeLog
from weighin.workers.planning.slice_file import file_in_memory

_EMBED = 256  # a multiple of every block size
_F32 = 0
_MATRICES = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")


def repacked_types(kinds: Iterable[int], log: NativeLog) -> frozenset[int]:
    """Those of the ggml types `kinds` of which the engine makes a repacked copy. A type it cannot load is left out."""
    return frozenset(kind for kind in kinds if kind in TENSOR_TYPES and _is_repacked(kind, log))


def _is_repacked(kind: int, log: NativeLog) -> bool:
    with file_in_memory() as (stream, path):
        stream.write(_tiny_model(kind))
        stream.flush()
        log.clear()
        params = llama.llama_model_default_params()
        params.n_gpu_layers = 0
        model = llama.llama_model_load_from_file(os.fsencode(path), params)
        if model:
            llama.llama_model_free(model)
    return any(name.endswith("REPACK model") and size > 0 for name, size in log.buffers.items())


def _tiny_model(kind: int) -> bytes:
    """One block of a Llama whose matrices are of type `kind`, all zeros, with a vocabulary without words."""
    entries = [
        writer.words("general.architecture", "llama"),
        writer.words("tokenizer.ggml.model", "none"),
        *(
            writer.whole(f"llama.{key}", value)
            for key, value in {
                "vocab_size": _EMBED,
                "block_count": 1,
                "context_length": 256,
                "embedding_length": _EMBED,
                "feed_forward_length": _EMBED,
                "attention.head_count": 4,
                "attention.head_count_kv": 4,
                "rope.dimension_count": 64,
            }.items()
        ),
        writer.real("llama.attention.layer_norm_rms_epsilon", 1e-5),
    ]
    square, row = (_EMBED, _EMBED), (_EMBED,)
    tensors = writer.lay_out(
        [
            ("token_embd.weight", square, _F32),
            ("output_norm.weight", row, _F32),
            ("output.weight", square, _F32),
            ("blk.0.attn_norm.weight", row, _F32),
            ("blk.0.ffn_norm.weight", row, _F32),
            *((f"blk.0.{name}.weight", square, kind) for name in _MATRICES),
        ]
    )
    last = tensors[-1]
    return writer.header(entries, tensors) + bytes(last.offset + (last.bytes or 0) + writer.ALIGNMENT)
