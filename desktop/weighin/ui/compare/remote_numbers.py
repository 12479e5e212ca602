"""What the numbers of an answer say that came from a server."""

from __future__ import annotations

from weighin.core import format
from weighin.core.comparisons.rounds import NUMBERS
from weighin.core.comparisons.slowdown import listed_characters, listed_rate
from weighin.core.comparisons.text import STOPS
from weighin.core.models.server import BY_THIS_CLIENT, ON_THE_SERVER
from weighin.core.runs.answer import MIN_TOKENS_FOR_RATE, Answer, Counting, Timing
from weighin.ui.compare.number import ESTIMATED, NO_MARK, Get, Number, Rounds, mark

_CLOCK = "Taken by this client, connecting and the network included."


def remote_numbers(answer: Answer, rounds: Rounds) -> tuple[Number, ...]:
    """All numbers in the order in which they are shown."""
    timing = answer.timing
    by_pieces = timing.counting is Counting.PIECES
    whose = "pieces of text that came, taken for tokens: the server gave no count" if by_pieces else "by its own count"
    cached = f" {format.plural(timing.cached_tokens, 'token')} were still known to it." if timing.cached_tokens else ""
    shown = [
        Number(
            f"Reading {format.count(timing.prompt_tokens)} tok",
            format.NONE,
            f"Tokens of the prompt as the server counted them.{cached} How fast it read them cannot be seen from here.",
            NO_MARK,
        ),
        _time("First token", rounds, NUMBERS["first_token_s"], "From the request to the first text."),
    ]
    if timing.reasoning_tokens and timing.first_answer_token_s is not None:
        told = "From the request to the first text that is not reasoning."
        shown.append(_time("First answer", rounds, NUMBERS["first_answer_token_s"], told))
    shown += [
        Number(
            f"Writing {'~' if by_pieces else ''}{format.count(timing.generated_tokens)} tok",
            rounds.writing_rate(listed_rate, " tok/s"),
            f"Tokens written, {whose}, and their speed: one less than that, divided by the time from the first piece "
            f"of text to the last. No speed is given below {MIN_TOKENS_FOR_RATE} tokens. {_CLOCK}"
            + rounds.over
            + rounds.worth,
            ESTIMATED if by_pieces else mark(rounds.is_measured),
        ),
        Number(
            "Characters",
            rounds.rate(listed_characters, "/s"),
            f"Characters of text a second while writing. {_CLOCK}" + rounds.over,
            mark(rounds.is_measured),
        ),
        Number("RAM", ON_THE_SERVER, "The model lies in memory that this program cannot see.", NO_MARK),
        _time("Connect", Rounds((timing,)), _connect, "Looking whether the server is there and has the model."),
        _time("Total", rounds, NUMBERS["total_s"], "From the request to the end of the answer."),
        Number("Measured", BY_THIS_CLIENT, "Not comparable with speeds taken beside the model itself.", NO_MARK),
        Number("Ended", STOPS[answer.stop_reason], "Why the answer is not longer.", NO_MARK),
    ]
    return tuple(shown)


def _time(title: str, rounds: Rounds, get: Get, counted: str) -> Number:
    return Number(title, rounds.time(get), f"{counted} {_CLOCK}{rounds.over}", mark(rounds.knows(get)))


def _connect(timing: Timing) -> float | None:
    return timing.load_s
