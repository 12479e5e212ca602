"""What is said of two models that ran at once: for how long they really did, and what it cost."""

from __future__ import annotations

from collections.abc import Sequence

from weighin.core import words
from weighin.core.comparisons.answer import MIN_TOKENS_FOR_RATE, StopReason, Timing
from weighin.core.comparisons.comparison import Comparison, LaneResult, Mode, Slowdown
from weighin.core.comparisons.overlap import NEARLY_ALL, Overlap, overlap
from weighin.core.comparisons.round_words import rate_spread, time_spread
from weighin.core.comparisons.rounds import spread
from weighin.core.comparisons.slowdown import in_company

WHILE_BOTH, NOT_RECORDED = "while both wrote", "not recorded"
BRIEF = "too short to be sure"


def slowdown_words(slowdown: Slowdown) -> str:
    """What was left of the speed alone, with a remark where that was measured too briefly."""
    return _shares_words(slowdown) + (f" ({BRIEF})" if slowdown.is_brief else "")


def _shares_words(slowdown: Slowdown) -> str:
    parts = [
        f"{name} {words.percent(share)}{_range_words(found)}"
        for name, share, found in (
            ("writing", slowdown.writing, slowdown.writing_range),
            ("reading", slowdown.reading, slowdown.reading_range),
            ("first token", slowdown.first_token, slowdown.first_token_range),
        )
        if share is not None
    ]
    return ", ".join(parts)


def _range_words(found: tuple[float, ...] | None) -> str:
    """ " (58 %–64 %)", with a remark where the rounds allow that nothing was lost; "" where there is none."""
    if found is None or min(found) == max(found):
        return ""
    low, high = min(found), max(found)
    noise = ", within the noise" if low <= 1 <= high else ""
    return f" ({words.percent(low)}–{words.percent(high)}{noise})"


def slowdown_sentence(slowdown: Slowdown) -> str:
    """The same with what it was held against."""
    prompt = "the same prompt" if slowdown.same_prompt else "another prompt"
    text = f"{_shares_words(slowdown)} of the speed alone, measured on {prompt}"
    if slowdown.shared_s is None:
        return f"{text}; of whole answers, for how long both computed was not recorded"
    brief = f", {BRIEF}" if slowdown.is_brief else ""
    return f"{text}, while both computed ({words.seconds(slowdown.shared_s)}{brief})"


def side_by_side_words(result: LaneResult, comparison: Comparison) -> str:
    """For how long the lane of `result` and the other one computed at the same time, and how fast it wrote meanwhile;
    "" where they took turns, or one of them gave nothing."""
    if comparison.request.mode is not Mode.TOGETHER or not _ran(comparison):
        return ""
    timings = result.timings
    found = [shared for timing in timings if (shared := overlap(timing)) is not None]
    if not found:
        return NOT_RECORDED
    tokens = min(shared.writing.tokens if shared.writing else 0 for shared in found)
    speed = rate_spread(spread(shared.tokens_per_s for shared in found), " tok/s")
    whole = time_spread(spread(timing.total_s for timing in timings))
    times = time_spread(spread(shared.seconds for shared in found))
    share = spread(shared.share for shared in found)
    text = f"{times} of {whole}" + (f" ({words.percent(share.median)})" if share else "")
    written = f"{words.count(tokens)} of {words.plural(result.answer.timing.generated_tokens, 'token')} at {speed}"
    return f"{text}, {written}"


def is_partly_alone(timings: Sequence[Timing]) -> bool:
    """Whether in some of these answers more than a little was written when the other lane had ended or not begun."""
    return any(
        shared.writing_share is not None and not shared.is_nearly_all for shared in map(overlap, timings) if shared
    )


def why_no_slowdown(result: LaneResult) -> tuple[str, ...]:
    """A sentence for each number that cannot be told of running together, whatever was measured alone."""
    timings = result.timings
    if all(overlap(timing) is None for timing in timings):
        return ("It was not recorded for how long both computed.",)
    overlaps = [shared for _, shared in in_company(result)]
    if not overlaps:
        return ("Something else disturbed every round.",)
    found = []
    if all(shared.tokens_per_s is None for shared in overlaps):
        most = max(shared.writing.tokens if shared.writing else 0 for shared in overlaps)
        tokens = words.plural(most, "token")
        found.append(f"Writing: only {tokens} came while both computed, {MIN_TOKENS_FOR_RATE} are needed.")
    for name, get in (("Reading", _reading), ("First token", _first_token)):
        known = [share for shared in overlaps if (share := get(shared)) is not None]
        if known and max(known) < NEARLY_ALL:
            needed = words.percent(NEARLY_ALL)
            most_of_it = words.percent(max(known))
            found.append(f"{name}: the other lane computed during only {most_of_it} of it, {needed} are needed.")
    return tuple(found)


def lacks_alone(comparison: Comparison) -> bool:
    """Whether measuring the same pair alone would tell what running together cost."""
    if comparison.request.mode is not Mode.TOGETHER or comparison.slowdowns or not _ran(comparison):
        return False
    overlaps = [shared for result in comparison.results for _, shared in in_company(result)]
    return any(o.tokens_per_s is not None or o.has_reading or o.has_first_token for o in overlaps)


def _ran(comparison: Comparison) -> bool:
    ended = (StopReason.FAILED, StopReason.CANCELLED)
    return len(comparison.results) == 2 and all(r.answer.stop_reason not in ended for r in comparison.results)


def _reading(shared: Overlap) -> float | None:
    return shared.reading


def _first_token(shared: Overlap) -> float | None:
    return shared.first_token
