"""From headers to what a person wants to know of a model."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import Path
from typing import Any

from weighin.core import format
from weighin.core.downloads.file_names import PartName, without_quantization
from weighin.core.errors import AppError
from weighin.core.gguf.chat_template import KEY, NAMES, choose_template
from weighin.core.gguf.cursor import KnownTexts
from weighin.core.gguf.holes import check_written
from weighin.core.gguf.kinds import why_no_model
from weighin.core.gguf.reader import TENSOR_TYPES, Header, Tensor, read_headers_of
from weighin.core.gguf.weights import read_for_a_token
from weighin.core.models.model import ModelFacts, TypeShare, shard_paths
from weighin.core.safe_text import safe_name

# general.file_type, from enum llama_ftype in llama.h.
_FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S",
    12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS",
    20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M",
    28: "IQ2_S", 29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4",
    39: "NVFP4", 40: "Q1_0", 41: "Q2_0",
}  # fmt: skip
_LARGEST = 1 << 31  # no count in a real header is larger
_LONGEST_ARCHITECTURE = 100  # characters
_EXPERT_TENSOR = "_exps."
_SHARD_END = re.compile(r"-\d{5}-of-\d{5}$")


def model_facts(path: Path, starter: bool = False, texts: KnownTexts | None = None) -> ModelFacts:
    """Facts of the model that `path` is (a part of). `texts`: shared by whoever reads many. Raises AppError."""
    if (part := PartName.of(path.name)) and part.problem:
        raise AppError(part.problem, kind="parts")
    parts = shard_paths(path)
    missing = [p.name for p in parts if not p.exists()]
    if missing and len(parts) > 1:
        text = f"Only {len(parts) - len(missing)} of {len(parts)} parts of this model are here; missing: {missing[0]}"
        raise AppError(text + (" and more." if len(missing) > 1 else "."), kind="parts")
    headers = read_headers_of(parts, texts)
    for one in parts:
        check_written(one)
    facts = facts_of_headers(headers, parts[0].stem)
    if starter and facts["header_name"]:
        facts |= {"name": facts["header_name"], "header_name": ""}
    size = sum(p.stat().st_size for p in parts)
    return ModelFacts(path=str(parts[0].absolute()), file_bytes=size, starter=starter, **facts)


# What a file is called whose name says nothing of the model: by a converter, or by its checksum.
_NAMELESS = re.compile(r"(ggml-)?(model|consolidated|gguf|main|weights)?|(sha256[-:])?[0-9a-f]{32,}", re.IGNORECASE)


def known_name(stem: str, header_name: str) -> str:
    """What people call a model: its file's name without the quantization; where that says nothing, what its header
    calls it. stem: the file's name without ".gguf"."""
    name = without_quantization(f"{stem}.gguf").strip("-._ ")
    return (header_name or stem) if _NAMELESS.fullmatch(name) else name


def facts_of_headers(headers: list[Header], fallback_name: str) -> dict[str, Any]:
    """The fields of ModelFacts that headers tell (all but path, file_bytes, sha256, starter). Raises AppError."""
    if reason := why_no_model(headers):
        raise AppError(reason, kind="kind")
    _check_parts(headers, fallback_name)
    meta = headers[0].metadata
    if not any(h.tensors for h in headers):
        what = " (a vocabulary only)" if "tokenizer.ggml.tokens" in meta else ""
        raise AppError(f"This GGUF file holds no weights{what}.", kind="no_weights")
    architecture = _text(meta.get("general.architecture"))
    if not architecture:
        raise AppError("The header of this file names no architecture.", kind="header")
    if len(architecture) > _LONGEST_ARCHITECTURE:
        name = safe_name(architecture, 40)
        raise AppError(f"The header of this file is damaged: “{name}” is no architecture.", kind="header")

    def number(key: str) -> int | None:
        value = meta.get(f"{architecture}.{key}")
        if isinstance(value, list):  # one entry a layer: the largest stands for the model
            value = max((v for v in value if isinstance(v, int)), default=None)
        plausible = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST
        return value if plausible else None

    tensors = [t for h in headers for t in h.tensors]
    parameters = sum(t.elements for t in tensors)
    experts, used = number("expert_count"), number("expert_used_count")
    idle = 0
    if experts and used and 0 < used < experts:
        inside = sum(t.elements for t in tensors if _EXPERT_TENSOR in t.name)
        idle = inside * (experts - used) // experts
    header_name = _text(meta.get("general.name")) or ""
    name = known_name(fallback_name, header_name)
    keys = (KEY, *(f"{KEY}.{name}" for name in NAMES))
    template = choose_template(_text(meta.get(key)) or None for key in keys)
    heads = number("attention.head_count")
    embedding = number("embedding_length")
    head_size = embedding // heads if embedding and heads else None
    return {
        "name": name,
        "header_name": header_name if header_name != name else "",
        "architecture": architecture,
        "quantization": _quantization(meta, tensors),
        "parameters": parameters,
        "active_parameters": parameters - idle,
        "layers": number("block_count"),
        "heads": heads,
        "kv_heads": number("attention.head_count_kv") or heads,
        "key_length": number("attention.key_length") or head_size,
        "value_length": number("attention.value_length") or head_size,
        "embedding": embedding,
        "experts": experts or None,
        "experts_used": used or None,
        "context_length": number("context_length"),
        "vocabulary": headers[0].lengths.get("tokenizer.ggml.tokens"),
        "template": template,
        "template_sha256": hashlib.sha256(template.encode()).hexdigest() if template else None,
        "license": _text(meta.get("general.license")) or None,
        "read_bytes": read_for_a_token(headers),
        "tensor_types": _types(tensors),
    }


