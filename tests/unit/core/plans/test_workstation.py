"""The table of what runs here, the other way round, and what a pair costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from weighin.core.computer.machine import active_bytes
from weighin.core.downloads.repository import Listing, RemoteFile, Variant
from weighin.core.models.catalogue import Catalogue, Source, System, load_catalogue
from weighin.core.models.model import ModelFacts
from weighin.core.models.shelf import Condition, ShelfModel, Stamp
from weighin.core.plans.candidates import Candidate, Origin, of_catalogue, of_file, of_listing, of_shelf
from weighin.core.plans.forecast import quick_forecast
from weighin.core.plans.memory_formula import kv_per_token, rough_line, weights_of
from weighin.core.plans.plan import MemoryPlan, PlanLine, PlanMethod, SpeedForecast, SpeedMethod, VerdictKind
from weighin.core.plans.prediction import Measured, Prediction
from weighin.core.plans.verdict import Budget
from weighin.core.plans.workstation import (
    FitConditions,
    context_stops,
    cost,
    demand,
    measured_by_file,
    row_of,
    rows_of,
    sentence,
)
from weighin.core.runs.options import LoadOptions
from weighin.paths import resources

GB = 10**9
BUDGET = Budget(20 * GB, 32 * GB)
DENSE = ModelFacts(
    "Dense", "/m/d.gguf", 5 * GB, "llama", "Q4_K_M", 8 * GB, 8 * GB, 32, 32, 8, 128, 128, context_length=4096
)
MOE = replace(
    DENSE,
    name="Mixture",
    path="/m/x.gguf",
    file_bytes=18 * GB,
    parameters=30 * GB,
    active_parameters=3 * GB,
    experts=64,
)


def now(
    context: int = 4096, budget: Budget | None = BUDGET, bandwidth: float | None = 40e9, **more: object
) -> FitConditions:
    return FitConditions(context, budget, bandwidth, more.get("forecasts", {}), more.get("measured", {}))


# ------------------------------------------------------------------ rough plans


def test_the_size_of_a_recipe() -> None:
    assert weights_of(8_030_000_000, "Q4_K_M") == pytest.approx(4.92e9, rel=0.01)
    assert weights_of(8_030_000_000, "UD-Q4_K_XL") == weights_of(8_030_000_000, "Q4_K_M")
    assert weights_of(8_030_000_000, "Q9_Z") is None


def test_the_cache_of_a_token() -> None:
    assert kv_per_token(DENSE) == 128 << 10
    assert kv_per_token(replace(DENSE, layers=None)) is None
    assert rough_line(GB, 1000).at(8192).kv_bytes == 8192 * 1000


@pytest.mark.parametrize(
    ("size", "kv_kib", "gib"),
    # Needs at 4k of context of models whose headers were planned by the engine.
    [(2_497_280_256, 144, 3.20), (5_027_783_488, 144, 5.56), (18_556_685_824, 96, 17.97), (4_213_512_192, 128, 4.56)],
)
def test_rough_needs_are_near_those_of_real_models(size: int, kv_kib: int, gib: float) -> None:
    assert rough_line(size, kv_kib << 10).needed_at(4096) / (1 << 30) == pytest.approx(gib, rel=0.05)


# ------------------------------------------------------------------ candidates


def on_shelf(facts: ModelFacts, **more: object) -> ShelfModel:
    return replace(ShelfModel(facts.path, facts.name, "x", (Stamp(facts.path, 1, 1, 1),), facts=facts), **more)


def test_the_catalogue_offers_every_open_system_in_several_quantizations() -> None:
    catalogue = load_catalogue(resources())
    found = of_catalogue(catalogue, ())
    assert len({c.key for c in found}) == len(found) > 250
    assert {c.quantization for c in found if c.system == "gpt-oss-20b"} == {"MXFP4"}
    assert not [c for c in found if c.system == "gpt-3"]
    big = next(c for c in found if c.key == "qwen3.5-397b-a17b:Q4_K_M")
    assert big.line.needed_at(4096) == pytest.approx(244 * GB, rel=0.02)
    assert big.is_moe
    assert big.read_bytes == pytest.approx(10.4 * GB, rel=0.01)


def test_what_is_on_the_shelf_is_not_offered_again() -> None:
    system = System("d", "Dense 8B", "v", "2026", "mit", "why", total=8 * GB, kv_bytes=1 << 17)
    catalogue = Catalogue((replace(system, repositories=(Source("o/r", "Q4_K_M"),)),), (), ())
    here = of_shelf((on_shelf(DENSE, repo="o/r"), on_shelf(MOE, condition=Condition.GONE)), catalogue)
    assert [(c.name, c.system, c.origin) for c in here] == [("Dense", "d", Origin.HERE)]
    offered = [c.quantization for c in of_catalogue(catalogue, here)]
    assert "Q4_K_M" not in offered and "Q8_0" in offered


def test_a_repository_without_a_system_is_a_weak_guess() -> None:
    files = (RemoteFile("a-Q4_K_M.gguf", 5 * GB, "0" * 64),)
    listing = Listing("o/r", "c", (Variant("a-Q4_K_M", "Q4_K_M", files), Variant("b", "Q8_0", files, "broken")))
    (found,) = of_listing(listing, Catalogue((), (), ()))
    assert (found.guessed, found.origin, found.repo, found.read_bytes) == (True, Origin.HUB, "o/r", 5 * GB)
    known = System("d", "D", "v", "2026", "mit", "why", "moe", total=10 * GB, active=GB, kv_bytes=9, context=2048)
    catalogue = Catalogue((replace(known, repositories=(Source("o/r"),)),), (), ())
    (better,) = of_listing(listing, catalogue)
    assert (better.guessed, better.trained, better.read_bytes) == (False, 2048, 0.5 * GB)


# ------------------------------------------------------------------ rows


def test_a_row_is_judged_at_a_context_the_model_knows() -> None:
    row = row_of(of_file(DENSE), now(context=65536))
    assert row.context == 4096
    assert row.plan.needed_bytes == row.needs
    assert row.kind is VerdictKind.RUNS
    assert row.sentence(BUDGET) == "Fits in memory: needs ~5.7 GB at 4k context, 20.0 GB free."


def test_a_longer_context_needs_more_and_the_kind_follows() -> None:
    candidate = replace(of_file(replace(DENSE, context_length=1 << 20)), key="long")
    rows = [row_of(candidate, now(context=c)) for c in (512, 4096, 65536, 262144)]
    assert [row.needs for row in rows] == sorted({row.needs for row in rows})
    assert [row.kind for row in rows] == [VerdictKind.RUNS] * 3 + [VerdictKind.TIGHT]
    assert rows[-1].sentence(BUDGET).startswith("Fits only with a context of ")


def test_the_forecast_is_bandwidth_over_what_a_token_reads() -> None:
    row = row_of(of_file(MOE), now())
    assert row.forecast is not None
    assert row.forecast.generation_tokens_per_s == pytest.approx(40e9 * 0.75 / 1.8e9)
    assert row.forecast.low < row.forecast.generation_tokens_per_s < row.forecast.high
    assert row.forecast.method is SpeedMethod.BANDWIDTH
    assert row_of(of_file(MOE), now(bandwidth=None)).forecast is None
    assert quick_forecast(40e9, None) is None
    assert quick_forecast(40e9, 2e6) is None  # stays in the caches


def test_a_better_forecast_and_what_was_measured_count() -> None:
    slice_ = SpeedForecast(12.0, 11.0, 13.0, 100.0, SpeedMethod.SLICE)
    measured = Measured(19 * GB, 11.5, None, is_measured=True)
    row = row_of(of_file(MOE), now(forecasts={MOE.path: slice_}, measured={MOE.path: measured}))
    assert (row.forecast, row.measured) == (slice_, measured)


def test_earlier_runs_correct_what_bandwidth_promises() -> None:
    plain, moe = row_of(of_file(MOE), now()), replace(now(), corrections={"MoE": 0.5})
    refined = row_of(of_file(MOE), moe)
    assert plain.forecast is not None and refined.forecast is not None
    assert refined.refined and not plain.refined
    assert refined.forecast.generation_tokens_per_s == plain.forecast.generation_tokens_per_s / 2
    assert row_of(of_file(DENSE), moe).forecast == row_of(of_file(DENSE), now()).forecast


def test_no_speed_is_promised_from_a_disk_nor_of_a_gpu() -> None:
    assert row_of(of_file(MOE), now(budget=Budget(10 * GB, 16 * GB))).forecast is None
    assert row_of(of_file(MOE), now(budget=Budget(10 * GB, 32 * GB))).forecast is not None
    plan = replace(rough_line(5 * GB, 9).at(4096), gpu_bytes=4 * GB)
    assert row_of(of_file(DENSE).planned(PlanLine((plan,))), now()).forecast is None


def test_what_the_engine_refuses_does_not_run() -> None:
    row = row_of(of_file(DENSE).planned(rough_line(GB, 9), "This engine build does not know `xyz`."), now())
    assert (row.kind, row.forecast) == (VerdictKind.NO, None)
    assert row.sentence(BUDGET) == "This engine build does not know `xyz`."


def test_where_memory_is_unknown_nothing_is_judged() -> None:
    row = row_of(of_file(MOE), now(budget=None))
    assert row.kind is None and row.forecast is not None
    assert row.sentence(None).endswith("at 4k context; this system does not tell how much memory is free.")
    assert "This computer has 40.0 GB/s." in demand(of_file(MOE), 4096, 1.0, None, 40e9).sentence


def test_the_mark_says_how_sure_the_needs_are() -> None:
    engine = PlanLine((replace(rough_line(GB, 9).upper, method=PlanMethod.ENGINE),))
    rough = of_file(DENSE)
    assert [row_of(c, now()).mark for c in (rough.planned(engine), rough, replace(rough, guessed=True))] == [
        "",
        "~",
        "?",
    ]


def test_stops_double_up_to_the_longest_training() -> None:
    candidates = [of_file(replace(DENSE, context_length=n)) for n in (4096, 20_000)]
    assert context_stops(candidates) == (512, 1024, 2048, 4096, 8192, 16384)
    assert context_stops([of_file(replace(DENSE, context_length=100))]) == (512,)


def test_the_latest_measurement_of_a_file_counts() -> None:
    plan = MemoryPlan(1, 1, 1, 1, 1, 1, 1, 1, 1, method=PlanMethod.ENGINE)
    first = Prediction("1", "2026", DENSE, LoadOptions(), plan, None, 2, None)
    second = replace(first, id="2", measured=Measured(7, 1.0, None, is_measured=True))
    third = replace(first, id="3", measured=Measured(8, 2.0, None, is_measured=True))
    assert measured_by_file((first, second, third)) == {DENSE.path: Measured(7, 1.0, None, is_measured=True)}


def test_rows_of_all() -> None:
    assert [row.candidate.name for row in rows_of([of_file(DENSE), of_file(MOE)], now())] == ["Dense", "Mixture"]


# ------------------------------------------------------------------ the other way round


def test_what_a_model_would_need() -> None:
    found = demand(of_file(MOE), 4096, 10.0, BUDGET, 40e9)
    assert found.sold_gb == 24
    assert found.bandwidth == pytest.approx(10 * active_bytes(MOE) / 0.75)
    assert found.sentence == (
        "For 10.0 tok/s at 4k context: 24 GB of memory and a bandwidth of about 24.0 GB/s. "
        "This computer has 32.0 GB and 40.0 GB/s."
    )
    huge = replace(of_file(MOE), line=rough_line(4000 * GB, 9), read_bytes=None)
    assert demand(huge, 4096, 1.0, BUDGET, None).sentence == (
        "At 4k context: 4002 GB of memory, more than computers are sold with. This computer has 32.0 GB."
    )


# ------------------------------------------------------------------ dense against mixture


def candidate(name: str, needs: int, active: int) -> Candidate:
    return replace(of_file(DENSE), key=name, name=name, line=rough_line(needs, 1), parameters=8 * GB, active=active)


def test_dense_against_a_mixture_from_what_was_measured() -> None:
    dense, moe = candidate("Dense", 5 * GB, 8 * GB), candidate("Mixture", 5 * GB, GB)
    measured = {
        "Dense": Measured(5 * GB, 10.0, None, is_measured=True),
        "Mixture": Measured(20 * GB, 11.0, None, is_measured=True),
    }
    rows = tuple(row_of(c, now(measured=measured)) for c in (dense, replace(moe, read_bytes=GB)))
    costs = (cost(rows[0], 40e9), cost(rows[1], 40e9))
    assert sentence((rows[0], rows[1]), costs) == "The MoE needs 4.0 times the memory and is 1.10 times as fast."
    assert sentence((rows[1], rows[0]), (costs[1], costs[0])).startswith("The MoE needs 4.0 times")
    assert (costs[1].memory, costs[1].measured) == (20 * GB, True)
    assert costs[1].used == pytest.approx(11e9 / 40e9)


def test_what_was_not_measured_is_marked() -> None:
    rows = tuple(row_of(candidate(name, needs, 8 * GB), now()) for name, needs in (("One", GB), ("Two", 4 * GB)))
    costs = (cost(rows[0], None), cost(rows[1], None))
    assert not costs[0].measured and costs[0].used is None
    assert sentence((rows[0], rows[1]), costs).startswith("Two needs ~3.")
    unknown = (replace(costs[0], speed=None), costs[1])
    assert sentence((rows[0], rows[1]), unknown).endswith("the memory.")


def test_pages_that_give_way_are_left_out_of_what_was_measured_as_well() -> None:
    measured = {"Dense": Measured(5 * GB, 10.0, None, is_measured=True)}
    candidate = replace(of_file(DENSE), key="Dense")
    idle = PlanLine(tuple(replace(p, idle_bytes=GB) for p in candidate.line.points))
    row = row_of(replace(candidate, line=idle), now(measured=measured))
    assert cost(row, 40e9).memory == 4 * GB
