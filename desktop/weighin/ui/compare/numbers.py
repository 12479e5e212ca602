"""What the numbers of an answer say, and exactly what was counted."""

from __future__ import annotations

from weighin.core import words
from weighin.core.answer import MIN_TOKENS_FOR_RATE, Answer, Timing
from weighin.ui.compare.number import NO_MARK, Number, mark, over, rate_text
from weighin.ui.compare.remote_numbers import remote_numbers


def numbers(answer: Answer, rounds: tuple[Timing, ...] = ()) -> tuple[Number, ...]:
    """All numbers of an answer in the order in which they are shown. `rounds`: timings of a repeated comparison."""
    timing, memory = answer.timing, answer.memory
    many = rounds if len(rounds) > 1 else ()
    if timing.is_remote:
        return remote_numbers(answer, many)
    shown = [
        Number(
            f"Reading {words.count(timing.prompt_tokens)} tok",
            rate_text(timing.prompt_tokens_per_s, many, lambda one: one.prompt_tokens_per_s, " tok/s"),
            "Tokens of the prompt, and how many of them were read a second: prompt tokens that were really read, "
            "divided by the time until the model had read them." + _cached(timing) + over(many),
            mark(timing.prompt_tokens is not None),
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
            rate_text(timing.generation_tokens_per_s, many, lambda one: one.generation_tokens_per_s, " tok/s"),
            "Tokens written, without the end token, and their speed: one less than the tokens written, divided by "
            f"the time from the first to the last. No speed is given below {MIN_TOKENS_FOR_RATE} tokens."
            + _reasoning(timing)
            + over(many),
        ),
        Number(
            "Characters",
            rate_text(timing.characters_per_s, many, lambda one: one.characters_per_s, "/s"),
            "Characters of text a second while writing. Models cut text into tokens differently, so this compares "
            "where tokens do not." + over(many),
            mark(timing.characters_per_s is not None),
        ),
        Number(_ram_title(answer), _ram(answer), _ram_counted(answer), mark(memory.total_bytes is not None)),
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
        Number("Ended", words.STOPS[answer.stop_reason], "Why the answer is not longer.", NO_MARK),
    ]
    return tuple(shown)


def _time(title: str, value: float | None, counted: str) -> Number:
    return Number(title, words.seconds(value), f"{counted} Taken in the model's own process.", mark(value is not None))


def _promptrate_text(timing: Timing) -> float | None:
    return timing.prompt_tokens_per_s


def _writingrate_text(timing: Timing) -> float | None:
    return timing.generation_tokens_per_s


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
