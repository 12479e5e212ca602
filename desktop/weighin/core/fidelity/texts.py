"""The texts that are read: those that come along, of several kinds, or a file of the user's own."""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from weighin.core.errors import AppError
from weighin.core.jsonable import ShapeError, from_plain
from weighin.core.runs.chat import Message
from weighin.core.safe_text import safe_name
from weighin.core.text_bytes import unmarked

BUILT_IN_NAME = "Included texts"
# Some two million tokens: more than anybody waits for.
MAX_BYTES = 8 << 20
_MIB = 1 << 20
# In the order in which they are listed; conversations are JSON, the others plain text.
_FILES = {
    "prose": "prose.txt", "code": "code.txt", "chat": "chat.json", "numbers": "numbers.txt", "german": "german.txt",
}  # fmt: skip
# Tab, line feed, form feed, carriage return, escape: text has them, binary data has the others too.
_CONTROLS = {*range(32), 127} - {9, 10, 12, 13, 27}
_MOST_CONTROLS = 0.001


@dataclass(frozen=True)
class SourcePart:
    """One text of a kind ("" for the user's own): plain text, or conversations for the model's own chat template."""

    kind: str
    text: str = field(default="", repr=False)
    conversations: tuple[tuple[Message, ...], ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class SourceText:
    """name: as shown; sha256: of the bytes that are read, all parts in order; notices: what one should know of it."""

    name: str
    sha256: str
    parts: tuple[SourcePart, ...]
    notices: tuple[str, ...] = ()


def built_in_text(resources: Path) -> SourceText:
    """The texts that come along. Raises AppError(kind="text") where they are missing or damaged."""
    try:
        read = {kind: (resources / "fidelity" / name).read_bytes() for kind, name in _FILES.items()}
        parts = tuple(_built_in_part(kind, data) for kind, data in read.items())
    except (OSError, ValueError, TypeError, ShapeError) as error:
        text = "The included texts are missing or damaged: install the program again, or use a text of your own."
        raise AppError(text, detail=str(error), kind="text") from None
    return SourceText(BUILT_IN_NAME, _digest(read.values()), parts)


def read_text_file(path: Path) -> SourceText:
    """The file at `path`: UTF-8, or what its byte order mark names; of a large one only the beginning. Raises
    AppError(kind="text") with one sentence."""
    name = safe_name(path.name, 120)
    try:
        if not path.is_file():
            raise _refusal(f"{name} is not a file." if path.exists() else f"{name} does not exist.")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # the latter: a NUL in the name
        raise _refusal(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    is_cut, data = len(data) > MAX_BYTES, data[:MAX_BYTES]
    text = _decoded(name, data, is_cut)
    if not text.strip():
        raise _refusal(f"{name} is empty.")
    if "\0" in text or sum(map(text.count, map(chr, _CONTROLS))) > _MOST_CONTROLS * len(text):
        raise _refusal(f"{name} is not a text file: it holds binary data.")
    notices = (f"Only the first {MAX_BYTES // _MIB} MiB of {name} are read.",) if is_cut else ()
    return SourceText(name, _digest([data]), (SourcePart("", text),), notices)


def _decoded(name: str, data: bytes, is_cut: bool) -> str:
    """Of a text that was cut off the last character may be incomplete, and is left out."""
    body, encoding = unmarked(data)
    try:
        return codecs.getincrementaldecoder(encoding)().decode(body, final=not is_cut)
    except UnicodeDecodeError as error:
        if b"\0" in body[:4096]:
            raise _refusal(f"{name} is not a text file: it holds binary data.") from None
        where = len(data) - len(body) + error.start
        line = data.count(b"\n", 0, where) + 1
        raise _refusal(f"{name} is not in UTF-8 (line {line}): save it as UTF-8 and try again.") from None


def _built_in_part(kind: str, data: bytes) -> SourcePart:
    if not _FILES[kind].endswith(".json"):
        return SourcePart(kind, data.decode())
    found = json.loads(data)
    return SourcePart(kind, conversations=tuple(tuple(from_plain(Message, one) for one in turns) for turns in found))


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for data in parts:
        digest.update(data)
    return digest.hexdigest()


def _refusal(text: str) -> AppError:
    return AppError(text, kind="text")
