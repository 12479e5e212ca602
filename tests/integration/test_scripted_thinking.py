"""Thinking of a known length, planted by the scripted engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from tests.support.lanes import Heard, ask, fake_lane, load

from weighin.core.runs.answer import Answer, StopReason

Asked = Callable[..., Answer]


@pytest.fixture
def asked(qtbot: QtBot) -> Iterator[Callable[..., Asked]]:
    lanes = []

    def begin(**script: Any) -> Asked:
        lane = fake_lane(**script)
        lanes.append(lane)
        heard = Heard(lane)
        load(qtbot, lane, heard)
        return lambda text="hello", **sampling: ask(qtbot, lane, heard, text, **sampling)

    yield begin
    for lane in lanes:
        lane.close()


def test_thinking_is_limited_and_switched_like_that_of_a_model(asked: Callable[..., Asked]) -> None:
    answer = asked(thinking=40, text="one two three")
    whole = answer(max_tokens=100)
    assert (whole.text, whole.timing.reasoning_tokens, whole.timing.generated_tokens) == ("one two three", 40, 43)
    assert whole.timing.thinking_cut is False
    capped = answer(max_tokens=20)
    assert (capped.text, capped.stop_reason, capped.timing.reasoning_tokens) == ("", StopReason.LENGTH, 20)
    cut = answer(max_tokens=2, thinking_tokens=10)
    assert (cut.text, cut.stop_reason) == ("one two", StopReason.LENGTH)
    assert (cut.timing.reasoning_tokens, cut.timing.generated_tokens, cut.timing.thinking_cut) == (10, 12, True)
    off = answer(thinking="off")
    assert (off.text, off.reasoning, off.notices) == ("one two three", "", ())


def test_a_model_that_always_thinks(asked: Callable[..., Asked]) -> None:
    off = asked(reasoning="hm so", thinks_always=True)(thinking="off")
    assert (off.reasoning, off.notices) == ("hm so ", ("This template has no switch for thinking.",))


def test_answers_of_their_own_for_some_prompts(asked: Callable[..., Asked]) -> None:
    answer = asked(
        tokens=9,
        answers=[
            {"when": "seven", "text": "Twelve.", "thinking": 5},
            {"when": "se", "text": "", "stop_reason": "length"},
        ],
    )
    said = [answer(prompt) for prompt in ("seven and five", "sea", "another")]
    assert [one.text for one in said] == ["Twelve.", "", "word " * 9]
    assert [one.timing.reasoning_tokens for one in said] == [5, 0, 0]
    assert [one.stop_reason for one in said] == [StopReason.END, StopReason.LENGTH, StopReason.END]
