"""How questions are packed, and how much memory that takes."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from weighin.core.evaluations.scoring import ScoreShape, TokenSurvey, choose_shape, cuts, kinds, pack
from weighin.core.evaluations.scoring_plan import PLANNED_CELLS, ScoringPlan, estimated_plan
from weighin.core.models.model import ModelFacts
from weighin.core.plans.plan import MemoryPlan, PlanMethod

MODEL = ModelFacts(
    "m", "/m.gguf", 1 << 30, "llama", "Q8_0", 7 << 30, 7 << 30,
    layers=32, kv_heads=32, key_length=128, value_length=128, embedding=4096, vocabulary=32_000,
)  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_packs_hold_everything_once_within_the_limits(seed: int):
    draw = random.Random(seed)
    lengths = [draw.randint(1, 300) for _ in range(draw.randint(0, 90))]
    groups = pack(lengths, 512, 32)
    assert sorted(i for group in groups for i in group) == list(range(len(lengths)))
    assert all(sum(lengths[i] for i in group) <= 512 and len(group) <= 32 for group in groups)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("capacity", [256, 512])
def test_long_questions_never_widen_the_groups_of_others(seed: int, capacity: int):
    draw = random.Random(seed)
    lengths = [draw.choice((draw.randint(20, 300), draw.randint(20, 1200))) for _ in range(64)]
    groups = pack(lengths, capacity, 32)
    assert sorted(i for group in groups for i in group) == list(range(len(lengths)))
    assert all(len(group) == 1 or sum(lengths[i] for i in group) <= capacity for group in groups)
    assert pack([300, 300, 200, 900], 512, 32)[-1] == (3,)


def test_packs_are_even():
    groups = pack([100] * 6, 512, 32)
    assert [len(group) for group in groups] == [3, 3]  # not five and one


def test_a_long_question_stands_alone():
    assert pack([30, 900, 40], 512, 32) == ((0, 2), (1,))


def test_the_same_lengths_are_packed_the_same_way():
    lengths = [50, 60, 50, 60, 50, 300, 300]
    assert pack(lengths, 400, 3) == pack(list(lengths), 400, 3)
    assert all(len(group) <= 3 for group in pack(lengths, 400, 3))


def test_stretches_are_even():
    assert cuts(514, 512) == ((0, 257), (257, 514))
    assert cuts(512, 512) == ((0, 512),)
    assert cuts(0, 512) == ()


def test_the_shape_holds_the_longest_header_with_a_full_group():
    shape = choose_shape(TokenSurvey(2446, 2900, 1100, 90_000, 4096), lambda _: True)
    assert shape.context >= 2446 + 1100
    assert shape.sequences == 33
    assert choose_shape(TokenSurvey(200, 300, 90, 9_000, 4096, recurrent=True), lambda _: True).sequences == 9


SURVEY = TokenSurvey(2446, 2900, 400, 90_000, 4096)


def engines(recurrent: bool = False) -> ScoringPlan:
    """An engine whose buffers are a thousand bytes a cell, a hundred a token of a step and a million a sequence."""
    shapes = tuple(ScoreShape(cells, *kind) for kind in kinds(recurrent) for cells in PLANNED_CELLS)
    plans = tuple(
        MemoryPlan(s.context, 5000, 5000, 1000 * s.context, 0, 100 * s.step, 1_000_000 * s.sequences, 7, 0)
        for s in shapes
    )
    return ScoringPlan(MODEL, shapes, plans)


@pytest.mark.parametrize("plan", [engines(), ScoringPlan(MODEL, reason="It did not answer.")])
def test_less_memory_makes_a_smaller_shape_and_at_last_one_by_one(plan: ScoringPlan):
    def chosen(free: int | None) -> ScoreShape:
        return choose_shape(SURVEY, lambda shape: plan.fits(shape, free))

    large = chosen(None)
    assert chosen(plan.at(large).needed_bytes) == large
    small = chosen(plan.at(large).needed_bytes - 1)
    assert small.step < large.step
    assert small.sequences == large.sequences
    assert chosen(plan.at(small).needed_bytes - 1) == ScoreShape(3072, 256, 1)


def test_the_engine_counts_and_the_estimate_only_stands_in():
    plan, shape = engines(), ScoreShape(3072, 768, 33)
    assert plan.at(shape).needed_bytes == 5000 + 3_072_000 + 76_800 + 33_000_000 + 7
    other = ScoreShape(3072, 512, 33)  # the engine was not asked about it
    assert plan.at(other) == estimated_plan(MODEL, other)
    assert plan.at(other).method is PlanMethod.FORMULA
    assert estimated_plan(MODEL, other).kv_bytes == 3072 * 2 * 32 * 32 * 128 * 2


@pytest.mark.parametrize("recurrent", [False, True])
def test_endings_are_read_one_by_one_in_a_context_of_the_longest_prompt(recurrent: bool):
    """What all endings of a question take together makes no context larger."""
    survey = TokenSurvey(0, 300, 5000, 90_000, 4096, recurrent)
    assert kinds(recurrent, outputs=128) == ((768, 1), (256, 1))
    assert kinds(recurrent, batch=64, outputs=128) == ((64, 1),)
    assert choose_shape(survey, lambda _: True, outputs=128) == ScoreShape(512, 768, 1, 128)
    assert choose_shape(survey, lambda _: False, outputs=128) == ScoreShape(512, 256, 1, 128)
    assert choose_shape(survey, lambda _: True, batch=64, outputs=128) == ScoreShape(512, 64, 1, 128)
    plan = ScoringPlan(MODEL, outputs=128)
    assert (plan.usual, plan.least) == (ScoreShape(4096, 768, 1, 128), ScoreShape(4096, 256, 1, 128))


def test_what_is_free_on_gpus_counts_too():
    plan, shape = engines(), ScoreShape(4096, 768, 33)
    on_gpu = replace(plan, plans=tuple(replace(p, gpu_bytes=1000) for p in plan.plans), gpu_free_bytes=1000)
    assert on_gpu.fits(shape, None)
    assert not replace(on_gpu, gpu_free_bytes=999).fits(shape, None)


def test_what_is_wanted_before_anything_is_counted():
    assert engines(recurrent=True).usual == ScoreShape(4096, 768, 9)
    assert ScoringPlan(MODEL).usual == ScoreShape(4096, 768, 33)
    assert ScoringPlan(MODEL).least == ScoreShape(4096, 256, 1)
