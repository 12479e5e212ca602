"""All numbers of a comparison beyond the scale: what each is, for both lanes, and exactly what was counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from weighin.core import format
from weighin.core.comparisons.comparison import Comparison, LaneResult
from weighin.core.comparisons.rounds import AGREEMENT, NUMBERS, spread
from weighin.core.comparisons.slowdown import listed_characters, listed_rate
from weighin.core.comparisons.speed import LEAST_S, LEAST_TOKENS, Shortfall, is_read_long_enough, speed_of
from weighin.core.comparisons.speed_test import SpeedTest
from weighin.core.comparisons.text import (
    AGAINST_ALONE,
    MEASURE_ALONE,
    NOT_RECORDED,
    STOPS,
    WHILE_BOTH,
    conditions_words,
    is_partly_alone,
    lacks_alone,
    overlap_words,
    rate_spread,
    rounds_words,
    slowdown_sentence,
    slowdown_words,
    spread_words,
    why_no_slowdown,
)
from weighin.core.models.server import BY_THIS_CLIENT, ON_THE_SERVER
from weighin.core.runs.answer import MIN_TOKENS_FOR_RATE, Answer, Counting, MemoryReceipt, Timing
from weighin.core.runs.lane import LABELS, Mode

ESTIMATED = "~"
NOT_ALONE = "no sequential run yet"
_WORTH = {
    Shortfall.FAILED: "",
    Shortfall.DISTURBED: " Of this run only: other programs were busy.",
    Shortfall.SHORT: f" Of this run only: a measurement takes {LEAST_TOKENS} tokens and {LEAST_S:.0f} s of generation.",
    Shortfall.UNSTEADY: " Of these runs only: they differ too much.",
    Shortfall.UNCOUNTED: "",
}
_CLOCK = " Timed by this client, network included."
_WORKER = " Timed in the model's own process."

Get = Callable[[Timing], float | None]


@dataclass(frozen=True)
class Number:
    """A title, what stands under it, and the sentence that says what was counted. estimated: it is no measurement."""

    title: str
    value: str
    counted: str
    estimated: bool = False


@dataclass(frozen=True)
class DetailRow:
    """One number of both lanes; "" where a lane has none of the kind. counted: a line for each different sentence."""

    title: str
    a: str
    b: str
    counted: str


def detail_rows(comparison: Comparison) -> tuple[DetailRow, ...]:
    """All numbers of a comparison of two lanes, in the order in which they are shown."""
    lanes = [(*numbers(result.answer, result), *_around(result, comparison)) for result in comparison.results]
    rows = []
    for title in _titles(lanes):
        found = [next((number for number in lane if number.title == title), None) for lane in lanes]
        said = ["" if number is None else f"{ESTIMATED if number.estimated else ''}{number.value}" for number in found]
        counted = "\n".join(dict.fromkeys(number.counted for number in found if number is not None and number.counted))
        a, b = (*said, *[""] * (len(LABELS) - len(said)))
        rows.append(DetailRow(title, a, b, counted))
    return tuple(rows)


def _titles(lanes: Sequence[tuple[Number, ...]]) -> list[str]:
    """Those of all lanes; one that only a later lane has stands behind the one before it there."""
    titles: list[str] = []
    for lane in lanes:
        at = 0
        for number in lane:
            if number.title in titles:
                at = titles.index(number.title) + 1
            else:
                titles.insert(at, number.title)
                at += 1
    return titles


@dataclass(frozen=True)
class _Rounds:
    """The timings of an answer's rounds, or of the one there was."""

    timings: tuple[Timing, ...]

    def rate(self, get: Get, unit: str = " tok/s") -> str:
        """A rate; of several rounds its median and range."""
        return rate_spread(spread(map(get, self.timings)), unit)

    @property
    def generation(self) -> str:
        """The speed of generation; says so where it is only of what was generated while both lanes did."""
        said = self.rate(listed_rate)
        return f"{said}, {WHILE_BOTH}" if said != format.NONE and is_partly_alone(self.timings) else said

    def time(self, get: Get) -> str:
        """A duration; of several rounds its median and range."""
        return spread_words(spread(map(get, self.timings)), format.seconds)

    @property
    def worth(self) -> str:
        """What to add to a speed that is one of this run only."""
        found = speed_of(self.timings)
        return "" if found.lacks is None else _WORTH[found.lacks]

    @property
    def over(self) -> str:
        """What to add to an explanation."""
        many = len(self.timings)
        return f" Median and range of {many} rounds." if many > 1 else ""


