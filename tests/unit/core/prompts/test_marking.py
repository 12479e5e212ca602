"""The marks of a run, held against a second tally, and what may be said before all are there."""

from __future__ import annotations

import random
from dataclasses import replace
from math import sqrt

import pytest
from tests.support.graded import LETTERS, exact_p, graded_run, outcome, recount, stored_run

from weighin.core.grading.expectation import Expectation, JsonAnswer, Kind, NumberAnswer
from weighin.core.grading.marks import Absence, Check, Mark, MarkedAnswer, MarkedBy
from weighin.core.grading.rules import check_here, combined
from weighin.core.prompts.marking import MarkTally, is_unfinished, marks_of, needs_mark
from weighin.core.prompts.prompt_set import SetPrompt, SetResult, StoredRun, is_graded
from weighin.core.prompts.set_marks import NumberCounts
from weighin.core.statistics.paired import Verdict, compare, judge_sample


def numbers(stored: StoredRun) -> dict[str, object]:
    marks = marks_of(stored)
    assert marks is not None and marks.paired is not None
    p = marks.paired
    return {"boxes": [p.both_right, p.only_a, p.only_b, p.both_wrong], "p": p.mcnemar_p}


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("samples", [1, 3])
def test_as_a_second_tally_counts_in_whatever_order_marks_come(seed: int, samples: int) -> None:
    draw = random.Random(seed)
    run = graded_run(40, samples, ("dates", "sums", "code"))
    tally, stored = MarkTally(run), StoredRun(run)
    numbers = list(range(run.total)) * 2
    draw.shuffle(numbers)
    for number in numbers[: draw.randrange(20, len(numbers))]:  # some come twice: marked, overruled, asked again
        one, two = (outcome(draw.choices(LETTERS, (6, 4, 1, 1, 1, 1))[0]) for _ in "ab")
        result = SetResult(number, f"c{number}", one, two)
        stored = stored.with_result(result)
        tally.put(result)
        tally.marks()
    marks, mine = tally.marks(), recount(stored)
    assert marks == marks_of(stored) and marks is not None and marks.paired is not None
    for lane, counts in enumerate((marks.a, marks.b)):
        expected = (mine.right[lane], mine.wrong[lane], mine.no_answer[lane], mine.unmarked[lane])
        assert (counts.right, counts.wrong, counts.no_answer, counts.unmarked) == expected
        assert counts.capped + counts.empty + counts.failed + counts.stopped == counts.no_answer
    found = marks.paired
    assert [found.both_right, found.only_a, found.only_b, found.both_wrong] == mine.boxes
    assert found.mcnemar_p == pytest.approx(mine.p)
    assert found.difference == pytest.approx(sum(mine.differences) / len(mine.differences))
    everything = recount(stored, missing_is_wrong=True)
    assert marks.paired_all is not None
    assert marks.paired_all.mcnemar_p == pytest.approx(everything.p)
    assert sum(tag.a.total for tag in marks.tags) == marks.a.total


def test_with_one_answer_each_all_numbers_are_those_of_mmlu() -> None:
    a, b = "+" * 30 + "-" * 10, "+" * 12 + "-" * 18 + "+" * 3 + "-" * 7
    marks = marks_of(stored_run(a, b))
    assert marks is not None and marks.paired == judge_sample(compare(12, 18, 3, 7))
    live = marks_of(stored_run(a, b, of=41))
    assert live is not None and live.paired == compare(12, 18, 3, 7)
    assert live.paired is not None and live.paired.verdict is Verdict.A_BETTER and not live.whole


def test_a_whole_set_is_judged_once_and_a_part_as_often_as_one_looks() -> None:
    six = stored_run("+" * 6 + "-" * 9, "-" * 15)
    marks = marks_of(six)
    assert marks is not None and marks.paired is not None and marks.whole
    assert (
        marks.paired.verdict is Verdict.A_BETTER
        and marks.paired.mcnemar_p == pytest.approx(exact_p(6, 0))
        and exact_p(6, 0) < 0.05
    )
    part = marks_of(stored_run("+" * 6 + "-" * 9, "-" * 15, of=16))
    assert part is not None and part.paired is not None and not part.whole
    assert part.paired.verdict is Verdict.CANNOT_TELL and part.paired.e_value < 20
    unmarked = marks_of(stored_run("+" * 6 + "-" * 8 + "?", "-" * 15))
    assert unmarked is not None and not unmarked.whole


