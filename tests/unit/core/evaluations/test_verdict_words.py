"""Who is better, said once by whoever says it: while a run goes on, when it was broken off, and at its end."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from tests.ui.mmlu_fakes import answered, request, with_items
from tests.ui.mmlu_fakes import plan as plan_of

from weighin.core import format
from weighin.core.evaluations.evaluation import EvaluationRecord, ItemResult, RunState
from weighin.core.evaluations.questions import Question
from weighin.core.evaluations.report import evaluation_json, evaluation_markdown, result_lines, row_json
from weighin.core.evaluations.stored_evaluation import row_of
from weighin.core.evaluations.text import basis_sentence, verdict_label, verdict_sentence
from weighin.core.jsonable import from_plain, to_plain
from weighin.core.statistics.binomial import sign_test
from weighin.core.statistics.paired import DECISIVE, PairedResult, Verdict, compare, e_value, judge_sample, live_verdict

ONGOING = (RunState.PREPARING, RunState.RUNNING, RunState.PAUSED, RunState.STOPPING)
ENDED = (RunState.FINISHED, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED)


def on_the_way(only_a: int, only_b: int, n: int = 100, live: Verdict = Verdict.CANNOT_TELL) -> PairedResult:
    return compare(n - only_a - only_b, only_a, only_b, 0, live)


def test_a_whole_sample_is_judged_once_by_the_exact_test() -> None:
    """The e-value of these very numbers is far from 20: by it the run "cannot tell yet, about 10 more questions"."""
    paired = judge_sample(on_the_way(1, 10))
    assert e_value(1, 10) < DECISIVE
    assert verdict_sentence(paired, 100, RunState.FINISHED) == "B is better: 9.0 points, 3.1 to 16.6, p = 0.01."
    assert (paired.whole, paired.verdict, paired.more_questions) == (True, Verdict.B_BETTER, 0)
    mirrored = judge_sample(on_the_way(10, 1))
    assert verdict_sentence(mirrored, 100, RunState.FINISHED) == "A is better: 9.0 points, 3.1 to 16.6, p = 0.01."
    assert (
        basis_sentence(paired)
        == "100 asked of both · Judged once, by the exact McNemar test of all 100 questions: p = 0.01."
    )


def test_a_whole_sample_that_shows_nothing_says_so_and_asks_for_nothing() -> None:
    paired = judge_sample(on_the_way(5, 7))
    assert verdict_sentence(paired, 100, RunState.FINISHED, "A (one)", "B (two)") == (
        "No clear winner: B (two) is 2.0 points ahead, -5.4 to 9.6, p = 0.77."
    )
    assert paired.more_questions is None
    level = judge_sample(on_the_way(6, 6))
    assert verdict_sentence(level, 100, RunState.FINISHED) == (
        "No clear winner: the same score, -7.5 to 7.5 points, p = 1.00."
    )
    assert verdict_sentence(judge_sample(on_the_way(0, 0)), 100, RunState.FINISHED).startswith("No clear winner: the")


@pytest.mark.parametrize("state", (*ONGOING, *ENDED))
@pytest.mark.parametrize(("only_a", "only_b"), [(1, 10), (5, 7), (0, 0), (30, 3), (6, 6)])
def test_a_whole_sample_never_says_yet(only_a: int, only_b: int, state: RunState) -> None:
    paired = judge_sample(on_the_way(only_a, only_b))
    said = verdict_sentence(paired, 100, state) + verdict_label(paired, state) + basis_sentence(paired)
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
    assert verdict_sentence(on_the_way(1, 10), 570, state) == (
        "Cannot tell yet, about 10 more questions: B is 9.0 points ahead, 3.1 to 16.6."
    )
    assert verdict_sentence(on_the_way(1, 10), 105, state) == (
        "Cannot tell yet, at the earliest when all 105 are asked: B is 9.0 points ahead, 3.1 to 16.6."
    )
    assert verdict_sentence(on_the_way(6, 6), 570, state) == "Cannot tell yet: the same score, -7.5 to 7.5 points."
    decided = on_the_way(1, 20, live=Verdict.B_BETTER)
    assert verdict_sentence(decided, 570, state).startswith("B is better, decided after 100 of 570 questions: 19.0")
    assert verdict_label(on_the_way(1, 10), state) == "cannot tell yet"


@pytest.mark.parametrize(
    ("state", "word"),
    [(RunState.STOPPED, "Stopped"), (RunState.FAILED, "Broken off"), (RunState.INTERRUPTED, "Interrupted")],
)
def test_one_that_was_broken_off_says_so(state: RunState, word: str) -> None:
    assert verdict_sentence(on_the_way(1, 10), 570, state) == (
        f"{word} after 100 of 570 questions, no clear winner so far: B is 9.0 points ahead, 3.1 to 16.6."
    )
    assert verdict_sentence(on_the_way(1, 20, live=Verdict.B_BETTER), 570, state).startswith(
        f"{word} after 100 of 570 questions, B is better: 19.0 points, "
    )
    assert verdict_label(on_the_way(1, 10), state) == "no clear winner"


def test_one_that_stopped_at_the_verdict_says_after_how_many() -> None:
    decided = on_the_way(1, 20, live=Verdict.B_BETTER)
    said = verdict_sentence(decided, 570, RunState.FINISHED)
    assert said.startswith("B is better, decided after 100 of 570 questions: 19.0 points, ")
    assert "p =" not in said


def test_every_place_tells_the_same_of_a_finished_run() -> None:
    for seed, skill in enumerate([(0.6, 0.8), (0.7, 0.72), (0.9, 0.5)]):
        record = answered(skill=skill, number=seed + 1)
        paired = record.paired
        assert paired is not None
        assert paired.whole
        sentence = verdict_sentence(paired, record.protocol.n, record.state)
        assert sentence in result_lines(record)
        assert sentence in evaluation_markdown(record)
        body, row = evaluation_json(record, False)["paired"], row_json(row_of(record))["paired"]
        assert body == row
        assert (body["verdict"], body["test"]) == (paired.verdict.value, "exact_mcnemar")
        assert (paired.verdict is not Verdict.CANNOT_TELL) == (paired.mcnemar_p < 0.05)


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
    said = verdict_sentence(paired, total, record.state, "A (one)", "B (two)")
    assert said == "A (one) gave no answer that could be scored: the models cannot be compared."
    assert verdict_label(paired, record.state) == "not scored"
    assert basis_sentence(paired) == f"{total} asked of both · Not scored, counted as wrong: {total} of A."
    assert any("cannot be compared" in line for line in result_lines(record))
    assert evaluation_json(record, False)["paired"]["verdict"] == "cannot_tell"


def test_some_answers_without_a_letter_count_as_wrong_and_are_told() -> None:
    record = unscored(40)
    assert record.paired is not None and record.paired.verdict is Verdict.B_BETTER
    assert basis_sentence(record.paired).endswith(" Not scored, counted as wrong: 40 of A.")
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
