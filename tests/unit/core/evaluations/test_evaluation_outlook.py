"""What is expected before a run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.questions import make_endings, make_questions
from tests.ui.fakes import DENSE, MOE, OTHER

from weighin.core.evaluations.ending_prompt import ending_block
from weighin.core.evaluations.evaluation_outlook import (
    SAME_MODEL_DISCORDANCE,
    SMALL_MODELS_DISCORDANCE,
    likely_discordance,
    reading_tokens,
)
from weighin.core.evaluations.forms import ENDING_FORMS
from weighin.core.evaluations.mmlu_prompt import prompt_block
from weighin.core.evaluations.questions import QuestionSet
from weighin.core.evaluations.sample import draw
from weighin.core.statistics.power import TYPICAL_DISCORDANCE, expected_discordance

LARGE = replace(OTHER, name="Large", path="/large.gguf", layers=60)


def test_two_files_of_one_model_hardly_disagree() -> None:
    quantized = replace(OTHER, path="/q8.gguf", quantization="Q8_0", file_bytes=2 * OTHER.file_bytes)
    assert likely_discordance(OTHER, quantized, (0.4, 0.8)).discordance == SAME_MODEL_DISCORDANCE


def test_earlier_scores_count_where_both_are_known() -> None:
    found = likely_discordance(DENSE, MOE, (0.9, 0.96))
    assert found.discordance == expected_discordance(0.9, 0.96)
    assert likely_discordance(DENSE, MOE, (0.9, None)).discordance == SMALL_MODELS_DISCORDANCE


def test_large_models_are_taken_to_be_typical() -> None:
    assert likely_discordance(LARGE, OTHER).discordance == TYPICAL_DISCORDANCE
    assert likely_discordance(LARGE, DENSE).discordance == TYPICAL_DISCORDANCE


@pytest.mark.parametrize("shots", [0, 5])
@pytest.mark.parametrize("n", [None, 40])
def test_reading_is_about_what_the_prompts_hold(shots: int, n: int | None) -> None:
    rows = [q for name in ("one", "two") for q in make_questions(name, "dev", 5) + make_questions(name, "test", 60)]
    questions = QuestionSet("x", "X", tuple(rows), "")
    sample = draw(questions.of_split("test"), n or 120, 1)
    characters = 0
    for name in ("one", "two"):
        chosen = [q for q in sample.questions if q.subject == name]
        block = prompt_block("standard", name, questions.examples(name), shots, chosen)
        characters += len(block.header) + sum(len(item.text) for item in block.items)
    assert reading_tokens(questions, "test", (), n, shots) == pytest.approx(characters / 4, rel=0.1)


@pytest.mark.parametrize("shots", [0, 5])
@pytest.mark.parametrize("form", sorted(ENDING_FORMS))
def test_every_ending_is_read_with_its_whole_prompt(form: str, shots: int) -> None:
    examples, rows = make_endings(form, "dev", 5), make_endings(form, "test", 60)
    questions = QuestionSet("x", "X", (*examples, *rows), "")
    block = ending_block(examples, shots, rows)
    characters = sum(
        len(block.header + item.text + option.text + option.ending) for item in block.items for option in item.options
    )
    assert reading_tokens(questions, "test", (), None, shots) == pytest.approx(characters / 4, rel=0.01)


def test_subjects_that_are_not_asked_are_not_read() -> None:
    rows = [q for name in ("one", "two") for q in make_questions(name, "test", 60)]
    questions = QuestionSet("x", "X", tuple(rows), "")
    assert reading_tokens(questions, "test", ("one",), None, 0) < reading_tokens(questions, "test", (), None, 0)
