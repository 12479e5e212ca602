"""What scores may and may not be said to mean, in sentences for page, command line and export."""

from __future__ import annotations

from weighin.core.evaluations.evaluation import EvaluationProtocol, PairedResult, Verdict
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
        return (
            f"All {protocol.n:,} questions were asked: no error of sampling; the interval is for questions like these."
        )
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


def verdict_sentence(paired: PairedResult, name_a: str = "A", name_b: str = "B", left: int | None = None) -> str:
    """The live verdict. left: questions of the plan not asked yet, None where unknown."""
    low, high = (100 * end for end in paired.interval)
    points = f"{100 * paired.difference:+.1f} points ({low:+.1f} to {high:+.1f})"
    if paired.verdict is Verdict.A_BETTER:
        return f"{name_a} is better: {points}."
    if paired.verdict is Verdict.B_BETTER:
        return f"{name_b} is better: {points}."
    more = paired.more_questions
    if more is None:
        return f"Cannot tell yet: {points}."
    beyond = " (more than are left)" if left is not None and more > left else ""
    return f"Cannot tell yet, about {_rounded(more):,} more questions{beyond}: {points}."


def _rounded(number: int) -> int:
    """Two figures: an extrapolation knows no more."""
    unit = 10 ** max(0, len(str(number)) - 2)
    return round(number / unit) * unit
