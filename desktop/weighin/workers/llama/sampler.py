"""Choosing the next token from the logits of the last position."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import llama_cpp.llama_cpp as llama
import numpy as np

from weighin.core.runs.options import SamplingOptions
from weighin.workers.engine import EngineError
from weighin.workers.llama.grammar import CANDIDATE, Grammar, as_array

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

    def sample(self, grammar: Grammar | None = None, passes: Callable[[int], bool] = lambda _: False) -> int | None:
        """The next token, one that `grammar` allows or that `passes` by it; None where it allows none. As in llama.cpp
        itself, a choice is made without the grammar first, and again with it only where it does not allow that one.

        Raises EngineError(kind "nan") where the model computed nonsense."""
        logits = self._logits()
        token: int | None = int(logits.argmax())
        if not np.isfinite(logits[token]):
            raise _nonsense()
        if grammar is None:
            return token if self._chain is None else llama.llama_sampler_sample(self._chain, self._context, -1)
        if self._chain is not None:
            token = self._chosen(logits, None)
        if token is None or not (grammar.allows(token) or passes(token)):
            token = self._allowed(logits.copy(), grammar)
        if token is not None:
            self.accept(token)
        return token

    def accept(self, token: int) -> None:
        """`token` stands behind what was written, whoever chose it."""
        if self._chain is not None:
            llama.llama_sampler_accept(self._chain, token)

    def _allowed(self, logits: np.ndarray, grammar: Grammar) -> int | None:
        """A token that the grammar allows; None where it allows none."""
        while True:
            token = grammar.likeliest(logits) if self._chain is None else self._chosen(logits, grammar)
            if token is None or grammar.allows(token):
                return token
            logits[token] = -np.inf

    def _chosen(self, logits: np.ndarray, grammar: Grammar | None) -> int | None:
        """What the chain chooses of what the grammar allows; None where that is nothing."""
        candidates = np.zeros(self._size, CANDIDATE)
        candidates["id"], candidates["logit"] = np.arange(self._size), logits
        if grammar is not None:
            grammar.restrict(candidates)
            if not np.isfinite(candidates["logit"].max()):
                return None
        array = as_array(candidates)
        llama.llama_sampler_apply(self._chain, ctypes.byref(array))
        return int(array.data[array.selected].id)

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
