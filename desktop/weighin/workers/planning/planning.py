"""A plan of memory by the engine itself: it goes through every allocation of a model without making one.

llama.cpp's `no_alloc` with load mode "none" needs nothing of a file but its header; with any other load mode it aborts.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as llama

from weighin.core.errors import AppError
from weighin.core.evaluations.scoring import ScoreShape, kinds
from weighin.core.fidelity.reading import row_bytes
from weighin.core.gguf import writer
from weighin.core.gguf.reader import TENSOR_TYPES, Header, read_headers_of
from weighin.core.gguf.weights import WeightsInMemory, weights_in_memory
from weighin.core.models.model import shard_paths
from weighin.core.plans.memory_formula import formula_plan, overhead_bytes, with_loading_peak
from weighin.core.plans.plan import MemoryPlan, PlanMethod
from weighin.core.runs.failures import load_failure
from weighin.protocol.messages import Plan, Planned
from weighin.workers.engine import EngineError
from weighin.workers.llama.context_params import (
    context_params,
    gpu_layers,
    new_context,
    reading_params,
    scoring_params,
)
from weighin.workers.llama.memory import OwnMemory
from weighin.workers.llama.native import NativeLog, check_writes_text
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


_LOAD_MODE_NONE = 0


class Planning:
    """One plan. The process must be a fresh one: what it holds at the end is the overhead of a worker."""

    def __init__(self, request: Plan, log: NativeLog, memory: OwnMemory, build: str) -> None:
        self._request, self._log, self._memory, self._build = request, log, memory, build

    def run(self, gpu_free_bytes: int | None) -> Planned:
        """The plans, beside what is free on GPUs. Raises EngineError where this engine cannot run the model."""
        request = self._request
        headers = self._headers()
        model = self._open()
        try:
            check_writes_text(model)
            blocks = llama.llama_model_n_layer(model)
            trained = llama.llama_model_n_ctx_train(model)
            contexts = [min(c, trained) if trained > 0 else c for c in request.contexts]
            shapes = _shapes(model, request) if request.scoring else ()
            if request.scoring:
                asked = [scoring_params(request.options, shape, threads=1) for shape in shapes]
            else:
                params_for = reading_params if request.reading else context_params
                asked = [params_for(request.options, context, threads=1) for context in contexts]
            drafts = [self._draft(model, params, headers[0]) for params in asked]
        finally:
            llama.llama_model_free(model)
        kinds = {t.type for h in headers for t in h.tensors if len(t.shape) > 1}
        repacked = repacked_types(kinds, self._log)
        on_gpu = min(gpu_layers(request.options), blocks + 1) if llama.llama_supports_gpu_offload() else 0
        weights = weights_in_memory(headers, request.file_bytes, repacked, blocks, on_gpu)
        if request.scoring:
            # States that were given back stay with this process for a while: the least is what a worker is.
            least = min(draft.overhead_bytes for draft in drafts)
            drafts = [replace(draft, overhead_bytes=least) for draft in drafts]
        plans = tuple(self._complete(draft, weights) for draft in drafts)
        formula = tuple(
            formula_plan(headers, request.file_bytes, replace(request.options, context=c, gpu_layers=on_gpu), repacked)
            for c in (() if request.scoring else contexts)
        )
        return Planned(request.id, plans, formula, gpu_free_bytes, shapes)

    def _headers(self) -> list[Header]:
        try:
            return read_headers_of(shard_paths(Path(self._request.path)))
        except AppError as error:
            raise EngineError(error.kind, error.user_text) from None

    def _open(self) -> Any:
        self._log.clear()
        params = llama.llama_model_default_params()
        params.no_alloc = True
        params.load_mode = _LOAD_MODE_NONE
        params.n_gpu_layers = gpu_layers(self._request.options)
        model = llama.llama_model_load_from_file(os.fsencode(self._request.path), params)
        if not model:
            failure = load_failure(self._log.tail(), f"llama.cpp {self._build}")
            raise EngineError(failure.kind, failure.message, failure.detail)
        return model

    def _draft(self, model: Any, params: Any, header: Header) -> MemoryPlan:
        """The plan of everything but the weights, for a context set up by `params`."""
        self._log.clear()
        pointer, _ = new_context(model, params, self._request.options, self._log.clear)
        if not pointer:
            failure = load_failure(self._log.tail(), f"llama.cpp {self._build}")
            raise EngineError(failure.kind, failure.message, failure.detail)
        state = self._log.memories.get("llama_memory_recurrent", 0)
        output = _sum(self._log.buffers, "output")
        vocabulary = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(model))
        # States and output are allocated here too.
        overhead = overhead_bytes(self._memory.sample(frozenset()).own_bytes, state + output, header)
        llama.llama_free(pointer)
        return MemoryPlan(
            context=params.n_ctx,
            weights_bytes=0,
            mapped_bytes=0,
            kv_bytes=self._log.memories.get("llama_kv_cache", 0),
            state_bytes=state,
            compute_bytes=_sum(self._log.buffers, "compute"),
            # For more outputs than sequences the engine makes the buffer larger when they are first wanted.
            output_bytes=max(output, params.n_outputs_max * row_bytes(vocabulary)),
            overhead_bytes=overhead,
            loading_peak_bytes=0,
            gpu_bytes=_sum({n: b for n, b in self._log.buffers.items() if not _is_host(n)}, "compute"),
        )

    def _complete(self, draft: MemoryPlan, weights: WeightsInMemory) -> MemoryPlan:
        """`draft` with the weights; the part of the cache that goes with layers on a GPU lies there too."""
        share = weights.gpu / weights.file if weights.gpu else 0.0
        plan = replace(
            draft,
            weights_bytes=weights.total,
            mapped_bytes=weights.mapped,
            idle_bytes=weights.idle,
            gpu_bytes=draft.gpu_bytes + weights.gpu + round(share * (draft.kv_bytes + draft.state_bytes)),
            method=PlanMethod.ENGINE,
        )
        return with_loading_peak(plan, weights.file)


def _shapes(model: Any, request: Plan) -> tuple[ScoreShape, ...]:
    """Every kind of scoring that suits the model, for every context."""
    recurrent = llama.llama_model_is_recurrent(model) or llama.llama_model_is_hybrid(model)
    return tuple(
        ScoreShape(context, *kind, request.outputs)
        for kind in kinds(recurrent, request.options.batch, request.outputs)
        for context in request.contexts
    )


def _sum(buffers: dict[str, int], what: str) -> int:
    return sum(size for name, size in buffers.items() if name.endswith(f" {what}"))


def _is_host(name: str) -> bool:
    """Whether a buffer of this name lies in main memory: "CPU", "CPU_REPACK", "CUDA_Host"."""
    return name.startswith("CPU") or name.split()[0].endswith("_Host")
