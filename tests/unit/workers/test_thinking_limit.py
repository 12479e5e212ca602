"""What ends thinking at its limit: read by the model, known to the sampler, shown to nobody."""

from __future__ import annotations

from collections.abc import Callable

from weighin.core.runs.thinking import REASONING_MARKS
from weighin.workers.llama.thinking_limit import ThinkingLimit
from weighin.workers.text_stream import ANSWER, REASONING, TextStream

THINK = next(marks for marks in REASONING_MARKS if marks.opening == "<think>")


class Parts:
    """A context, a sampler and a vocabulary in which each character is a token."""

    def __init__(self, position: int = 10, context_tokens: int = 100) -> None:
        self.position, self.context_tokens = position, context_tokens
        self.read_tokens: list[int] = []
        self.accepted: list[int] = []

    def read(self, tokens: list[int], _: Callable[[int], None]) -> None:
        self.read_tokens += tokens

    def accept(self, token: int) -> None:
        self.accepted.append(token)

    def tokenize(self, text: str, parse_special: bool) -> list[int]:
        assert parse_special
        return [ord(character) for character in text]


def limit_of(parts: Parts, stream: TextStream) -> ThinkingLimit:
    return ThinkingLimit(3, parts, parts, parts, stream)  # type: ignore[arg-type]


def test_the_mark_is_read_and_accepted_and_held_back_text_comes_out() -> None:
    parts, stream = Parts(), TextStream(prompt="<think>\n")
    assert [piece.text for piece in stream.feed(b"hm <" + "ä".encode()[:1])] == ["hm "]
    pieces = limit_of(parts, stream).end(7)
    assert "".join(piece.text for piece in pieces if piece.kind == REASONING) == "<\ufffd"
    mark = [ord(character) for character in "\n</think>\n\n"]
    assert parts.read_tokens == [7, *mark] and parts.accepted == mark
    assert stream.kind == ANSWER
    assert [(piece.text, piece.kind) for piece in stream.feed(b"Yes.") + stream.finish()] == [("Yes.", ANSWER)]


def test_a_mark_that_does_not_fit_is_not_begun() -> None:
    stream = TextStream(prompt="<think>\n")
    needed = 1 + len(THINK.forced)
    assert limit_of(Parts(100 - needed - 1), stream).has_room
    assert not limit_of(Parts(100 - needed), stream).has_room
