"""The speed shown while an answer is written: over a stretch of time that cannot shrink to nothing."""

from __future__ import annotations

from weighin.core.runs.answer import MemorySample
from weighin.services.lanes.answer_record import AnswerRecord


class Clock:
    """Goes on as it is told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def speeds(*steps: tuple[float, int]) -> list[float | None]:
    """Of a record that gets so many tokens after so many seconds, again and again."""
    clock = Clock()
    record = AnswerRecord(clock)
    record.point(MemorySample())
    found = []
    for seconds, tokens in steps:
        clock.now += seconds
        record.piece("x" * tokens, tokens, "answer")
        found.append(record.point(MemorySample()).tokens_per_s)
    return found


def test_two_ticks_that_come_together_after_a_stall_are_no_speed() -> None:
    """Seen: a spike of about 5,000 tok/s on a model that wrote 4 a second."""
    found = speeds((0.25, 1), (0.25, 1), (0.25, 1), (0.25, 1), (30.0, 0), (0.001, 5), (0.001, 5), (0.25, 1), (0.25, 1))
    assert max(rate for rate in found if rate is not None) < 8


def test_nothing_is_said_before_half_a_second() -> None:
    found = speeds((0.001, 8), (0.25, 8), (0.26, 8))
    assert found[:2] == [None, None]
    assert found[2] is not None and 40 < found[2] < 50


def test_a_change_of_speed_shows_within_a_second_or_two() -> None:
    found = speeds(*[(0.25, 10)] * 8, *[(0.25, 1)] * 8)
    assert found[7] is not None and found[-1] is not None
    assert abs(found[7] - 40) < 1e-6 and abs(found[-1] - 4) < 1e-6


def test_the_first_text_is_timed_as_it_is_seen_and_only_once() -> None:
    clock = Clock()
    record = AnswerRecord(clock)
    assert record.point(MemorySample()).first_text_s is None
    for seconds, text in ((0.5, ""), (0.25, "x"), (3.0, "y")):
        clock.now += seconds
        record.piece(text, 1, "answer")
    assert record.point(MemorySample()).first_text_s == 0.75
