"""What is said of repeated rounds and of what disturbed them."""

from __future__ import annotations

from weighin.core import words
from weighin.core.comparisons.answer import Timing
from weighin.core.comparisons.comparison import LaneResult
from weighin.core.comparisons.rounds import AGREEMENT, Spread, is_settled, last_change, speeds, uncertainty


def rounds_words(result: LaneResult, asked: int) -> str:
    """How many rounds count, and why not more; "" for a single one."""
    made = len(result.rounds)
    if made < 2:
        return ""
    values = speeds(result.rounds)
    known = uncertainty(values)
    text = f"{made} of {asked}"
    if is_settled(values):
        text += f", median within {words.percent(AGREEMENT)}"
    elif known is not None:
        text += f", median only within {words.percent(max(known, last_change(values) or 0.0))}"
    if result.spoiled:
        text += f", {words.plural(len(result.spoiled), 'disturbed one')} repeated"
    return text


def conditions_words(timings: tuple[Timing, ...]) -> str:
    """What else happened on this computer: of one round all that is known, of several what disturbed some of them."""
    known = [timing.conditions for timing in timings if timing.conditions is not None]
    if not known:
        return ""
    if len(known) == 1:
        return known[0].words
    disturbed = [conditions for conditions in known if conditions.disturbances]
    if not disturbed:
        return known[-1].words
    reasons = dict.fromkeys(reason for conditions in disturbed for reason in conditions.disturbances)
    return f"{len(disturbed)} of {len(known)} disturbed: {', '.join(reasons)}"


def rate_spread(found: Spread | None, unit: str) -> str:
    """ "12.1 (11.8–12.4) tok/s"; "-" where there is none."""
    if found is None:
        return words.NONE
    if found.n == 1:
        return f"{words.figure(found.median)}{unit}"
    return f"{words.figure(found.median)} ({words.figure(found.low)}–{words.figure(found.high)}){unit}"


def time_spread(found: Spread | None) -> str:
    """ "42 ms (40 ms–51 ms)"; "-" where there is none."""
    if found is None:
        return words.NONE
    if found.n == 1:
        return words.seconds(found.median)
    return f"{words.seconds(found.median)} ({words.seconds(found.low)}–{words.seconds(found.high)})"


def size_spread(found: Spread | None) -> str:
    """ "62.9 MB (62.1 MB–63.0 MB)"; "-" where there is none."""
    if found is None:
        return words.NONE
    if found.n == 1 or words.size(found.low) == words.size(found.high):
        return words.size(found.median)
    return f"{words.size(found.median)} ({words.size(found.low)}–{words.size(found.high)})"
