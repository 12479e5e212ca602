"""The arithmetic of two rows of logits, held against exact arithmetic."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from weighin.workers.fidelity.divergence import difference, likeliest, log_sum_exp


def rows(seed: int, size: int, apart: float, scale: float = 4.0) -> tuple[Any, Any]:
    draw = np.random.default_rng(seed)
    base = (draw.standard_normal(size) * scale).astype(np.float32)
    return base, (base + draw.standard_normal(size) * apart).astype(np.float32)


def exact(base: Any, other: Any) -> tuple[float, list[float], list[float]]:
    """KLD and both log-softmaxes, each sum without any rounding of its own."""

    def logs(row: Any) -> list[float]:
        values = [float(v) for v in row]
        largest = max(values)
        total = math.log(math.fsum(math.exp(v - largest) for v in values))
        return [v - largest - total for v in values]

    one, two = logs(base), logs(other)
    kld = sum(Fraction(math.exp(a)) * Fraction(a - b) for a, b in zip(one, two, strict=True) if a > -16)
    return float(kld), one, two


@pytest.mark.parametrize("apart", [0.0, 1e-3, 0.05, 2.0])
@pytest.mark.parametrize(("size", "scale"), [(1000, 4.0), (5000, 0.5), (5000, 9.0)])
def test_figures_to_a_millionth(size: int, scale: float, apart: float) -> None:
    base, other = rows(size, size, apart, scale)
    work = np.empty(size, np.float64)
    base_sum = log_sum_exp(base, work)
    for target in (0, int(base.argmax())):
        found = difference(base, base_sum, other, target, work)
        kld, one, two = exact(base, other)
        assert found.kld == pytest.approx(kld, rel=1e-6, abs=1e-13)
        assert found.nll == pytest.approx(-two[target], rel=1e-12)
        assert found.delta_p == pytest.approx(math.exp(two[target]) - math.exp(one[target]), rel=1e-6, abs=1e-14)
        assert found.same_top == (max(range(size), key=one.__getitem__) == max(range(size), key=two.__getitem__))


def test_a_row_is_as_itself() -> None:
    base, _ = rows(1, 50_000, 0)
    work = np.empty(base.size, np.float64)
    found = difference(base, log_sum_exp(base, work), base.copy(), 17, work)
    assert abs(found.kld) < 2e-9 and found.delta_p == 0 and found.same_top


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_stays_none(bad: float) -> None:
    base, other = rows(2, 100, 0.1)
    work = np.empty(100, np.float64)
    good = log_sum_exp(base, work)
    broken = other.copy()
    broken[7] = bad
    assert math.isnan(log_sum_exp(broken, work))
    assert not math.isfinite(difference(base, good, broken, 3, work).nll)
    ruled_out = np.full(100, -np.inf, np.float32)
    assert math.isnan(log_sum_exp(ruled_out, work))
    other[int(base.argmax())] = -np.inf  # BASE finds it likely enough to count
    assert not math.isfinite(difference(base, good, other, 5, work).kld)


def test_the_likeliest_come_in_order_and_the_lower_of_equals_first() -> None:
    row = np.array([0, 3, 1, 3, 2, -1], np.float32)
    found = likeliest(row, log_sum_exp(row, np.empty(6)), 4)
    assert [token for token, _ in found] == [1, 3, 4, 2]
    assert sum(share for _, share in likeliest(row, log_sum_exp(row, np.empty(6)), 99)) == pytest.approx(1)
