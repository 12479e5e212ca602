"""Where the reasoning of a model begins."""

from __future__ import annotations

import pytest

from weighin.core.runs.thinking import REASONING_MARKS, closes_reasoning, opened_reasoning

TURN = "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"


@pytest.mark.parametrize("marks", REASONING_MARKS, ids=lambda marks: marks.opening)
def test_a_template_that_opens_it(marks: object) -> None:
    prompt = TURN.format("Hi") + marks.opening
    for behind in ("", "\n", "\nOkay, so "):
        assert opened_reasoning(prompt + behind, "Hi") == marks
    for closing in marks.closings:
        assert opened_reasoning(f"{prompt}\n\n{closing}\n\n", "Hi") is None


@pytest.mark.parametrize("question", ["What does <think> mean?", "[THINK]\n", " <think> ", "a", ""])
def test_what_was_asked_opens_nothing(question: str) -> None:
    assert opened_reasoning(TURN.format(question), question) is None
    assert opened_reasoning(TURN.format(question.strip()), question) is None
    assert opened_reasoning(TURN.format(question) + "<think>\n", question) is not None


def test_a_question_that_a_template_changed_is_not_looked_behind() -> None:
    assert opened_reasoning(TURN.format("WHAT DOES <think> MEAN?"), "what does <think> mean?") is None


def test_a_template_that_closes_it() -> None:
    assert closes_reasoning(TURN.format("Hi") + "<think>\n\n</think>\n\n")
    assert not closes_reasoning(TURN.format("Hi"))
