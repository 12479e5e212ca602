"""What a published gap between two scores is worth, in sentences."""

from __future__ import annotations

from weighin.core.evaluations.evaluation_words import MMLU_QUESTIONS
from weighin.core.statistics.claims import ClaimCheck


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
