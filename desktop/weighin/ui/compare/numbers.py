"""What the numbers of an answer say, and exactly what was counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from weighin.core import words
from weighin.core.answer import MIN_TOKENS_FOR_RATE, Answer, Timing

MEASURED = "✓"


@dataclass(frozen=True)
class Number:
    """A title, what stands under it, and the sentence that says what was counted. `measured`: it carries the mark."""

    title: str
    value: str
    counted: str
    measured: bool = True


def numbers(answer: Answer, rounds: tuple[Timing, ...] = ()) -> tuple[Number, ...]:
    """All numbers of an answer in the order in which they are shown. `rounds`: timings of a repeated comparison."""
    timing, memory = answer.timing, answer.memory
    many = rounds if len(rounds) > 1 else ()
    shown = [
        Number(
            f"Reading {words.count(timing.prompt_tokens)} tok",
            _rate(timing.prompt_tokens_per_s, many, _prompt_rate, " tok/s"),
            "Tokens of the prompt, and how many of them were read a second: prompt tokens that were really read, "
            "divided by the time until the model had read them." + _cached(timing) + _over(many),
            timing.prompt_tokens is not None,
        ),
        _time("First token", timing.first_token_s, "From the request to the first text."),
    ]
    if timing.reasoning_tokens and timing.first_answer_token_s is not None:
        shown.append(
            _time(
                "First answer",
                timing.first_answer_token_s,
                "From the request to the first text that is not reasoning.",
            )
        )
    shown += [
        Number(
            f"Writing {words.count(timing.generated_tokens)} tok",
            _rate(timing.generation_tokens_per_s, many, _writing_rate, " tok/s"),
            "Tokens written, without the end token, and their speed: one less than the tokens written, divided by "
            f"the time from the first to the last. No speed is given below {MIN_TOKENS_FOR_RATE} tokens."
            + _reasoning(timing)
            + _over(many),
        ),
        Number(
            "Characters",
            _rate(timing.characters_per_s, many, lambda one: one.characters_per_s, "/s"),
            "Characters of text a second while writing. Models cut text into tokens differently, so this compares "
            "where tokens do not." + _over(many),
            timing.characters_per_s is not None,
        ),
        Number(_ram_title(answer), _ram(answer), _ram_counted(answer), memory.total_bytes is not None),
    ]
    if memory.vram_bytes is not None:
        shown.append(Number("GPU memory", words.size(memory.vram_bytes), "Memory of the graphics card."))
    if timing.major_faults:
        shown.append(
            Number(
                "Page faults",
                words.count(timing.major_faults),
                "Pages that had to be read from the disk while answering: the model did not stay in memory, and the "
                "disk slowed it down.",
            )
        )
    shown += [
        _time("Load", timing.load_s, "Loading the model that gave this answer."),
        _time("Total", timing.total_s, "From the request to the end of the answer, without loading."),
        Number("Ended", words.STOPS[answer.stop_reason], "Why the answer is not longer.", measured=False),
    ]
    return tuple(shown)


def _time(title: str, value: float | None, counted: str) -> Number:
    return Number(title, words.seconds(value), f"{counted} Taken in the model's own process.", value is not None)


def _prompt_rate(timing: Timing) -> float | None:
    return timing.prompt_tokens_per_s


def _writing_rate(timing: Timing) -> float | None:
    return timing.generation_tokens_per_s


def _rate(one: float | None, many: tuple[Timing, ...], get: Callable[[Timing], float | None], unit: str) -> str:
    """One round: its rate. Several: median and range, of the rounds that have one."""
    known = [value for value in map(get, many) if value is not None]
    if len(known) > 1:
        from statistics import median  # slow to import, and seldom wanted

        return f"{words.figure(median(known))} ({words.figure(min(known))}–{words.figure(max(known))}){unit}"
    return f"{words.figure(one)}{unit}" if one is not None else words.NONE


def _over(many: tuple[Timing, ...]) -> str:
    return f" Median and range of {len(many)} rounds." if many else ""


def _cached(timing: Timing) -> str:
    if not timing.cached_tokens:
        return ""
    return f" {words.plural(timing.cached_tokens, 'token')} were still known from before and not read again."


def _reasoning(timing: Timing) -> str:
    return f" {words.plural(timing.reasoning_tokens, 'token')} of it are reasoning." if timing.reasoning_tokens else ""


def _ram_title(answer: Answer) -> str:
    memory = answer.memory
    if memory.own_bytes is None and memory.model_file_bytes is None:
        return "RAM"
    return f"RAM {words.size(memory.own_bytes)} own + {words.size(memory.model_file_bytes)} model file"


def _ram(answer: Answer) -> str:
    memory = answer.memory
    if memory.total_bytes is None:
        return words.NONE
    peak = f", peak {words.size(memory.peak_bytes)}" if memory.peak_bytes is not None else ""
    return f"= {words.size(memory.total_bytes)}{peak}"


def _ram_counted(answer: Answer) -> str:
    memory = answer.memory
    parts = [
        "Own: memory that belongs to the model's process alone, swapped-out parts included. Model file: the part of "
        "the file that is in memory. Peak: the highest total while answering."
    ]
    if memory.baseline_bytes is not None:
        parts.append(f"The process itself takes {words.size(memory.baseline_bytes)} of it before any model is loaded.")
    if memory.load_peak_bytes is not None:
        parts.append(f"Peak while loading: {words.size(memory.load_peak_bytes)}.")
    if memory.method:
        parts.append(f"Method: {memory.method}")
    return " ".join(parts)
