"""From token bytes to text: whole characters only, stop strings cut off, reasoning told from the answer."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from weighin.core.runs.thinking import (
    ALL_MARKS,
    CLOSINGS,
    REASONING_MARKS,
    SILENT_MARKS,
    ReasoningMarks,
    closes_reasoning,
    opened_reasoning,
)

ANSWER = "answer"
REASONING = "reasoning"
_OPENINGS = {marks.opening: marks for marks in REASONING_MARKS}
# Most tokens hold none of these, and are looked at no closer: that would take time from the model.
_BEGINS_MARK = re.compile(f"[{re.escape(''.join({mark[0] for mark in ALL_MARKS}))}]")
# As much of a line as shows whether it begins or ends a block of code.
_FENCE = 8


@dataclass(frozen=True)
class Piece:
    """New text of one kind. was_reasoning: all text before it that was given as answer was reasoning."""

    text: str
    kind: str
    was_reasoning: bool = False


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


class CodeFinder:
    """Knows whether a text stands inside code of Markdown just now: a mark that is quoted there is no mark."""

    def __init__(self) -> None:
        self._fenced = False
        self._line = ""
        self._ticks = 0

    @property
    def inside(self) -> bool:
        """Whether the next character is code."""
        return self._fenced or self._ticks % 2 == 1

    def feed(self, text: str) -> None:
        """More of the text."""
        first, *lines = text.split("\n")
        self._add(first)
        for line in lines:
            if self._line.lstrip().startswith("```"):
                self._fenced = not self._fenced
            self._line, self._ticks = "", 0
            self._add(line)

    def _add(self, part: str) -> None:
        self._line += part[: max(0, _FENCE - len(self._line))]
        self._ticks += part.count("`")


class ReasoningSplitter:
    """Tells reasoning from answer by the marks of thinking.py; the marks themselves belong to neither."""

    def __init__(self, prompt: str = "", question: str = "") -> None:
        """`prompt`: as rendered; a template may have opened the reasoning already. `question`: its last message.
        `opened`, at any time: the marks of the reasoning that is being written, None in the answer."""
        self._pending = ""
        opened = opened_reasoning(prompt, question)
        self.opened = opened
        self._was_told = opened is not None or closes_reasoning(prompt)
        self._answered = self._reasoned = False
        self._code = CodeFinder()

    @property
    def kind(self) -> str:
        """The kind of text that is being written now."""
        return REASONING if self.opened else ANSWER

    @property
    def waits(self) -> bool:
        """Whether text is held back that may be the beginning of a mark."""
        return bool(self._pending)

    def close(self) -> list[Piece]:
        """The reasoning is over, although no mark came; what was held back of it."""
        out = self.flush()
        self.opened = None
        return out

    def reasoning_came_apart(self) -> None:
        """Reasoning came by another way: from now on a closing mark that nobody opened is text."""
        self._was_told = True

    def feed(self, text: str) -> list[Piece]:
        """Text told apart so far; the end that may be the beginning of a mark waits."""
        self._pending += text
        out: list[Piece] = []
        while True:
            if not _BEGINS_MARK.search(self._pending):
                self._take(len(self._pending), out)
                return out
            marks = self._marks()
            at, mark = min(((at, m) for m in marks if (at := self._pending.find(m)) >= 0), default=(-1, ""))
            if at < 0:
                self._take(len(self._pending) - _held_back(self._pending, marks), out)
                return out
            self._take(at, out)
            self._pass(mark, out)

    def flush(self) -> list[Piece]:
        """What was held back, once nothing more comes."""
        out: list[Piece] = []
        self._take(len(self._pending), out)
        return out

    def _marks(self) -> tuple[str, ...]:
        """What matters just now. Some models open again what their template has opened."""
        if not self.opened:
            return ALL_MARKS
        return (*self.opened.closings, *SILENT_MARKS, *(() if self._reasoned else _OPENINGS))

    def _pass(self, mark: str, out: list[Piece]) -> None:
        """Go behind `mark`, with which what is pending begins."""
        orphan = not self.opened and mark in CLOSINGS
        if not self.opened and (self._code.inside or (orphan and self._was_told and self._answered)):
            self._take(len(mark), out)
            return
        self._pending = self._pending[len(mark) :]
        if self.opened and mark in self.opened.closings:
            self.opened = None
        elif orphan and self._answered:
            out.append(Piece("", ANSWER, was_reasoning=True))
            self._answered, self._was_told, self._code = False, True, CodeFinder()
        elif opened := _OPENINGS.get(mark):
            self.opened, self._was_told, self._reasoned = opened, True, False

    def _take(self, length: int, out: list[Piece]) -> None:
        if length <= 0:
            return
        text, self._pending = self._pending[:length], self._pending[length:]
        out.append(Piece(text, self.kind))
        if self.opened:
            self._reasoned = self._reasoned or not text.isspace()
        else:
            self._answered = self._answered or not text.isspace()
            self._code.feed(text)


class TextStream:
    """Bytes of one token after the other in, pieces of valid Unicode text out. Bad bytes become U+FFFD."""

    def __init__(
        self, stop: tuple[str, ...] = (), prompt: str = "", question: str = "", split_reasoning: bool = True
    ) -> None:
        """`prompt`: as rendered, and `question`, its last message: the reasoning may be opened there already."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stop = StopFinder(stop)
        self._splitter = ReasoningSplitter(prompt, question) if split_reasoning else None

    @property
    def stopped(self) -> bool:
        """Whether a stop string came."""
        return self._stop.hit

    @property
    def kind(self) -> str:
        """The kind of text that is being written now."""
        return self._splitter.kind if self._splitter else ANSWER

    @property
    def opened(self) -> ReasoningMarks | None:
        """The marks of the reasoning that is being written now, None in the answer."""
        return self._splitter.opened if self._splitter else None

    @property
    def waits(self) -> bool:
        """Whether text is held back that may be the beginning of a mark."""
        return self._splitter is not None and self._splitter.waits

    def close_reasoning(self) -> list[Piece]:
        """The reasoning is over, although no mark came; what was held back of it, unfinished characters too."""
        held = self._decoder.decode(b"", True)
        self._decoder.reset()
        return self._split(self._stop.feed(held)) + (self._splitter.close() if self._splitter else [])

    def only_answer(self) -> list[Piece]:
        """From now on marks of reasoning are text of the answer; what was held back."""
        splitter, self._splitter = self._splitter, None
        return splitter.flush() if splitter else []

    def reasoning_came_apart(self) -> None:
        """Reasoning came by another way than in this text."""
        if self._splitter:
            self._splitter.reasoning_came_apart()

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
