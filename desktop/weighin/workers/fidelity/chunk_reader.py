"""A context that reads chunks and hands their logits out, as llama.cpp's tools/perplexity sets it up."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import llama_cpp.llama_cpp as llama
import numpy as np

from weighin.core.fidelity.reading import compared_in, steps
from weighin.workers.engine import EngineError
from weighin.workers.llama.decoder import CancelledError, Decoder, TokenBatch
from weighin.workers.llama.native import AbortFlag

# Tokens that are written to time it.
_WRITTEN = 48


class ChunkReader:
    """One llama_context of `context` tokens. seconds: what reading the last chunk took, without what its logits were
    used for."""

    def __init__(self, pointer: Any, context: int, batch: int, vocabulary: int, abort: AbortFlag) -> None:
        self._decoder = Decoder(pointer, context, batch, abort)
        self._pointer, self.context = pointer, context
        self._steps = steps(context, batch)
        self._vocabulary, self._abort = vocabulary, abort
        self._batch = TokenBatch(min(batch, context), 1)
        self.seconds = 0.0
        self._decoder.warm_up()

    def set_threads(self, threads: int) -> None:
        """Use `threads` from now on."""
        self._decoder.set_threads(threads)

    def read(self, tokens: list[int], on_progress: Callable[[int], None]) -> Iterator[tuple[int, np.ndarray[Any, Any]]]:
        """Position of the first row, and the rows of logits of each step that has any; good until the next step.

        Raises EngineError."""
        self._decoder.clear()
        self.seconds = 0.0
        for step in self._steps:
            wanted = compared_in(step, self.context)
            begin = time.perf_counter()
            self._decode(tokens, step, wanted)
            self.seconds += time.perf_counter() - begin
            on_progress(step[1])
            if wanted:
                yield wanted.start, self._logits(len(wanted))

    def time_writing(self, tokens: list[int]) -> float | None:
        """Tokens a second where they come one at a time, by the median; None where the clock was too coarse."""
        self._decoder.clear()
        times = []
        try:
            for token in tokens[:_WRITTEN]:
                begin = time.perf_counter()
                self._decoder.read_one(token)
                self._decoder.synchronize()
                times.append(time.perf_counter() - begin)
        except CancelledError:
            raise _stopped() from None
        usual = statistics.median(times)
        return 1 / usual if usual > 0 else None

    def close(self) -> None:
        """Give everything back."""
        self._decoder.close()

    def _decode(self, tokens: list[int], step: tuple[int, int], wanted: range) -> None:
        # Logits are wanted of a stretch that need not be the last one of the step.
        at = step[0]
        for end, outputs in ((wanted.stop, len(wanted)), (step[1], 0)):
            if end > at:
                self._batch.add(tokens[at:end], at, 0, outputs)
                at = end
        status = self._batch.decode(self._pointer)
        self._decoder.synchronize()
        if self._abort.raised:
            raise _stopped()
        if status != 0:
            raise EngineError("decode", f"The engine failed while reading (llama_decode returned {status}).")

    def _logits(self, rows: int) -> np.ndarray[Any, Any]:
        pointer = llama.llama_get_logits(self._pointer)
        if not pointer:
            raise EngineError("decode", "The engine returned no logits.")
        return np.ctypeslib.as_array(pointer, (rows, self._vocabulary))


def _stopped() -> EngineError:
    return EngineError("cancelled", "Reading was stopped.")