def _check_parts(headers: list[Header], name: str) -> None:
    """Raises AppError where parts say of themselves that they are others, or of another model. `name`: of the file."""
    if len(headers) == 1:
        _check_alone(headers[0], name)
        return
    for number, header in enumerate(headers):
        stated, count = (header.metadata.get(f"split.{key}") for key in ("no", "count"))
        if isinstance(stated, int) and stated != number:
            text = f"Part {number + 1} of this model says of itself that it is part {stated + 1}: files were renamed."
            raise AppError(text, kind="parts")
        if isinstance(count, int) and count != len(headers):
            text = f"Part {number + 1} of this model belongs to one of {count} parts, not of {len(headers)}."
            raise AppError(text, kind="parts")
    stated, found = headers[0].metadata.get("split.tensors.count"), sum(len(h.tensors) for h in headers)
    if isinstance(stated, int) and stated != found:
        text = f"The parts of this model do not belong together: they hold {found} of {stated} tensors."
        raise AppError(text, kind="parts")


def _check_alone(header: Header, name: str) -> None:
    """Raises AppError where a single file says that it is one of several: the engine finds those by their names."""
    number, count = (header.metadata.get(f"split.{key}", 0) for key in ("no", "count"))
    if not isinstance(number, int) or not isinstance(count, int):
        return
    if not 0 <= number < max(1, count):
        text = f"The header of this file is damaged: it says part {format.count(number + 1)} of {format.count(count)}."
        raise AppError(text, kind="header")
    if count > 1:
        wanted = f"{_SHARD_END.sub('', name)}-{number + 1:05d}-of-{count:05d}.gguf"
        text = f"This is part {number + 1} of {count} of a model, renamed: it has to be called {wanted}"
        raise AppError(f"{text}, with the other parts beside it.", kind="parts")


def _quantization(meta: dict[str, Any], tensors: list[Any]) -> str:
    """Name of the recipe where the file states it, else the type most weights have."""
    stated = meta.get("general.file_type")
    if isinstance(stated, int) and stated in _FILE_TYPES:
        return _FILE_TYPES[stated]
    weights: Counter[int] = Counter()
    for tensor in tensors:
        weights[tensor.type] += tensor.elements
    kind = weights.most_common(1)[0][0]
    return TENSOR_TYPES.get(kind, (f"type {kind}", 1, 1))[0]


def _types(tensors: list[Tensor]) -> tuple[TypeShare, ...]:
    """Bytes of each tensor type, those of a type whose size is not known left out."""
    found: Counter[str] = Counter()
    for tensor in tensors:
        if tensor.bytes:
            found[TENSOR_TYPES[tensor.type][0]] += tensor.bytes
    return tuple(TypeShare(name, count) for name, count in found.most_common())


def _text(value: Any) -> str:
    """`value` as one printable line's worth of text (templates keep their lines); "" for anything that is no text."""
    return value if isinstance(value, str) else ""
