import pytest

from weighin.workers.llama.generation import LONGEST_PERIOD, WINDOW, goes_in_circles


@pytest.mark.parametrize("period", [1, 2, 7, LONGEST_PERIOD])
def test_circles_of_every_size_are_seen(period: int) -> None:
    assert goes_in_circles([*range(1000, 1050), *(list(range(period)) * WINDOW)])


def test_text_that_only_resembles_itself_is_left_alone() -> None:
    assert not goes_in_circles([5] * (WINDOW - 1))
    assert not goes_in_circles(list(range(LONGEST_PERIOD + 1)) * 10)
    assert not goes_in_circles([1, 2, 3] * 40 + [9])
    assert not goes_in_circles([])
