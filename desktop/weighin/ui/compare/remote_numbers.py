"""What the numbers of an answer say that came from a server."""

from __future__ import annotations

from weighin.core import words
from weighin.core.answer import MIN_TOKENS_FOR_RATE, Answer, Counting, Timing
from weighin.core.server import BY_THIS_CLIENT, ON_THE_SERVER
from weighin.ui.compare.number import ESTIMATED, NO_MARK, Number, mark, over, rate_text

_CLOCK = "Taken by this client, connecting and the network included."


def remote_numbers(answer: Answer, many: tuple[Timing, ...]) -> tuple[Number, ...]:
    """All numbers in the order in which they are shown. `many`: timings of a repeated comparison, else empty."""
    timing = answer.timing
    by_pieces = timing.counting is Counting.PIECES
    whose = "pieces of text that came, taken for tokens: the server gave no count" if by_pieces else "by its own count"
    cached = f" {words.plural(timing.cached_tokens, 'token')} were still known to it." if timing.cached_tokens else ""
    shown = [
        Number(
            f"Reading {words.count(timing.prompt_tokens)} tok",
            words.NONE,
            f"Tokens of the prompt as the server counted them.{cached} How fast it read them cannot be seen from here.",
            NO_MARK,
        ),
        _time("First token", timing.first_token_s, "From the request to the first text."),
    ]
    if timing.reasoning_tokens and timing.first_answer_token_s is not None:
        told = "From the request to the first text that is not reasoning."
        shown.append(_time("First answer", timing.first_answer_token_s, told))
    shown += [
        Number(
            f"Writing {'~' if by_pieces else ''}{words.count(timing.generated_tokens)} tok",
            rate_text(timing.generation_tokens_per_s, many, lambda one: one.generation_tokens_per_s, " tok/s"),
            f"Tokens written, {whose}, and their speed: one less than that, divided by the time from the first piece "
            f"of text to the last. No speed is given below {MIN_TOKENS_FOR_RATE} tokens. {_CLOCK}" + over(many),
            ESTIMATED if by_pieces else mark(timing.generation_tokens_per_s is not None),
        ),
        Number(
            "Characters",
            rate_text(timing.characters_per_s, many, lambda one: one.characters_per_s, "/s"),
            f"Characters of text a second while writing. {_CLOCK}" + over(many),
            mark(timing.characters_per_s is not None),
        ),
        Number("RAM", ON_THE_SERVER, "The model lies in memory that this program cannot see.", NO_MARK),
        _time("Connect", timing.load_s, "Looking whether the server is there and has the model."),
        _time("Total", timing.total_s, "From the request to the end of the answer."),
        Number("Measured", BY_THIS_CLIENT, "Not comparable with speeds taken beside the model itself.", NO_MARK),
        Number("Ended", words.STOPS[answer.stop_reason], "Why the answer is not longer.", NO_MARK),
    ]
    return tuple(shown)


def _time(title: str, value: float | None, counted: str) -> Number:
    return Number(title, words.seconds(value), f"{counted} {_CLOCK}", mark(value is not None))
