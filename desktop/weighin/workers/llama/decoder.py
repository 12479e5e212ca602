"""Running tokens through a context, one by one or in a batch of sequences: the only caller of llama_decode."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import llama_cpp.llama_cpp as llama
import numpy as np

from weighin.workers.engine import EngineError
from weighin.workers.llama.native import AbortFlag

_ABORTED = 2
_NO_SLOT = 1


class CancelledError(Exception):
    """The job was stopped; the context can be used again after `clear`."""


class Decoder:
    """One llama_context that reads prompts in batches and then one token at a time."""

    def __init__(self, context: Any, context_tokens: int, batch: int, abort: AbortFlag) -> None:
        self.context = context
        self.context_tokens = context_tokens
        self._batch = min(batch, context_tokens)
        self._abort = abort
        self._one = (llama.llama_token * 1)()
        self.position = 0

    @property
    def cancelled(self) -> bool:
        """Whether a stop was asked for."""
        return self._abort.raised

    def set_threads(self, threads: int) -> None:
        """Use `threads` from now on, for reading and writing."""
        llama.llama_set_n_threads(self.context, threads, threads)

    def clear(self) -> None:
        """Forget everything that was read: each answer starts from nothing, so that its numbers are its own."""
        llama.llama_memory_clear(llama.llama_get_memory(self.context), True)
        self.position = 0

    def read(self, tokens: list[int], on_progress: Callable[[int], None]) -> None:
        """Put `tokens` through the model. Raises CancelledError, EngineError."""
        for start in range(0, len(tokens), self._batch):
            chunk = tokens[start : start + self._batch]
            self._decode((llama.llama_token * len(chunk))(*chunk), len(chunk))
            on_progress(self.position)

    def read_one(self, token: int) -> None:
        """Put one token through the model. Raises CancelledError, EngineError."""
        self._one[0] = token
        self._decode(self._one, 1)

    def synchronize(self) -> None:
        """Wait until everything asked for has been computed: clocks are read after this."""
        llama.llama_synchronize(self.context)

    def warm_up(self) -> None:
        """Touch all weights once, experts too, so that the first answer does not pay for it."""
        llama.llama_set_warmup(self.context, True)
        self._one[0] = 0
        llama.llama_decode(self.context, llama.llama_batch_get_one(self._one, 1))
        self.synchronize()
        llama.llama_set_warmup(self.context, False)
        self.clear()

    def close(self) -> None:
        """Give the context back."""
        llama.llama_free(self.context)

    def _decode(self, tokens: Any, count: int) -> None:
        status = llama.llama_decode(self.context, llama.llama_batch_get_one(tokens, count))
        if status == 0 and not self._abort.raised:
            self.position += count
            return
        if status == _ABORTED or self._abort.raised:
            raise CancelledError
        if status == _NO_SLOT:
            raise EngineError("context", "The context is full: there is no room for the next tokens.")
        raise EngineError("decode", f"The engine failed while computing (llama_decode returned {status}).")


class TokenBatch:
    """Up to `capacity` tokens of up to `sequences` sequences: `add` stretches, then `decode` them once."""

    def __init__(self, capacity: int, sequences: int) -> None:
        self._tokens = np.zeros(capacity, np.int32)
        self._positions = np.zeros(capacity, np.int32)
        self._counts = np.ones(capacity, np.int32)
        self._wanted = np.zeros(capacity, np.int8)
        # llama.cpp wants a pointer to the list of sequences of each token; one constant list a sequence serves all.
        self._ids = np.arange(sequences, dtype=np.int32)
        self._lists = np.zeros(capacity, np.uintp)
        self._batch = llama.llama_batch()
        for name, values in (
            ("token", self._tokens),
            ("pos", self._positions),
            ("n_seq_id", self._counts),
            ("seq_id", self._lists),
            ("logits", self._wanted),
        ):
            setattr(self._batch, name, values.ctypes.data_as(type(getattr(self._batch, name))))
        self._count = 0

    def add(self, tokens: Sequence[int], position: int, sequence: int, outputs: int) -> int:
        """Append `tokens` from `position` of `sequence`, wanting logits of the last `outputs`; index of the last."""
        begin, end = self._count, self._count + len(tokens)
        self._tokens[begin:end] = tokens
        self._positions[begin:end] = np.arange(position, position + len(tokens))
        self._lists[begin:end] = self._ids.ctypes.data + self._ids.itemsize * sequence
        self._wanted[begin:end] = 0
        self._wanted[end - outputs : end] = 1
        self._count = end
        return end - 1

    def decode(self, context: Any) -> int:
        """Put everything through the model; llama_decode's status. The batch is empty afterwards."""
        self._batch.n_tokens = self._count
        self._count = 0
        return int(llama.llama_decode(context, self._batch))
