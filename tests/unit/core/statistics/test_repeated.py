"""Prompts that are asked several times: simulated with models that are equally good, or differ by a known gap."""

from __future__ import annotations

import random

import pytest

from weighin.core.statistics.paired import Verdict, compare
from weighin.core.statistics.repeated import PromptPairs

PROMPTS, SAMPLES, RUNS = 60, 4, 1000


def simulated(draw: random.Random, gap: float) -> PromptPairs:
    """Prompts of very different difficulty, which each model has its own trouble with."""
    pairs = PromptPairs(SAMPLES)
    for _ in range(PROMPTS):
        difficulty = draw.random()
        chances = [min(1.0, max(0.0, difficulty + draw.gauss(lead, 0.3))) for lead in (gap / 2, -gap / 2)]
        a, b = ([draw.random() < chance for _ in range(SAMPLES)] for chance in chances)
        pairs.put((sum(a), SAMPLES), (sum(b), SAMPLES), (a[0], b[0]))
    return pairs


def test_equal_models_are_told_apart_no_more_often_than_promised() -> None:
    draw = random.Random(1)
    found = [pairs.result(whole=True) for pairs in (simulated(draw, 0.0) for _ in range(RUNS))]
    decided = sum(result is not None and result.verdict is not Verdict.CANNOT_TELL for result in found)
    covered = sum(result is not None and result.interval[0] <= 0 <= result.interval[1] for result in found)
    assert decided <= 0.065 * RUNS
    assert 0.93 * RUNS <= covered <= 0.975 * RUNS


def test_a_real_gap_is_found_and_lies_in_its_interval() -> None:
    draw = random.Random(3)
    found = [pairs.result(whole=True) for pairs in (simulated(draw, 0.4) for _ in range(200))]
    assert sum(result is not None and result.verdict is Verdict.A_BETTER for result in found) > 190
    assert all(result is not None and result.verdict is not Verdict.B_BETTER for result in found)


def test_what_is_taken_out_again_leaves_no_trace() -> None:
    draw = random.Random(4)
    pairs, other = simulated(draw, 0.2), PromptPairs(SAMPLES)
    before = pairs.result(whole=False)
    shares = [((draw.randint(0, k), k), (draw.randint(0, m), m)) for k in range(1, 5) for m in range(1, 5)]
    for times in (1, -1):
        for a, b in shares:
            pairs.put(a, b, (True, False), times)
            other.put(a, b, None, times)
    assert pairs.result(whole=False) == before and other.result(whole=True) is None


def test_where_more_prompts_speak_for_one_and_more_answers_for_the_other_nothing_is_decided() -> None:
    pairs = PromptPairs(4)
    for _ in range(12):
        pairs.put((1, 4), (0, 4), None)
    for _ in range(4):
        pairs.put((0, 4), (4, 4), None)
    result = pairs.result(whole=True)
    assert result is not None and (result.only_a, result.only_b) == (12, 4)
    assert result.difference == pytest.approx((12 * 0.25 - 4) / 16) and result.verdict is Verdict.CANNOT_TELL


@pytest.mark.parametrize("boxes", [(3, 0, 0, 2), (0, 1, 0, 0), (10, 7, 2, 5), (0, 0, 9, 0)])
def test_with_one_answer_each_it_is_the_pair_of_mmlu(boxes: tuple[int, int, int, int]) -> None:
    pairs = PromptPairs()
    for number, (a, b) in zip(boxes, ((1, 1), (1, 0), (0, 1), (0, 0)), strict=True):
        for _ in range(number):
            pairs.put((a, 1), (b, 1), (a == 1, b == 1))
    assert pairs.result(whole=False) == compare(*boxes)
