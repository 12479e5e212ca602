"""A KLD against what quantizations cost one well-known model."""

from __future__ import annotations

import pytest

from weighin.core.fidelity.published import PUBLISHED, cost_words, nearest


def test_the_scale_rises_from_step_to_step():
    costs = [row.kld for row in PUBLISHED]
    assert costs == sorted(costs)
    assert [row.rms_delta_p for row in PUBLISHED] == sorted(row.rms_delta_p for row in PUBLISHED)


@pytest.mark.parametrize(("kld", "name"), [(1e-9, "F16"), (0.0014, "Q8_0"), (0.03, "Q4_K_M"), (9.0, "Q2_K")])
def test_nearest_goes_by_the_ratio(kld: float, name: str):
    assert nearest(kld).name == name


@pytest.mark.parametrize(
    ("kld", "low", "high", "words"),
    [
        (0.031, None, None, "about what Q4_K_M costs on Llama-3-8B"),
        (0.031, 0.028, 0.034, "about what Q4_K_M costs on Llama-3-8B"),
        (0.020, 0.018, 0.022, "between what Q5_K_M and Q4_K_M cost on Llama-3-8B"),
        (0.020, 0.010, 0.040, "between what Q5_K_M and Q4_K_M cost on Llama-3-8B"),
        (0.085, 0.01, 0.2, "between what Q5_K_M and Q3_K_M cost on Llama-3-8B"),
        (0.000004, None, None, "less than F16 costs on Llama-3-8B"),
        (0.000026, 0.00002, 0.00003, "about what F16 costs on Llama-3-8B"),
        (2.0, 1.9, 2.1, "more than Q2_K costs on Llama-3-8B"),
    ],
)
def test_words_cover_the_interval(kld: float, low: float | None, high: float | None, words: str):
    assert cost_words(kld, low, high) == words
