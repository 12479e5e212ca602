"""A llama_batch over arrays of our own, filled whole stretches at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import llama_cpp.llama_cpp as llama
import numpy as np


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
