"""Why servers say that an answer ended."""

from __future__ import annotations

from typing import Any

import pytest

from weighin.core.runs.answer import StopReason
from weighin.endpoint.endings import Ending, ending_of, said_ending


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, ""), (False, ""), ("", ""), ("null", ""), ("stop", "stop"), (0, "0"), (True, "True"), ([], "[]"),
     ({"type": "stop"}, "stop"), ({}, "unknown"), ("x" * 999, "x" * 80)],
)  # fmt: skip
def test_what_is_said(value: Any, said: str) -> None:
    assert said_ending(value) == said


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("stop", StopReason.END), ("STOP", StopReason.END), ("eos_token", StopReason.END), ("end_turn", StopReason.END),
        ("stop-sequence", StopReason.END), ("FinishReason.STOP", StopReason.END), ("", StopReason.END),
        ("length", StopReason.LENGTH), ("max_tokens", StopReason.LENGTH), ("MAX_TOKENS", StopReason.LENGTH),
        ("model_length", StopReason.LENGTH), ("FINISH_REASON_MAX_TOKENS", StopReason.LENGTH),
        ("max_output_tokens", StopReason.LENGTH), ("token_limit_reached", StopReason.LENGTH),
        ("incomplete", StopReason.LENGTH), ("TokenLimit", StopReason.LENGTH), ("completed", StopReason.END),
        ("model_context_window_exceeded", StopReason.CONTEXT),
    ],
)  # fmt: skip
def test_spellings(said: str, reason: StopReason) -> None:
    assert ending_of(said) == Ending(reason)


@pytest.mark.parametrize("said", ["abort", "error", "cancelled", "insufficient_system_resource", "NETWORK_ERROR",
                                  "timed_out", "malformed_function_call"])  # fmt: skip
def test_an_answer_that_was_broken_off_is_not_whole(said: str) -> None:
    assert ending_of(said).broken and ending_of(said, ("tool",)).broken


@pytest.mark.parametrize("said", ["content_filter", "SAFETY", "sensitive", "refusal"])
def test_filters(said: str) -> None:
    assert "content filter" in ending_of(said).notice


def test_tools() -> None:
    assert ending_of("tool_calls").notice == "The model called a tool; tools are not run here."
    assert ending_of("length", ("add",)).reason is StopReason.LENGTH
    assert "(look_up, add)" in ending_of("stop", ("look_up", "add", "look_up")).notice


def test_a_reason_nobody_knows_is_told() -> None:
    ending = ending_of("moon\nphase")
    assert ending.reason is StopReason.END and ending.notice.endswith("is not known: moon\ufffdphase.")
