"""What the field's words mean, each in a sentence or two: for Help, and for tooltips."""

from __future__ import annotations

GLOSSARY: dict[str, str] = {
    "Token": "A piece of text, often a short word or part of one. Models read and write tokens.",
    "Quantization": "Weights stored with fewer bits (Q4: about 4 each): smaller and faster, a little less exact.",
    "Dense": "Every weight works on every token.",
    "MoE": "Mixture of experts: for each token only a few parts of the model work.",
    "Active parameters": "The weights that work on one token. They decide the speed; all weights must fit in memory.",
    "Context": "How many tokens of prompt and answer a model can see at once.",
    "KV cache": "Memory for the tokens already seen. It grows with the context.",
    "Prompt speed": "How many prompt tokens a model reads per second.",
    "Generation speed": "How many tokens of the answer a model writes per second.",
    "Time to first token": "How long it takes until the first token of the answer appears.",
    "MMLU": "A test of 14\u202f042 multiple-choice questions in 57 subjects. Guessing gets 25 %.",
    "acc_norm": "The share of right answers when each ending is judged by its log-probability for each byte of it.",
    "KLD": "Kullback-Leibler divergence: how far a model's predictions are from those of the base. 0 is the same.",
    "Perplexity": "How surprised a model is by a text: as if it chose among so many tokens. Lower is better.",
    "Δp": "By how much the probability of the true next token differs from that of the base.",
    "Confidence interval": "The range that holds the true value in 95 of 100 such measurements.",
}


def meaning(term: str) -> str:
    """What a term means, "" where it is not in the glossary."""
    return GLOSSARY.get(term, "")
