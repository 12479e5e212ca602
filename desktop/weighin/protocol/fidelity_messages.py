"""Requests of a measurement of fidelity, and their answers. BASE cuts the text and leaves its logits in a file; every
OTHER reads the same tokens and compares."""

from __future__ import annotations

from dataclasses import dataclass, field

from weighin.core.fidelity.fidelity import BaseChunk, OtherChunk, TextPart
from weighin.core.runs.answer import MemoryReceipt
from weighin.core.runs.chat import Message
from weighin.core.runs.options import THREADS


@dataclass(frozen=True)
class TextFile:
    """A text of one kind: a file of plain UTF-8, or, without a path, conversations for the model's own template."""

    kind: str
    path: str = ""
    conversations: tuple[tuple[Message, ...], ...] = ()


@dataclass(frozen=True)
class ChunkPlace:
    """Chunk `number` of `context` tokens in the file `tokens`, read with the token `beginning` in place of its first
    one (-1: as it is). Logits of `vocabulary` numbers a position lie in place `slot` of the file `rows`."""

    tokens: str
    number: int
    context: int
    beginning: int
    rows: str
    slot: int
    vocabulary: int


@dataclass(frozen=True)
class CutText:
    """Tokenize each of `parts` whole, cut it into chunks of `context` tokens and write all of them, one chunk after the
    other in the order of the parts, to the file `tokens`: four bytes each."""

    id: int
    parts: tuple[TextFile, ...]
    context: int
    tokens: str


@dataclass(frozen=True)
class ReadBase:
    """Read a chunk of `kind`, and leave the logits of the positions that are compared in their place."""

    id: int
    place: ChunkPlace
    kind: str
    threads: int

    def __post_init__(self) -> None:
        THREADS.check(self.threads)


@dataclass(frozen=True)
class ReadOther:
    """Read a chunk, and compare with what BASE left."""

    id: int
    place: ChunkPlace
    threads: int

    def __post_init__(self) -> None:
        THREADS.check(self.threads)


@dataclass(frozen=True)
class TimeWriting:
    """Put tokens of a chunk through the model one at a time, after that chunk was read, and take the time."""

    id: int
    place: ChunkPlace
    threads: int

    def __post_init__(self) -> None:
        THREADS.check(self.threads)


@dataclass(frozen=True)
class TextCut:
    """Terminal. sha256: of the file of tokens; beginning: what a chunk's first token is replaced by, -1 for nothing;
    vocabulary: logits of a position; trained: the context the model was trained for, 0 where it does not say."""

    id: int
    parts: tuple[TextPart, ...]
    sha256: str
    beginning: int
    vocabulary: int
    trained: int
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class BaseRead:
    """Terminal."""

    id: int
    chunk: BaseChunk = field(repr=False)
    memory: MemoryReceipt
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class OtherRead:
    """Terminal."""

    id: int
    chunk: OtherChunk = field(repr=False)
    memory: MemoryReceipt
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class WritingTimed:
    """Terminal. tokens_per_s: None where the clock was too coarse."""

    id: int
    tokens_per_s: float | None


FIDELITY_REQUESTS: tuple[type, ...] = (CutText, ReadBase, ReadOther, TimeWriting)
FIDELITY_EVENTS: tuple[type, ...] = (TextCut, BaseRead, OtherRead, WritingTimed)
