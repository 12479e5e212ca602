"""What a comparison says of itself: rounds, speeds, running together, blind votes, how an answer ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from weighin.core import format
from weighin.core.comparisons.blind import Tally, fewest_more
from weighin.core.comparisons.comparison import Comparison, LaneResult, Slowdown
from weighin.core.comparisons.rounds import AGREEMENT, Spread, is_settled, last_change, speeds, spread, uncertainty
from weighin.core.comparisons.slowdown import NEARLY_ALL, Overlap, in_company, overlap
from weighin.core.comparisons.speed_test import SpeedTest
from weighin.core.runs.answer import MIN_TOKENS_FOR_RATE, StopReason, Timing
from weighin.core.runs.conditions import disturbances
from weighin.core.runs.lane import Mode
from weighin.core.safe_text import safe_name

if TYPE_CHECKING:
    from weighin.core.comparisons.text_difference import TextDifference


STOPS = {
    StopReason.END: "Finished",
    StopReason.LENGTH: "Token limit",
    StopReason.CONTEXT: "Context full",
    StopReason.CANCELLED: "Stopped",
    StopReason.FAILED: "Failed",
}


MODES = {Mode.ALONE: "Sequential", Mode.TOGETHER: "Simultaneous"}
AGAINST_ALONE = "Compared with running alone"
MEASURE_ALONE = "Run each model alone to see the slowdown"


# Names of differences as records have them, where they are no words one would use.
_PLAIN = {"template used": "use of a chat template"}


def different_words(names: Sequence[str]) -> str:
    """What was not the same for both models; the names may come from a bundle."""
    return f"Not the same for both: {safe_name(', '.join(_PLAIN.get(name, name) for name in names), 200)}"


def unknown_words(names: Sequence[str]) -> str:
    """What a server keeps to itself."""
    return f"Unknown for the server: {', '.join(names)}"


def rounds_words(result: LaneResult, asked: int) -> str:
    """How many rounds count, and why not more; "" for a single one."""
    made = len(result.rounds)
    if made < 2:
        return ""
    values = speeds(result.rounds)
    known = uncertainty(values)
    text = f"{made} of {asked}"
    if is_settled(values):
        text += f", median within {format.percent(AGREEMENT)}"
    elif known is not None:
        text += f", median only within {format.percent(max(known, last_change(values) or 0.0))}"
    if result.spoiled:
        text += f", {format.plural(len(result.spoiled), 'disturbed one')} repeated"
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
    return f"{len(disturbed)} of {len(known)} disturbed: {', '.join(disturbances(disturbed))}"


def rate_spread(found: Spread | None, unit: str = " tok/s") -> str:
    """ "12.1 (11.8–12.4) tok/s"; "-" where there is none."""
    return format.NONE if found is None else f"{spread_words(found, format.figure)}{unit}"


def spread_words(found: Spread | None, say: Callable[[float], str]) -> str:
    """The median, and behind it the range where it is one: "42 ms (40 ms–51 ms)"; "-" where there is none."""
    if found is None:
        return format.NONE
    middle, low, high = say(found.median), say(found.low), say(found.high)
    return middle if low == high else f"{middle} ({low}–{high})"


WHILE_BOTH, NOT_RECORDED = "while both ran", "not recorded"
BRIEF = "run too short"


def slowdown_words(slowdown: Slowdown) -> str:
    """What was left of the speed alone, with a remark where that was measured too briefly."""
    return _shares_words(slowdown) + (f" ({BRIEF})" if slowdown.is_brief else "")


def _shares_words(slowdown: Slowdown) -> str:
    parts = [
        f"{name} {format.percent(share)}{_range_words(found)}"
        for name, share, found in (
            ("generation speed", slowdown.writing, slowdown.writing_range),
            ("prompt speed", slowdown.reading, slowdown.reading_range),
            ("time to first token", slowdown.first_token, slowdown.first_token_range),
        )
        if share is not None
    ]
    return ", ".join(parts)


def _range_words(found: tuple[float, ...] | None) -> str:
    """ " (58 to 64 %)", with a remark where the rounds allow that nothing was lost; "" where there is none."""
    if found is None or min(found) == max(found):
        return ""
    low, high = min(found), max(found)
    noise = ", within the noise" if low <= 1 <= high else ""
    return f" ({format.between((low, high))}{noise})"


def slowdown_of_both(comparison: Comparison) -> str:
    """What running at the same time left of the generation speed of each model; "" where it is not known."""
    found = [comparison.slowdown(result.label) for result in comparison.results]
    kept = [
        f"{result.label} kept {format.percent(slowdown.writing)} of its speed"
        for result, slowdown in zip(comparison.results, found, strict=True)
        if slowdown is not None and slowdown.writing is not None and not slowdown.is_brief
    ]
    return f"Running at the same time, {' and '.join(kept)}." if kept else ""


def slowdown_sentence(slowdown: Slowdown) -> str:
    """The same with what it was held against."""
    prompt = "the same prompt" if slowdown.same_prompt else "another prompt"
    text = f"{_shares_words(slowdown)}, measured on {prompt}"
    if slowdown.shared_s is None:
        return f"{text}; of whole answers, how long both ran was not recorded"
    brief = f", {BRIEF}" if slowdown.is_brief else ""
    return f"{text}, while both ran ({format.seconds(slowdown.shared_s)}{brief})"


def overlap_words(result: LaneResult, comparison: Comparison) -> str:
    """For how long the lane of `result` and the other one computed at the same time, and how fast it wrote meanwhile;
    "" where they took turns, or one of them gave nothing."""
    if comparison.request.mode is not Mode.TOGETHER or not _ran(comparison):
        return ""
    timings = result.timings
    found = [shared for timing in timings if (shared := overlap(timing)) is not None]
    if not found:
        return NOT_RECORDED
    tokens = min(shared.writing.tokens if shared.writing else 0 for shared in found)
    speed = rate_spread(spread(shared.tokens_per_s for shared in found))
    whole = spread_words(spread(timing.total_s for timing in timings), format.seconds)
    times = spread_words(spread(shared.seconds for shared in found), format.seconds)
    share = spread(shared.share for shared in found)
    text = f"{times} of {whole}" + (f" ({format.percent(share.median)})" if share else "")
    written = f"{format.count(tokens)} of {format.plural(result.answer.timing.generated_tokens, 'token')}"
    return f"{text}, {written}" + (f" at {speed}" if speed != format.NONE else "")


def is_partly_alone(timings: Sequence[Timing]) -> bool:
    """Whether in some of these answers more than a little was written when the other lane had ended or not begun."""
    return any(
        shared.writing_share is not None and not shared.is_nearly_all for shared in map(overlap, timings) if shared
    )


def why_no_slowdown(result: LaneResult) -> tuple[str, ...]:
    """A sentence for each number that cannot be told of running together, whatever was measured alone."""
    timings = result.timings
    if all(overlap(timing) is None for timing in timings):
        return ("How long both ran was not recorded.",)
    overlaps = [shared for _, shared in in_company(result)]
    if not overlaps:
        return ("Something else disturbed every round.",)
    found = []
    if all(shared.tokens_per_s is None for shared in overlaps):
        most = max(shared.writing.tokens if shared.writing else 0 for shared in overlaps)
        tokens = format.plural(most, "token")
        found.append(f"Only {tokens} came while both ran; {MIN_TOKENS_FOR_RATE} are needed.")
    for name, get in (("Prompt speed", _reading), ("Time to first token", _first_token)):
        known = [share for shared in overlaps if (share := get(shared)) is not None]
        if known and max(known) < NEARLY_ALL:
            needed = format.percent(NEARLY_ALL)
            most_of_it = format.percent(max(known))
            found.append(f"{name}: the other model ran during only {most_of_it} of it; {needed} are needed.")
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


def speed_test_words(test: SpeedTest) -> str:
    """One line: both speeds with their ranges, and when they were measured."""
    read = f", prompt speed {rate_spread(test.prompt)}" if test.prompt else ""
    return f"Speed test of {format.moment(test.created)}: generation speed {rate_spread(test.generation)}{read}"


UNLIKE = "The answers have little in common: shown side by side."


def difference_words(difference: TextDifference) -> str:
    """How many differences two answers have, and where the first one is."""
    if difference.parted_after is None:
        return "No differences: both answers have the same words."
    count = format.plural(len(difference.places), "difference")
    where = format.count(difference.parted_after + 1)
    first = "from the first word" if difference.parted_after == 0 else f"from word {where}"
    text = f"{count}, {first}; unique text is highlighted."
    return text if difference.whole else f"{text} The rest is too long to compare."


def count_words(tally: Tally) -> str:
    """The votes in numbers: "4 for Qwen3 Q4_K_M, 1 for Mistral Q4_K_M, 2 ties"."""
    parts = [f"{tally.for_one} for {_name(tally.one.title)}", f"{tally.for_two} for {_name(tally.two.title)}"]
    if tally.ties:
        parts.append(format.plural(tally.ties, "tie"))
    if tally.both_bad:
        parts.append(f"{tally.both_bad} both bad")
    return ", ".join(parts)


def interval_words(tally: Tally) -> str:
    """The share of the first model with its interval; "-" before the first decisive vote."""
    if tally.interval is None:
        return format.NONE
    return f"{format.percent(tally.for_one / tally.decisive)} ({format.between(tally.interval)})"


def verdict_words(tally: Tally) -> str:
    """Whether the preference is settled, and how many more votes it takes at least."""
    if not tally.decisive:
        return "Not settled: no vote for either model yet."
    ahead = max(tally.for_one, tally.for_two)
    if tally.is_settled:
        return f"Settled: {_name(tally.leader.title)} is preferred, {ahead} of {tally.decisive}."
    return f"Not settled: at least {format.plural(fewest_more(tally), 'more vote')} needed."


def _name(title: str) -> str:
    return safe_name(title, 60)
