"""Graded runs for tests: marks as short words, and a second tally that shares no code with the program's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from tests.support.lanes import fake_model
from weighin.core.grading.expectation import Expectation, Kind
from weighin.core.grading.marks import Absence, Check, Mark, MarkedAnswer
from weighin.core.prompts.prompt_set import LaneOutcome, SetPrompt, SetResult, SetRun, StoredRun
from weighin.core.runs.lane import LaneSetup
from weighin.core.runs.options import SamplingOptions

_MARKS = {
    "+": MarkedAnswer(Mark.RIGHT, (Check(Kind.EXACT, True, "x"),)),
    "-": MarkedAnswer(Mark.WRONG, (Check(Kind.EXACT, False, "y", reason="It is not the expected text."),)),
    "c": MarkedAnswer(Mark.NO_ANSWER, absence=Absence.CAPPED),
    "e": MarkedAnswer(Mark.NO_ANSWER, absence=Absence.EMPTY),
    "f": MarkedAnswer(Mark.NO_ANSWER, absence=Absence.FAILED),
    "?": MarkedAnswer(Mark.UNMARKED, (Check(Kind.TESTS, None, reason="Nobody allowed it."),)),
}
LETTERS = tuple(_MARKS)


def outcome(mark: str, tokens: int = 20, thinking: int = 0, seconds: float | None = 1.5) -> LaneOutcome:
    """An answer with the mark: + right, - wrong, c cut off, e empty, f failed, ? not marked."""
    failure = "It died." if mark == "f" else ""
    stop = {"c": "length", "f": "failed"}.get(mark, "end")
    return LaneOutcome("x", stop, 10, tokens, 20.0, 0.1, failure, thinking, seconds, _MARKS[mark])


def graded_run(
    prompts: int, samples: int = 1, tags: Sequence[str] = ("",), expect: tuple[Expectation, ...] | None = None
) -> SetRun:
    """A run of so many prompts that expect something, with the tags in turn."""
    expected = (Expectation(exact="x"),) if expect is None else expect
    made = tuple(SetPrompt(f"prompt {i}", tag=tags[i % len(tags)], expect=expected) for i in range(prompts))
    warm = SamplingOptions(temperature=0.7)
    lanes = (LaneSetup(fake_model("One"), sampling=warm), LaneSetup(fake_model("Two"), sampling=warm))
    return SetRun("r1", "2026-11-22T10:00:00+00:00", "Graded", made, lanes, samples=samples)


def stored_run(a: str, b: str, samples: int = 1, of: int = 0, **more: object) -> StoredRun:
    """A run whose results have these marks of A and B, one a result. of: prompts there are, where they are more."""
    run = graded_run(of or len(a) // samples, samples, **more)  # type: ignore[arg-type]
    pairs = zip(a.replace(" ", ""), b.replace(" ", ""), strict=True)
    return StoredRun(run, tuple(SetResult(i, f"c{i}", outcome(x), outcome(y)) for i, (x, y) in enumerate(pairs)))


@dataclass
class Recount:
    """What a second reader of the same results gets."""

    right: list[int]
    wrong: list[int]
    no_answer: list[int]
    unmarked: list[int]
    boxes: list[int]
    p: float
    differences: list[float]


def recount(stored: StoredRun, missing_is_wrong: bool = False) -> Recount:
    """Counted anew: each prompt once, by the mean of its judged answers."""
    found = Recount([0, 0], [0, 0], [0, 0], [0, 0], [0, 0, 0, 0], 1.0, [])
    sides: dict[int, tuple[list[int], list[int]]] = {}
    for result in stored.results:
        kept = sides.setdefault(result.number % len(stored.run.prompts), ([], []))
        for lane, answer in enumerate((result.a, result.b)):
            mark = answer.marked.mark.value
            getattr(found, mark)[lane] += 1
            if mark in ("right", "wrong") or (missing_is_wrong and mark == "no_answer"):
                kept[lane].append(1 if mark == "right" else 0)
    for a, b in sides.values():
        if a and b:
            mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
            found.differences.append(mean_a - mean_b)
            if abs(mean_a - mean_b) < 1e-12:
                found.boxes[0 if mean_a >= 0.5 - 1e-12 else 3] += 1
            else:
                found.boxes[1 if mean_a > mean_b else 2] += 1
    found.p = exact_p(found.boxes[1], found.boxes[2])
    return found


def exact_p(one: int, two: int) -> float:
    """Two-sided exact McNemar p in whole numbers."""
    n, most = one + two, max(one, two)
    return min(1.0, 2 * sum(comb(n, k) for k in range(most, n + 1)) / 2**n) if n else 1.0
