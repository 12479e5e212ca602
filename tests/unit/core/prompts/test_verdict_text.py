"""What is said of the marks of a set."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from tests.support.graded import outcome, stored_run

from weighin.core.grading.marks import Mark
from weighin.core.prompts.marking import marks_of
from weighin.core.prompts.prompt_set import StoredRun
from weighin.core.prompts.set_changes import changes_sentence
from weighin.core.prompts.set_marks import JsonCounts, NumberCounts, SetMarks
from weighin.core.prompts.verdict_text import (
    by_hand_sentence,
    json_sentence,
    marks_lines,
    method_sentences,
    no_answer_sentence,
    outlook_sentence,
    rates_sentence,
    reason_sentence,
    strict_sentence,
    tag_words,
    tokens_sentence,
    unmarked_sentence,
    verdict_label,
    verdict_sentence,
    warnings,
    winner,
)


def said(stored: StoredRun) -> tuple[SetMarks, str, str]:
    marks = marks_of(stored)
    assert marks is not None
    return marks, verdict_sentence(marks, stored), reason_sentence(marks, stored)


@pytest.mark.parametrize(
    ("n", "sentence"),
    [
        (1, "1 prompt: too few to show a difference; it takes at least 6."),
        (5, "5 prompts: too few to show a difference; it takes at least 6."),
        (6, "6 prompts: only 6 to 0 could show a difference."),
        (15, "15 prompts: only 6 to 0 could show a difference."),
        (57, "57 prompts: only 6 to 0 could show a difference."),
        (100, "100 prompts detect gaps of about 10.0 points."),
        (1000, "1\u202f000 prompts detect gaps of about 3.2 points."),
    ],
)
def test_what_so_many_prompts_can_show_is_said_before(n: int, sentence: str) -> None:
    assert outlook_sentence(n) == sentence


def test_a_winner_and_why() -> None:
    marks, verdict, reason = said(stored_run("-" * 9 + "+" * 6, "+" * 15))
    assert verdict == "B is better: 15 of 15 right against 6. Difference 60.0 points (27.4 to 80.2), p = 0.0039."
    assert reason == "Only A is right on 0, only B on 9 prompts."
    assert winner(marks) == "B" and verdict_sentence(marks, stored_run("+", "+"), "Qwen", "Phi").startswith("Phi is")


def test_three_to_nil_proves_nothing() -> None:
    stored = stored_run("+++" + "+" * 12, "---" + "+" * 12)
    marks, verdict, reason = said(stored)
    assert verdict.startswith("Too few prompts: A 15, B 12 of 15 right. Difference 20.0 points (")
    assert verdict.endswith("p = 0.25.")
    assert reason == "Only A is right on 3, only B on 0 prompts. A verdict needs at least 6 such prompts."
    assert winner(marks) == ""
    _, verdict, _ = said(stored_run("+++" + "+" * 397, "---" + "+" * 397))
    assert verdict.startswith("No clear winner: A 400, B 397 of 400 right."), "four hundred prompts are not few"
    even, verdict, reason = said(stored_run("+++---+++-", "---++++++-"))
    assert verdict.startswith("No clear winner: both have 6 of 10 right. Difference 0.0 points (")
    assert reason == "Only A is right on 3, only B on 3 prompts. That can be chance." and winner(even) == ""


def test_while_it_runs() -> None:
    _, verdict, reason = said(stored_run("++++", "--++", of=40))
    assert verdict.startswith("No clear winner yet: A 4, B 2 of 4 right.") and "p =" not in verdict
    assert reason == "About 12 more prompts needed at this rate. Only A is right on 2, only B on 0 prompts."
    _, _, reason = said(stored_run("++++", "--++", of=10))
    assert reason.startswith("Decided at the earliest when all 10 are marked.")
    marks, verdict, reason = said(stored_run("+" * 12, "-" * 12, of=40))
    assert verdict.startswith("A is better: 12 of 12 right against 0.")
    assert reason.startswith("After 12 of 40 prompts.")
    method = method_sentences(marks)
    assert method[1].startswith("E-value 315: decided at 20, valid whenever you look.")
    nothing = stored_run("", "", of=3)
    assert said(nothing)[1] == "No answers yet."


def test_missing_answers_are_told_apart_and_never_wrong_in_silence() -> None:
    stored = stored_run("ccef" + "+" * 8, "-" * 12)
    marks, verdict, reason = said(stored)
    assert no_answer_sentence(marks) == "No answer: A 4 (2 cut off, 1 empty, 1 failed), B 0; not counted as wrong."
    assert reason.startswith("Compared on 8 of 12 prompts.") and verdict.startswith("A is better: 8 of 8 right")
    assert no_answer_sentence(said(stored_run("++", "++"))[0]) == ""
    hangs = stored_run("+" * 8 + "c" * 12, "-" * 8 + "+" * 12)
    marks, verdict, reason = said(hangs)
    assert verdict.startswith("Cannot tell: A 8, B 0 of 8 right.") and verdict_label(marks, hangs) == "Cannot tell"
    assert reason.startswith("The verdict depends on the 12 missing answers. Compared on 8 of 20 prompts.")
    _, verdict, _ = said(stored_run("cc", "++"))
    assert verdict == "A gave no whole answer: the models cannot be compared."


def test_a_side_without_room_is_warned_about() -> None:
    marks = said(stored_run("c" * 12 + "+" * 28, "cc" + "+" * 38))[0]
    assert warnings(marks) == (
        "A hit the limit in 12 of 40 answers. Raise Max answer tokens or Context for A; the two sides may differ.",
    )
    thinks = replace(marks, a=replace(marks.a, reasoning_tokens=900))
    assert "Context for A, or limit its thinking; the" in warnings(thinks)[0]
    assert len(warnings(said(stored_run("ccc" + "+" * 37, "ccc" + "+" * 37))[0])) == 2


def test_what_has_no_mark_says_why() -> None:
    stored = stored_run("+?", "+-")
    marks = said(stored)[0]
    assert unmarked_sentence(marks, stored) == "Not marked: A 1, B 0. Nobody allowed it."
    assert unmarked_sentence(said(stored_run("+", "+"))[0], stored) == ""


def test_repeats_are_said_as_prompts() -> None:
    stored = stored_run("+" * 16, "-" * 8 + "+" * 8, samples=2)
    marks, verdict, reason = said(stored)
    assert verdict.startswith("A is better: more often right on 8 prompts, less often on 0. Difference 50.0 points (")
    assert reason == "A is right more often on 8, B on 0 prompts."
    assert "Each prompt counts once, with all 2 answers to it." in method_sentences(marks)
    assert "Judged once, by the exact sign test on 8 prompts." in method_sentences(marks)


def test_costs_hands_and_json() -> None:
    stored = stored_run("++", "+-")
    marks = said(stored)[0]
    assert rates_sentence(marks) == ("Right answers per 1\u202f000 tokens: A 50.0, B 25.0; per minute: A 40.0, B 20.0.")
    assert tokens_sentence(marks) == "" and by_hand_sentence(marks) == ""
    result = replace(
        stored.results[1], b=replace(outcome("-", 30, 10), marked=outcome("-").marked.overruled(Mark.RIGHT))
    )
    changed = said(stored.with_result(result))[0]
    assert by_hand_sentence(changed) == "Marked by hand: A 0, B 1."
    cut = replace(changed, b=replace(changed.b, thinking_cut=2))
    assert tokens_sentence(cut).endswith("B 50 (10 of thinking, cut short in 2 answers).")
    assert tokens_sentence(changed) == "Tokens: A 40 (0 of thinking), B 50 (10 of thinking)."
    forced = replace(marks, json=(JsonCounts(40, 38, 35, 30), JsonCounts(40, 40, 40, 31)))
    gsm8k = replace(marks, numbers=(NumberCounts(0, 63), NumberCounts(30, 35)))
    assert strict_sentence(marks) == "" and strict_sentence(gsm8k) == (
        "Right as “#### number” (strict): A 0, B 30; as any last number (flexible): A 63, B 35."
    )
    assert json_sentence(forced) == "JSON: A 38 of 40 parse, 35 valid, 30 right; B 40 of 40 parse, 40 valid, 31 right."


def test_all_of_it_in_parts() -> None:
    stored = stored_run("c" + "+" * 7, "-" * 8, tags=("dates", ""))
    lines = marks_lines(said(stored)[0], stored)
    assert lines[0].startswith("A is better: 7 of 7 right against 0.") and lines[2] == ""
    assert lines[3:5] == ["A  One: 7 right, 0 wrong, 1 no answer", "B  Two: 0 right, 8 wrong"]
    assert "untagged: A 4 of 4 right, B 0 of 4 right" in lines and "dates: A 3 of 3 right, B 0 of 4 right" in lines
    assert lines[-1].startswith("A winner is named only if") and "" not in (lines[0], lines[-1])
    assert all(one or other for one, other in itertools.pairwise(lines))
    tags = said(stored_run("+" * 20 + "-" * 20, "-" * 40, tags=("a", "b")))[0].tags
    assert [tag_words(tag) for tag in tags] == [
        "a: A 10 of 20 right, B 0 of 20 right · A better",
        "b: A 10 of 20 right, B 0 of 20 right · A better",
    ]
    tags = said(stored_run("cc", "+-", tags=("a",)))[0].tags
    assert [tag_words(tag) for tag in tags] == ["a: A -, B 1 of 2 right"]


def test_a_set_that_changed_is_told() -> None:
    prompts = stored_run("+++++", "+++++").run.prompts
    other = tuple(replace(one, text=f"other {i}") for i, one in enumerate(prompts))
    begins = "The set has changed since this run began"
    assert changes_sentence(prompts, prompts) == ""
    assert changes_sentence(prompts, (*other[:3], *prompts[3:], other[4])) == f"{begins} (3 prompts differ, 1 is new)."
    assert changes_sentence(prompts, (*prompts, *other[:2])) == f"{begins} (2 prompts are new)."
    assert changes_sentence(prompts, prompts[1:]) == f"{begins} (1 prompt is gone)."
    assert changes_sentence(prompts, prompts[::-1]) == f"{begins} (the prompts are in another order)."
    expects_more = (replace(prompts[0], expect=()), *prompts[1:])
    assert changes_sentence(prompts, expects_more) == f"{begins} (1 prompt differs)."
