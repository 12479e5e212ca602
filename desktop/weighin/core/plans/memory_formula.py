"""Memory of a model by arithmetic on its header: what is said (marked ~) where the engine cannot be asked.

Pieces and traps follow llama.cpp's llama-kv-cache.cpp, llama-memory-recurrent.cpp and the hparams of each architecture;
working buffers are a fit to measured ones with flash attention and one row of logits.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from weighin.core.gguf.reader import Header
from weighin.core.gguf.weights import weights_in_memory
from weighin.core.models.model import ModelFacts
from weighin.core.plans.plan import MemoryPlan, PlanLine, PlanMethod
from weighin.core.runs.options import LoadOptions

_PAD = 256
_PROCESS = 27 << 20  # Python, the bindings and llama.cpp without a model
_PER_TOKEN, _PER_MERGE = 160, 120  # bytes of the vocabulary in memory, from real ones
_MOST_LAYERS = 512  # LLAMA_MAX_LAYERS: a header that states more lies
# Every how manieth layer has no sliding window (0: none), where the file has a window but no pattern (load_swa_pattern
# in llama.cpp's src/models); all others, phi3 and qwen2 among them, read no window even where the file states one.
_WINDOW_EVERY = {
    "gemma2": 2, "gemma3": 6, "gemma3n": 5, "gpt-oss": 2, "cohere2": 4, "llama4": 4, "olmo2": 4, "exaone4": 4,
    "exaone-moe": 4, "afmoe": 4, "plamo3": 8, "smallthinker": 4, "lfm2": 0,
}  # fmt: skip
_NO_WINDOW = 1


class Shape:
    """The numbers of a header that memory depends on; missing ones count as zero."""

    def __init__(self, header: Header) -> None:
        self._meta = header.metadata
        self.architecture = str(self._meta.get("general.architecture", ""))
        stated = self.number("block_count") - self.number("nextn_predict_layers")
        self.layers = min(max(0, stated), _MOST_LAYERS)
        self.embedding = self.number("embedding_length")
        self.heads = self.number("attention.head_count")
        head = self.embedding // self.heads if self.heads else 0
        self.key_length = self.number("attention.key_length") or head
        self.value_length = self.number("attention.value_length") or head
        self.window = self.number("attention.sliding_window")
        self.vocabulary = header.lengths.get("tokenizer.ggml.tokens", 0) or self.number("vocab_size")
        self.merges = header.lengths.get("tokenizer.ggml.merges", 0)
        self.trained = self.number("context_length")

    def number(self, key: str) -> int:
        """A whole number of this architecture; the largest entry of a list."""
        value = self._meta.get(f"{self.architecture}.{key}")
        if isinstance(value, list):
            value = max((v for v in value if isinstance(v, int)), default=0)
        return value if isinstance(value, int) and 0 <= value < 1 << 31 else 0

    def of_layer(self, key: str, layer: int, default: int) -> int:
        """The entry of a per-layer list, or the number that counts for all layers."""
        value: Any = self._meta.get(f"{self.architecture}.{key}")
        if isinstance(value, list) and layer < len(value) and isinstance(value[layer], int):
            return int(value[layer])
        return self.number(key) or default

    def is_recurrent(self, layer: int) -> bool:
        """Whether a layer keeps a state instead of a KV cache."""
        if not (self.number("ssm.state_size") or self.number("shortconv.l_cache") or self.number("wkv.head_size")):
            return False
        listed = self._meta.get(f"{self.architecture}.attention.recurrent_layers")
        if isinstance(listed, list) and layer < len(listed):
            return bool(listed[layer])
        if interval := self.number("full_attention_interval"):
            return (layer + 1) % interval != 0
        if isinstance(self._meta.get(f"{self.architecture}.attention.head_count_kv"), list):
            return self.of_layer("attention.head_count_kv", layer, 0) == 0
        return not self.heads

    def has_window(self, layer: int) -> bool:
        """Whether a layer looks back no further than the sliding window."""
        if not self.window:
            return False
        pattern = self._meta.get(f"{self.architecture}.attention.sliding_window_pattern")
        if isinstance(pattern, list) and layer < len(pattern):
            return bool(pattern[layer])
        every = _WINDOW_EVERY.get(self.architecture, _NO_WINDOW)
        if every != _NO_WINDOW and isinstance(pattern, int) and pattern > 0:
            every = pattern
        return every == 0 or (layer + 1) % every != 0


def kv_bytes(shape: Shape, context: int, options: LoadOptions) -> int:
    """KV cache of one conversation of `context` tokens."""
    cells = _padded(context)
    windowed = min(cells, _padded(shape.window + min(options.batch, context)))
    shared = shape.number("attention.shared_kv_layers")
    total = 0.0
    for layer in range(shape.layers - shared):
        if shape.is_recurrent(layer):
            continue
        heads = shape.of_layer("attention.head_count_kv", layer, shape.heads)
        keys, values = shape.key_length, shape.value_length
        if shape.has_window(layer):
            keys = shape.number("attention.key_length_swa") or keys
            values = shape.number("attention.value_length_swa") or values
        if rank := shape.number("attention.kv_lora_rank"):  # latent attention: one head, no values
            heads, keys, values = 1, rank + shape.number("rope.dimension_count"), 0
        row = options.kv_row_bytes(heads * keys, heads * values)
        total += (windowed if shape.has_window(layer) else cells) * row
    return round(total)


def state_bytes(shape: Shape) -> int:
    """States of recurrent layers of one conversation, in single precision."""
    inner, state = shape.number("ssm.inner_size"), shape.number("ssm.state_size")
    kernel, groups = shape.number("ssm.conv_kernel"), shape.number("ssm.group_count")
    if cache := shape.number("shortconv.l_cache"):
        each = shape.embedding * (cache - 1)
    else:
        each = max(0, kernel - 1) * (inner + 2 * groups * state) + state * inner
    return 4 * each * sum(shape.is_recurrent(layer) for layer in range(shape.layers))


def process_bytes(shape: Shape) -> int:
    """A worker with the vocabulary, without weights and caches."""
    return _PROCESS + _PER_TOKEN * shape.vocabulary + _PER_MERGE * shape.merges


def overhead_bytes(own_bytes: int | None, buffers: int, header: Header) -> int:
    """The process itself, of a worker that holds `own_bytes` with `buffers` in it; by arithmetic where the system does
    not tell that (None)."""
    return process_bytes(Shape(header)) if own_bytes is None else max(0, own_bytes - buffers)


def formula_plan(headers: list[Header], file_bytes: int, options: LoadOptions, repacked: frozenset[int]) -> MemoryPlan:
    """The plan for `options.context` tokens. `headers`: one for each part; `repacked`: ggml types the engine copies."""
    shape = Shape(headers[0])
    context = min(options.context, shape.trained or options.context)
    layers = options.gpu_layers if options.gpu_layers >= 0 else 0
    weights = weights_in_memory(headers, file_bytes, repacked, shape.layers, layers)
    plan = MemoryPlan(
        context=context,
        weights_bytes=weights.total,
        mapped_bytes=weights.mapped,
        kv_bytes=kv_bytes(shape, context, options),
        state_bytes=state_bytes(shape),
        compute_bytes=_compute_bytes(shape, context, options),
        output_bytes=4 * shape.vocabulary,
        overhead_bytes=process_bytes(shape),
        loading_peak_bytes=0,
        gpu_bytes=weights.gpu,
        idle_bytes=weights.idle,
        method=PlanMethod.FORMULA,
    )
    return with_loading_peak(plan, file_bytes)


def with_loading_peak(plan: MemoryPlan, file_bytes: int) -> MemoryPlan:
    """`plan` with its peak while loading: the whole file is mapped beside the copies made of it; cache, states and
    output are cleared as they are made, working buffers are first written to when the model reads."""
    copies = plan.weights_bytes - plan.mapped_bytes
    made = plan.kv_bytes + plan.state_bytes + plan.output_bytes + plan.overhead_bytes
    return replace(plan, loading_peak_bytes=file_bytes + copies + made)


def _compute_bytes(shape: Shape, context: int, options: LoadOptions) -> int:
    rows = min(options.batch, context)
    used = shape.number("expert_used_count")
    ffn = used * shape.number("expert_feed_forward_length") if used else shape.number("feed_forward_length")
    row = 3 * shape.embedding + 2 * ffn + 2 * shape.heads * shape.key_length + shape.number("ssm.inner_size") * 6
    scores = 4 * shape.heads * _padded(context) if options.flash_attn == "off" else 2 * _padded(context)
    return rows * (4 * row + scores) + 4 * shape.vocabulary


def _padded(cells: int) -> int:
    return -(-cells // _PAD) * _PAD


# Bits a weight of whole files, from Llama-3.1-8B (llama.cpp, tools/quantize/README.md); MXFP4 from gpt-oss-20b. Small
# models with large vocabularies take more.
BITS_PER_WEIGHT = {
    "IQ1_S": 2.00, "IQ1_M": 2.15, "IQ2_XXS": 2.38, "IQ2_XS": 2.59, "IQ2_S": 2.74, "IQ2_M": 2.93, "Q2_K_S": 2.97,
    "Q2_K": 3.16, "IQ3_XXS": 3.25, "IQ3_XS": 3.50, "Q3_K_S": 3.64, "IQ3_S": 3.66, "IQ3_M": 3.76, "Q3_K_M": 4.00,
    "Q3_K_L": 4.30, "IQ4_XS": 4.46, "Q4_0": 4.65, "Q4_K_S": 4.67, "IQ4_NL": 4.68, "Q4_K_M": 4.89, "Q5_K_S": 5.57,
    "Q5_K_M": 5.70, "Q6_K": 6.56, "Q8_0": 8.50, "F16": 16.0, "BF16": 16.0, "MXFP4": 4.64,
}  # fmt: skip
# KV cache of one token, in bytes, where nobody says: the middle of today's models below ten billion weights.
USUAL_KV_PER_TOKEN = 128 << 10
_CONTEXTS = (2048, 16384)
# Working buffers of a batch of 512 with flash attention and one row of logits (measured from 30 MiB for 0.6B to 136 MiB
# for 27B), what each token of context adds to them, and a worker with the vocabulary.
_COMPUTE, _COMPUTE_PER_TOKEN, _OVERHEAD, _OUTPUT = 80 << 20, 1 << 10, 110 << 20, 600_000


def weights_of(parameters: int, quantization: str) -> int | None:
    """Bytes of a file with this many weights in this recipe; None for a recipe without a known size."""
    bits = BITS_PER_WEIGHT.get(_recipe(quantization))
    return None if bits is None else round(parameters * bits / 8)


def kv_per_token(facts: ModelFacts) -> int | None:
    """Bytes of f16 KV cache for a token: 2 bytes x layers x KV heads x (key + value). Too much where layers
    look through a window or keep a state instead; None where the header does not say."""
    if not (facts.layers and facts.kv_heads and facts.key_length):
        return None
    return 2 * facts.layers * facts.kv_heads * (facts.key_length + (facts.value_length or facts.key_length))


def rough_line(file_bytes: int, kv_bytes: int | None) -> PlanLine:
    """The needs of a file of this size by arithmetic. `kv_bytes`: of one token, None where unknown. Copies that the
    engine makes of weights are left out: the pages they were made from give way to them."""
    each = USUAL_KV_PER_TOKEN if kv_bytes is None else kv_bytes

    def plan(context: int) -> MemoryPlan:
        compute = _COMPUTE + context * _COMPUTE_PER_TOKEN
        return MemoryPlan(
            context=context,
            weights_bytes=file_bytes,
            mapped_bytes=file_bytes,
            kv_bytes=context * each,
            state_bytes=0,
            compute_bytes=compute,
            output_bytes=_OUTPUT,
            overhead_bytes=_OVERHEAD,
            loading_peak_bytes=file_bytes + context * each + _OUTPUT + _OVERHEAD,
            method=PlanMethod.FORMULA,
        )

    return PlanLine(tuple(plan(context) for context in _CONTEXTS))


def _recipe(quantization: str) -> str:
    """The recipe without the mark of those who mixed it: "UD-Q4_K_M" is about as large as "Q4_K_M"."""
    name = quantization.upper().removeprefix("UD-").removesuffix("_MOE")
    return {"Q4_K_XL": "Q4_K_M", "Q5_K_XL": "Q5_K_M", "Q6_K_XL": "Q6_K", "Q8_K_XL": "Q8_0"}.get(name, name)
