"""Answers held against expectations: what can be told at once, and what all of it comes to."""

from __future__ import annotations

from weighin.core.grading.choices import check_choice
from weighin.core.grading.expectation import Contains, Expectation, Kind
from weighin.core.grading.marks import Absence, Check, Mark, MarkedAnswer
from weighin.core.grading.normalize import answer_of, caseless, folded, normalized, shown, trimmed
from weighin.core.grading.numbers import check_number
from weighin.core.runs.answer import StopReason

_ABSENCES = {
    StopReason.LENGTH.value: Absence.CAPPED,
    StopReason.CONTEXT.value: Absence.CAPPED,
    StopReason.CANCELLED.value: Absence.STOPPED,
    StopReason.FAILED.value: Absence.FAILED,
}
_IN_A_GRADER = frozenset((Kind.REGEX, Kind.JSON, Kind.TESTS))


def needs_grader(expectation: Expectation) -> bool:
    """Whether this can only be told in a process of its own, since it may never end."""
    return expectation.kind in _IN_A_GRADER


def absence_of(text: str, stop: str, failed: bool) -> Absence:
    """Why there is no whole answer to judge. stop: the value of a StopReason; failed: the lane has a failure."""
    if failed:
        return Absence.FAILED
    found = _ABSENCES.get(stop, Absence.NONE)
    return Absence.EMPTY if found is Absence.NONE and not trimmed(answer_of(text)) else found


def check_here(expectation: Expectation, text: str) -> Check:
    """Whether `text` is the exact text, contains the texts, or gives the number or the choice that is expected. Of the
    other kinds nothing is told. Takes time in proportion to the text, and never raises."""
    answer = answer_of(text)
    if expectation.exact is not None:
        return _check_exact(expectation.exact, answer)
    if expectation.contains is not None:
        return _check_contains(expectation.contains, answer)
    if expectation.number is not None:
        return check_number(expectation.number, answer)
    if expectation.choice is not None:
        return check_choice(expectation.choice, answer)
    return Check(expectation.kind, None)


def combined(checks: tuple[Check, ...], absence: Absence) -> MarkedAnswer:
    """The mark of an answer: right where it is so by all checks, wrong where it is so by any. Votes give no mark."""
    if absence is not Absence.NONE:
        return MarkedAnswer(Mark.NO_ANSWER, checks, absence=absence)
    told = [check.right for check in checks if check.kind is not Kind.VOTES]
    if False in told:
        return MarkedAnswer(Mark.WRONG, checks)
    return MarkedAnswer(Mark.RIGHT if told and None not in told else Mark.UNMARKED, checks)


def _check_exact(expected: str, answer: str) -> Check:
    given = normalized(answer)
    wanted = normalized(expected)
    if given == wanted:
        return Check(Kind.EXACT, True, shown(given))
    reason = "It differs in capital letters only." if folded(given) == folded(wanted) else "It is another text."
    return Check(Kind.EXACT, False, shown(given), reason=reason)


def _check_contains(expected: Contains, answer: str) -> Check:
    """Anywhere in the answer, also within words, without regard to case."""
    said = caseless(answer)
    found = [text for text in expected.texts if caseless(text) in said]
    unwanted = [text for text in expected.absent if caseless(text) in said]
    missing = [text for text in expected.texts if text not in found]
    reason = ""
    if unwanted:
        reason = f"It contains {_quoted(unwanted)}."
    elif expected.any and expected.texts and not found:
        reason = f"It contains none of {_quoted(missing)}."
    elif missing and not expected.any:
        reason = f"It does not contain {_quoted(missing)}."
    return Check(Kind.CONTAINS, not reason, shown(" · ".join(unwanted or found)), reason=reason)


def _quoted(texts: list[str]) -> str:
    """The first few of them."""
    more = ["…"] if len(texts) > 3 else []
    return ", ".join([*(f"“{shown(text)[:60]}”" for text in texts[:3]), *more])