def numbers(answer: Answer, result: LaneResult | None = None) -> tuple[Number, ...]:
    """The numbers of one answer; with `result` over all its rounds."""
    timing = answer.timing
    rounds = _Rounds(result.timings if result else (timing,))
    remote = timing.is_remote
    clock = _CLOCK if remote else _WORKER
    shown = [
        Number("Prompt tokens", format.count(timing.prompt_tokens), _prompt_counted(timing)),
        _prompt_speed(timing, rounds),
        _time("Time to first token", rounds, "first_token_s", f"From the request to the first text.{clock}"),
    ]
    if timing.reasoning_tokens and timing.first_answer_token_s is not None:
        told = f"From the request to the first text that is not reasoning.{clock}"
        shown.append(_time("Time to first answer token", rounds, "first_answer_token_s", told))
    by_pieces = timing.counting is Counting.PIECES
    shown += [
        Number("Generated tokens", format.count(timing.generated_tokens), _generated_counted(timing), by_pieces),
        Number(
            "Generation speed",
            rounds.generation,
            "Tokens generated, less one, divided by the time from the first to the last. No speed is given below "
            f"{MIN_TOKENS_FOR_RATE} tokens.{_CLOCK if remote else ''}{rounds.over}{rounds.worth}",
            by_pieces,
        ),
        Number(
            "Characters per second",
            rounds.rate(listed_characters, "/s"),
            "Models cut text into tokens differently, so this compares where tokens do not." + rounds.over,
        ),
    ]
    if result is not None and result.speed_test is not None:
        shown.append(_speed_test(result.speed_test))
    shown += _remote_rest(rounds) if remote else _memory(answer, result)
    if timing.major_faults:
        told = "Memory pages read from the disk while answering: the model did not stay in memory, so it was slower."
        shown.append(Number("Page faults", format.count(timing.major_faults), told))
    if not remote:
        shown.append(_energy(timing, rounds))
    loading = "Finding the server and the model." if remote else "Loading the model that gave this answer."
    return (
        *shown,
        Number("Connection time" if remote else "Load time", _Rounds((timing,)).time(_load), f"{loading}{clock}"),
        _time("Total time", rounds, "total_s", f"From the request to the end of the answer, without loading.{clock}"),
        Number("Stop reason", STOPS[answer.stop_reason], "Why the answer is not longer."),
    )


def _time(title: str, rounds: _Rounds, name: str, told: str) -> Number:
    return Number(title, rounds.time(NUMBERS[name]), f"{told}{rounds.over}")


def _prompt_counted(timing: Timing) -> str:
    told = "As the server counts them." if timing.is_remote else "Counted by the model's own tokenizer."
    if not timing.cached_tokens:
        return told
    return f"{told} {format.plural(timing.cached_tokens, 'token')} came from the cache and were not read again."


def _prompt_speed(timing: Timing, rounds: _Rounds) -> Number:
    if timing.is_remote:
        return Number("Prompt speed", format.NONE, "How fast a server reads cannot be seen from here.")
    short = "" if is_read_long_enough(timing) else " Too short to be a measurement."
    told = "Prompt tokens read, divided by the time until the model had read them."
    return Number("Prompt speed", rounds.rate(NUMBERS["prompt_tokens_per_s"]), told + rounds.over + short)


def _generated_counted(timing: Timing) -> str:
    parts = ["Without the end token."]
    if timing.counting is Counting.PIECES:
        parts = ["Pieces of text counted as tokens: the server sent no count."]
    elif timing.is_remote:
        parts = ["As the server counts them."]
    if timing.reasoning_tokens:
        parts.append(f"{format.plural(timing.reasoning_tokens, 'token')} of it are reasoning.")
    if timing.thinking_cut:
        parts.append("Thinking was ended at its limit.")
    return " ".join(parts)


def _speed_test(test: SpeedTest) -> Number:
    read = f" Prompt speed {rate_spread(test.prompt)}, {test.prompt_tokens} tokens a round." if test.prompt else ""
    told = (
        f"The answer is too short to measure speed, so it was measured separately on {format.moment(test.created)}: "
        f"{len(test.generation_rates)} rounds of {test.generate_tokens} random tokens, same options, median and range."
        f"{read}"
    )
    return Number("Speed test", rate_spread(test.generation), told)


