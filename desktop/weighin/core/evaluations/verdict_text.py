"""Which model is better, in sentences for page, command line and export: the answer, its reason, the method."""

from __future__ import annotations

from weighin.core import format
from weighin.core.runs.run_state import RunState
from weighin.core.statistics.paired import DECISIVE, PairedResult, Verdict, flips
from weighin.core.statistics.paired_words import (
    LEAST_DIFFERING,
    difference_words,
    e_value_words,
    few_differ,
    what_it_takes,
)

NO_WINNER, TOO_FEW = "No clear winner", "Too few questions"
_BROKEN_OFF = {RunState.STOPPED: "Stopped", RunState.FAILED: "Failed", RunState.INTERRUPTED: "Interrupted"}


def verdict_sentence(paired: PairedResult, state: RunState, name_a: str = "A", name_b: str = "B") -> str:
    """Which model is better, as far as a run in `state` can tell: "B is better: 62 of 100 right against 51. Difference
    11.0 points (1.8 to 20.1), p = 0.02." """
    if paired.mute:
        who = " and ".join({"A": name_a, "B": name_b}[label] for label in paired.mute)
        return f"{who} gave no answer that could be scored: the models cannot be compared."
    a, b = paired.both_right + paired.only_a, paired.both_right + paired.only_b
    of = f"of {format.count(paired.n)} right"
    if is_decided(paired):
        winner = name_a if paired.verdict is Verdict.A_BETTER else name_b
        said = f"{winner} is better: {format.count(max(a, b))} {of} against {format.count(min(a, b))}."
    else:
        counts = f"both have {format.count(a)}" if a == b else f"{name_a} {format.count(a)}, {name_b} {format.count(b)}"
        said = f"{_undecided(paired, state)}: {counts} {of}."
    p = f", p {format.p_value(paired.mcnemar_p)}" if paired.whole else ""
    return f"{said} {difference_words(paired)}{p}."


def verdict_label(paired: PairedResult, state: RunState) -> str:
    """The verdict in two or three words, for tables."""
    if paired.mute:
        return "Not scored"
    if is_decided(paired):
        return "A better" if paired.verdict is Verdict.A_BETTER else "B better"
    return _undecided(paired, state)


def is_decided(paired: PairedResult) -> bool:
    """Whether one model is better."""
    return paired.verdict is not Verdict.CANNOT_TELL and not paired.mute


def reason_sentence(paired: PairedResult, planned: int, state: RunState) -> str:
    """What lies behind the verdict of a run of `planned` questions, and how far it got."""
    parts = [*_how_far(paired, planned, state)]
    if not paired.mute:
        a, b = format.count(paired.only_a), format.count(paired.only_b)
        parts.append(f"Only A is right on {a}, only B on {b} {'question' if paired.only_b == 1 else 'questions'}.")
        parts += [_chance(paired)] if paired.whole and not is_decided(paired) else []
    counts = zip("AB", paired.unscored, strict=False)
    unscored = [f"{format.count(number)} of {label}" for label, number in counts if number]
    parts += [f"Not scored, counted as wrong: {', '.join(unscored)}."] if unscored else []
    return " ".join(parts)


def flips_sentence(paired: PairedResult) -> str:
    """How many answers differ in being right, which equal scores hide: "B against A: 23 of 500 answers changed (4.6 %,
    3.1 to 6.8 %): 12 for the worse, 11 for the better."; "" where one gave no letter at all."""
    found = flips(paired)
    if found is None:
        return ""
    changed = f"{format.count(found.changed)} of {format.count(paired.n)} answers changed"
    interval = f"({format.percent(found.share, 1)}, {format.between((found.low, found.high), 1)})"
    sides = f"{format.count(found.worse)} for the worse, {format.count(found.better)} for the better"
    return f"B against A: {changed} {interval}: {sides}."


def method_sentences(paired: PairedResult) -> tuple[str, ...]:
    """How the verdict came about, and what a clear one would take."""
    if paired.mute:
        return ()
    lines = [f"In brackets: the 95 % interval of the difference on the {format.plural(paired.n, 'question')} of both."]
    if paired.whole:
        lines.append(f"Judged once, by the exact McNemar test on all {format.plural(paired.n, 'question')}.")
    else:
        e = e_value_words(paired)
        lines.append(f"E-value {e}: decided at {DECISIVE:.0f} where subjects agree, valid whenever you look.")
        lines.append("The exact McNemar test judges only a complete run.")
    return (*lines, *(() if is_decided(paired) else what_it_takes(paired, "question")))


def _undecided(paired: PairedResult, state: RunState) -> str:
    if paired.whole or state in _BROKEN_OFF or state is RunState.FINISHED:
        return TOO_FEW if few_differ(paired) else NO_WINNER
    return f"{NO_WINNER} yet"


def _how_far(paired: PairedResult, planned: int, state: RunState) -> tuple[str, ...]:
    if paired.whole:
        return ()
    of = f"of {format.plural(planned, 'question')}"
    if state in _BROKEN_OFF:
        return (f"{_BROKEN_OFF[state]} after {format.count(paired.n)} {of}.",)
    if is_decided(paired):
        return (f"Decided after {format.count(paired.decided_after or paired.n)} {of}.",)
    more = paired.more_questions
    if more is None or paired.mute:
        return ()
    if more > planned - paired.n:
        return (f"Decided at the earliest when all {format.count(planned)} are answered.",)
    return (f"About {format.count(format.two_figures(more))} more questions needed at this rate.",)


def _chance(paired: PairedResult) -> str:
    if few_differ(paired):
        return f"A verdict needs at least {LEAST_DIFFERING} such questions."
    return "That can be chance."
