"""Writes the trained weights as GGUF files that llama.cpp runs: 8-bit matrices, vocabulary and chat template inside."""

import shutil
from pathlib import Path

import gguf
import numpy as np

from .recipe import CONTEXT, MODEL_DIR, PHASES, SHAPES, Shape
from .text import CHAT_TEMPLATE, CONTROL, END, PAD
from .tokenizer import PRE_TOKENIZER, Tokenizer

QUANTIZED = gguf.GGMLQuantizationType.Q8_0
DESCRIPTION = "A tiny teaching model made for this program. It knows a small made-up world and nothing else."


def add_metadata(writer: gguf.GGUFWriter, shape: Shape) -> None:
    """Names, licence and the shape of the network."""
    title = "Dense" if not shape.experts else "MoE"
    writer.add_name(f"Weigh-In Starter {title}")
    writer.add_basename("Weigh-In Starter")
    writer.add_finetune(title)
    writer.add_author("The Weigh-In project")
    writer.add_license("MIT")
    writer.add_description(DESCRIPTION)
    writer.add_languages(["en"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(shape.embedding)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head_size)
    writer.add_value_length(shape.head_size)
    writer.add_rope_dimension_count(shape.head_size)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_layer_norm_rms_eps(shape.norm_epsilon)
    if shape.experts:
        writer.add_expert_count(shape.experts)
        writer.add_expert_used_count(shape.experts_used)
        writer.add_expert_feed_forward_length(shape.feed_forward)


def add_tokenizer(writer: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    """The vocabulary. No token is ever put in front of a text: a chat begins with its first role."""
    control = gguf.TokenType.CONTROL
    types = [control if token in CONTROL else gguf.TokenType.NORMAL for token in tokenizer.tokens]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(PRE_TOKENIZER)
    writer.add_token_list(tokenizer.tokens)
    writer.add_token_types(types)
    writer.add_token_merges([" ".join(pair) for pair in tokenizer.merges])
    writer.add_vocab_size(len(tokenizer.tokens))
    end = tokenizer.ids[END]
    writer.add_bos_token_id(end)
    writer.add_eos_token_id(end)
    writer.add_eot_token_id(end)
    writer.add_pad_token_id(tokenizer.ids[PAD])
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(CHAT_TEMPLATE)


def add_weights(writer: gguf.GGUFWriter, weights: dict[str, np.ndarray], shape: Shape) -> None:
    """The tensors under llama.cpp's names; the wide feed-forward of a mixture is cut into its experts."""

    def matrix(name: str, values: np.ndarray) -> None:
        data = gguf.quants.quantize(np.ascontiguousarray(values, np.float32), QUANTIZED)
        writer.add_tensor(name, data, raw_dtype=QUANTIZED)

    def plain(name: str, values: np.ndarray) -> None:
        writer.add_tensor(name, values.astype(np.float32))

    matrix("token_embd.weight", weights["embedding.weight"])
    plain("output_norm.weight", weights["norm.weight"])
    for layer in range(shape.layers):
        source, target = f"blocks.{layer}", f"blk.{layer}"
        plain(f"{target}.attn_norm.weight", weights[f"{source}.attention_norm.weight"])
        plain(f"{target}.ffn_norm.weight", weights[f"{source}.feed_forward_norm.weight"])
        for ours, theirs in (("q", "attn_q"), ("k", "attn_k"), ("v", "attn_v"), ("output", "attn_output")):
            matrix(f"{target}.{theirs}.weight", weights[f"{source}.attention.{ours}.weight"])
        gate, up, down = (weights[f"{source}.feed_forward.{part}.weight"] for part in ("gate", "up", "down"))
        if not shape.experts:
            for part, values in (("gate", gate), ("up", up), ("down", down)):
                matrix(f"{target}.ffn_{part}.weight", values)
            continue
        plain(f"{target}.ffn_gate_inp.weight", weights[f"{source}.feed_forward.router.weight"])
        size = (shape.experts, shape.feed_forward, shape.embedding)
        matrix(f"{target}.ffn_gate_exps.weight", gate.reshape(size))
        matrix(f"{target}.ffn_up_exps.weight", up.reshape(size))
        cut = down.reshape(shape.embedding, shape.experts, shape.feed_forward).transpose(1, 0, 2)
        matrix(f"{target}.ffn_down_exps.weight", cut)


def mean_weights(shape: Shape, work: Path) -> dict[str, np.ndarray]:
    """The weights at the ends of all phases, averaged by their shares."""
    mean: dict[str, np.ndarray] = {}
    for number, phase in enumerate(PHASES, 1):
        with np.load(work / f"{shape.name}-{number}.npz") as stored:
            for name in stored.files:
                mean[name] = mean.get(name, np.float32(0)) + phase.share_in_files * stored[name].astype(np.float32)
    return mean


def export(shape: Shape, work: Path, folder: Path = MODEL_DIR) -> Path:
    """Writes one GGUF file from the weights of all phases and `tokenizer.json` in `work`; gives its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / shape.file_name
    writer = gguf.GGUFWriter(path, "llama")
    add_metadata(writer, shape)
    add_tokenizer(writer, Tokenizer.load(work / "tokenizer.json"))
    add_weights(writer, mean_weights(shape, work), shape)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def export_all(work: Path) -> None:
    """Writes both files and prints their sizes."""
    for shape in SHAPES:
        path = export(shape, work)
        print(f"{path.name}: {path.stat().st_size:,} bytes")
    # the note beside the files tells how they were trained
    shutil.copyfile(work / "training.json", MODEL_DIR / "training.json")
