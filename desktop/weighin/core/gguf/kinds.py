"""Files that say of themselves, in their headers, that they are something else than a model that writes text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from weighin.core.gguf.reader import Header
from weighin.core.safe_text import safe_name

_ENCODERS = {
    "bert", "modern-bert", "nomic-bert", "nomic-bert-moe", "neo-bert", "jina-bert-v2", "jina-bert-v3", "eurobert",
    "gemma-embedding", "llama-embed", "t5encoder",
}  # fmt: skip
_DRAFTS = {"eagle3", "dflash", "gemma4-assistant"}
_SPEECH = {"wavtokenizer-dec", "qwen3tts", "pockettts"}
_HEARING = {"whisper", "parakeet"}
_DIFFUSION = {"dream", "llada", "llada-moe", "rnd1"}
# As the makers of files for ComfyUI call them.
_PICTURES = {
    "flux", "sd1", "sdxl", "sd3", "aura", "hidream", "cosmos", "ltxv", "hyvid", "wan", "lumina2", "qwen_image",
}  # fmt: skip
_NONE, _RANK = 0, 4  # enum llama_pooling_type
_BLOCK = re.compile(r"blk\.([0-9]{1,9})\.(nextn\.)?")
_LORA = re.compile(r"\.lora_?[ab]$", re.IGNORECASE)

_IMATRIX = "This is an importance matrix from quantizing, not a model."
_CONTROL_VECTOR = "This is a control vector for another model, not a model."
_RERANKER = "This is a reranker: it scores texts and does not write any."
_EMBEDDING = "This is an embedding model: it turns text into vectors and does not write any."


def why_no_model(headers: Iterable[Header]) -> str:
    """What the file with these `headers` is instead of a model that writes text, as one sentence; "" for such a model,
    as far as headers tell."""
    headers = tuple(headers)
    meta = headers[0].metadata
    names = [tensor.name for header in headers for tensor in header.tensors]
    kind, architecture = meta.get("general.type"), meta.get("general.architecture")
    if kind == "adapter" or "adapter.type" in meta or (names and all(_LORA.search(name) for name in names)):
        how = {"lora": " (LoRA)", "alora": " (LoRA)"}.get(str(meta.get("adapter.type", "lora")), "")
        return f"This is an adapter{how} for another model, not a model."
    if kind == "imatrix" or any(key.startswith("imatrix.") for key in meta):
        return _IMATRIX
    if kind == "mmproj" or architecture == "clip":
        return _projector(meta)
    if names and all(name.startswith("direction.") for name in names):
        return _CONTROL_VECTOR
    if isinstance(architecture, str) and (found := why_no_architecture(architecture)):
        return _RERANKER if found == _EMBEDDING and _ranks(architecture, meta, names) else found
    pooling = meta.get(f"{architecture}.pooling_type", _NONE)
    if isinstance(pooling, int) and pooling > _NONE:
        return _RERANKER if pooling == _RANK else _EMBEDDING
    return "This holds only the draft layers (MTP) of a model." if _only_draft_layers(names) else ""


def why_no_architecture(architecture: str) -> str:
    """What a file of this `architecture` is instead of a model that writes text; "" where that does not tell."""
    sentences = (
        ({"clip"}, _projector({})),
        ({"imatrix"}, _IMATRIX),
        ({"controlvector"}, _CONTROL_VECTOR),
        (_ENCODERS, _EMBEDDING),
        ({"t5"}, "This is an encoder-decoder model (T5): it does not work like a chat model."),
        (_DRAFTS, "This is a draft model, useful only with the model it drafts for."),
        (_SPEECH, "This is part of a text-to-speech model: it does not write text."),
        (_HEARING, "This is a speech recognition model: it does not answer prompts."),
        (_DIFFUSION, "This is a diffusion model: it does not generate token by token."),
        (_PICTURES, f"This is an image or video model ({safe_name(architecture, 20)}), not a text model."),
    )
    return next((sentence for found, sentence in sentences if architecture in found), "")


def _projector(meta: dict[str, Any]) -> str:
    sound, pictures = (meta.get(f"clip.has_{what}_encoder") is True for what in ("audio", "vision"))
    what = "sound" if sound and not pictures else "images and sound" if sound else "images"
    return f"This is the projector (mmproj) of a model for {what}, not a model."


def _ranks(architecture: str, meta: dict[str, Any], names: list[str]) -> bool:
    return meta.get(f"{architecture}.pooling_type") == _RANK or any(re.match(r"cls(\.|_)", name) for name in names)


def _only_draft_layers(names: list[str]) -> bool:
    """Whether every block is one of those that only draft (multi-token prediction)."""
    blocks = [match for name in names if (match := _BLOCK.match(name))]
    drafting = {match[1] for match in blocks if match[2]}
    return bool(drafting) and all(match[1] in drafting for match in blocks)
