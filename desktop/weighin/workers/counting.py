"""Counts tokens with nothing of a model but its vocabulary."""

from __future__ import annotations

import os

import llama_cpp.llama_cpp as llama

from weighin.core.runs.failures import load_failure
from weighin.protocol.messages import Counted, CountTokens
from weighin.workers.engine import EngineError
from weighin.workers.native import NativeLog
from weighin.workers.vocabulary import Vocabulary


def count_tokens(request: CountTokens, log: NativeLog, build: str) -> Counted:
    """Tokens of a text. Raises EngineError where the vocabulary cannot be read."""
    log.clear()
    params = llama.llama_model_default_params()
    params.vocab_only = True
    model = llama.llama_model_load_from_file(os.fsencode(request.path), params)
    if not model:
        failure = load_failure(log.tail(), f"llama.cpp {build}")
        raise EngineError(failure.kind, failure.message, failure.detail)
    try:
        vocabulary = Vocabulary(model)
        return Counted(request.id, len(vocabulary.tokenize(request.text, False)))
    finally:
        llama.llama_model_free(model)
