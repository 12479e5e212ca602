"""Intervals for values that come in groups: against scipy, by hand, and by simulation of what is looked at."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from weighin.core.statistics.clusters import ratio_error, share_interval
from weighin.core.statistics.intervals import wilson
from weighin.core.statistics.reach import FIRST_LOOK, reach_anytime, reach_once, t_quantile

_POSITIONS = 255
_ALIKE = 6.0  # between-chunk variance as a multiple of that of independent positions


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 9, 10, 39, 40, 649, 999, 1000, 1001, 100_000])
@pytest.mark.parametrize("p", [0.8, 0.975, 0.995])
def test_t_quantile_is_scipys(freedom: int, p: float):
    assert t_quantile(p, freedom) == pytest.approx(stats.t.ppf(p, freedom), rel=1e-9)


def test_the_first_look_reaches_the_robbins_siegmund_point_widened_by_t():
    # That distribution is chi square's with three degrees of freedom.
    z, t = stats.norm.ppf(0.975), stats.t.ppf(0.975, 9)
    assert reach_anytime(10, 9) == pytest.approx(math.sqrt(stats.chi2.ppf(0.95, 3)) * t / z, rel=1e-9)
    later = math.sqrt(stats.chi2.ppf(0.95, 3) + math.log(4)) * stats.t.ppf(0.975, 39) / z
    assert reach_anytime(40, 39) == pytest.approx(later, rel=1e-9)


def test_error_of_a_mean_is_that_of_the_means_of_equal_groups():
    values = np.random.default_rng(3).lognormal(size=(12, 7))
    error = ratio_error(list(values.sum(axis=1)), [7] * 12)
    assert error.value == pytest.approx(values.mean(axis=1).std(ddof=1) / math.sqrt(12), rel=1e-12)
    assert error.freedom == 11


def test_error_of_a_ratio_takes_the_size_of_groups_into_account():
    # By hand: R = 10/10 = 1, residuals 1, -1, 0; sqrt(3/2 * 2) / 10.
    assert ratio_error([3, 4, 3], [2, 5, 3]).value == pytest.approx(math.sqrt(3) / 10, rel=1e-12)
    assert ratio_error([2, 4, 6], [1, 2, 3]).value == 0


def test_what_tells_kinds_apart_is_no_error():
    values = np.random.default_rng(4).normal(size=(3, 12)) + np.array([[0], [50], [100]])
    error = ratio_error(list(values.ravel()), [1] * 36, ["a"] * 12 + ["b"] * 12 + ["c"] * 12)
    variances = values.var(axis=1, ddof=1)
    assert error.value == pytest.approx(math.sqrt((variances / 12).sum()) / 3, rel=1e-9)
    assert error.freedom == int(variances.sum() ** 2 / (variances**2 / 11).sum())


def test_a_kind_of_which_there_is_one_is_put_to_others():
    # a and b are one each: 1 and 3 make a stratum of their own, 10 and 14 another. 2 and 8 are the variances of sums:
    # 2/1 * 2 + 2/1 * 8, and so is what they would be with the lone a put to the smaller of the two others.
    kinds = ["a", "b", *["c"] * 8, *["d"] * 8]
    values = [1.0, 3.0, *[9.0, 11.0] * 4, *[19.0, 21.0] * 4]
    inner = 8 / 7 * 8
    assert ratio_error(values, [1] * 18, kinds).value == pytest.approx(math.sqrt(4 + 2 * inner) / 18, rel=1e-12)
    lone = [10.0, *[9.0, 11.0] * 4, *[19.0, 21.0] * 5]
    together = 9 / 8 * 8
    expected = math.sqrt(together + 10 / 9 * 10) / 19
    assert ratio_error(lone, [1] * 19, ["a", *["c"] * 8, *["d"] * 10]).value == pytest.approx(expected, rel=1e-12)


def test_where_few_groups_of_one_kind_decide_kinds_are_not_told_apart():
    values = [1.0] * 9 + [50.0, 90.0]
    plain = ratio_error(values, [1] * 11)
    assert ratio_error(values, [1] * 11, ["a"] * 9 + ["b"] * 2) == plain
    assert plain.freedom == 10


def test_a_share_of_independent_groups_is_wilsons_and_of_alike_ones_wider():
    z = stats.norm.ppf(0.975)
    # Groups that vary less than chance would are no more certain than single values.
    assert share_interval(0.5, 200, 0.0, z) == pytest.approx(wilson(100, 200), rel=1e-12)
    # All or nothing: each group is as good as one value, but for m / (m - 1).
    error = ratio_error([10, 0] * 20, [10] * 40).value
    assert share_interval(0.5, 400, error, z) == pytest.approx(wilson(19.5, 39), rel=1e-9)


@pytest.mark.parametrize(("share", "end"), [(0.0, 0), (1.0, 1)])
def test_a_share_of_none_or_all_is_no_point(share: float, end: int):
    interval = share_interval(share, 200, 0.0, 2.0)
    assert interval[end] == share
    assert interval[1 - end] == pytest.approx(1 - 200 / 204 if end == 0 else 200 / 204, rel=1e-9)


def _chunk_means(seed: int, runs: int, chunks: int, sigma: float) -> np.ndarray:
    """Means over chunks of skewed values whose true mean is 1: each log-normal (`sigma`), times what is common to its
    chunk, so that a mean over a chunk varies _ALIKE times as much as one of independent values."""
    rng = np.random.default_rng(seed)
    within = math.expm1(sigma**2)

    def too_little(common: float) -> bool:
        independent = ((1 + common) * (1 + within) - 1) / _POSITIONS
        return common + (1 + common) * within / _POSITIONS < _ALIKE * independent

    common = next(value for value in np.arange(0, 1, 1e-4) if not too_little(value))
    spread = math.sqrt(math.log1p(common))
    means = np.empty((runs, chunks))
    for run in range(runs):
        values = np.exp(sigma * rng.standard_normal((chunks, _POSITIONS), dtype=np.float32) - sigma**2 / 2)
        means[run] = values.mean(axis=1) * np.exp(spread * rng.standard_normal(chunks) - spread**2 / 2)
    return means


def _covered(means: np.ndarray, reach: Callable[[int], float], wanted: float = 0.1) -> tuple[float, float]:
    """How often the interval covers 1 where one stops at the first look, from FIRST_LOOK on, at which its half is
    within `wanted` of the mean, else at the end; and how often at every look."""
    n = np.arange(1, means.shape[1] + 1)
    mean = means.cumsum(axis=1) / n
    variance = ((means**2).cumsum(axis=1) - n * mean**2) / np.maximum(n - 1, 1)
    reaches = np.array([reach(int(k)) if k >= FIRST_LOOK else math.inf for k in n])
    half = reaches * np.sqrt(np.maximum(variance, 1e-300) / n)
    stops = half <= wanted * mean
    at = np.where(stops.any(axis=1), stops.argmax(axis=1), means.shape[1] - 1)
    covers = np.abs(mean - 1) <= half
    return covers[np.arange(len(at)), at].mean(), covers.all(axis=1).mean()


@pytest.mark.parametrize("sigma", [0.3, 0.6, 1.0])
@pytest.mark.parametrize(("chunks", "runs"), [(40, 2500), (650, 300)])
def test_the_anytime_interval_covers_with_clusters_skew_and_stopping(sigma: float, chunks: int, runs: int):
    means = _chunk_means(seed=11, runs=runs, chunks=chunks, sigma=sigma)
    stopped, always = _covered(means, lambda chunks: reach_anytime(chunks, chunks - 1))
    assert stopped >= 0.95
    assert always >= 0.94 or runs < 1000  # too few runs to see two hundredths
    # What the plain interval does with the same numbers: the reason for all this.
    assert _covered(means, lambda _: stats.norm.ppf(0.975))[0] < 0.94


@pytest.mark.parametrize("sigma", [0.3, 1.0])
def test_one_look_at_a_fixed_number_of_chunks_covers(sigma: float):
    means = _chunk_means(seed=12, runs=4000, chunks=40, sigma=sigma)
    mean, error = means.mean(axis=1), means.std(axis=1, ddof=1) / math.sqrt(40)
    assert (np.abs(mean - 1) <= reach_once(39) * error).mean() >= 0.94


@pytest.mark.parametrize("levels", [(0.5, 1, 1, 1.5, 2), (0.1, 0.3, 1, 2, 4)])
def test_the_anytime_interval_covers_with_kinds_that_differ(levels: tuple[float, ...]):
    """Looks after every chunk from the first one on, kinds in turn; the truth is that of what was read of each kind."""
    rng, sigma, hits, runs, stopped = np.random.default_rng(13), 0.15, 0, 400, 0
    for _ in range(runs):
        kinds = [str(n) for n in np.concatenate([rng.permutation(5) for _ in range(9)])]
        means = np.array([levels[int(kind)] for kind in kinds])
        values = means * np.exp(sigma * rng.standard_normal(45) - sigma**2 / 2)
        for n in range(FIRST_LOOK, 46):
            error = ratio_error(list(values[:n]), [1] * n, kinds[:n])
            half = error.value * reach_anytime(n, error.freedom)
            if half <= 0.1 * values[:n].mean():
                stopped += 1
                break
        hits += abs(values[:n].mean() - means[:n].mean()) <= half
    assert hits >= 0.95 * runs
    # Taken as one kind none would ever stop.
    assert stopped >= 0.5 * runs
