"""Text that was sent as answer and turns out to be reasoning: in the messages, the clock and the record."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.worker_client import text_of

from weighin.protocol.messages import Tokens, WasReasoning
from weighin.workers.clock import Clock
from weighin.workers.text_stream import TextStream
from weighin.workers.token_batcher import TokenBatcher


def written(*texts: str) -> tuple[list[Any], Clock]:
    """The events and the clock of an answer of these tokens, one a second."""
    events: list[Any] = []
    stream, batcher, clock = TextStream(), TokenBatcher(7, events.append), Clock()
    now = clock.begin
    for text in texts:
        now += 1.0
        pieces = stream.feed(text.encode())
        clock.token(now, pieces, stream.kind)
        batcher.add(pieces, now)
    rest = stream.finish()
    clock.pieces(now, rest)
    batcher.finish(rest)
    return events, clock


def test_it_is_said_between_the_texts() -> None:
    events, _ = written("Seven", " and", "</think>", "Twelve", ".")
    at = events.index(WasReasoning(7))
    assert all(isinstance(event, Tokens) for event in events[:at] + events[at + 1 :])
    assert (text_of(events, "reasoning"), text_of(events)) == ("Seven and", "Twelve.")
    assert sum(event.count for event in events if isinstance(event, Tokens)) == 5


def test_text_of_both_in_one_token() -> None:
    events, _ = written("Seven and</think>Twelve.")
    assert (text_of(events, "reasoning"), text_of(events)) == ("Seven and", "Twelve.")


def test_the_first_token_of_the_answer_is_that_behind_the_mark() -> None:
    _, clock = written("Seven", " and", "</think>", "\n", "Twelve", ".")
    timing = clock.timing(0.0, 1, 1)
    assert (timing.reasoning_tokens, timing.generated_tokens) == (2, 6)
    assert timing.first_token_s == pytest.approx(1) and timing.first_answer_token_s == pytest.approx(5)


def test_what_never_becomes_an_answer_has_no_first_token_of_one() -> None:
    _, clock = written("Seven", " and", "</think>")
    assert clock.timing(0.0, 1, 1).first_answer_token_s is None
