"""Text that waits to be shown, handed out in small portions."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from weighin.core.safe_text import safe_text

# Beyond this an answer is kept back until asked for: it would cost memory and nobody reads it.
SHOWN_CHARACTERS = 200_000
SHOWN_LINES = 10_000
_PORTION = 1_500
_PLAIN_PORTION = 4_000


@dataclass(frozen=True)
class Portion:
    """Text to show next; `plain`: beyond the limit, not to be read as Markdown any more."""

    text: str
    plain: bool


class Inbox:
    """Counts what goes through it and keeps back what is too much."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Start anew, with the limit in force."""
        self._waiting: deque[str] = deque()
        self._kept: list[str] = []
        self._kept_size = 0
        self._rest = ""
        self._rest_from = 0
        self._full = False
        self._characters = 0
        self._lines = 0
        self._carriage_return = ""
        self._limited = True

    @property
    def pending(self) -> bool:
        """Whether there is something to take."""
        return bool(self._waiting) or (not self._limited and self._has_rest)

    @property
    def kept_back(self) -> int:
        """Characters that are not to be shown yet."""
        return self._kept_size if self._limited else 0

    @property
    def _has_rest(self) -> bool:
        return bool(self._kept) or self._rest_from < len(self._rest)

    def put(self, text: str) -> None:
        """More text. A carriage return at its end waits for the newline that may follow."""
        text = self._carriage_return + text
        self._carriage_return = "\r" if text.endswith("\r") else ""
        text = safe_text(text.removesuffix("\r"))
        for start in range(0, len(text), _PORTION):
            portion = text[start : start + _PORTION]
            if not self._full:
                portion = self._show(portion)
            if portion:
                self._kept.append(portion)
                self._kept_size += len(portion)

    def _show(self, portion: str) -> str:
        """Let a portion through; the rest of it that is too much, beginning with a word."""
        self._characters += len(portion)
        self._lines += portion.count("\n")
        self._full = self._characters >= SHOWN_CHARACTERS or self._lines >= SHOWN_LINES
        cut = max(portion.rfind(" "), portion.rfind("\n")) + 1 if self._full else 0
        self._waiting.append(portion[: cut or len(portion)])
        return portion[cut or len(portion) :]

    def lift_limit(self) -> None:
        """Hand out what was kept back as well."""
        self._limited = False

    def take(self) -> Portion:
        """The next portion. Raises IndexError where nothing is pending."""
        if self._waiting:
            return Portion(self._waiting.popleft(), plain=False)
        if self._rest_from >= len(self._rest):
            self._rest, self._rest_from = "".join(self._kept), 0
            self._kept = []
        if not self._rest:
            raise IndexError("nothing is pending")
        return Portion(self._cut(), plain=True)

    def _cut(self) -> str:
        """The next lines of the rest, at most _PLAIN_PORTION characters; an overlong line is broken at a space."""
        start, limit = self._rest_from, self._rest_from + _PLAIN_PORTION
        if limit >= len(self._rest):
            self._rest_from = len(self._rest)
            return self._rest[start:].removesuffix("\n")
        end = self._rest.rfind("\n", start, limit)
        if end < 0:
            end = self._rest.rfind(" ", start, limit)
        self._rest_from = limit if end <= start else end + 1
        return self._rest[start : self._rest_from].removesuffix("\n")
