"""The figures of a measurement against numpy in double precision, from all positions at once."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from tests.support.fidelity import POSITIONS, drawn_chunks

from weighin.core.fidelity.fidelity import FidelitySummary
from weighin.core.fidelity.tally import FidelityTally, tally_of
from weighin.core.statistics.reach import reach_anytime

CHUNKS = 14
BASE, OTHER = drawn_chunks(5, CHUNKS, kinds=("prose",))
KLD, X, Y, D, SAME = (
    np.array([getattr(chunk, name) for chunk in chunks], dtype=np.float64)
    for chunks, name in ((OTHER, "kld"), (BASE, "nll"), (OTHER, "nll"), (OTHER, "delta_p"), (OTHER, "same_top"))
)
near = lambda value: pytest.approx(value, rel=1e-9)  # noqa: E731 - a word for the lines below


def _summary(anytime: bool = False, chunks: int = CHUNKS) -> FidelitySummary:
    summary = tally_of(BASE[:chunks], OTHER, POSITIONS, anytime).summary()
    assert summary is not None
    return summary


def _margin(values: np.ndarray, reach: float | None = None) -> float:
    """Half of the interval of a mean, with one value for each chunk."""
    means = values.mean(axis=1)
    return (reach or stats.t.ppf(0.975, CHUNKS - 1)) * means.std(ddof=1) / math.sqrt(CHUNKS)


def test_kld_is_that_of_all_positions():
    kld = _summary().kld
    assert kld.mean.value == near(KLD.mean())
    assert (kld.mean.low, kld.mean.high) == near((KLD.mean() - _margin(KLD), KLD.mean() + _margin(KLD)))
    found = (kld.median, kld.p90, kld.p95, kld.p99, kld.p999, kld.maximum)
    assert found == near(tuple(np.percentile(KLD, [50, 90, 95, 99, 99.9, 100])))


def test_auto_has_the_wider_interval_that_may_be_looked_at_again_and_again():
    mean = _summary(anytime=True).kld.mean
    assert mean.value == near(KLD.mean())
    assert mean.high == near(KLD.mean() + _margin(KLD, reach_anytime(CHUNKS, CHUNKS - 1)))
    assert mean.high > (_summary().kld.mean.high or math.inf)


def test_delta_p_and_its_root_mean_square():
    summary = _summary()
    assert summary.mean_delta_p.value == pytest.approx(D.mean(), abs=1e-12)
    assert summary.mean_delta_p.high == near(D.mean() + _margin(D))
    rms = math.sqrt((D**2).mean())
    assert summary.rms_delta_p.value == near(rms)
    assert summary.rms_delta_p.low == near(rms - _margin(D**2) / (2 * rms))


def test_perplexities_with_the_ratio_and_the_correlation():
    found = _summary().perplexity
    assert (found.base, found.other) == near((math.exp(X.mean()), math.exp(Y.mean())))
    difference = (Y - X).mean()
    assert found.ratio.value == near(math.exp(difference))
    assert found.ratio.low == near(math.exp(difference - _margin(Y - X)))
    assert found.ratio.high == near(math.exp(difference + _margin(Y - X)))
    assert found.correlation == near(np.corrcoef(X.ravel(), Y.ravel())[0, 1])


def test_same_top_has_an_interval_by_chunks_within_0_and_1():
    same = _summary().same_top
    assert same.value == near(SAME.mean())
    error = SAME.mean(axis=1).std(ddof=1) / math.sqrt(CHUNKS)
    n = min(SAME.size, same.value * (1 - same.value) / error**2)
    z, t = stats.norm.ppf(0.975), stats.t.ppf(0.975, CHUNKS - 1)
    n *= (z / t) ** 2
    centre = (same.value + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(same.value * (1 - same.value) / n + z * z / (4 * n * n))
    assert (same.low, same.high) == near((centre - half, centre + half))


def test_the_tools_errors_take_positions_as_independent():
    def error(values: np.ndarray) -> float:
        return values.std() / math.sqrt(values.size - 1)

    tool, rms = _summary().tool, math.sqrt((D**2).mean())
    assert tool.kld == near(error(KLD))
    assert tool.same_top == near(error(SAME))
    assert tool.rms_delta_p == near(0.5 / rms * error(D**2))
    assert tool.mean_delta_p == near(error(D))
    assert tool.perplexity_base == near(math.exp(X.mean()) * error(X))
    assert tool.perplexity_other == near(math.exp(Y.mean()) * error(Y))
    assert tool.perplexity_ratio == near(math.exp((Y - X).mean()) * error(Y - X))


def test_kinds_are_told_apart_in_their_order():
    base = tuple(replace(chunk, kind=("prose", "code")[chunk.number % 2]) for chunk in BASE)
    tally = tally_of(base, OTHER, POSITIONS, False, ("code", "prose", "numbers"))
    summary = tally.summary()
    assert summary is not None
    assert [(kind.kind, kind.positions, kind.chunks) for kind in summary.kinds] == [
        ("code", 7 * POSITIONS, 7),
        ("prose", 7 * POSITIONS, 7),
    ]
    assert summary.kinds[0].kld_mean == near(KLD[1::2].mean())
    assert summary.kinds[0].same_top == near(SAME[1::2].mean())
    error = math.sqrt(sum(half.mean(axis=1).var(ddof=1) / 7 for half in (KLD[::2], KLD[1::2]))) / 2
    low, high = summary.kld.mean.low, summary.kld.mean.high
    assert low is not None and high is not None
    assert error * stats.t.ppf(0.975, 12) <= (high - low) / 2 <= error * stats.t.ppf(0.975, 5)


def test_the_worst_positions_are_the_worst_of_all_chunks():
    worst = _summary().worst
    assert [position.kld for position in worst] == sorted(KLD.ravel(), reverse=True)[:20]
    assert OTHER[worst[0].chunk].kld[worst[0].position - POSITIONS - 1] == worst[0].kld


def test_below_ten_chunks_there_is_no_interval_and_nothing_is_settled():
    summary = _summary(chunks=9)
    estimates = (summary.kld.mean, summary.same_top, summary.mean_delta_p, summary.rms_delta_p)
    assert all(estimate.low is None and estimate.high is None for estimate in (*estimates, summary.perplexity.ratio))
    assert not summary.settled
    assert _summary(chunks=10).kld.mean.low is not None
    assert FidelityTally(POSITIONS, True).summary() is None


def test_settled_is_within_a_tenth_of_the_mean():
    steady = tuple(replace(chunk, kld=tuple(0.03 + 0.001 * (chunk.number % 2) for _ in chunk.kld)) for chunk in OTHER)
    tally = FidelityTally(POSITIONS, True)
    for base, other in zip(BASE, steady, strict=True):
        tally.add(base, other)
    assert tally.summary().settled  # type: ignore[union-attr]
    assert not _summary(anytime=True).settled


def test_a_model_against_itself_has_nothing_that_varies():
    alike = tuple(
        replace(mine, kld=(0.0,) * POSITIONS, nll=chunk.nll, delta_p=(0.0,) * POSITIONS, same_top=(True,) * POSITIONS)
        for chunk, mine in zip(BASE, OTHER, strict=True)
    )
    summary = tally_of(BASE, alike, POSITIONS, True).summary()
    assert summary is not None
    assert (summary.kld.mean.low, summary.kld.mean.value, summary.kld.maximum) == (0, 0, 0)
    assert (summary.rms_delta_p.value, summary.tool.rms_delta_p) == (0, 0)
    assert (summary.perplexity.ratio.low, summary.perplexity.ratio.high) == (1, 1)
    assert summary.perplexity.correlation == near(1.0)
    assert summary.same_top.high == 1
    assert 0.95 < (summary.same_top.low or 0) < 1


def test_what_never_varies_has_no_correlation_and_huge_surprise_no_infinity():
    base = tuple(replace(chunk, nll=(2000.0,) * POSITIONS) for chunk in BASE)
    summary = tally_of(base, OTHER, POSITIONS, True).summary()
    assert summary is not None
    assert summary.perplexity.correlation is None
    assert math.isfinite(summary.perplexity.base)


def test_chunks_that_do_not_belong_together_are_refused():
    tally = FidelityTally(POSITIONS, True)
    with pytest.raises(ValueError, match="chunk 0 against 1"):
        tally.add(BASE[0], OTHER[1])
    with pytest.raises(ValueError, match="positions"):
        tally.add(BASE[0], replace(OTHER[0], kld=OTHER[0].kld[1:]))
    assert tally.summary() is None


def test_kept_chunks_that_one_side_never_read_are_passed_over():
    summary = tally_of(BASE, OTHER[3:8], POSITIONS, True).summary()
    assert summary is not None
    assert summary.chunks == 5
    assert summary.kld.mean.value == near(KLD[3:8].mean())