def test_repeats_of_a_prompt_are_no_more_prompts() -> None:
    once, again = marks_of(stored_run("+++++-", "-----+")), marks_of(stored_run("+++++-" * 5, "-----+" * 5, 5))
    assert once is not None and again is not None and once.paired is not None and again.paired is not None
    assert again.paired.n == 6 and again.paired.mcnemar_p == once.paired.mcnemar_p == pytest.approx(exact_p(5, 1))
    assert (again.paired.e_value, again.paired.interval) == (once.paired.e_value, once.paired.interval)
    assert again.a.right == 5 * once.a.right and again.samples == 5


def test_the_interval_of_repeats_is_clustered_by_prompt() -> None:
    draw = random.Random(7)
    prompts, samples = 200, 4
    chances = [draw.random() for _ in range(prompts)]
    lanes = ["".join("+" if draw.random() < p else "-" for p in chances * samples) for _ in "ab"]
    stored = stored_run(*lanes, samples)
    marks = marks_of(stored)
    assert marks is not None and marks.paired is not None
    values = recount(stored).differences
    mean = sum(values) / prompts
    error = sqrt(sum((value - mean) ** 2 for value in values) / (prompts - 1) / prompts)
    low, high = marks.paired.interval
    assert low == pytest.approx(mean - 1.972 * error, abs=0.002)  # Student's t, 199 degrees of freedom
    assert high == pytest.approx(mean + 1.972 * error, abs=0.002)


def test_a_winner_that_hangs_on_missing_answers_is_none() -> None:
    # On what both answered A is ahead by 8 to 0; but it was cut off twelve times where B was right.
    stored = stored_run("+" * 8 + "c" * 12, "-" * 8 + "+" * 12)
    marks = marks_of(stored)
    assert marks is not None and marks.paired is not None and marks.paired_all is not None
    assert marks.paired.n == 8 and marks.paired.mcnemar_p < 0.05
    assert marks.paired.verdict is Verdict.CANNOT_TELL and marks.depends_on_missing and marks.missing == 12
    assert marks.paired_all.n == 20 and marks.whole
    # Where they cannot turn it, it stands.
    firm = marks_of(stored_run("+" * 12 + "c", "-" * 12 + "+"))
    assert firm is not None and firm.paired is not None and firm.paired.verdict is Verdict.A_BETTER
    assert not firm.depends_on_missing
    # A side that never answers is not worse in silence.
    mute = marks_of(stored_run("c" * 10, "+" * 10))
    assert mute is not None and mute.paired is None and mute.depends_on_missing and mute.a.wrong == 0


def test_a_tag_is_judged_more_strictly_the_more_there_are() -> None:
    marks = marks_of(stored_run("+" * 12 + "-" * 12, "-" * 24, tags=("one", "two")))
    assert marks is not None and [tag.tag for tag in marks.tags] == ["one", "two"]
    for tag in marks.tags:
        assert tag.paired is not None and tag.paired.mcnemar_p == pytest.approx(exact_p(6, 0))
        assert tag.paired.verdict is Verdict.CANNOT_TELL  # 0.031 is no less than 0.05 / 2
    assert marks.paired is not None and marks.paired.verdict is Verdict.A_BETTER
    own = marks_of(stored_run("+" * 201, "-" * 201, tags=[str(number) for number in range(201)]))
    assert own is not None and own.tags == () and own.a.right == 201
    untagged = marks_of(stored_run("++", "++"))
    assert untagged is not None and untagged.tags == ()


def test_a_mark_by_hand_counts_and_can_be_taken_back() -> None:
    wrong = outcome("-").marked
    by_hand = wrong.overruled(Mark.RIGHT)
    assert (by_hand.mark, by_hand.by, by_hand.rule) == (Mark.RIGHT, MarkedBy.HAND, Mark.WRONG)
    assert by_hand.overruled(Mark.NO_ANSWER).rule is Mark.WRONG
    assert by_hand.overruled(None) == by_hand.overruled(Mark.WRONG) == wrong
    stored = stored_run("-+", "++")
    result = stored.results[0]
    marks = marks_of(stored.with_result(replace(result, a=replace(result.a, marked=by_hand))))
    assert marks is not None and (marks.a.right, marks.a.by_hand, marks.b.by_hand) == (2, 1, 0)


