"""Two graders that share no line of code agree on answers that nobody wrote."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.grading.plain_grader import last_number, same_text
from tests.unit.core.grading.test_rules import EVERY

from weighin.core.grading.expectation import Expectation, NumberAnswer
from weighin.core.grading.numbers import given_number
from weighin.core.grading.rules import check_here

_WHOLE = st.integers(0, 99) | st.integers(1000, 10**7)  # three figures behind a blank may be the thousands of a number
_WORDS = st.sampled_from(("so", "then", "apples", "and", "gives", "after", "that"))
_NUMBERS = st.one_of(
    _WHOLE.map(str),
    _WHOLE.map(lambda n: f"-{n}"),
    _WHOLE.map(lambda n: f"{n:,}"),
    st.tuples(_WHOLE, st.integers(0, 9)).map(lambda pair: f"{pair[0]}.{pair[1]}"),
    _WHOLE.map(lambda n: f"**{n}**"),
    _WHOLE.map(lambda n: f"${n}"),
    _WHOLE.map(lambda n: f"{n}%"),
    _WHOLE.map(lambda n: f"({n})"),
)
_ANSWERS = st.lists(st.one_of(_WORDS, _NUMBERS, _NUMBERS.map("not {}".format)), min_size=1, max_size=12).map(" ".join)


@given(_ANSWERS, st.integers(-5, 99))
def test_numbers(answer: str, expected: int) -> None:
    theirs = last_number(answer)
    ours = given_number(answer)
    assert ((ours.values or (None,))[0]) == theirs, ours
    for value in (expected, theirs if theirs is not None else expected):
        check = check_here(Expectation(number=NumberAnswer(float(value))), answer)
        assert check.right == (theirs == value)


_TEXTS = st.text(st.sampled_from('ab "`.“”«»é\u0301\n'), max_size=8)


@given(_TEXTS, _TEXTS)
def test_exact_texts(answer: str, expected: str) -> None:
    for one, other in ((answer, expected), (answer, answer), (f'"{answer}"', answer), (f"{answer}.", answer)):
        assert check_here(Expectation(exact=other), one).right == same_text(one, other)


@given(
    st.sampled_from(("{}", "The answer is {}.", "**{}**", "$\\boxed{{{}}}$", "7 apples, 3 pears.\n#### {}", "= {}")),
    st.integers(-(10**6), 10**6),
    st.integers(0, 99),
    st.sampled_from(("{:,.2f}", "{:.2f}", "{:_.2f}")),
)
def test_a_planted_number_is_found(frame: str, whole: int, hundredths: int, form: str) -> None:
    value = whole + hundredths / 100
    answer = frame.format(form.format(value))
    right = check_here(Expectation(number=NumberAnswer(round(value, 2))), answer)
    assert right.right, right
    assert not check_here(Expectation(number=NumberAnswer(value + 0.5)), answer).right


@given(st.text(string.printable + "½²−–٤\u2009\ufeff\\{}", max_size=60))
def test_nothing_is_raised_and_what_was_read_is_short(answer: str) -> None:
    for expectation in EVERY:
        check = check_here(expectation, answer)
        assert check.right in (True, False) and len(check.extracted) <= 200 and len(check.reason) < 600
