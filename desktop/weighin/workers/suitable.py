"""Whether a model is of a kind that answers prompts."""

from __future__ import annotations

from typing import Any

import llama_cpp.llama_cpp as llama

from weighin.workers.engine import EngineError


def check_writes_text(model: Any) -> None:
    """Raises EngineError of kind "kind", with the reason, for a llama_model that cannot be asked anything."""
    if llama.llama_model_has_encoder(model) or not llama.llama_model_has_decoder(model):
        raise EngineError("kind", "This model does not write text: it has no plain decoder (an embedding model?).")
    if llama.llama_model_is_diffusion(model):
        raise EngineError("kind", "This is a diffusion model: it does not write one token after the other.")
    if llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(model)) == 0:
        raise EngineError("kind", "This file has no tokenizer, so no prompt can be put to it.")
