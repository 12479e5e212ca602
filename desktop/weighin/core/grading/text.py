"""Marks and expectations in words, for window, command line and export."""

from __future__ import annotations

from weighin.core import format
from weighin.core.grading.expectation import Contains, Expectation, JsonAnswer, Kind, NumberAnswer
from weighin.core.grading.marks import Absence, Check, Mark, MarkedAnswer, MarkedBy
from weighin.core.safe_text import safe_name

_MARKS = {Mark.RIGHT: "Right", Mark.WRONG: "Wrong", Mark.NO_ANSWER: "No answer", Mark.UNMARKED: "Not marked"}
_ABSENCES = {
    Absence.CAPPED: "Cut off",
    Absence.EMPTY: "Empty",
    Absence.FAILED: "Failed",
    Absence.STOPPED: "Stopped",
}
_WHY_ABSENT = {
    Absence.CAPPED: "The answer was cut off by a limit. It does not count as wrong.",
    Absence.EMPTY: "The answer is empty. It does not count as wrong.",
    Absence.FAILED: "The model failed. It does not count as wrong.",
    Absence.STOPPED: "The answer was stopped. It does not count as wrong.",
}
KINDS = {
    Kind.EXACT: "Exact text",
    Kind.CONTAINS: "Contains",
    Kind.REGEX: "Pattern",
    Kind.NUMBER: "Number",
    Kind.CHOICE: "Choice",
    Kind.JSON: "JSON",
    Kind.TESTS: "Python tests",
    Kind.VOTES: "Your vote",
}
_METHODS = {"boxed": "in \\boxed{}", "####": "behind ####"}
_LONGEST = 300


def mark_words(marked: MarkedAnswer) -> str:
    """The mark in one or two words: "Right", "Cut off", "Wrong, by hand"."""
    words = _ABSENCES.get(marked.absence, _MARKS[marked.mark]) if marked.mark is Mark.NO_ANSWER else _MARKS[marked.mark]
    return f"{words}, by hand" if marked.by is MarkedBy.HAND else words


def why_words(marked: MarkedAnswer) -> str:
    """One sentence, why an answer is not right; "" where it is, or nothing is known."""
    if marked.by is MarkedBy.HAND:
        rule = f" The rules say: {_MARKS[marked.rule].lower()}." if marked.rule not in (None, marked.mark) else ""
        return f"You marked this answer.{rule}"
    return _WHY_ABSENT.get(marked.absence, "") if marked.mark is Mark.NO_ANSWER else marked.reason


def read_words(check: Check) -> str:
    """What was read out of an answer, and where: "Read: 42 (last number)"; "" where it was taken as it is."""
    if not check.extracted or not check.method:
        return ""
    return (
        f"Read: {safe_name(' '.join(check.extracted.split()), _LONGEST)} ({_METHODS.get(check.method, check.method)})"
    )


def expectation_words(expectation: Expectation) -> str:
    """What a right answer looks like, as a phrase: "the number 42, give or take 0.5"."""
    if expectation.exact is not None:
        return f"exactly {_quoted(expectation.exact)}"
    if expectation.contains is not None:
        return _contains(expectation.contains)
    if expectation.regex is not None:
        return f"matches the pattern {_quoted(expectation.regex)}"
    if expectation.number is not None:
        return _number(expectation.number)
    if expectation.choice is not None:
        options = expectation.choice.options
        place = ord(expectation.choice.right[:1].upper() or "A") - ord("A")
        named = f", {_quoted(options[place])}" if 0 <= place < len(options) else ""
        return f"option {expectation.choice.right}{named}"
    if expectation.json is not None:
        return _json(expectation.json)
    if expectation.tests is not None:
        return "Python code that passes the tests"
    return "your vote in a blind run"


def expectations_words(expect: tuple[Expectation, ...]) -> str:
    """All of them in a line: "Expected: the number 42; contains “km”"; "" where nothing is expected."""
    return f"Expected: {'; '.join(expectation_words(one) for one in expect)}" if expect else ""


def short_words(expect: tuple[Expectation, ...]) -> str:
    """Their kinds, for a table: "Number, Contains"; "-" where nothing is expected."""
    return ", ".join(KINDS[one.kind] for one in expect) or format.NONE


def _contains(wanted: Contains) -> str:
    texts, absent = (_listed(texts, word) for texts, word in ((wanted.texts, "or"), (wanted.absent, "nor")))
    if not wanted.any:
        texts = _listed(wanted.texts, "and")
    parts = [f"contains {texts}"] if wanted.texts else []
    parts += [f"does not contain {absent}" if len(wanted.absent) == 1 else f"contains neither {absent}"] * bool(absent)
    return ", and ".join(parts)


def _number(wanted: NumberAnswer) -> str:
    off = f", give or take {wanted.tolerance:g}" if wanted.tolerance else ""
    return f"the number {_plain(wanted.value)}{off}"


def _json(wanted: JsonAnswer) -> str:
    parts = ["valid by the schema"] * bool(wanted.schema)
    parts += [f"with {safe_name(' '.join(wanted.equal.split()), _LONGEST)}"] * bool(wanted.equal)
    return " ".join(("JSON", " and ".join(parts))).strip()


def _plain(value: float) -> str:
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else f"{value:.15g}"


def _listed(texts: tuple[str, ...], word: str) -> str:
    quoted = [_quoted(text) for text in texts]
    return f" {word} ".join((", ".join(quoted[:-1]), quoted[-1])) if len(quoted) > 1 else "".join(quoted)


def _quoted(text: str) -> str:
    return f"“{safe_name(' '.join(text.split()), _LONGEST)}”"
