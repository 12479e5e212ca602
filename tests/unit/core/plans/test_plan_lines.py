"""Plans between two contexts, and the sentences people decide by."""

from __future__ import annotations

from dataclasses import replace

import pytest

from weighin.core.plans.plan import MemoryPlan, PairKind, PlanLine, PlanMethod, VerdictKind, padded
from weighin.core.plans.verdict import Budget, pair_verdict, verdict, verdict_kind

GB = 10**9


def plan(context: int, weights: int = 18 * GB, per_token: int = 100_000, **more: int) -> MemoryPlan:
    return MemoryPlan(
        context, weights, weights, context * per_token, 7, 90_000_001 + context * 3, 601, GB // 8, weights, **more
    )


LINE = PlanLine((plan(2048), plan(16384)))


@pytest.mark.parametrize("context", [512, 2048, 4096, 5001, 16384, 131072])
@pytest.mark.parametrize("gpu", [(0, 0), (5 * GB, 6 * GB)])
def test_memory_at_a_context_is_that_of_the_plan_there(context: int, gpu: tuple[int, int]) -> None:
    line = PlanLine((plan(2048, gpu_bytes=gpu[0]), plan(16384, gpu_bytes=gpu[1])))
    there = line.at(context)
    assert there.context == context
    assert there.kv_bytes == padded(context) * 100_000
    assert line.needed_at(context) == there.needed_bytes == there.ram_bytes


def test_a_line_through_one_plan_is_level() -> None:
    line = PlanLine((plan(4096),))
    assert line.at(8192).kv_bytes == line.at(512).kv_bytes


@pytest.mark.parametrize("budget", [0, 18 * GB, 19 * GB, 20 * GB, 40 * GB])
@pytest.mark.parametrize("trained", [None, 4096, 262_144])
def test_the_largest_context_fits_and_the_next_does_not(budget: int, trained: int | None) -> None:
    found = LINE.largest_context(budget, trained)
    most = trained or 16384
    assert found % 256 == 0 and found <= most
    assert found == 0 or LINE.at(found).ram_bytes <= budget
    assert found == most or LINE.at(found + 256).ram_bytes > budget


@pytest.mark.parametrize(
    ("available", "total", "kind", "said"),
    [
        (30, 32, VerdictKind.RUNS, "Fits in memory: {}, 30.0 GB free."),
        (19, 32, VerdictKind.TIGHT, "Fits in memory: {}, 19.0 GB free. Hardly any memory to spare."),
        (18.6, 32, VerdictKind.TIGHT, "Fits only with a context of 3\u202f840 or less: {}, 18.6 GB free."),
        (10, 32, VerdictKind.NO, "Does not fit: {}, 10.0 GB free. Close other programs to free memory."),
        (
            10,
            16,
            VerdictKind.NO,
            "Does not fit: {}, 10.0 GB free. Would read from disk for every token: under 1 tok/s.",
        ),
    ],
)
def test_the_sentence_says_what_it_needs_and_what_follows(
    available: float, total: float, kind: VerdictKind, said: str
) -> None:
    found = verdict(LINE, 4096, Budget(round(available * GB), round(total * GB)), 32768, 18 * GB)
    assert (found.kind, found.sentence) == (kind, said.format("needs 18.6 GB at 4k context"))


def test_what_cannot_be_read_again_from_disk_must_fit_into_the_computer() -> None:
    copied = PlanLine(tuple(replace(p, mapped_bytes=0) for p in LINE.points))
    found = verdict(copied, 4096, Budget(10 * GB, 16 * GB))
    assert found.kind is VerdictKind.NO
    assert found.sentence.endswith(" This computer has 16.0 GB.")


def test_what_the_engine_copied_gives_way() -> None:
    copied = PlanLine(tuple(replace(p, weights_bytes=30 * GB, idle_bytes=12 * GB) for p in LINE.points))
    assert copied.needed_at(4096) == copied.at(4096).needed_bytes == LINE.needed_at(4096)
    assert copied.at(4096).total_bytes == LINE.at(4096).total_bytes + 12 * GB
    budget = Budget(30 * GB, 32 * GB)
    assert verdict(copied, 4096, budget) == verdict(LINE, 4096, budget)


def test_a_formula_is_marked() -> None:
    rough = PlanLine(tuple(replace(p, method=PlanMethod.FORMULA) for p in LINE.points))
    assert verdict(rough, 4096, Budget(30 * GB, 32 * GB)).sentence.startswith("Fits in memory: needs ~18.6 GB")