def test_tokens_time_and_json_are_counted() -> None:
    run = graded_run(2, expect=(Expectation(json=JsonAnswer(schema="{}")),))
    valid = Check(Kind.JSON, False, "{}", parses=True, valid=True)
    broken = Check(Kind.JSON, False, parses=False, valid=False)
    a = [replace(outcome("-", 30, 10), marked=MarkedAnswer(Mark.WRONG, (check,))) for check in (valid, broken)]
    b = [outcome("c", 50, 50), outcome("e", 0, 0, None)]
    results = (SetResult(number, f"c{number}", a[number], b[number]) for number in (0, 1))
    marks = marks_of(StoredRun(run, tuple(results)))
    assert marks is not None and marks.json is not None
    assert (marks.json[0].answers, marks.json[0].parses, marks.json[0].valid, marks.json[0].right) == (2, 1, 1, 0)
    assert marks.json[1].answers == 0
    assert (marks.a.reasoning_tokens, marks.a.answer_tokens, marks.a.seconds) == (20, 40, 3.0)
    assert (marks.b.reasoning_tokens, marks.b.answer_tokens, marks.b.seconds) == (50, 0, None)


def test_numbers_in_the_form_that_was_asked_for_are_counted_apart() -> None:
    run = graded_run(3, expect=(Expectation(number=NumberAnswer(12)),))
    asked = replace(run, prompts=tuple(replace(one, text="End with #### and the number.") for one in run.prompts))
    answers = ("#### 12", "It is 12.", "#### 13")
    results = []
    for number, text in enumerate(answers):
        marked = combined((check_here(asked.prompts[number].expect[0], text),), Absence.NONE)
        results.append(SetResult(number, f"c{number}", replace(outcome("+"), marked=marked), outcome("c")))
    marks = marks_of(StoredRun(asked, tuple(results)))
    assert marks is not None and marks.numbers == (NumberCounts(1, 2), NumberCounts(0, 0)) and marks.a.right == 2
    others = marks_of(StoredRun(run, tuple(results)))
    assert others is not None and others.numbers is None


def test_prompts_without_expectations_are_no_part_of_it() -> None:
    plain, votes = SetPrompt("a"), SetPrompt("b", expect=(Expectation(votes=True),))
    graded = SetPrompt("c", expect=(Expectation(exact="x"), Expectation(votes=True)))
    assert [is_graded(one) for one in (plain, votes, graded)] == [False, False, True]
    run = replace(graded_run(1), prompts=(plain, votes, graded))
    assert marks_of(StoredRun(replace(run, prompts=(plain, votes)))) is None
    results = tuple(SetResult(i, f"c{i}", outcome("?"), outcome("+")) for i in range(3))
    stored = StoredRun(run, results)
    marks = marks_of(stored)
    assert marks is not None and (marks.planned, marks.graded, marks.a.total) == (3, 1, 1)
    assert [needs_mark(prompt, result) for prompt, result in zip(run.prompts, results, strict=True)] == [0, 0, 1]
    assert is_unfinished(stored) and stored.missing == ()
    assert not is_unfinished(stored.with_result(SetResult(2, "c", outcome("c"), outcome("+"))))


def test_results_stay_in_order_whatever_comes_when() -> None:
    stored = StoredRun(graded_run(3, samples=2))
    for number in (4, 0, 5, 2):
        stored = stored.with_result(SetResult(number, f"c{number}", outcome("+"), outcome("-")))
    stored = stored.with_result(SetResult(4, "again", outcome("-"), outcome("-")))
    assert [result.number for result in stored.results] == [0, 2, 4, 5]
    assert stored.missing == stored.unasked == (1, 3) and stored.answered == 4
    found = stored.result(4)
    assert found is not None and found.comparison == "again" and stored.result(3) is None
    assert stored.run.prompt(4) == stored.run.prompts[1]
    seeds = [[setup.sampling.seed for setup in stored.run.request(number).lanes] for number in (1, 4)]
    assert seeds == [[42, 42], [43, 43]] and stored.run.request(1) == stored.run.request(1)
