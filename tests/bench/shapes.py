"""GGUF files with random weights in the shape of real models: speed and memory depend on shapes and types alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as QT
from gguf import TokenType

from tests.support.gguf_files import CHATML, CONTROLS, byte_alphabet

_WINDOW_PATTERN = 6  # gemma3: five layers with a window, one without
_FULL_ATTENTION_EVERY = 4  # qwen35


@dataclass(frozen=True)
class Shape:
    """A model of `layers` blocks, as the metadata keys of llama.cpp name things. kind: type of the matrices.
    drafting: blocks behind these that only draft tokens, groups: of heads of the recurrent state (both qwen35).
    merges: made-up ones of the vocabulary."""

    arch: str
    layers: int
    embed: int
    heads: int
    kv_heads: int
    head: int
    ffn: int
    vocabulary: int = 151_936
    experts: int = 0
    used: int = 0
    kind: QT = QT.Q8_0
    output_kind: QT | None = None
    tied: bool = False
    window: int = 0
    drafting: int = 0
    merges: int = 0
    groups: int = 8


QWEN3_06B = Shape("qwen3", 28, 1024, 16, 8, 128, 3072)
SMALL_MOE = Shape("qwen3moe", 8, 1024, 16, 4, 64, 512, experts=32, used=4)


def write_shape(path: Path, shape: Shape, seed: int = 0) -> Path:
    """A file of `shape` at `path`."""
    rng = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, shape.arch, use_temp_file=False)
    _vocabulary(writer, shape.vocabulary, shape.merges)
    writer.add_chat_template(CHATML)
    _metadata(writer, shape)
    for name, dims, kind in _tensors(shape):
        writer.add_tensor(name, _weights(name, dims, kind, rng), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _metadata(writer: gguf.GGUFWriter, shape: Shape) -> None:
    writer.add_block_count(shape.layers + shape.drafting)
    writer.add_context_length(32768)
    writer.add_embedding_length(shape.embed)
    writer.add_feed_forward_length(shape.ffn)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head)
    writer.add_value_length(shape.head)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(1e6)
    if shape.experts:
        writer.add_expert_count(shape.experts)
        writer.add_expert_used_count(shape.used)
        writer.add_expert_feed_forward_length(shape.ffn)
    if shape.window:
        writer.add_sliding_window(shape.window)
    if shape.arch == "qwen35":
        writer.add_rope_dimension_sections([11, 11, 10, 0])
        writer.add_rope_dimension_count(64)
        writer.add_ssm_conv_kernel(4)
        writer.add_ssm_inner_size(_inner(shape))
        writer.add_ssm_state_size(128)
        writer.add_ssm_time_step_rank(_inner(shape) // 128)
        writer.add_ssm_group_count(shape.groups)
        writer.add_full_attention_interval(_FULL_ATTENTION_EVERY)
    if shape.drafting:
        writer.add_nextn_predict_layers(shape.drafting)


def _inner(shape: Shape) -> int:
    return 2 * shape.embed


def _tensors(shape: Shape) -> Iterator[tuple[str, tuple[int, ...], QT]]:
    """Name, shape (rows first, as numpy has it) and type of every tensor."""
    yield "token_embd.weight", (shape.vocabulary, shape.embed), shape.output_kind or shape.kind
    yield "output_norm.weight", (shape.embed,), QT.F32
    if not shape.tied:
        yield "output.weight", (shape.vocabulary, shape.embed), shape.output_kind or shape.kind
    for i in range(shape.layers):
        for name, dims, kind in _block(shape, i):
            yield f"blk.{i}.{name}", dims, kind
    for i in range(shape.layers, shape.layers + shape.drafting):
        for name, dims, kind in (*_block(shape, _FULL_ATTENTION_EVERY - 1), *_draft(shape)):
            yield f"blk.{i}.{name}", dims, kind


def _block(shape: Shape, number: int) -> Iterator[tuple[str, tuple[int, ...], QT]]:
    embed, kind = shape.embed, shape.kind
    yield "attn_norm.weight", (embed,), QT.F32
    if shape.arch == "qwen35" and (number + 1) % _FULL_ATTENTION_EVERY:
        yield from _recurrent(shape)
    else:
        gated = 2 if shape.arch == "qwen35" else 1
        yield "attn_q.weight", (shape.heads * shape.head * gated, embed), kind
        yield "attn_k.weight", (shape.kv_heads * shape.head, embed), kind
        yield "attn_v.weight", (shape.kv_heads * shape.head, embed), kind
        yield "attn_output.weight", (embed, shape.heads * shape.head), kind
        if shape.arch in ("qwen3", "qwen3moe", "gemma3", "qwen35"):
            yield "attn_q_norm.weight", (shape.head,), QT.F32
            yield "attn_k_norm.weight", (shape.head,), QT.F32
    if shape.arch == "qwen35":
        yield "post_attention_norm.weight", (embed,), QT.F32
    else:
        yield "ffn_norm.weight", (embed,), QT.F32
    if shape.arch == "gemma3":
        yield "post_attention_norm.weight", (embed,), QT.F32
        yield "post_ffw_norm.weight", (embed,), QT.F32
    yield from _feed_forward(shape)


def _draft(shape: Shape) -> Iterator[tuple[str, tuple[int, ...], QT]]:
    yield "nextn.eh_proj.weight", (shape.embed, 2 * shape.embed), shape.kind
    for name in ("enorm", "hnorm", "shared_head_norm"):
        yield f"nextn.{name}.weight", (shape.embed,), QT.F32


def _recurrent(shape: Shape) -> Iterator[tuple[str, tuple[int, ...], QT]]:
    """A gated delta net."""
    embed, inner, rank = shape.embed, _inner(shape), _inner(shape) // 128
    channels = 2 * shape.groups * 128 + inner
    yield "attn_qkv.weight", (channels, embed), shape.kind
    yield "attn_gate.weight", (inner, embed), shape.kind
    yield "ssm_conv1d.weight", (channels, 4), QT.F32
    yield "ssm_dt.bias", (rank,), QT.F32
    yield "ssm_a", (rank,), QT.F32
    yield "ssm_beta.weight", (rank, embed), shape.kind
    yield "ssm_alpha.weight", (rank, embed), shape.kind
    yield "ssm_norm.weight", (128,), QT.F32
    yield "ssm_out.weight", (embed, inner), shape.kind


def _feed_forward(shape: Shape) -> Iterator[tuple[str, tuple[int, ...], QT]]:
    embed, kind = shape.embed, shape.kind
    if not shape.experts:
        yield "ffn_gate.weight", (shape.ffn, embed), kind
        yield "ffn_up.weight", (shape.ffn, embed), kind
        yield "ffn_down.weight", (embed, shape.ffn), kind
        return
    yield "ffn_gate_inp.weight", (shape.experts, embed), QT.F32
    yield "ffn_gate_exps.weight", (shape.experts, shape.ffn, embed), kind
    yield "ffn_up_exps.weight", (shape.experts, shape.ffn, embed), kind
    yield "ffn_down_exps.weight", (shape.experts, embed, shape.ffn), kind


def _weights(name: str, dims: tuple[int, ...], kind: QT, rng: np.random.Generator) -> np.ndarray:
    """Random weights that keep numbers finite: one scale in every block."""
    if name.endswith("ssm_a"):
        return -np.ones(dims, np.float32)  # a state that decays
    if kind == QT.F32:
        return np.ones(dims, np.float32) if len(dims) == 1 else rng.standard_normal(dims).astype(np.float32) * 0.1
    if kind == QT.F16:
        return (rng.standard_normal(dims) * 0.02).astype(np.float16)
    block, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = rng.integers(0, 256, size=(int(np.prod(dims)) // block, size), dtype=np.uint8)

    def scale(value: float) -> np.ndarray:
        return np.frombuffer(np.float16(value).tobytes(), dtype=np.uint8)

    if kind == QT.Q8_0:
        blocks[:, 0:2] = scale(0.002)
    elif kind == QT.Q4_K:
        blocks[:, 0:2] = blocks[:, 2:4] = scale(0.0002)
    elif kind == QT.Q6_K:
        blocks[:, -2:] = scale(0.00005)
    else:
        raise ValueError(f"no recipe for {kind.name}")
    return blocks.reshape(*dims[:-1], dims[-1] // block * size)


def _vocabulary(writer: gguf.GGUFWriter, size: int, merges: int) -> None:
    """`size` tokens: all bytes, the four letters behind a space, made-up words, control tokens; and some `merges`."""
    letters = [f"Ġ{letter}" for letter in "ABCD"]
    tokens = byte_alphabet() + letters
    tokens += [f"Ġw{n}" for n in range(size - len(tokens) - len(CONTROLS))] + list(CONTROLS)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([TokenType.NORMAL] * (size - len(CONTROLS)) + [TokenType.CONTROL] * len(CONTROLS))
    made_up = (f"Ġw{n} {n % 7}" for n in range(merges))
    writer.add_token_merges(["Ġ w", *(f"Ġ {letter[1:]}" for letter in letters), *made_up])
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_add_bos_token(False)
