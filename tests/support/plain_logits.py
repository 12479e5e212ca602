"""Logits and counts of tokens by the binding alone; each in a process of its own (apart.py)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np


def plain_logits(path: Path, tokens: list[int], first: int) -> np.ndarray[Any, Any]:
    """Logits of `tokens` from position `first` on, by the binding alone: one step, all of them wanted."""
    import llama_cpp.llama_cpp as llama

    from weighin.workers.llama.libraries import load_backends

    load_backends()  # the one thing that a portable engine cannot do without
    model = llama.llama_model_load_from_file(str(path).encode(), llama.llama_model_default_params())
    params = llama.llama_context_default_params()
    params.n_ctx = params.n_batch = params.n_ubatch = len(tokens)
    params.n_threads = params.n_threads_batch = 1
    params.flash_attn_type = 1
    context = llama.llama_init_from_model(model, params)
    batch = llama.llama_batch_init(len(tokens), 0, 1)
    batch.n_tokens = len(tokens)
    for i, token in enumerate(tokens):
        batch.token[i], batch.pos[i], batch.n_seq_id[i], batch.seq_id[i][0], batch.logits[i] = (
            token,
            i,
            1,
            0,
            i >= first,
        )
    assert llama.llama_decode(context, batch) == 0
    size = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(model))
    rows = np.ctypeslib.as_array(llama.llama_get_logits(context), (len(tokens) - first, size)).copy()
    llama.llama_batch_free(batch)
    llama.llama_free(context)
    llama.llama_model_free(model)
    return rows


def plain_counts(path: Path, texts: list[str]) -> list[int]:
    """How many tokens each text has, with what the vocabulary puts before it."""
    from llama_cpp import Llama

    model = Llama(str(path), vocab_only=True, verbose=False)
    counts = [len(model.tokenize(text.encode(), add_bos=True)) for text in texts]
    model.close()
    return counts
