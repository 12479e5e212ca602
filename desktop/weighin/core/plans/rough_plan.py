"""Memory of a model of which no header is here: what is said, marked ~ or ?, until the engine can be asked."""

from __future__ import annotations

from weighin.core.models.model import ModelFacts
from weighin.core.plans.plan import MemoryPlan, PlanLine, PlanMethod

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
