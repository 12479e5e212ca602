"""What came of one answer beside its text: counts, its end, and what a user should know of both."""

from __future__ import annotations

from collections.abc import Iterator

from weighin.core import format
from weighin.core.safe_text import safe_name
from weighin.endpoint.chunks import Chunk
from weighin.endpoint.endings import Ending, ending_of
from weighin.endpoint.usage import Usage


class Received:
    """usage: as far as the server counted. finish: its own word for the end, "" before. odd: its words that are part of
    no answer. in_one_piece: all text came at once."""

    def __init__(self) -> None:
        self.usage = Usage()
        self.finish = self.odd = ""
        self.in_one_piece = False
        self._tools: tuple[str, ...] = ()
        self._unread: tuple[str, ...] = ()
        self._refused = self._others = self._whole = False
        self._texts = self._reasonings = 0

    @property
    def complete(self) -> bool:
        """Whether the answer is at its end, if nothing more comes: a whole message needs no word for it."""
        return bool(self.finish) or (self._whole and self._texts < 2)

    @property
    def written(self) -> int | None:
        """Tokens of this answer as the server counted them; with other answers beside it nobody knows its part."""
        return None if self._others else self.usage.generated

    @property
    def hides_reasoning(self) -> bool:
        """Whether reasoning was counted that never came: what came was then not written in the time it took."""
        return bool(self.usage.reasoning) and not self._reasonings

    @property
    def has_no_speed(self) -> bool:
        """Whether the times of the pieces say nothing of how fast the answer was written."""
        return self.in_one_piece or self.hides_reasoning

    def take(self, chunk: Chunk) -> None:
        """Note one more chunk."""
        if chunk.text or chunk.reasoning:
            self.usage = self.usage.before_more()
            self._texts += 1
            self.in_one_piece = chunk.whole and self._texts == 1
        self._whole = chunk.whole
        if chunk.usage:
            self.usage = self.usage.then(chunk.usage)
        self.finish = chunk.finish or self.finish
        self.odd = chunk.odd or self.odd
        self._tools += chunk.tools
        self._unread += chunk.unread
        self._refused, self._others = self._refused or chunk.refused, self._others or chunk.others

    def reasoning(self) -> None:
        """Some of the text is reasoning."""
        self._reasonings += 1

    def ending(self) -> Ending:
        """Why the answer ended."""
        return ending_of(self.finish, self._tools)

    def remarks(self, limit: int) -> Iterator[str]:
        """Sentences on how the answer came; `limit`: the most tokens that it was to have."""
        if self.in_one_piece:
            yield "The server does not stream: the answer came in one piece, so there is no speed of writing."
        elif self.hides_reasoning:
            yield "The server counts reasoning that it does not send, so there is no speed of writing."
        if self.written is not None and self.written > limit:
            counted = f"{format.count(self.written)} tokens of answer"
            yield f"The server counted {counted} where {format.count(limit)} were asked for at most."
        if self._refused:
            yield "The server marks this answer as a refusal."
        if self._others:
            yield "The server sent more than one answer; this is the first."
        if self._unread:
            yield f"Left out of the answer, as it is no text: {safe_name(', '.join(dict.fromkeys(self._unread)), 80)}."
        if self.odd:
            yield f"The server sent something that is part of no answer: {self.odd}"