def _remote_rest(rounds: _Rounds) -> list[Number]:
    return [
        Number("Memory", ON_THE_SERVER, "The memory of a server cannot be seen from here."),
        Number("Measured", BY_THIS_CLIENT, "Not comparable with speeds measured next to the model itself."),
    ]


def _memory(answer: Answer, result: LaneResult | None) -> list[Number]:
    memory = answer.memory
    receipts = result.round_memory if result and result.round_memory else (memory,)
    total, peak = (spread(getattr(r, name) for r in receipts) for name in ("total_bytes", "peak_bytes"))
    shown = [
        Number("Memory", spread_words(total, format.size), f"At the end of the answer. {memory.method}".rstrip()),
        Number("Peak memory", spread_words(peak, format.size), _peak_counted(memory)),
    ]
    if memory.own_bytes is not None or memory.model_file_bytes is not None:
        split = f"{format.size(memory.own_bytes)} process + {format.size(memory.model_file_bytes)} model file"
        told = (
            "Process: memory that belongs to the model's process alone, swap included. "
            "Model file: the part of it in memory."
        )
        if memory.baseline_bytes is not None:
            told += f" The empty process takes {format.size(memory.baseline_bytes)} of it."
        shown.append(Number("Memory split", split, told))
    if memory.vram_bytes is not None:
        shown.append(Number("GPU memory", format.size(memory.vram_bytes), "Memory of the graphics card."))
    return shown


def _peak_counted(memory: MemoryReceipt) -> str:
    told = "The highest total while answering."
    return told if memory.load_peak_bytes is None else f"{told} While loading: {format.size(memory.load_peak_bytes)}."


def _energy(timing: Timing, rounds: _Rounds) -> Number:
    found = spread(map(NUMBERS["energy_j"], rounds.timings))
    if found is None:
        told = (
            "Not counted here, or another model ran at the same time. Linux counts energy (RAPL), usually for "
            "administrators only; NVIDIA's driver counts that of its GPUs."
        )
        return Number("Energy per answer", format.NONE, told)
    source = timing.energy.source if timing.energy else ""
    told = (
        f"From the request to the end of the answer. {source}: these parts as a whole, with everything that ran on "
        f"them and their idle power.{rounds.over}"
    )
    return Number("Energy per answer", spread_words(found, format.joules), told)


def _load(timing: Timing) -> float | None:
    return timing.load_s


def _around(result: LaneResult, comparison: Comparison) -> list[Number]:
    """What belongs to a lane as a whole: its rounds, running at the same time, and what else went on."""
    found = []
    if result.kept_from:
        told = "Only the other model ran again; this answer and its numbers are from the earlier run."
        found.append(Number("Kept from", format.moment(result.kept_from), told))
    together = comparison.request.mode is Mode.TOGETHER
    if text := rounds_words(result, comparison.request.repeat):
        order = "" if together else "The order is A B B A. "
        told = (
            f"After a warm-up that does not count. {order}Ends when two medians agree within "
            f"{format.percent(AGREEMENT)}. Disturbed rounds are repeated."
        )
        found.append(Number("Rounds", text, told))
    if text := overlap_words(result, comparison):
        told = "How long both models ran at once, and what was generated in that time."
        found.append(Number("Overlap", text, told if text != NOT_RECORDED else ""))
    if together:
        found += _against_alone(result, comparison)
    if text := conditions_words((*result.rounds, *result.spoiled) or (result.answer.timing,)):
        told = "Power source, throttling, sleep, and how many cores other programs kept busy."
        found.append(Number("Conditions", text, told))
    return found


def _against_alone(result: LaneResult, comparison: Comparison) -> list[Number]:
    title, slowdown = AGAINST_ALONE, comparison.slowdown(result.label)
    missing = " ".join(why_no_slowdown(result))
    if slowdown is not None:
        told = f"Share of the speed that was left: {slowdown_sentence(slowdown)} (medians). {missing}".rstrip()
        return [Number(title, slowdown_words(slowdown), told, not slowdown.same_prompt or slowdown.is_brief)]
    if not overlap_words(result, comparison):
        return []
    told = missing or f"{MEASURE_ALONE}."
    return [Number(title, NOT_ALONE if lacks_alone(comparison) else format.NONE, told)]
