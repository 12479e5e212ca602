"""Marks of whole answers, and what stands beside them."""

from __future__ import annotations

import pytest

from weighin.core.grading.expectation import ChoiceAnswer, Contains, Expectation, JsonAnswer, Kind, NumberAnswer
from weighin.core.grading.marks import Absence, Check, Mark
from weighin.core.grading.numbers import is_strict
from weighin.core.grading.rules import absence_of, check_here, combined, needs_grader
from weighin.core.runs.answer import StopReason

N42 = Expectation(number=NumberAnswer(42.0))
CITIES = ChoiceAnswer("B", ("Lyon", "Paris", "Nice", "Brest"))
# Of every kind that is told at once.
EVERY = (
    Expectation(exact="Paris"),
    Expectation(contains=Contains(("red", "blue"), absent=("green",))),
    N42,
    Expectation(number=NumberAnswer(3.14, 0.01)),
    Expectation(choice=ChoiceAnswer("B")),
    Expectation(choice=CITIES),
)


@pytest.mark.parametrize(
    ("stop", "text", "failed", "absence"),
    [
        (StopReason.END, "42", False, Absence.NONE),
        (StopReason.LENGTH, "42", False, Absence.CAPPED),
        (StopReason.LENGTH, "", False, Absence.CAPPED),
        (StopReason.CONTEXT, "42", False, Absence.CAPPED),
        (StopReason.CANCELLED, "42", False, Absence.STOPPED),
        (StopReason.FAILED, "42", False, Absence.FAILED),
        (StopReason.END, "42", True, Absence.FAILED),
        (StopReason.END, "", False, Absence.EMPTY),
        (StopReason.END, " \n\u200b", False, Absence.EMPTY),
        (StopReason.END, "long thoughts</think>\n", False, Absence.EMPTY),
    ],
)
def test_why_there_is_no_answer(stop: StopReason, text: str, failed: bool, absence: Absence) -> None:
    assert absence_of(text, stop.value, failed) is absence


def test_a_missing_answer_is_neither_right_nor_wrong() -> None:
    for right in (True, False, None):
        marked = combined((Check(Kind.EXACT, right),), Absence.CAPPED)
        assert (marked.mark, marked.absence) == (Mark.NO_ANSWER, Absence.CAPPED)


@pytest.mark.parametrize(
    ("told", "mark"),
    [
        ((), Mark.UNMARKED),
        ((True,), Mark.RIGHT),
        ((True, True), Mark.RIGHT),
        ((True, False), Mark.WRONG),
        ((None, False), Mark.WRONG),
        ((None, True), Mark.UNMARKED),
    ],
)
def test_several_checks(told: tuple[bool | None, ...], mark: Mark) -> None:
    checks = tuple(Check(Kind.EXACT, right) for right in told)
    assert combined(checks, Absence.NONE).mark is mark
    # Votes neither give a mark nor take one.
    assert combined((*checks, Check(Kind.VOTES, None)), Absence.NONE).mark is mark


def test_which_need_a_process_of_their_own() -> None:
    for expectation in EVERY:
        assert not needs_grader(expectation)
    for expectation in (Expectation(regex="a"), Expectation(json=JsonAnswer()), Expectation(tests="assert 1")):
        assert needs_grader(expectation) and check_here(expectation, "a").right is None
    assert not needs_grader(Expectation(votes=True)) and check_here(Expectation(votes=True), "a").right is None


@pytest.mark.parametrize(
    ("answer", "extracted", "method", "reason"),
    [
        ("It is $1 234.", "$1 234", "last number", "$1 234 instead of 42."),
        ("#### 43", "43", "####", "43 instead of 42."),
        (r"\boxed{\frac12}", "1/2", "boxed", "1/2 instead of 42."),
        ("41 to 42, so 41-42", "42", "last number", "The last number is a part of a range or an expression."),
        ("forty-two", "", "", "The answer has no number."),
        ("not 42", "", "", "The answer rules its number out."),
    ],
)
def test_what_was_read_of_a_number(answer: str, extracted: str, method: str, reason: str) -> None:
    check = check_here(N42, answer)
    assert (check.extracted, check.method, check.reason, check.right) == (extracted, method, reason, False)


@pytest.mark.parametrize(
    ("answer", "extracted", "method", "reason"),
    [
        ("The answer is A.", "A", "letter", "A instead of B."),
        ("Lyon", "Lyon", "option", "A instead of B."),
        (r"\boxed{C}", "C", "boxed", "C instead of B."),
        ("A or B", "A B", "letter", "The answer names A, B."),
        ("Paris or Lyon", "", "option", "The answer names more than one option."),
        ("Answer: E", "E", "letter", "E is not one of the options."),
        ("Who knows?", "", "", "The answer names no option."),
    ],
)
def test_what_was_read_of_a_choice(answer: str, extracted: str, method: str, reason: str) -> None:
    check = check_here(Expectation(choice=CITIES), answer)
    assert (check.extracted, check.method, check.reason) == (extracted, method, reason)


def test_what_was_read_of_texts() -> None:
    said = check_here(Expectation(contains=Contains(("red", "blue"))), "Red")
    assert (said.extracted, said.reason) == ("red", "It does not contain “blue”.")
    said = check_here(Expectation(contains=Contains(("red", "blue"), any=True)), "green")
    assert said.reason == "It contains none of “red”, “blue”."
    said = check_here(Expectation(contains=Contains(absent=("red",))), "RED")
    assert (said.extracted, said.reason) == ("red", "It contains “red”.")
    assert check_here(Expectation(exact="Paris"), "“paris”.").reason == "It differs in capital letters only."
    said = check_here(Expectation(exact="Paris"), "London\n" * 1000)
    assert said.reason == "It is another text." and len(said.extracted) == 200


def test_the_strict_form_of_gsm8k() -> None:
    strict = check_here(N42, "So #### 42")
    flexible = check_here(N42, "So 42")
    assert (strict.right, is_strict(strict)) == (True, True)
    assert (flexible.right, is_strict(flexible)) == (True, False)


@pytest.mark.parametrize(
    "piece",
    [
        "x",
        "1 ",
        "1,234,",
        "not 42 ",
        "not A or ",
        "1,2,3,",
        "1, 2, ",
        "v1 ",
        "\\boxed{",
        "\\frac{",
        "A is ",
        "2^",
        "(",
        "#### ",
    ],
)
def test_answers_of_a_megabyte(piece: str) -> None:
    answer = (piece * ((1 << 20) // len(piece) + 1))[: 1 << 20]
    for expectation in EVERY:
        assert check_here(expectation, answer).right is not None
    assert check_here(N42, f"{answer} \n#### 42").right
    assert check_here(Expectation(choice=CITIES), f"{answer} \nFinal answer: B").right
