"""Who is better, said once by whoever says it: while a run goes on, when it was broken off, and at its end."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from tests.ui.mmlu_fakes import answered, request, with_items
from tests.ui.mmlu_fakes import plan as plan_of

from weighin.core import format
from weighin.core.evaluations.evaluation import EvaluationRecord, ItemResult
from weighin.core.evaluations.questions import Question
from weighin.core.evaluations.report import evaluation_json, evaluation_markdown, result_lines, row_json
from weighin.core.evaluations.stored_evaluation import row_of
from weighin.core.evaluations.verdict_text import (
    flips_sentence,
    method_sentences,
    reason_sentence,
    verdict_label,
    verdict_sentence,
)
from weighin.core.jsonable import from_plain, to_plain
from weighin.core.runs.run_state import RunState
from weighin.core.statistics.binomial import sign_test
from weighin.core.statistics.intervals import wilson
from weighin.core.statistics.paired import DECISIVE, PairedResult, Verdict, compare, e_value, judge_sample, live_verdict

ONGOING = (RunState.PREPARING, RunState.RUNNING, RunState.PAUSED, RunState.STOPPING)
ENDED = (RunState.FINISHED, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED)


def on_the_way(only_a: int, only_b: int, n: int = 100, live: Verdict = Verdict.CANNOT_TELL) -> PairedResult:
    return compare(n - only_a - only_b, only_a, only_b, 0, live)


def test_a_whole_sample_is_judged_once_by_the_exact_test() -> None:
    """The e-value of these very numbers is far from 20: by it the run has no winner yet, about 10 more questions."""
    paired = judge_sample(on_the_way(1, 10))
    assert e_value(1, 10) < DECISIVE
    assert verdict_sentence(paired, RunState.FINISHED) == (
        "B is better: 99 of 100 right against 90. Difference 9.0 points (3.1 to 16.6), p = 0.01."
    )
    assert (paired.whole, paired.verdict, paired.more_questions) == (True, Verdict.B_BETTER, 0)
    mirrored = judge_sample(on_the_way(10, 1))
    assert verdict_sentence(mirrored, RunState.FINISHED, "One", "Two") == (
        "One is better: 99 of 100 right against 90. Difference 9.0 points (3.1 to 16.6), p = 0.01."
    )
    assert reason_sentence(paired, 100, RunState.FINISHED) == "Only A is right on 1, only B on 10 questions."
    assert method_sentences(paired) == (
        "In brackets: the 95 % interval of the difference on the 100 questions of both.",
        "Judged once, by the exact McNemar test on all 100 questions.",
    )


def test_a_whole_sample_that_shows_nothing_says_so_and_what_it_would_take() -> None:
    paired = judge_sample(on_the_way(5, 7))
    assert verdict_sentence(paired, RunState.FINISHED) == (
        "No clear winner: A 93, B 95 of 100 right. Difference 2.0 points (-5.4 to 9.6), p = 0.77."
    )
    assert reason_sentence(paired, 100, RunState.FINISHED) == (
        "Only A is right on 5, only B on 7 questions. That can be chance."
    )
    assert method_sentences(paired)[-1] == (
        "To find a true difference of 2.0 points 80 % of the time takes about 2\u202f400 questions."
    )
    assert paired.more_questions is None
    level = judge_sample(on_the_way(6, 6))
    assert verdict_sentence(level, RunState.FINISHED) == (
        "No clear winner: both have 94 of 100 right. Difference 0.0 points (-7.5 to 7.5), p = 1.00."
    )
    assert len(method_sentences(level)) == 2


@pytest.mark.parametrize(("only_a", "only_b", "few"), [(0, 0, True), (5, 0, True), (2, 3, True), (3, 3, False)])
def test_too_few_questions_is_what_no_split_could_have_decided(only_a: int, only_b: int, few: bool) -> None:
    paired = judge_sample(on_the_way(only_a, only_b, 12))
    assert verdict_sentence(paired, RunState.FINISHED).startswith("Too few questions: " if few else "No clear winner: ")
    assert verdict_label(paired, RunState.FINISHED) == ("Too few questions" if few else "No clear winner")
    said = reason_sentence(paired, 12, RunState.FINISHED)
    assert said.endswith("A verdict needs at least 6 such questions." if few else "That can be chance.")
    assert (sign_test(only_a + only_b, 0) > 0.05) == few


@pytest.mark.parametrize("state", (*ONGOING, *ENDED))
@pytest.mark.parametrize(("only_a", "only_b"), [(1, 10), (5, 7), (0, 0), (30, 3), (6, 6)])
def test_a_whole_sample_never_says_yet(only_a: int, only_b: int, state: RunState) -> None:
    paired = judge_sample(on_the_way(only_a, only_b))
    said = verdict_sentence(paired, state) + verdict_label(paired, state) + reason_sentence(paired, 100, state)
    assert "yet" not in said
    assert "more questions" not in said


def test_what_is_decisive_on_the_way_is_significant_at_the_end() -> None:
    """So nobody who stops at a verdict would have heard another one of the same answers."""
    for n in range(1, 200):
        for b in range(n + 1):
            if e_value(b, n - b) >= DECISIVE:
                assert sign_test(b, n - b) <= 0.05


def test_one_look_at_the_end_keeps_the_rate_of_errors() -> None:
    """Of runs of two equal models that stop at the live verdict or else are judged at the end, by simulation."""
    draw, wrong, runs = random.Random(11), 0, 600
    for _ in range(runs):
        finished = []
        for _subject in range(20):
            b = sum(draw.random() < 0.5 for _ in range(3))
            finished.append((b, 3 - b))
        early, _ = live_verdict(finished, None, 400)
        totals = sum(a for a, _ in finished), sum(b for _, b in finished)
        wrong += early is not Verdict.CANNOT_TELL or sign_test(*totals) < 0.05
    assert wrong / runs < 0.07


@pytest.mark.parametrize("state", ONGOING)
def test_while_it_goes_on_the_live_verdict_counts(state: RunState) -> None:
    assert verdict_sentence(on_the_way(1, 10), state) == (
        "No clear winner yet: A 90, B 99 of 100 right. Difference 9.0 points (3.1 to 16.6)."
    )
    differ = "Only A is right on 1, only B on 10 questions."
    assert reason_sentence(on_the_way(1, 10), 570, state) == f"About 10 more questions needed at this rate. {differ}"
    assert reason_sentence(on_the_way(1, 10), 105, state) == (
        f"Decided at the earliest when all 105 are answered. {differ}"
    )
    assert reason_sentence(on_the_way(6, 6), 570, state) == "Only A is right on 6, only B on 6 questions."
    decided = on_the_way(1, 20, live=Verdict.B_BETTER)
    assert verdict_sentence(decided, state).startswith("B is better: 99 of 100 right against 80. Difference 19.0")
    assert reason_sentence(decided, 570, state).startswith("Decided after 100 of 570 questions. Only A")
    assert verdict_label(on_the_way(1, 10), state) == "No clear winner yet"
    assert any("E-value " in line for line in method_sentences(on_the_way(1, 10)))


@pytest.mark.parametrize(
    ("state", "word"),
    [(RunState.STOPPED, "Stopped"), (RunState.FAILED, "Failed"), (RunState.INTERRUPTED, "Interrupted")],
)
def test_one_that_was_broken_off_says_so(state: RunState, word: str) -> None:
    assert verdict_sentence(on_the_way(1, 10), state) == (
        "No clear winner: A 90, B 99 of 100 right. Difference 9.0 points (3.1 to 16.6)."
    )
    assert reason_sentence(on_the_way(1, 10), 570, state).startswith(f"{word} after 100 of 570 questions. ")
    decided = on_the_way(1, 20, live=Verdict.B_BETTER)
    assert verdict_sentence(decided, state).startswith("B is better: 99 of 100 right against 80. ")
    assert reason_sentence(decided, 570, state).startswith(f"{word} after 100 of 570 questions. ")
    assert verdict_label(on_the_way(1, 10), state) == "No clear winner"


def test_one_that_stopped_at_the_verdict_says_after_how_many() -> None:
    decided = on_the_way(1, 20, live=Verdict.B_BETTER)
    assert reason_sentence(decided, 570, RunState.FINISHED).startswith("Decided after 100 of 570 questions. ")
    assert "p =" not in verdict_sentence(decided, RunState.FINISHED)


def test_every_place_tells_the_same_of_a_finished_run() -> None:
    for seed, skill in enumerate([(0.6, 0.8), (0.7, 0.72), (0.9, 0.5)]):
        record = answered(skill=skill, number=seed + 1)
        paired = record.paired
        assert paired is not None
        assert paired.whole
        sentence = verdict_sentence(paired, record.state)
        assert sentence in result_lines(record)
        assert sentence in evaluation_markdown(record)
        assert flips_sentence(paired) in result_lines(record)
        assert flips_sentence(paired) in evaluation_markdown(record)
        body, row = evaluation_json(record, False)["paired"], row_json(row_of(record))["paired"]
        assert body == row
        assert (body["verdict"], body["test"]) == (paired.verdict.value, "exact_mcnemar")
        assert (paired.verdict is not Verdict.CANNOT_TELL) == (paired.mcnemar_p < 0.05)
        flips, changed = body["flips"], paired.only_a + paired.only_b
        assert (flips["changed"], flips["worse"], flips["better"]) == (changed, paired.only_a, paired.only_b)
        assert (flips["share"], flips["low"], flips["high"]) == (changed / paired.n, *wilson(changed, paired.n))


def unscored(count: int) -> EvaluationRecord:
    """A finished run in which A gave no letter for its first `count` questions."""
    made = plan_of(request())
    items = []
    for place, item in enumerate(made.items):
        right = item.question.answer
        a = ItemResult(item.question.id, None, None, "The model gave no numbers.") if place < count else None
        items.append(replace(item, a=a or shown(item.question, right), b=shown(item.question, right)))
    return with_items(made, tuple(items), RunState.FINISHED)


def shown(question: Question, choice: int) -> ItemResult:
    """A model that is sure of `choice`."""
    return ItemResult(question.id, choice, tuple(-0.1 if n == choice else -5.0 for n in range(4)))


def test_a_model_that_gave_no_letter_at_all_is_not_judged() -> None:
    """Seen: a damaged file gave NaN throughout: "B is better: 100.0 points, p < 0.0001", "72 answered by both"."""
    total = len(plan_of(request()).items)
    record = unscored(total)
    paired = record.paired
    assert paired is not None and paired.whole and paired.unscored == (total, 0)
    assert paired.verdict is Verdict.CANNOT_TELL
    said = verdict_sentence(paired, record.state, "A (one)", "B (two)")
    assert said == "A (one) gave no answer that could be scored: the models cannot be compared."
    assert verdict_label(paired, record.state) == "Not scored"
    assert reason_sentence(paired, total, record.state) == f"Not scored, counted as wrong: {total} of A."
    assert method_sentences(paired) == ()
    assert any("cannot be compared" in line for line in result_lines(record))
    assert evaluation_json(record, False)["paired"]["verdict"] == "cannot_tell"
    assert evaluation_json(record, False)["paired"]["flips"] is None
    assert not any("answers changed" in line for line in result_lines(record))


def test_some_answers_without_a_letter_count_as_wrong_and_are_told() -> None:
    record = unscored(40)
    assert record.paired is not None and record.paired.verdict is Verdict.B_BETTER
    assert reason_sentence(record.paired, 130, record.state).endswith(" Not scored, counted as wrong: 40 of A.")
    assert from_plain(PairedResult, to_plain(record.paired)) == record.paired
    earlier = {key: value for key, value in to_plain(record.paired).items() if key != "unscored"}
    assert from_plain(PairedResult, earlier).unscored == (0, 0)


def test_a_part_of_a_sample_is_not_judged_by_the_exact_test() -> None:
    record = answered(share=0.5, state=RunState.STOPPED)
    assert record.paired is not None
    assert not record.paired.whole
    assert evaluation_json(record, False)["paired"]["test"] == "anytime_valid"
    assert any(line.startswith("Stopped after 65 of 130 questions") for line in result_lines(record))


def test_one_subject_alone_is_judged_like_all_others_at_its_end() -> None:
    asked = request()
    subject = next(item.question.subject for item in plan_of(asked).items)
    choice = replace(asked.choice, subjects=(subject,))
    record = answered(replace(asked, choice=choice), skill=(0.4, 0.9))
    assert record.paired is not None
    assert record.paired.whole
    assert record.paired.decided_after is None


@pytest.mark.parametrize(
    ("p", "said"),
    [(0.00004, "< 0.0001"), (0.00123, "= 0.0012"), (0.0117, "= 0.01"), (0.0496, "= 0.050"), (0.0512, "= 0.051")],
)
def test_a_p_value_shows_on_which_side_of_five_percent_it_is(p: float, said: str) -> None:
    assert format.p_value(p) == said


@pytest.mark.parametrize(
    ("only_a", "only_b", "n", "sentence"),
    [
        (12, 11, 500, "23 of 500 answers changed (4.6 %, 3.1 to 6.8 %): 12 for the worse, 11 for the better."),
        (0, 0, 500, "0 of 500 answers changed (0.0 %, 0.0 to 0.8 %): 0 for the worse, 0 for the better."),
        (3, 0, 3, "3 of 3 answers changed (100.0 %, 43.9 to 100.0 %): 3 for the worse, 0 for the better."),
        (
            700,
            900,
            14_042,
            "1\u202f600 of 14\u202f042 answers changed (11.4 %, 10.9 to 11.9 %): 700 for",
        ),
    ],
)
def test_answers_that_changed_are_told_with_their_direction(only_a: int, only_b: int, n: int, sentence: str) -> None:
    paired = on_the_way(only_a, only_b, n)
    assert flips_sentence(paired).startswith(f"B against A: {sentence}")
    # However the scores compare: whole samples and those on the way alike.
    assert flips_sentence(judge_sample(paired)) == flips_sentence(paired)


def test_a_model_without_letters_changed_no_answers() -> None:
    assert flips_sentence(replace(on_the_way(5, 0, 5), unscored=(0, 5))) == ""
