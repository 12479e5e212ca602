"""GGUF files with random weights in the shape of real models: speed and memory depend on shapes and types alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as QT
from gguf import TokenType

from tests.support.gguf_files import CHATML, CONTROLS, byte_alphabet


@dataclass(frozen=True)
class Shape:
    """A model of `layers` blocks, as the metadata keys of llama.cpp name things."""

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


QWEN3_06B = Shape("qwen3", 28, 1024, 16, 8, 128, 3072)
SMALL_MOE = Shape("qwen3moe", 8, 1024, 16, 4, 64, 512, experts=32, used=4)


def write_shape(path: Path, shape: Shape, seed: int = 0) -> Path:
    """A Q8_0 file of `shape` at `path`."""
    rng = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, shape.arch, use_temp_file=False)
    _vocabulary(writer, shape.vocabulary)
    writer.add_chat_template(CHATML)
    writer.add_block_count(shape.layers)
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

    def quantized(name: str, *dims: int) -> None:
        blocks = rng.integers(0, 256, size=(int(np.prod(dims)) // 32, 34), dtype=np.uint8)
        blocks[:, 0:2] = np.frombuffer(np.float16(0.002).tobytes(), dtype=np.uint8)  # one scale keeps numbers finite
        writer.add_tensor(name, blocks.reshape(*dims[:-1], dims[-1] // 32 * 34), raw_dtype=QT.Q8_0)

    def ones(name: str, count: int) -> None:
        writer.add_tensor(name, np.ones(count, np.float32))

    quantized("token_embd.weight", shape.vocabulary, shape.embed)
    ones("output_norm.weight", shape.embed)
    for i in range(shape.layers):
        block = f"blk.{i}."
        for name, count in (
            ("attn_norm", shape.embed),
            ("ffn_norm", shape.embed),
            ("attn_q_norm", shape.head),
            ("attn_k_norm", shape.head),
        ):
            ones(f"{block}{name}.weight", count)
        quantized(block + "attn_q.weight", shape.heads * shape.head, shape.embed)
        quantized(block + "attn_k.weight", shape.kv_heads * shape.head, shape.embed)
        quantized(block + "attn_v.weight", shape.kv_heads * shape.head, shape.embed)
        quantized(block + "attn_output.weight", shape.embed, shape.heads * shape.head)
        if shape.experts:
            writer.add_tensor(
                f"{block}ffn_gate_inp.weight", rng.standard_normal((shape.experts, shape.embed)).astype(np.float32)
            )
            quantized(f"{block}ffn_gate_exps.weight", shape.experts, shape.ffn, shape.embed)
            quantized(f"{block}ffn_up_exps.weight", shape.experts, shape.ffn, shape.embed)
            quantized(f"{block}ffn_down_exps.weight", shape.experts, shape.embed, shape.ffn)
        else:
            quantized(block + "ffn_gate.weight", shape.ffn, shape.embed)
            quantized(block + "ffn_up.weight", shape.ffn, shape.embed)
            quantized(block + "ffn_down.weight", shape.embed, shape.ffn)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _vocabulary(writer: gguf.GGUFWriter, size: int) -> None:
    """`size` tokens: all bytes, made-up words, control tokens."""
    tokens = byte_alphabet()
    tokens += [f"Ġw{n}" for n in range(size - len(tokens) - len(CONTROLS))] + list(CONTROLS)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([TokenType.NORMAL] * (size - len(CONTROLS)) + [TokenType.CONTROL] * len(CONTROLS))
    writer.add_token_merges(["Ġ w"])
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_add_bos_token(False)
