"""Choosing the next token from the logits of the last position."""

from __future__ import annotations

import ctypes
from typing import Any

import llama_cpp.llama_cpp as llama
import numpy as np

from weighin.core.runs.options import SamplingOptions
from weighin.workers.engine import EngineError

PENALTY_WINDOW = 64


class Sampler:
    """Greedy by the largest logit, or llama.cpp's own chain: penalties, top-k, top-p, min-p, temperature, draw."""

    def __init__(self, context: Any, vocabulary_size: int, options: SamplingOptions, prompt: list[int]) -> None:
        self._context = context
        self._size = vocabulary_size
        self._chain = None
        if options.temperature > 0 or options.repeat_penalty != 1.0:
            self._chain = self._build(options)
            for token in prompt[-PENALTY_WINDOW:]:
                llama.llama_sampler_accept(self._chain, token)

    def sample(self) -> int:
        """The next token. Raises EngineError(kind "nan") where the model computed nonsense."""
        logits = self._logits()
        if self._chain is not None:
            if not np.isfinite(logits[int(logits.argmax())]):
                raise _nonsense()
            return llama.llama_sampler_sample(self._chain, self._context, -1)
        token = int(logits.argmax())
        if not np.isfinite(logits[token]):
            raise _nonsense()
        return token

    def close(self) -> None:
        """Give the chain back."""
        if self._chain is not None:
            llama.llama_sampler_free(self._chain)
            self._chain = None

    def _logits(self) -> np.ndarray:
        pointer = llama.llama_get_logits_ith(self._context, -1)
        if not pointer:
            raise _nonsense()
        address = ctypes.addressof(pointer.contents)
        return np.ctypeslib.as_array((ctypes.c_float * self._size).from_address(address))

    def _build(self, options: SamplingOptions) -> Any:
        chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
        if options.repeat_penalty != 1.0:
            penalties = llama.llama_sampler_init_penalties(self._size, PENALTY_WINDOW, options.repeat_penalty, 0.0, 0.0)
            llama.llama_sampler_chain_add(chain, penalties)
        if options.temperature <= 0:
            llama.llama_sampler_chain_add(chain, llama.llama_sampler_init_greedy())
            return chain
        if options.top_k > 0:
            llama.llama_sampler_chain_add(chain, llama.llama_sampler_init_top_k(options.top_k))
        if options.top_p < 1:
            llama.llama_sampler_chain_add(chain, llama.llama_sampler_init_top_p(options.top_p, 1))
        if options.min_p > 0:
            llama.llama_sampler_chain_add(chain, llama.llama_sampler_init_min_p(options.min_p, 1))
        llama.llama_sampler_chain_add(chain, llama.llama_sampler_init_temp(options.temperature))
        llama.llama_sampler_chain_add(chain, llama.llama_sampler_init_dist(options.seed))
        return chain


def _nonsense() -> EngineError:
    return EngineError("nan", "The model returned no usable number for its next token: the file may be damaged.")
