"""Scores of questions with endings: acc, acc_norm, chance, and what the export says."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from tests.support.questions import make_endings, make_questions
from tests.unit.core.bundles.test_bundle import questions_with_endings

from weighin.core.evaluations.evaluation import (
    EvaluationRecord,
    EvaluationRequest,
    ItemResult,
    LaneEvaluation,
    normed_choice,
)
from weighin.core.evaluations.forms import ARC, WINOGRANDE
from weighin.core.evaluations.questions import Question
from weighin.core.evaluations.report import evaluation_csv, evaluation_json
from weighin.core.evaluations.tally import RunTally
from weighin.core.evaluations.text import score_share, score_words
from weighin.core.models.model import ModelFacts
from weighin.core.runs.run_state import RunState

MODEL = ModelFacts("m", "/m.gguf", 1, "llama", "Q8_0", 1, 1)


def tally(*pairs: tuple[Question, ItemResult]) -> RunTally:
    made = RunTally((question for question, _ in pairs), (("A", MODEL),))
    made.add(0, (result for _, result in pairs))
    return made


def arc(row: int, choices: tuple[str, ...], answer: int) -> Question:
    return Question("arc", "test", row, "Which?", choices, answer, ARC)


def test_acc_is_the_largest_sum_and_acc_norm_the_largest_for_each_byte():
    # Sums favour the short one; by bytes the long one wins. "日本語" has 9 bytes, though 3 characters.
    short_long = arc(0, ("ab", "a long ending"), 1)
    bytes_not_characters = arc(1, ("日本語", "abcd"), 0)
    found = tally(
        (short_long, ItemResult(short_long.id, 0, (-4.0, -13.0))),
        (bytes_not_characters, ItemResult(bytes_not_characters.id, 1, (-5.0, -4.0))),
    ).lanes[0].evaluation()  # fmt: skip
    assert (found.correct, found.correct_norm, found.acc_norm, found.accuracy) == (0, 2, 1.0, 0.0)
    assert "acc_norm 100.0 %" in score_words(found) and "acc_norm 100.0 %" in score_share(found)
    assert normed_choice(short_long, ItemResult(short_long.id, None, None, "no numbers")) is None


def test_a_set_without_acc_norm_says_nothing_of_it():
    for question in (*make_endings(WINOGRANDE, "test", 1), *make_questions("s", "test", 1)):
        sums = tuple(-1.0 - i for i in range(len(question.choices)))
        found = tally((question, ItemResult(question.id, 0, sums))).lanes[0].evaluation()
        assert found.correct_norm is None and found.acc_norm is None
        assert "acc_norm" not in score_words(found)
        assert len(found.letters) == len(question.choices)


@pytest.mark.parametrize(("form", "chance"), [(WINOGRANDE, "50 %"), (ARC, "26 %")])
def test_guessing_is_judged_by_the_number_of_options(form: str, chance: str):
    questions = make_endings(form, "test", 60)
    pairs = []
    for row, question in enumerate(questions):
        place = row // 3 % len(question.choices)
        sums = tuple(-1.0 if i == place else -2.0 for i in range(len(question.choices)))
        pairs.append((replace(question, answer=0), ItemResult(question.id, place, sums)))
    found = tally(*pairs).lanes[0].evaluation()
    assert f"No better than guessing: {chance} lies within" in found.alarm


def test_a_table_has_a_column_for_each_option_there_is():
    asked = questions_with_endings()
    lanes = tuple(LaneEvaluation(label, MODEL, 2, 1, 0.5, (0.1, 0.9), {}, (0, 0, 1, 0, 1)) for label in "AB")
    record = EvaluationRecord(
        "e", asked.created, RunState.FINISHED, EvaluationRequest(()), asked.protocol, lanes, None, asked.items
    )
    first, second = csv.DictReader(io.StringIO(evaluation_csv(record)))
    assert (first["a_logprob_E"], first["b_choice"], first["b_choice_norm"]) == ("-5.0", "E", "E")
    assert (second["a_logprob_D"], second["a_logprob_C"], second["a_right"]) == ("", "-7.0", "0")
    body = evaluation_json(record, True)
    assert (body["protocol"]["form"], body["protocol"]["note"]) == (ARC, "Not the real ARC.")
    assert body["items"][1]["a"] == {"choice": "C", "logprobs": [-9.0, -8.0, -7.0], "failure": None, "choice_norm": "C"}
    assert body["lanes"][0]["letters"] == {"A": 0, "B": 0, "C": 1, "D": 0, "E": 1}
