"""The statistics against scipy, and against numbers worked out elsewhere."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from scipy import integrate, optimize, special, stats

from weighin.core.errors import AppError
from weighin.core.evaluations.tally import chance_alarm
from weighin.core.statistics.binomial import sign_test
from weighin.core.statistics.claims import check_claim
from weighin.core.statistics.intervals import paired_difference, wilson
from weighin.core.statistics.paired import (
    Verdict,
    compare,
    e_value,
    live_verdict,
    log_e_value,
    log_subject_e_value,
    more_questions,
    verdict,
)
from weighin.core.statistics.power import expected_discordance, half_width, questions_needed, smallest_gap


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (0, 57), (57, 57), (84, 100), (342, 570), (11795, 14042)])
def test_wilson_is_scipys(k: int, n: int):
    expected = stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
    assert wilson(k, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize(
    ("b", "c"), [(0, 0), (1, 0), (0, 5), (6, 0), (9, 1), (15, 5), (33, 17), (120, 151), (2000, 2100)]
)
def test_exact_mcnemar_is_the_binomial_test(b: int, c: int):
    expected = stats.binomtest(b, b + c, 0.5).pvalue if b + c else 1.0
    assert sign_test(b, c) == pytest.approx(expected, rel=1e-9)


def test_six_one_sided_questions_are_the_fewest_that_matter():
    assert sign_test(5, 0) > 0.05 > sign_test(6, 0)


@pytest.mark.parametrize(("b", "c"), [(0, 0), (1, 0), (3, 9), (40, 25), (700, 900)])
def test_the_e_value_is_a_beta_function(b: int, c: int):
    expected = (b + c) * math.log(2) + special.betaln(b + 1, c + 1)
    assert log_e_value(b, c) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_the_e_value_is_a_bet_without_an_edge():
    """Its mean under a fair coin is 1 after any number of questions."""
    for n in (1, 7, 40):
        mean = math.fsum(math.comb(n, b) / 2**n * e_value(b, n - b) for b in range(n + 1))
        assert mean == pytest.approx(1.0)


def test_looking_all_the_time_misleads_in_less_than_one_of_twenty():
    draw = np.random.default_rng(7)
    fired = 0
    for _ in range(400):
        b = np.cumsum(draw.integers(0, 2, 1500))
        m = np.arange(1, 1501)
        logs = m * math.log(2) + special.betaln(b + 1, m - b + 1)
        fired += bool((logs >= math.log(20)).any())
        at = int(logs.argmax())
        assert log_e_value(int(b[at]), int(m[at] - b[at])) == pytest.approx(logs[at])
    assert fired <= 0.05 * 400


def test_a_large_e_value_stays_a_number():
    assert e_value(14042, 0) == pytest.approx(1e300)
    assert verdict(14042, 0) is Verdict.A_BETTER
    assert verdict(0, 14042) is Verdict.B_BETTER


def test_the_verdict_waits_for_twenty():
    last = max(c for c in range(30) if verdict(0, c) is Verdict.CANNOT_TELL)
    assert e_value(0, last) < 20 <= e_value(0, last + 1)
    assert verdict(10, 10) is Verdict.CANNOT_TELL


def test_more_questions_goes_on_as_it_went():
    assert more_questions(0, 0, 10) is None
    assert more_questions(5, 5, 100) is None
    assert more_questions(50, 0, 100) == 0
    more = more_questions(12, 8, 100)
    assert more is not None
    scale = (100 + more) / 100
    assert log_e_value(12 * scale, 8 * scale) >= math.log(20) > log_e_value(12 * scale * 0.98, 8 * scale * 0.98)


@pytest.mark.parametrize(("b", "c", "n"), [(0, 0, 57), (1, 0, 57), (0, 4, 20), (12, 5, 100), (60, 75, 570), (9, 9, 18)])
def test_the_difference_is_tangos_score_interval(b: int, c: int, n: int):
    """The ends are where the score statistic, with the nuisance parameter maximised numerically, reaches 1.96."""

    def statistic(d: float) -> float:
        def loss(q: float) -> float:  # minus the log likelihood of (b, c, rest) with p(only B) = q, p(only A) = q + d
            cells = ((b, q + d), (c, q), (n - b - c, 1 - d - 2 * q))
            return -sum(count * math.log(max(p, 1e-300)) for count, p in cells if count)

        low, high = max(0.0, -d), (1 - d) / 2
        q = optimize.minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-12}).x
        return (b - c - n * d) / math.sqrt(n * (2 * q + d - d * d))

    low, high = paired_difference(b, c, n)
    assert low <= (b - c) / n <= high
    assert low < high
    assert statistic(low) == pytest.approx(1.96, abs=2e-3)
    assert statistic(high) == pytest.approx(-1.96, abs=2e-3)


def test_with_many_questions_the_difference_has_the_paired_standard_error():
    b, c, n = 940, 885, 14042
    d, delta = (b + c) / n, (b - c) / n
    error = 1.959964 * math.sqrt((d - delta**2) / n)
    assert paired_difference(b, c, n) == pytest.approx((delta - error, delta + error), abs=2e-5)


def test_the_interval_holds_what_it_promises():
    draw = random.Random(3)
    held = 0
    for _ in range(600):
        outcomes = draw.choices(("a", "b", "-"), weights=(0.09, 0.05, 0.86), k=285)
        low, high = paired_difference(outcomes.count("a"), outcomes.count("b"), 285)
        held += low <= 0.04 <= high
    assert held / 600 > 0.92


# gap, discordance, questions: n for 80 % power, worked out with another program.
NEEDED = [
    (0.004, 0.02, 9_809), (0.004, 0.05, 24_526), (0.004, 0.13, 63_770), (0.004, 0.30, 147_165), (0.01, 0.02, 1_568),
    (0.01, 0.13, 10_202), (0.02, 0.05, 979), (0.02, 0.13, 2_549), (0.05, 0.10, 312), (0.05, 0.13, 406),
    (0.10, 0.13, 100), (0.10, 0.30, 234),
]  # fmt: skip


@pytest.mark.parametrize(("gap", "discordance", "n"), NEEDED)
def test_questions_needed(gap: float, discordance: float, n: int):
    assert questions_needed(gap, discordance) == pytest.approx(n, abs=1)


# n, discordance, smallest gap in points.
GAPS = [(100, 0.13, 10.0), (285, 0.05, 3.7), (285, 0.13, 6.0), (570, 0.05, 2.6), (570, 0.13, 4.2), (570, 0.3, 6.4),
        (1000, 0.13, 3.2), (5000, 0.2, 1.8), (14042, 0.13, 0.9)]  # fmt: skip


@pytest.mark.parametrize(("n", "discordance", "points"), GAPS)
def test_smallest_gap(n: int, discordance: float, points: float):
    gap = smallest_gap(n, discordance)
    assert gap is not None
    assert round(100 * gap, 1) == points


def test_what_cannot_be_shown_is_said():
    assert questions_needed(0.02, 0.02) is None
    assert smallest_gap(57, 0.13) is None
    assert smallest_gap(114, 0.05) is None


def test_expected_discordance_by_drawing():
    """Two correlated 0/1 variables, drawn, disagree as often as the formula says."""
    p, q, r = 0.6, 0.7, 0.5
    both = p * q + r * math.sqrt(p * (1 - p) * q * (1 - q))
    assert expected_discordance(p, q, r) == pytest.approx(p + q - 2 * both)
    assert expected_discordance(0.9, 0.1, 0.99) == pytest.approx(0.8)


def test_half_width_of_one_model():
    assert round(100 * half_width(0.84, 570), 1) == 3.0
    assert round(100 * half_width(0.6, 570), 1) == 4.0


def test_the_claim_that_began_it_all():
    check = check_claim(0.841, 0.837, 14_042, 0.13)
    assert not check.told_apart
    assert check.p == pytest.approx(0.19, abs=0.005)
    assert check.interval == pytest.approx((-0.0020, 0.0100), abs=1e-4)
    assert check.largest_discordance == pytest.approx(0.0585, abs=1e-4)
    assert check.needed == pytest.approx(63_770, abs=1)
    assert check_claim(0.841, 0.837, 14_042, 0.0225).p == pytest.approx(0.0016, abs=5e-4)
    assert check_claim(0.841, 0.837, 14_042, 0.05).told_apart


def test_impossible_claims_are_refused():
    with pytest.raises(AppError, match=r"disagree on 10\.0 to"):
        check_claim(0.9, 0.8, 100, 0.05)
    with pytest.raises(AppError, match="between 0 and 100"):
        check_claim(84.1, 83.7, 100, 0.5)


def test_compare_fills_every_field():
    result = compare(50, 20, 5, 25)
    assert (result.n, result.difference) == (100, 0.15)
    assert result.verdict is Verdict.A_BETTER
    assert result.more_questions == 0
    assert result.mcnemar_p == pytest.approx(stats.binomtest(5, 25, 0.5).pvalue)


def test_chance_is_noticed():
    assert "guessing" in chance_alarm(26, 100, (25, 25, 26, 24))
    assert "It chose option D in 95" in chance_alarm(60, 100, (2, 2, 1, 95))
    assert chance_alarm(60, 100, (25, 25, 25, 25)) == ""
    assert chance_alarm(2, 8, (2, 2, 2, 2)) == ""


def test_subjects_that_lean_to_both_sides_mislead_in_less_than_one_of_twenty():
    """57 subjects of the sizes of MMLU, no difference over all of them, but of 8 points (one standard deviation) within
    each: looked at after every subject. By its questions alone a run would be misled much more often."""
    draw = np.random.default_rng(11)
    sizes = np.array([100] * 10 + [145] * 20 + [235] * 15 + [330] * 8 + [600, 783, 895, 1534])
    misled = by_questions = 0
    for _ in range(150):
        lean = np.clip(draw.normal(0, 0.08, len(sizes)), -0.2, 0.2)
        lean -= (sizes * lean).sum() / sizes.sum()
        counts = []
        for subject in draw.permutation(len(sizes)):
            a, b, _ = draw.multinomial(sizes[subject], [0.15 + lean[subject] / 2, 0.15 - lean[subject] / 2, 0.7])
            counts.append((int(a), int(b)))
        misled += live_verdict(counts, None, int(sizes.sum()))[0] is not Verdict.CANNOT_TELL
        sums = np.cumsum(counts, axis=0)
        by_questions += any(log_e_value(int(a), int(b)) >= math.log(20) for a, b in sums)
    assert misled <= 0.05 * 150
    assert by_questions > 0.2 * 150


def test_a_difference_in_all_subjects_is_found_while_it_runs_and_kept():
    counts = [(4, 1)] * 20 + [(1, 4)] * 20
    verdict_, number = live_verdict(counts, None, 600)
    assert verdict_ is Verdict.A_BETTER and number is not None and number < 20
    assert live_verdict(counts[: number - 1], None, 600) == (Verdict.CANNOT_TELL, None)
    assert live_verdict(counts, (100, 100), 600) == (verdict_, number), "kept, whatever comes after"
    assert live_verdict([(30, 2)], None, 60) == (Verdict.CANNOT_TELL, None), "one subject says little about all"
    assert live_verdict([(30, 2)], (30, 2), 60) == (Verdict.A_BETTER, None), "but it may be all there is"


@pytest.mark.parametrize("differences", [[3, -1, 2, 0, 5, 1], [1] * 30, [0, 0]])
def test_the_e_value_of_subjects_is_the_mean_over_a_normal_prior(differences):
    total, squares = sum(differences), sum(d * d for d in differences)

    def density(x: float) -> float:
        return math.exp(x * total - x * x * squares / 2 - x * x / 0.2) / math.sqrt(2 * math.pi * 0.1)

    mean, _ = integrate.quad(density, -10, 10, points=[0])
    assert log_subject_e_value(differences, 600) == pytest.approx(math.log(mean), abs=1e-6)
