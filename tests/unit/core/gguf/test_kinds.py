"""Files that are GGUF and no model that writes text."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from tests.support.gguf_files import make_header, make_model

from weighin.core.errors import AppError
from weighin.core.models.header_facts import model_facts

ADAPTER = "This is an adapter (LoRA) for another model, not a model."
IMATRIX = "This is an importance matrix from quantizing, not a model."
EMBEDDING = "This is an embedding model: it turns text into vectors and does not write any."
RERANKER = "This is a reranker: it scores texts and does not write any."
DRAFT = "This holds only the draft layers (MTP) of a model."
CONTROL = "This is a control vector for another model, not a model."


def projector(what: str) -> str:
    return f"This is the projector (mmproj) of a model for {what}, not a model."


@pytest.mark.parametrize(
    ("architecture", "entries", "tensors", "sentence"),
    [
        ("llama", {"general.type": "adapter", "adapter.type": "lora"}, ("blk.0.attn_q.weight.lora_a",), ADAPTER),
        ("llama", {"adapter.type": "lora"}, ("t",), ADAPTER),
        ("llama", {}, ("blk.0.attn_q.weight.lora_a", "blk.0.attn_q.weight.lora_b"), ADAPTER),
        ("llama", {"general.type": "imatrix"}, ("t",), IMATRIX),
        ("imatrix", {}, ("blk.0.attn_q.weight.in_sum2",), IMATRIX),
        ("llama", {"imatrix.chunk_count": 3}, ("t",), IMATRIX),
        ("clip", {}, ("v.patch_embd.weight",), projector("images")),
        ("clip", {"general.type": "mmproj", "clip.has_audio_encoder": True}, ("t",), projector("sound")),
        ("clip", {f"clip.has_{s}_encoder": True for s in ("audio", "vision")}, (), projector("images and sound")),
        ("controlvector", {}, ("direction.1",), CONTROL),
        ("llama", {}, ("direction.1", "direction.2"), CONTROL),
        ("bert", {}, ("token_embd.weight",), EMBEDDING),
        ("bert", {}, ("token_embd.weight", "cls.weight"), RERANKER),
        ("modern-bert", {"modern-bert.pooling_type": 4}, ("t",), RERANKER),
        ("qwen3", {"qwen3.pooling_type": 3}, ("t",), EMBEDDING),
        ("qwen3", {"qwen3.pooling_type": 4}, ("t",), RERANKER),
        ("t5", {}, ("t",), "This is an encoder-decoder model (T5): it does not work like a chat model."),
        ("qwen35", {}, ("token_embd.weight", "blk.32.attn_q.weight", "blk.32.nextn.eh_proj.weight"), DRAFT),
        ("eagle3", {}, ("t",), "This is a draft model, useful only with the model it drafts for."),
        ("wavtokenizer-dec", {}, ("t",), "This is part of a text-to-speech model: it does not write text."),
        ("whisper", {}, ("t",), "This is a speech recognition model: it does not answer prompts."),
        ("llada", {}, ("t",), "This is a diffusion model: it does not generate token by token."),
        ("flux", {}, ("t",), "This is an image or video model (flux), not a text model."),
        ("llama", {}, (), "This GGUF file holds no weights."),
        ("llama", {"tokenizer.ggml.tokens": ["a"]}, (), "This GGUF file holds no weights (a vocabulary only)."),
    ],
)  # fmt: skip
def test_what_is_no_model_is_called_by_its_name(
    tmp_path: Path, architecture: str, entries: dict[str, Any], tensors: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(AppError) as refusal:
        model_facts(make_header(tmp_path / "x.gguf", architecture, entries, tensors))
    assert refusal.value.user_text == sentence


@pytest.mark.parametrize(
    "entries",
    [
        {"general.type": "model"},
        {"llama.pooling_type": 0},
        {"split.no": 0, "split.count": 1},
        {"general.type": 7, "llama.pooling_type": "x", "split.count": "many"},
    ],
)
def test_a_model_is_one(tmp_path: Path, entries: dict[str, Any]) -> None:
    assert model_facts(make_model(tmp_path / "m.gguf", entries=entries)).parameters


def test_a_model_with_draft_layers_beside_its_own_is_one(tmp_path: Path) -> None:
    names = ("blk.0.attn_q.weight", "blk.1.attn_q.weight", "blk.1.nextn.eh_proj.weight")
    assert model_facts(make_header(tmp_path / "m.gguf", "qwen35", {}, names)).parameters == 96


@pytest.mark.parametrize(
    ("name", "wanted"), [("half", "half"), ("half-00001-of-00001", "half"), ("model-00002", "model-00002")]
)
def test_a_part_under_another_name_says_which_it_needs(tmp_path: Path, name: str, wanted: str) -> None:
    part = make_model(tmp_path / f"{name}.gguf", entries={"split.no": 1, "split.count": 3})
    with pytest.raises(AppError) as refusal:
        model_facts(part)
    assert refusal.value.kind == "parts"
    assert refusal.value.user_text == (
        f"This is part 2 of 3 of a model, renamed: it has to be called {wanted}-00002-of-00003.gguf, "
        "with the other parts beside it."
    )


@pytest.mark.parametrize(("version", "words"), [(3, "big-endian"), (2, "big-endian"), (5, "version 83886080")])
def test_a_file_for_other_machines_is_called_so(tmp_path: Path, version: int, words: str) -> None:
    data = bytearray(make_model(tmp_path / "m.gguf").read_bytes())
    data[4:8] = struct.pack(">I", version)
    (tmp_path / "big.gguf").write_bytes(data)
    with pytest.raises(AppError, match=words):
        model_facts(tmp_path / "big.gguf")


def test_the_template_that_is_used_is_the_one_that_is_shown(tmp_path: Path) -> None:
    named = {"tokenizer.chat_template.tool_use": "{{ 1 }}", "tokenizer.chat_template.default": "{{ 2 }}"}
    for own, shown in (("{{ 0 }}", "{{ 0 }}"), (None, "{{ 2 }}"), ("chatml", "{{ 2 }}")):
        assert model_facts(make_model(tmp_path / "m.gguf", template=own, entries=named)).template == shown
    assert model_facts(make_model(tmp_path / "n.gguf", template="chatml")).template == "chatml"
