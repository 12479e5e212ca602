"""From token bytes to text: whole characters only, stop strings cut off, reasoning told from the answer."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from weighin.core.comparisons.thinking import REASONING_MARKS, closing_of

ANSWER = "answer"
REASONING = "reasoning"

# Marks that only announce the answer and belong to neither text.
_SILENT_MARKS = ("<|channel|>final<|message|>", "<|START_RESPONSE|>", "<|END_RESPONSE|>")


@dataclass(frozen=True)
class Piece:
    """New text of one kind."""

    text: str
    kind: str


def _held_back(text: str, marks: tuple[str, ...]) -> int:
    """Length of the longest end of `text` that could be the beginning of one of `marks`."""
    longest = max((len(mark) for mark in marks), default=1)
    for start in range(max(0, len(text) - longest + 1), len(text)):
        tail = text[start:]
        if any(mark.startswith(tail) for mark in marks):
            return len(tail)
    return 0


class StopFinder:
    """Cuts a stream of text before the first stop string."""

    def __init__(self, stop: tuple[str, ...]) -> None:
        self._stop = stop
        self._pending = ""
        self.hit = False

    def feed(self, text: str) -> str:
        """Text that surely comes before any stop string; sets `hit` when one was found."""
        if not self._stop or self.hit:
            return "" if self.hit else text
        self._pending += text
        found = [at for at in (self._pending.find(s) for s in self._stop) if at >= 0]
        if found:
            self.hit = True
            out, self._pending = self._pending[: min(found)], ""
            return out
        keep = _held_back(self._pending, self._stop)
        cut = len(self._pending) - keep
        out, self._pending = self._pending[:cut], self._pending[cut:]
        return out

    def flush(self) -> str:
        """What was held back, once nothing more comes."""
        out, self._pending = self._pending, ""
        return out


class ReasoningSplitter:
    """Tells reasoning from answer by the marks of REASONING_MARKS; the marks themselves belong to neither."""

    def __init__(self, prompt_end: str = "") -> None:
        """`prompt_end`: end of the rendered prompt; a template may have opened the reasoning already."""
        self._pending = ""
        self._closing = closing_of(prompt_end)

    @property
    def kind(self) -> str:
        """The kind of text that is being written now."""
        return REASONING if self._closing else ANSWER

    def feed(self, text: str) -> list[Piece]:
        """Text told apart so far; the end that may be the beginning of a mark waits."""
        self._pending += text
        out: list[Piece] = []
        while True:
            marks = (self._closing,) if self._closing else (*(o for o, _ in REASONING_MARKS), *_SILENT_MARKS)
            at, mark = min(((self._pending.find(m), m) for m in marks if m in self._pending), default=(-1, ""))
            if at < 0:
                keep = _held_back(self._pending, marks)
                self._take(len(self._pending) - keep, out)
                return out
            self._take(at, out)
            self._pending = self._pending[len(mark) :]
            self._closing = "" if self._closing else dict(REASONING_MARKS).get(mark, "")

    def flush(self) -> list[Piece]:
        """What was held back, once nothing more comes."""
        out: list[Piece] = []
        self._take(len(self._pending), out)
        return out

    def _take(self, length: int, out: list[Piece]) -> None:
        if length > 0:
            out.append(Piece(self._pending[:length], self.kind))
            self._pending = self._pending[length:]


class TextStream:
    """Bytes of one token after the other in, pieces of valid Unicode text out. Bad bytes become U+FFFD."""

    def __init__(self, stop: tuple[str, ...] = (), prompt_end: str = "", split_reasoning: bool = True) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stop = StopFinder(stop)
        self._splitter = ReasoningSplitter(prompt_end) if split_reasoning else None

    @property
    def stopped(self) -> bool:
        """Whether a stop string came."""
        return self._stop.hit

    @property
    def kind(self) -> str:
        """The kind of text that is being written now."""
        return self._splitter.kind if self._splitter else ANSWER

    def feed(self, data: bytes) -> list[Piece]:
        """Pieces that `data` completes."""
        return self._split(self._stop.feed(self._decoder.decode(data)))

    def finish(self) -> list[Piece]:
        """The rest: unfinished characters, and text that waited for a mark that never came."""
        text = self._stop.feed(self._decoder.decode(b"", True)) + self._stop.flush()
        return self._split(text) + (self._splitter.flush() if self._splitter else [])

    def _split(self, text: str) -> list[Piece]:
        if not text:
            return []
        return self._splitter.feed(text) if self._splitter else [Piece(text, ANSWER)]
