"""Whether two GGUF files have one vocabulary: read from their headers, entry by entry, nothing native is called."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from weighin.core.errors import AppError
from weighin.core.gguf.reader import SCALARS, KnownTexts, read_header_of

TOKENS, TYPES, MERGES = "tokenizer.ggml.tokens", "tokenizer.ggml.token_type", "tokenizer.ggml.merges"
_ARRAYS = (TOKENS, TYPES, MERGES)
_KINDS = ("tokenizer.ggml.model", "tokenizer.ggml.pre")
# Ids that are read for what they are; padding and the like are never read.
_SPECIAL = tuple(f"tokenizer.ggml.{name}_token_id" for name in ("bos", "eos", "unknown"))
_STRING, _ARRAY = 8, 9


@dataclass(frozen=True)
class VocabularyDifference:
    """The first one. key: of the header entry; index: in a list, None of an entry that is no list; one, other: what
    stands there, None for nothing. token: the text of the token at `index` in both, where only its type differs."""

    key: str
    index: int | None
    one: str | None
    other: str | None
    token: str = ""


class Vocabulary:
    """What the header of a file says of its vocabulary: entries as bytes, lists not taken apart. Raises AppError."""

    def __init__(self, path: Path, texts: KnownTexts | None = None) -> None:
        header = read_header_of(path, texts)
        self._entries: dict[str, bytes] = {}
        wanted = {key: header.spans[key] for key in (*_KINDS, *_ARRAYS, *_SPECIAL) if key in header.spans}
        try:
            with path.open("rb") as file:
                for key, (begin, end) in wanted.items():
                    # What lies behind the key: its type and its value.
                    file.seek(begin + 8 + len(key.encode()))
                    self._entries[key] = file.read(end - begin - 8 - len(key.encode()))
        except OSError as error:
            raise AppError(f"This file cannot be read: {error.strerror or error}.", kind="unreadable") from None

    def raw(self, key: str) -> bytes | None:
        """An entry as it stands there; None where it does not."""
        return self._entries.get(key)

    def values(self, key: str) -> Iterator[str]:
        """An entry's values as text, one after the other. Raises AppError where the file was changed meanwhile."""
        try:
            yield from _values(self._entries.get(key, b""))
        except (struct.error, KeyError):
            raise AppError("This file was changed while it was read.", kind="changed") from None


def vocabulary_difference(one: Vocabulary, other: Vocabulary) -> VocabularyDifference | None:
    """The first entry in which two vocabularies differ: tokens first, then their types, merges, special ids, and how
    text is cut before. None where there is none. Raises AppError."""
    for key in (*_ARRAYS, *_SPECIAL, *_KINDS):
        if one.raw(key) != other.raw(key):
            found = _first(key, one, other)
            if found is not None:
                return found
    return None


def _first(key: str, one: Vocabulary, other: Vocabulary) -> VocabularyDifference | None:
    """None where the same values stand there in another form."""
    for index, (a, b) in enumerate(zip_longest(one.values(key), other.values(key))):
        if a != b:
            if key not in _ARRAYS:
                return VocabularyDifference(key, None, a, b)
            token = next((text for i, text in enumerate(one.values(TOKENS)) if i == index), "") if key == TYPES else ""
            return VocabularyDifference(key, index, a, b, token)
    return None


def _values(data: bytes) -> Iterator[str]:
    if not data:
        return
    (kind,) = struct.unpack_from("<I", data)
    at, count = 4, 1
    if kind == _ARRAY:
        kind, count = struct.unpack_from("<IQ", data, 4)
        at = 16
    if kind == _STRING:
        for _ in range(count):
            (size,) = struct.unpack_from("<Q", data, at)
            yield data[at + 8 : at + 8 + size].decode("utf-8", "replace")
            at += 8 + size
        return
    unpack = struct.Struct("<" + SCALARS[kind][-1])
    for number in range(count):
        yield str(unpack.unpack_from(data, at + number * unpack.size)[0])
