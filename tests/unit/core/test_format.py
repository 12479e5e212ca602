"""How numbers are said: each kind in one way, wherever it is shown."""

from __future__ import annotations

import pytest

from weighin.core import format
from weighin.core.runs.options import whole


@pytest.mark.parametrize(
    ("share", "digits", "said"),
    [
        (0.426, 0, "43 %"),
        (0.8625, 1, "86.2 %"),
        (0.0, 0, "0 %"),
        (0.004, 0, "< 1 %"),
        (0.0004, 1, "< 0.1 %"),
        (-0.0001, 1, "0.0 %"),
        (17.4, 0, "1\u202f740 %"),
        (None, 1, "-"),
    ],
)
def test_shares(share: float | None, digits: int, said: str) -> None:
    assert format.percent(share, digits) == said


def test_an_interval_has_one_unit() -> None:
    assert format.between((0.5712, 0.672), 1) == "57.1 to 67.2 %"
    assert format.between((0.57, 0.67)) == "57 to 67 %"
    assert format.between(None) == "-"


def test_differences_carry_their_sign_and_sizes_do_not() -> None:
    assert [format.points(value) for value in (0.0312, -0.0004, -0.02)] == ["+3.1", "+0.0", "-2.0"]
    assert format.points(0.004, 2) == "+0.40"
    assert format.points(0.136, sign="-") == "13.6"
    assert [format.change(value) for value in (0.2, -0.18)] == ["+20 %", "-18 %"]


def test_parameters_of_both_kinds() -> None:
    assert format.shape(4_000_000_000, 4_000_000_000, False) == "dense 4.0B"
    assert format.shape(30_500_000_000, 3_300_000_000, True) == "MoE 30.5B, 3.3B active"
    assert format.shape(30_500_000_000, None, True) == "MoE 30.5B"
    assert format.shape(None, None, True) == "-"


def test_times_are_never_one() -> None:
    assert [format.times(ratio) for ratio in (1.04, 1.3, 1234.5)] == ["1.04 times", "1.3 times", "1\u202f234 times"]


def test_times_of_day_and_estimates() -> None:
    assert [format.elapsed(s) for s in (42.9, 125, 10_920)] == ["42 s", "2 min 05 s", "3 h 02 min"]
    assert [format.about(s) for s in (3, 43, 200, 11_000)] == [
        "a few seconds",
        "about 45 s",
        "about 3 min",
        "about 3 h 03 min",
    ]
    assert [format.two_figures(n) for n in (7, 117_731)] == [7, 120_000]


def test_a_number_as_it_is_shown_can_be_typed() -> None:
    assert whole(format.count(1_048_576)) == 1_048_576
