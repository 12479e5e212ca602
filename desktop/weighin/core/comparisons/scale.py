"""The scale: what two models cost for one prompt, row by row, and the sentence that this carries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from weighin.core import format
from weighin.core.comparisons.comparison import Comparison, LaneResult
from weighin.core.comparisons.rounds import Spread, spread, undisturbed
from weighin.core.comparisons.slowdown import listed_rate
from weighin.core.comparisons.speed import (
    Remedy,
    SpeedVerdict,
    better_of,
    measured_prompt_speed,
    shown_speed,
    speed_verdict,
)
from weighin.core.comparisons.text import lacks_alone, rate_spread, slowdown_of_both, spread_words
from weighin.core.runs.answer import Timing
from weighin.core.runs.lane import LABELS, Mode
from weighin.core.safe_text import safe_name

GENERATION, FIRST_TOKEN, PROMPT, MEMORY = "Generation speed", "Time to first token", "Prompt speed", "Memory"
ENERGY = "Energy per answer"
# Peaks that differ by less are the same for whoever buys memory.
_MEMORY_MARGIN = 0.05


@dataclass(frozen=True)
class ScaleRow:
    """One number of both. note: what it rests on. share_a, share_b: lengths of bars from 0 to 1, None for none.
    better: "A" or "B" where one is beyond the noise, "" otherwise. less_is_better: of two numbers the smaller wins.
    short_a, short_b: the same without ranges, "" where `a` and `b` are short."""

    label: str
    a: str
    b: str
    note: str = ""
    share_a: float | None = None
    share_b: float | None = None
    better: str = ""
    less_is_better: bool = False
    short_a: str = ""
    short_b: str = ""

    @property
    def values(self) -> tuple[str, str]:
        """Of A and B, as short as they can be said."""
        return self.short_a or self.a, self.short_b or self.b


@dataclass(frozen=True)
class Scale:
    """What a comparison says at a glance. sentence: the verdict; caution: why speeds cannot be compared, "" where they
    can. remedy: what would tell more. lacks_alone: running each model alone would tell what running both at once
    costs."""

    sentence: str
    caution: str
    rows: tuple[ScaleRow, ...]
    remedy: Remedy | None = None
    lacks_alone: bool = False


@dataclass(frozen=True)
class LaneReading:
    """What is known of a lane while it works: tokens/s now, seconds to the first token, prompt tokens/s, bytes of
    memory; None where it is not known yet."""

    generation: float | None = None
    first_token_s: float | None = None
    prompt: float | None = None
    memory_bytes: float | None = None

    @classmethod
    def of(cls, timing: Timing, memory_bytes: float | None) -> LaneReading:
        """That of a complete answer."""
        return cls(listed_rate(timing), timing.first_token_s, timing.prompt_tokens_per_s, memory_bytes)


def live_rows(a: LaneReading, b: LaneReading) -> tuple[ScaleRow, ...]:
    """The rows while lanes work: neither is better before the run is over."""
    rate = _said(" tok/s")
    return (
        _row(GENERATION, a.generation, b.generation, rate),
        _row(FIRST_TOKEN, a.first_token_s, b.first_token_s, format.seconds, less=True),
        _row(PROMPT, a.prompt, b.prompt, rate),
        _row(MEMORY, a.memory_bytes, b.memory_bytes, format.size, less=True),
    )


def scale_of(comparison: Comparison) -> Scale:
    """The scale of two results."""
    rows = [generation_row(comparison), first_token_row(comparison), prompt_row(comparison), memory_row(comparison)]
    if any(timing.joules is not None for result in comparison.results for timing in result.timings):
        rows.append(energy_row(comparison))
    memory = memory_claim(comparison)
    together = comparison.request.mode is Mode.TOGETHER
    verdict = speed_verdict(comparison)
    if together or verdict is None:
        said = slowdown_of_both(comparison) if together else ""
        return Scale(_joined(said, memory), "", tuple(rows), None, lacks_alone(comparison))
    if verdict.speeds is None:
        return Scale(memory, verdict.sentence, tuple(rows), verdict.remedy)
    return Scale(_verdict(verdict, memory), "", tuple(rows), verdict.remedy)


def verdict_sentence(comparison: Comparison) -> str:
    """What the window says over the scale, for a page of text: first what cannot be told; "" where there is nothing."""
    if len(comparison.results) != len(LABELS):
        return ""
    scale = scale_of(comparison)
    return _joined(scale.caution, scale.sentence)


def generation_row(comparison: Comparison) -> ScaleRow:
    """Generation speeds of the two models where they were measured, by their answers or by speed tests; else numbers of
    these runs, which make neither better."""
    verdict = speed_verdict(comparison) or SpeedVerdict("")
    a, b = verdict.speeds or tuple(shown_speed(result) for result in comparison.results)
    if comparison.request.mode is Mode.TOGETHER:
        note = f"{_rounds_note(a, b)}, both at the same time"
    elif verdict.tests:
        dates = (test.created for result in comparison.results if (test := result.speed_test))
        note = f"speed test, {format.moment(max(dates))}"
    else:
        note = _rounds_note(a, b) if verdict.speeds else f"{_rounds_note(a, b)}, not a measurement"
    label = f"{GENERATION} (test)" if verdict.tests else GENERATION
    return _spreads(label, a, b, rate_spread, _said(" tok/s"), note, verdict.better)


def first_token_row(comparison: Comparison) -> ScaleRow:
    """From the request to the first text."""
    a, b = _both(comparison, lambda timing: timing.first_token_s)
    better = ""
    if a and b and is_quiet(comparison) and comparison.request.mode is Mode.ALONE:
        better = better_of(a, b, smaller_is_better=True)
    note = _rounds_note(a, b)
    return _spreads(FIRST_TOKEN, a, b, _times, format.seconds, note, better, less=True)


def prompt_row(comparison: Comparison) -> ScaleRow:
    """Prompt tokens read a second: of the models where that was measured, of the runs elsewhere; then neither is
    better."""
    a, b = _both(comparison, lambda timing: timing.prompt_tokens_per_s)
    measured = [measured_prompt_speed(result) for result in comparison.results]
    alone = comparison.request.mode is Mode.ALONE
    better = better_of(measured[0], measured[1]) if measured[0] and measured[1] and alone else ""
    note = _rounds_note(a, b) if all(measured) else f"{_rounds_note(a, b)}, not long enough to compare"
    return _spreads(PROMPT, a, b, rate_spread, _said(" tok/s"), note, better)


def memory_row(comparison: Comparison) -> ScaleRow:
    """Peaks while answering, of each lane the median of its rounds."""
    a, b = peaks(comparison)
    return replace(
        _row(MEMORY, a, b, format.size, less=True), note="peak while answering", better=_smaller(a, b, _MEMORY_MARGIN)
    )


def energy_row(comparison: Comparison | None) -> ScaleRow:
    """Joules an answer, each model alone: of two at once no counter can tell whose they are."""
    results = comparison.results if comparison is not None else ()
    a, b = [spread(timing.joules for timing in result.timings) for result in results] or [None, None]
    sources = dict.fromkeys(
        timing.energy.source for result in results for timing in result.timings if timing.energy is not None
    )
    quiet = comparison is not None and is_quiet(comparison)
    better = better_of(a, b, smaller_is_better=True) if a and b and quiet else ""
    note = safe_name("; ".join(sources), 60) if a or b else "not counted here"
    if comparison is None:
        note = "not measured alone"
    return _spreads(ENERGY, a, b, lambda found: spread_words(found, format.joules), format.joules, note, better, True)


def memory_claim(comparison: Comparison) -> str:
    """Which model needs less memory, and by how much; "" where that is about the same or not known."""
    a, b = peaks(comparison)
    better = _smaller(a, b, _MEMORY_MARGIN)
    return f"{better} needs {format.size(abs(a - b))} less memory." if better and a and b else ""


def peaks(comparison: Comparison) -> tuple[float | None, float | None]:
    """Peak memory in bytes of A and B: of each lane the median of its rounds."""
    found = [spread(one.peak_bytes or one.total_bytes for one in result.memory) for result in comparison.results]
    a, b = (each.median if each else None for each in found)
    return a, b


def is_quiet(comparison: Comparison) -> bool:
    """Whether of both lanes there is a timing that nothing disturbed."""
    return all(undisturbed(result.timings) for result in comparison.results)


def _verdict(verdict: SpeedVerdict, memory: str) -> str:
    """Both claims in one sentence where one model has both for itself."""
    if verdict.better and memory.startswith(f"{verdict.better} "):
        return f"{verdict.sentence.removesuffix('.')} and {memory.removeprefix(f'{verdict.better} ')}"
    return _joined(verdict.sentence, memory)


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _both(comparison: Comparison, get: Callable[[Timing], float | None]) -> tuple[Spread | None, Spread | None]:
    a, b = (_of(result, get) for result in comparison.results)
    return a, b


def _of(result: LaneResult, get: Callable[[Timing], float | None]) -> Spread | None:
    return spread(map(get, result.timings))


def _spreads(
    label: str,
    a: Spread | None,
    b: Spread | None,
    say: Callable[[Spread | None], str],
    shortly: Callable[[float | None], str],
    note: str,
    better: str,
    less: bool = False,
) -> ScaleRow:
    row = _row(label, _middle(a), _middle(b), shortly, less)
    return replace(row, a=say(a), b=say(b), short_a=row.a, short_b=row.b, note=note, better=better)


def _row(
    label: str, a: float | None, b: float | None, say: Callable[[float | None], str], less: bool = False
) -> ScaleRow:
    return ScaleRow(label, say(a), say(b), "", *shares(a, b), less_is_better=less)


def _said(unit: str) -> Callable[[float | None], str]:
    return lambda number: format.NONE if number is None else f"{format.figure(number)}{unit}"


def _times(found: Spread | None) -> str:
    return spread_words(found, format.seconds)


def _middle(found: Spread | None) -> float | None:
    return found.median if found else None


def _rounds_note(a: Spread | None, b: Spread | None) -> str:
    n = min(found.n if found else 0 for found in (a, b))
    return "one run" if n < 2 else f"median and range of {n} rounds"


def _smaller(a: float | None, b: float | None, margin: float) -> str:
    if not a or not b or abs(a - b) <= margin * max(a, b):
        return ""
    return LABELS[0] if a < b else LABELS[1]


def shares(a: float | None, b: float | None) -> tuple[float | None, float | None]:
    """Lengths of the bars of two numbers: of the larger one 1, None where a number is not known."""
    most = max(a or 0.0, b or 0.0)
    return (a / most if a is not None else None, b / most if b is not None else None) if most else (None, None)