@pytest.mark.parametrize("available", [5, 18.2, 18.4, 18.8, 19.3, 19.6, 40])
@pytest.mark.parametrize("context", [512, 4096, 65536])
def test_the_kind_alone_is_the_kind_of_the_verdict(available: float, context: int) -> None:
    budget = Budget(round(available * GB), 64 * GB)
    assert verdict_kind(LINE, context, budget, 65536) is verdict(LINE, context, budget, 65536).kind


@pytest.mark.parametrize(
    ("available", "kind", "largest"),
    [(50, PairKind.TOGETHER, 16384), (30, PairKind.ONE_AFTER_THE_OTHER, 16384), (18.3, PairKind.NOT_HERE, 512)],
)
def test_two_models(available: float, kind: PairKind, largest: int) -> None:
    found = pair_verdict((LINE, LINE), 4096, Budget(round(available * GB), 64 * GB), (None, 16384))
    assert (found.kind, found.total_bytes) == (kind, 2 * LINE.at(4096).ram_bytes)
    assert found.largest_context is not None and abs(found.largest_context - largest) <= 512


def test_a_context_is_planned_as_the_engine_rounds_it() -> None:
    assert LINE.at(300).kv_bytes == LINE.at(512).kv_bytes
    assert LINE.at(300).context == 300
    assert LINE.needed_at(5001) == LINE.needed_at(5120)


def test_how_fast_the_disk_lets_a_model_be_is_a_matter_of_what_it_reads() -> None:
    small = Budget(10 * GB, 16 * GB)
    mixture = verdict(LINE, 4096, small, 32768, 1.5 * GB)
    assert mixture.sentence.endswith("for every token: about 2.78 tok/s at most, even from a fast disk.")
    assert verdict(LINE, 4096, small, 32768).sentence.endswith("Would read from disk for every token.")


@pytest.mark.parametrize(("budget", "largest"), [(30, 100), (10, 0)])
def test_no_context_beyond_what_a_model_was_trained_for(budget: int, largest: int) -> None:
    assert LINE.largest_context(budget * GB, 100) == largest
    pair = pair_verdict((LINE, LINE), 100, Budget(budget * GB, 64 * GB), (100, None))
    assert pair.largest_context == (largest or None), "none is null, never 0"


def test_several_workers_share_what_is_mapped() -> None:
    three = LINE.for_lanes(3).at(4096)
    one = LINE.at(4096)
    assert three.weights_bytes == one.weights_bytes
    assert three.total_bytes == one.total_bytes + 2 * (one.total_bytes - one.mapped_bytes)
    copied = PlanLine(tuple(replace(p, mapped_bytes=0) for p in LINE.points)).for_lanes(3).at(4096)
    assert copied.weights_bytes == 3 * one.weights_bytes


def test_one_file_in_both_lanes_is_in_memory_once() -> None:
    both = pair_verdict((LINE, LINE), 4096, Budget(50 * GB, 64 * GB), (None, None), same_file=True)
    assert both.total_bytes == 2 * LINE.at(4096).ram_bytes - 18 * GB


def test_a_smaller_cache_is_arithmetic_and_says_so() -> None:
    half = LINE.with_kv(0.5).at(4096)
    assert half.kv_bytes == LINE.at(4096).kv_bytes // 2
    assert half.method is PlanMethod.FORMULA
    assert half.weights_bytes == LINE.at(4096).weights_bytes


@pytest.mark.parametrize(
    ("gpu_free", "kind", "said"),
    [
        (None, VerdictKind.RUNS, "Fits in memory: needs 10.6 GB at 4k context, 30.0 GB free."),
        (9, VerdictKind.RUNS, "Fits in memory: {}, 30.0 GB and 9.0 GB free."),
        (7.95, VerdictKind.TIGHT, "Fits only with a context of 3\u202f328 or less: {}, 30.0 GB and 8.0 GB free."),
        (2, VerdictKind.NO, "Does not fit: {}, 30.0 GB and 2.0 GB free. Keep fewer layers on the GPUs."),
    ],
)
def test_what_lies_on_gpus_must_fit_there(gpu_free: float | None, kind: VerdictKind, said: str) -> None:
    on_gpu = [replace(plan(c), gpu_bytes=int(7.6 * GB) + c * 100_000) for c in (2048, 16384)]
    free = None if gpu_free is None else int(gpu_free * GB)
    found = verdict(PlanLine(tuple(on_gpu)), 4096, Budget(30 * GB, 32 * GB, free))
    assert found.kind is kind
    assert found.sentence == said.format("needs 10.6 GB and 8.0 GB on GPUs at 4k context")


def test_what_lies_nowhere_on_gpus_does_not_ask_for_them() -> None:
    assert "GPU" not in verdict(LINE, 4096, Budget(30 * GB, 32 * GB, 1)).sentence
