"""Marks and expectations in words."""

from __future__ import annotations

import pytest

from weighin.core.grading.expectation import (
    ChoiceAnswer,
    Contains,
    Expectation,
    JsonAnswer,
    Kind,
    NumberAnswer,
)
from weighin.core.grading.marks import Absence, Check, Mark, MarkedAnswer, MarkedBy
from weighin.core.grading.text import (
    KINDS,
    expectation_words,
    expectations_words,
    mark_words,
    read_words,
    short_words,
    why_words,
)

EXPECTED = (
    (Expectation(exact="Twelve."), "exactly “Twelve.”"),
    (Expectation(contains=Contains(("a", "b", "c"))), "contains “a”, “b” and “c”"),
    (Expectation(contains=Contains(("a", "b"), any=True)), "contains “a” or “b”"),
    (Expectation(contains=Contains(absent=("x",))), "does not contain “x”"),
    (Expectation(contains=Contains(("a",), absent=("x", "y"))), "contains “a”, and contains neither “x” nor “y”"),
    (Expectation(regex=r"\d+"), "matches the pattern “\\d+”"),
    (Expectation(number=NumberAnswer(42.0)), "the number 42"),
    (Expectation(number=NumberAnswer(-0.5, 0.01)), "the number -0.5, give or take 0.01"),
    (Expectation(number=NumberAnswer(1e20)), "the number 1e+20"),
    (Expectation(choice=ChoiceAnswer("B")), "option B"),
    (Expectation(choice=ChoiceAnswer("B", ("one", "two"))), "option B, “two”"),
    (Expectation(choice=ChoiceAnswer("E", ("one", "two"))), "option E"),
    (Expectation(json=JsonAnswer("{}", '{"a": 1}')), 'JSON valid by the schema and with {"a": 1}'),
    (Expectation(json=JsonAnswer()), "JSON"),
    (Expectation(tests="assert f()"), "Python code that passes the tests"),
    (Expectation(votes=True), "your vote in a blind run"),
)


@pytest.mark.parametrize(("given", "words"), EXPECTED, ids=[words for _, words in EXPECTED])
def test_what_is_expected(given: Expectation, words: str) -> None:
    assert expectation_words(given) == words


def test_several_are_one_sentence_and_none_is_nothing() -> None:
    both = (Expectation(number=NumberAnswer(7)), Expectation(contains=Contains(("km",))))
    assert expectations_words(both) == "Expected: the number 7; contains “km”"
    assert (short_words(both), short_words(()), expectations_words(())) == ("Number, Contains", "-", "")


def test_a_set_cannot_break_the_line_or_hide_what_follows() -> None:
    assert "\n" not in expectation_words(Expectation(exact="a\nb\u202e"))
    assert len(expectation_words(Expectation(exact="x" * 100_000))) < 400


@pytest.mark.parametrize(
    ("marked", "words", "why"),
    [
        (MarkedAnswer(Mark.RIGHT), "Right", ""),
        (MarkedAnswer(Mark.WRONG, (Check(Kind.EXACT, False, reason="It says 13."),)), "Wrong", "It says 13."),
        (MarkedAnswer(Mark.NO_ANSWER, absence=Absence.CAPPED), "Cut off",
         "The answer was cut off by a limit. It does not count as wrong."),
        (MarkedAnswer(Mark.NO_ANSWER), "No answer", ""),
        (MarkedAnswer(Mark.UNMARKED), "Not marked", ""),
        (MarkedAnswer(Mark.WRONG).overruled(Mark.RIGHT), "Right, by hand",
         "You marked this answer. The rules say: wrong."),
        (MarkedAnswer(Mark.RIGHT, by=MarkedBy.HAND), "Right, by hand", "You marked this answer."),
    ],
)  # fmt: skip
def test_a_mark_and_why_it_is_so(marked: MarkedAnswer, words: str, why: str) -> None:
    assert (mark_words(marked), why_words(marked)) == (words, why)


def test_every_absence_and_kind_has_words() -> None:
    absences = {mark_words(MarkedAnswer(Mark.NO_ANSWER, absence=one)) for one in Absence}
    assert len(absences) == len(Absence) and set(KINDS) == set(Kind)


def test_what_was_read_is_told_with_the_place() -> None:
    assert read_words(Check(Kind.NUMBER, True, "42", "last number")) == "Read: 42 (last number)"
    assert read_words(Check(Kind.NUMBER, True, "42", "####")) == "Read: 42 (behind ####)"
    assert read_words(Check(Kind.EXACT, True, "Twelve")) == "", "it was taken as it is"
    assert "\n" not in read_words(Check(Kind.JSON, True, '{\n "a": 1\n}', "json"))
