"""Which model is meant by what is typed."""

from __future__ import annotations

import pytest

from weighin.core.models.names import rank

MODELS = (
    ("Starter Dense", "Q8_0 starter model"),
    ("Starter MoE", "Q8_0 starter model"),
    ("TinyLlama 1.1B", "Q4_K_M LM Studio"),
    ("DeepSeek-R1-Distill-Llama-8B", "Q4_K_M LM Studio"),
    ("Llama-3.2-3B", "Q8_0 Ollama"),
    ("Qwen3-4B", "Q4_K_M Ollama"),
    ("Q8 experiments", "F16 file"),
)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("starter m", ["Starter MoE", "Starter Dense"]),
        ("m starter", ["Starter MoE", "Starter Dense"]),
        ("starter d", ["Starter Dense", "Starter MoE"]),
        ("llama", ["Llama-3.2-3B", "DeepSeek-R1-Distill-Llama-8B", "TinyLlama 1.1B", "Qwen3-4B"]),
        ("llama q4", ["DeepSeek-R1-Distill-Llama-8B", "TinyLlama 1.1B", "Qwen3-4B"]),
        ("q8", ["Q8 experiments", "Starter Dense", "Starter MoE", "Llama-3.2-3B"]),
        ("3b", ["Llama-3.2-3B"]),
        ("ollama", ["Llama-3.2-3B", "Qwen3-4B"]),
        ("studio 8b", ["DeepSeek-R1-Distill-Llama-8B"]),
        ("nothing", []),
        ("starter x", []),
        ("", [name for name, _ in MODELS]),
    ],
)
def test_the_name_comes_before_what_else_is_known(typed: str, found: list[str]) -> None:
    ranks = [(rank(typed.split(), name, more), name) for name, more in MODELS]
    assert [name for _, name in sorted((r for r in ranks if r[0] is not None), key=lambda r: r[0])] == found


def test_a_word_inside_a_word_does_not_hide_one_that_begins_later() -> None:
    assert rank(["ma"], "Llama Max", "") == (0, 0, True)
