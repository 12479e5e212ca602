"""A row of the History list."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class HistoryRow:
    """One comparison in short. created: ISO 8601 in UTC; prompt and answers cut to 300 characters; rates None where
    they were nonsense; stop reasons as in StopReason."""

    id: str
    created: str
    prompt: str
    model_a: str
    model_b: str
    mode: str
    stop_a: str
    stop_b: str
    generation_tokens_per_s_a: float | None
    generation_tokens_per_s_b: float | None
    answer_a: str
    answer_b: str
