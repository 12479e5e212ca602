"""What scores may and may not be said to mean, in sentences for page, command line and export."""

from __future__ import annotations

from weighin.core.evaluations.evaluation import EvaluationProtocol, RunState
from weighin.core.format import figure
from weighin.core.statistics.claims import ClaimCheck
from weighin.core.statistics.paired import DECISIVE, PairedResult, Verdict
from weighin.core.statistics.power import (
    POWER,
    TYPICAL_DISCORDANCE,
    half_width,
    questions_needed,
    smallest_gap,
)

MMLU_QUESTIONS = 14_042

LABEL_ERRORS = (
    "About 6.5 % of MMLU's questions have a wrong or unclear key (MMLU-Redux, 5,700 questions looked at again): the "
    "best possible score is about 93 to 95 %, and scores above 90 % cannot be told apart on it."
)
NOT_MMLU = "These are not the questions of MMLU: the score is not comparable with any published one."

NO_WINNER = "No clear winner"
_LARGE_E = 1_000_000
_BROKEN_OFF = {RunState.STOPPED: "Stopped", RunState.FAILED: "Broken off", RunState.INTERRUPTED: "Interrupted"}

# (share, what it stands for): lines to read an accuracy against. Sources: MMLU's paper, and 1/4.
REFERENCE_LINES = (
    (0.25, "guessing"),
    (0.345, "ordinary people"),
    (0.60, "“competent generalist”"),
    (0.898, "experts"),
)


def run_title(protocol: EvaluationProtocol) -> str:
    """A run in a few words, for lists."""
    shots = f"{protocol.shots}-shot" + ("" if protocol.name == "standard" else f", {protocol.name}")
    return f"{protocol.dataset} · {protocol.n:,} questions · {shots}"


def sample_sentence(protocol: EvaluationProtocol) -> str:
    """Whether the score is of a sample or of all questions."""
    share = f"{protocol.n:,} of {protocol.population:,} questions"
    if protocol.n == protocol.population:
        return f"All {protocol.n:,} questions, no sample of them: the interval is for questions like these."
    return f"A sample, proportional to the subjects ({share}, seed {protocol.seed}): the interval is part of the score."


def power_sentence(n: int, discordance: float = TYPICAL_DISCORDANCE) -> str:
    """What `n` questions can show, said before the run. discordance: expected share on which just one is right."""
    gap = smallest_gap(n, discordance)
    needed = questions_needed(0.004, max(discordance, 0.005))
    one = score_sentence(n)
    if gap is None:
        return f"{n:,} questions cannot show which of two models is better. {one}"
    more = f"; 84.1 against 83.7 would need {needed:,}" if needed else ""
    exist = f", more than MMLU's {MMLU_QUESTIONS:,}" if needed and needed > MMLU_QUESTIONS else ""
    return f"{n:,} questions find a gap of {100 * gap:.1f} points ({100 * POWER:.0f} % of the time){more}{exist}. {one}"


def score_sentence(n: int) -> str:
    """How exactly `n` questions tell one model's score, said before the run."""
    return f"One model's score is known to about ±{100 * half_width(0.6, n):.1f} points."


def verdict_sentence(paired: PairedResult, planned: int, state: RunState, name_a: str = "A", name_b: str = "B") -> str:
    """Which model is better, as far as a run of `planned` questions in `state` can tell: a whole sample is judged, a
    verdict on the way fell or not, and a run that ended before says so."""
    if paired.mute:
        who = " and ".join({"A": name_a, "B": name_b}[label] for label in paired.mute)
        return f"{who} gave no answer that could be scored: the models cannot be compared."
    decided = paired.verdict is not Verdict.CANNOT_TELL
    better = f"{name_a if paired.verdict is Verdict.A_BETTER else name_b} is better"
    points = _points(paired, decided, name_a, name_b)
    after = f"{paired.n:,} of {planned:,} questions"
    if paired.whole:
        return f"{better if decided else NO_WINNER}: {points}, p {p_value(paired.mcnemar_p)}."
    if state in _BROKEN_OFF:
        so_far = better if decided else f"{NO_WINNER[0].lower()}{NO_WINNER[1:]} so far"
        return f"{_BROKEN_OFF[state]} after {after}, {so_far}: {points}."
    if decided:
        return f"{better}, decided after {after}: {points}."
    more = paired.more_questions
    if more is None:
        return f"Cannot tell yet: {points}."
    if more > planned - paired.n:
        return f"Cannot tell yet, at the earliest when all {planned:,} are asked: {points}."
    return f"Cannot tell yet, about {_rounded(more):,} more questions: {points}."


