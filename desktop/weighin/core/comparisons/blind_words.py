"""What is said of votes."""

from __future__ import annotations

from weighin.core import words
from weighin.core.comparisons.blind import Choice, Tally, fewest_more, more_at_this_share
from weighin.core.safe_text import safe_name

CHOICES = {
    Choice.A_BETTER: "A is better",
    Choice.B_BETTER: "B is better",
    Choice.TIE: "a tie",
    Choice.BOTH_BAD: "both are bad",
}


def count_words(tally: Tally) -> str:
    """The votes in numbers: "Qwen3 Q4_K_M: 4, Mistral Q4_K_M: 1, 2 ties"."""
    parts = [f"{_name(tally.one.title)}: {tally.for_one}", f"{_name(tally.two.title)}: {tally.for_two}"]
    if tally.ties:
        parts.append(words.plural(tally.ties, "tie"))
    if tally.both_bad:
        parts.append(f"{tally.both_bad} both bad")
    return ", ".join(parts)


def interval_words(tally: Tally) -> str:
    """The share of the first model with its interval; "-" before the first decisive vote."""
    if tally.interval is None:
        return words.NONE
    low, high = tally.interval
    return f"{words.percent(tally.for_one / tally.decisive)} ({words.percent(low)} to {words.percent(high)})"


def verdict_words(tally: Tally) -> str:
    """Whether the preference is settled, and how many more votes would settle it."""
    if not tally.decisive:
        return "Nothing is settled: no vote chose one of the two yet."
    ahead = max(tally.for_one, tally.for_two)
    leader = _name(tally.leader.title)
    if tally.is_settled:
        return f"Settled: {leader} is preferred, {ahead} of {tally.decisive}."
    least = fewest_more(tally)
    if tally.for_one == tally.for_two:
        return f"Not settled: {ahead} to {ahead}. It takes {least} more votes at least, all for the same model."
    text = f"Not settled: {ahead} of {tally.decisive} for {leader}. "
    text += f"It takes {words.plural(least, 'more vote')} at least, if all are for it"
    likely = more_at_this_share(tally)
    if likely is None:
        return f"{text}; as they fall now, no number in sight would do."
    return f"{text}; about {likely} more if they go on as so far."


def _name(title: str) -> str:
    return safe_name(title, 60)
