"""Tiny GGUF files with random weights, made on the spot: dense and mixture of experts, BPE and SentencePiece."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
from gguf import TokenType

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
CONTROLS = ("<|im_start|>", "<|im_end|>", "<|end|>")


def byte_alphabet() -> list[str]:
    """The 256 characters that GPT-2's byte-level BPE writes for the bytes 0..255."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    extra = iter(range(256, 512))
    return [chr(b) if b in visible else chr(next(extra)) for b in range(256)]


def bpe_vocabulary(
    letters: bool = False, controls: tuple[str, ...] = CONTROLS
) -> tuple[list[str], list[int], list[str]]:
    """Tokens, types and merges: all bytes, some English merges, control tokens. `letters`: " A" is one token."""
    tokens = byte_alphabet()
    merges = []
    for one, other in (
        ("t", "h"),
        ("th", "e"),
        ("Ġ", "the"),
        ("i", "n"),
        ("e", "r"),
        ("Ġ", "a"),
        ("o", "n"),
        ("h", "e"),
        *((("Ġ", letter) for letter in "ABCD") if letters else ()),
    ):
        merges.append(f"{one} {other}")
        tokens.append(one + other)
    types = [TokenType.NORMAL] * len(tokens)
    tokens += controls
    types += [TokenType.CONTROL] * len(controls)
    return tokens, types, merges


def spm_vocabulary(letters: bool = False) -> tuple[list[str], list[float], list[int]]:
    """Tokens, scores and types: the three standard ones, 256 bytes, letters and a few words. `letters`: " A" is one
    token."""
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{b:02X}>" for b in range(256))]
    types = [TokenType.UNKNOWN, TokenType.CONTROL, TokenType.CONTROL, *[TokenType.BYTE] * 256]
    words = [
        "▁",
        *"abcdefghijklmnopqrstuvwxyzABCDEFGH.,?!<>/|",
        "▁t",
        "he",
        "▁the",
        "▁a",
        "in",
        "er",
        "on",
        "lo",
        "hel",
        "hello",
        *(f"▁{letter}" for letter in ("ABCD" if letters else "")),
    ]
    tokens += words
    types += [TokenType.NORMAL] * len(words)
    return tokens, [0.0] * 259 + [-float(i) for i in range(len(words))], types


def make_model(
    path: Path,
    arch: str = "llama",
    tokenizer: str = "bpe",
    template: str | None = CHATML,
    layers: int = 2,
    experts: int = 0,
    context: int = 512,
    seed: int = 0,
    favourite: str | None = None,
    bos: bool = False,
    letters: bool = False,
    broken: bool = False,
    more_controls: tuple[str, ...] = (),
    entries: dict[str, str | int | bool | list[str] | None] | None = None,
    ordinary: tuple[str, ...] = (),
) -> Path:
    """Write a GGUF at `path`. `favourite` (BPE only): the one token this model ever writes. `letters`: " A" to " D" are
    one token each. `broken`: computes nothing but NaN. `more_controls` (BPE only): control tokens beside the usual.
    `entries`: what the header says instead, None leaves an entry out. `ordinary` (BPE only): control tokens that are
    marked as ordinary ones."""
    embed, heads, kv_heads, head, ffn = 64, 4, 2, 16, 96
    rng = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, arch)
    writer.add_name(f"Tiny {arch}")
    writer.add_license("mit")
    size = _add_tokenizer(writer, tokenizer, bos, favourite, letters, CONTROLS + more_controls, ordinary)
    if template is not None:
        writer.add_chat_template(template)
    writer.add_block_count(layers)
    writer.add_context_length(context)
    writer.add_embedding_length(embed)
    writer.add_feed_forward_length(ffn)
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(size)
    if experts:
        writer.add_expert_count(experts)
        writer.add_expert_used_count(2)
        writer.add_expert_feed_forward_length(ffn)

    for key, value in (entries or {}).items():
        writer.kv_data[0].pop(key, None)
        if value is not None:
            _add_entry(writer, key, value)

    def matrix(name: str, *shape: int) -> None:
        writer.add_tensor(name, (rng.standard_normal(shape) * 0.5).astype(np.float32))

    def ones(name: str, count: int) -> None:
        writer.add_tensor(name, np.ones(count, np.float32))

    matrix("token_embd.weight", size, embed)
    # A model with a favourite computes zeros: all logits tie and the greedy choice is the first token.
    writer.add_tensor("output_norm.weight", np.full(embed, np.nan if broken else 0.0 if favourite else 1.0, np.float32))
    matrix("output.weight", size, embed)
    for i in range(layers):
        block = f"blk.{i}."
        ones(block + "attn_norm.weight", embed)
        ones(block + "ffn_norm.weight", embed)
        matrix(block + "attn_q.weight", heads * head, embed)
        matrix(block + "attn_k.weight", kv_heads * head, embed)
        matrix(block + "attn_v.weight", kv_heads * head, embed)
        matrix(block + "attn_output.weight", embed, heads * head)
        if arch in ("qwen3", "qwen3moe"):
            ones(block + "attn_q_norm.weight", head)
            ones(block + "attn_k_norm.weight", head)
        if arch == "qwen2":
            for name, count in (("q", heads), ("k", kv_heads), ("v", kv_heads)):
                writer.add_tensor(f"{block}attn_{name}.bias", np.zeros(count * head, np.float32))
        if experts:
            matrix(block + "ffn_gate_inp.weight", experts, embed)
            for name in ("gate", "up"):
                matrix(f"{block}ffn_{name}_exps.weight", experts, ffn, embed)
            matrix(block + "ffn_down_exps.weight", experts, embed, ffn)
        else:
            for name in ("gate", "up"):
                matrix(f"{block}ffn_{name}.weight", ffn, embed)
            matrix(block + "ffn_down.weight", embed, ffn)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def make_header(path: Path, arch: str, entries: dict[str, str | int | bool], tensors: tuple[str, ...] = ("t",)) -> Path:
    """Write a GGUF at `path` that is nothing but what its header says: `entries` and small tensors of these names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(path, arch)
    for key, value in entries.items():
        _add_entry(writer, key, value)
    for name in tensors:
        writer.add_tensor(name, np.zeros(32, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_entry(writer: gguf.GGUFWriter, key: str, value: str | int | bool | list[str]) -> None:
    add = {bool: writer.add_bool, int: writer.add_uint32, str: writer.add_string, list: writer.add_array}[type(value)]
    add(key, value)


def _add_tokenizer(
    writer: gguf.GGUFWriter,
    tokenizer: str,
    bos: bool,
    favourite: str | None,
    letters: bool,
    controls: tuple[str, ...],
    ordinary: tuple[str, ...],
) -> int:
    if tokenizer == "bpe":
        tokens, types, merges = bpe_vocabulary(letters, controls)
        if favourite:
            at = tokens.index(favourite)
            tokens[0], tokens[at] = tokens[at], tokens[0]
            types[0], types[at] = types[at], types[0]
        for mark in ordinary:
            types[tokens.index(mark)] = TokenType.NORMAL
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("gpt-2")
        writer.add_token_list(tokens)
        writer.add_token_types(types)
        writer.add_token_merges(merges)
        writer.add_bos_token_id(tokens.index("<|end|>"))
        writer.add_eos_token_id(tokens.index("<|im_end|>"))
        writer.add_add_bos_token(bos)
        return len(tokens)
    tokens, scores, types = spm_vocabulary(letters)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(types)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    return len(tokens)