def verdict_label(paired: PairedResult, state: RunState) -> str:
    """The verdict in two or three words, for tables."""
    if paired.mute:
        return "not scored"
    if paired.verdict is not Verdict.CANNOT_TELL:
        return "A better" if paired.verdict is Verdict.A_BETTER else "B better"
    ended = paired.whole or state in _BROKEN_OFF or state is RunState.FINISHED
    return NO_WINNER.lower() if ended else "cannot tell yet"


def basis_sentence(paired: PairedResult) -> str:
    """What the verdict rests on."""
    unscored = [f"{number:,} of {label}" for label, number in zip("AB", paired.unscored, strict=False) if number]
    wrong = f" Not scored, counted as wrong: {', '.join(unscored)}." if unscored else ""
    if paired.mute:
        return wrong.strip()
    return _test_sentence(paired) + wrong


def _test_sentence(paired: PairedResult) -> str:
    if paired.whole:
        return f"Judged once, by the exact McNemar test of all {paired.n:,} questions: p {p_value(paired.mcnemar_p)}."
    e = f"above {_LARGE_E:,}" if paired.e_value > _LARGE_E else figure(paired.e_value)
    return (
        f"e-value {e}: decides at {DECISIVE:.0f} where whole subjects agree, whenever one looks. The exact McNemar "
        "test judges the whole sample only."
    )


def p_value(p: float) -> str:
    """A p-value as exact as it means something: "= 0.01", "< 0.0001"."""
    if p < 0.0001:
        return "< 0.0001"
    if p < 0.01:
        return f"= {p:.4f}"
    # Close to the line one can see on which side of it.
    return f"= {p:.3f}" if f"{p:.2f}" == "0.05" else f"= {p:.2f}"


def _points(paired: PairedResult, decided: bool, name_a: str, name_b: str) -> str:
    """How far the one in front is ahead, and the interval of that, in points."""
    difference, (low, high) = paired.difference, paired.interval
    if difference < 0:
        difference, low, high = -difference, -high, -low
    low, high = (round(100 * end, 1) + 0.0 for end in (low, high))  # + 0.0: no "-0.0"
    interval = f"{low:.1f} to {high:.1f}"
    if not difference:
        return f"the same score, {interval} points"
    ahead = f"{100 * difference:.1f} points"
    in_front = name_a if paired.difference > 0 else name_b
    return f"{ahead if decided else f'{in_front} is {ahead} ahead'}, {interval}"


def _rounded(number: int) -> int:
    """Two figures: an extrapolation knows no more."""
    unit = 10 ** max(0, len(str(number)) - 2)
    return round(number / unit) * unit


def claim_sentences(check: ClaimCheck, n: int) -> tuple[str, ...]:
    """The verdict on a gap measured on `n` questions, what it rests on, and what it would take."""
    questions = f"all {n:,} questions" if n == MMLU_QUESTIONS else f"{n:,} questions"
    could = "could be told apart" if check.told_apart else "could not be told apart"
    low, high = (100 * end for end in check.interval)
    rests = (
        f"The difference is {100 * check.difference:+.1f} points, its 95 % interval {low:+.2f} to {high:+.2f}, "
        f"p = {check.p:.2g}."
    )
    return (f"They {could} on {questions}.", rests, *_what_it_takes(check))


def _what_it_takes(check: ClaimCheck) -> tuple[str, ...]:
    if check.told_apart or not check.difference:
        return ()
    least = f"They could only if the two disagreed on less than {100 * check.largest_discordance:.2f} % of them."
    if check.needed is None:
        return (least,)
    beyond = ", more than MMLU has" if check.needed > MMLU_QUESTIONS else ""
    return (least, f"For a gap of this size about {check.needed:,} questions are needed{beyond}.")
