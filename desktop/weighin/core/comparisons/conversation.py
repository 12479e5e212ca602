"""A conversation with two models at once: each lane goes on from its own answers."""

from __future__ import annotations

from weighin.core.comparisons.comparison import Comparison, ComparisonRequest
from weighin.core.errors import AppError
from weighin.core.runs.answer import StopReason
from weighin.core.runs.chat import Message
from weighin.core.runs.lane import LABELS

Thread = tuple[Message, ...]


def threads_after(comparison: Comparison) -> tuple[Thread, ...]:
    """What each lane has said and heard when `comparison` is over: its earlier turns, the prompt, and its own answer
    without the reasoning, which templates leave out of earlier turns too.

    Raises AppError where there is nothing to go on from."""
    request = comparison.request
    if request.prompt.raw:
        raise AppError("A raw prompt has no turns to follow up.", kind="options")
    if len(comparison.results) != len(LABELS):
        raise AppError("There are not two answers to follow up.", kind="options")
    for result in comparison.results:
        if result.answer.stop_reason is StopReason.FAILED or not result.answer.text.strip():
            raise AppError(f"{result.label} gave no answer to follow up.", kind="options")
    return tuple(
        (*request.thread(index), Message("user", request.prompt.whole), Message("assistant", result.answer.text))
        for index, result in enumerate(comparison.results)
    )


def turns(thread: Thread) -> int:
    """How many prompts stand in a conversation."""
    return sum(message.role == "user" for message in thread)


def turn_number(request: ComparisonRequest) -> int:
    """Which turn of its conversation this request asks for, from 1."""
    return turns(request.thread(0)) + 1
