"""A context in which many questions share one header: the second caller of llama_decode beside decoder.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import llama_cpp.llama_cpp as llama
import numpy as np

from weighin.core.evaluations.scoring import ScoreShape, cuts
from weighin.workers.engine import EngineError
from weighin.workers.llama.decoder import CancelledError, TokenBatch
from weighin.workers.llama.native import AbortFlag

_HEADER = 0


class ScoringContext:
    """A llama_context with the cells, step and sequences of `shape`. Sequence 0 holds the header and nothing else ever.

    `evaluated` counts every token that was put through the model."""

    def __init__(self, pointer: Any, shape: ScoreShape, vocabulary_size: int, abort: AbortFlag) -> None:
        self._context = pointer
        self.shape = shape
        self._vocabulary = vocabulary_size
        self._abort = abort
        self._memory = llama.llama_get_memory(pointer)
        self._batch = TokenBatch(shape.step, shape.sequences)
        self._header = 0
        self.evaluated = 0

    def set_threads(self, threads: int) -> None:
        """Use `threads` from now on."""
        llama.llama_set_n_threads(self._context, threads, threads)

    def read_header(self, tokens: Sequence[int]) -> None:
        """Forget everything and put the shared header into its sequence."""
        self.clear()
        self._read(tokens, 0, _HEADER, 0)
        self._header = len(tokens)

    def clear(self) -> None:
        """Forget everything."""
        llama.llama_memory_clear(self._memory, True)
        self._header = 0

    def score(self, tails: Sequence[Sequence[int]], outputs: Sequence[int]) -> list[list[np.ndarray]]:
        """Logits of the last outputs[i] tokens of each of `tails`, each continuing the header. All tails together fit
        into one step, or there is one alone. Views into llama.cpp's memory: good until the next call."""
        for sequence in range(1, len(tails) + 1):
            self._begin(sequence)
        if len(tails) == 1:
            first = self._read(tails[0], self._header, 1, outputs[0])
            ends = [first]
        else:
            ends = [
                self._batch.add(tail, self._header, sequence, count)
                for sequence, (tail, count) in enumerate(zip(tails, outputs, strict=True), 1)
            ]
            self._decode(sum(len(tail) for tail in tails))
        return [
            [self._logits(end - count + 1 + i) for i in range(count)] for end, count in zip(ends, outputs, strict=True)
        ]

    def end_group(self, count: int) -> None:
        """Give the cells of the last `count` tails back."""
        for sequence in range(1, count + 1):
            self._remove(sequence)

    def score_whole(self, tokens: Sequence[int], outputs: int) -> list[np.ndarray]:
        """Logits of the last `outputs` tokens of one whole prompt, with nothing else in memory."""
        self.clear()
        end = self._read(tokens, 0, _HEADER, outputs)
        return [self._logits(end - outputs + 1 + i) for i in range(outputs)]

    def read_along(self, tokens: Sequence[int], outputs: int) -> Iterator[np.ndarray]:
        """Logits of the last `outputs` tokens of one whole prompt, with nothing else in memory, one by one: it may take
        several steps. Each is good until the next is asked for."""
        self.clear()
        first = len(tokens) - outputs
        most = max(self.shape.sequences, self.shape.outputs)
        step = self.shape.step if outputs <= most else min(self.shape.step, most)
        # All of it in even parts: the engine sums the few tokens of a short last one less exactly.
        for begin, stop in cuts(len(tokens), step):
            wanted = max(0, stop - max(begin, first))
            end = self._batch.add(tokens[begin:stop], begin, _HEADER, wanted)
            self._decode(stop - begin)
            for i in range(wanted):
                yield self._logits(end - wanted + 1 + i)

    def close(self) -> None:
        """Give everything back."""
        llama.llama_free(self._context)

    def _begin(self, sequence: int) -> None:
        """Let `sequence` continue the header: the whole state, for recurrent models can copy no part of it."""
        self._remove(sequence)
        if self._header:
            llama.llama_memory_seq_cp(self._memory, _HEADER, sequence, -1, -1)

    def _remove(self, sequence: int) -> None:
        if not llama.llama_memory_seq_rm(self._memory, sequence, -1, -1):
            raise EngineError("sharing", "The engine could not clear a sequence of this model.")

    def _read(self, tokens: Sequence[int], position: int, sequence: int, outputs: int) -> int:
        """Decode one stretch, in even steps; index of its last token in the last step."""
        end = -1
        stretches = cuts(len(tokens), self.shape.step)
        for begin, stop in stretches:
            last = stop == len(tokens)
            end = self._batch.add(tokens[begin:stop], position + begin, sequence, outputs if last else 0)
            self._decode(stop - begin)
        return end

    def _decode(self, count: int) -> None:
        status = self._batch.decode(self._context)
        llama.llama_synchronize(self._context)
        if self._abort.raised:
            raise CancelledError
        if status == 1:
            raise EngineError("sharing", "Not enough memory for this group of questions.")
        if status != 0:
            raise EngineError("decode", f"The engine failed while computing (llama_decode returned {status}).")
        self.evaluated += count

    def _logits(self, index: int) -> np.ndarray:
        pointer = llama.llama_get_logits_ith(self._context, index)
        if not pointer:
            raise EngineError("decode", "The engine returned no logits for a question.")
        return np.ctypeslib.as_array(pointer, (self._vocabulary,))
