"""What a server sends piece by piece, checked field by field: nothing in it is trusted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from weighin.endpoint.errors import words_of

_MOST_TOKENS = 1 << 40


class ChunkError(Exception):
    """No chunk of an answer; the text says what it is instead."""


@dataclass(frozen=True)
class Usage:
    """Tokens as the server counted them; None where it does not say."""

    prompt: int | None = None
    cached: int | None = None
    generated: int | None = None
    reasoning: int | None = None


@dataclass(frozen=True)
class Chunk:
    """New text of answer and reasoning. finish: why the answer ends, "" while it goes on. error: the server's own words
    where it failed."""

    text: str = ""
    reasoning: str = ""
    finish: str = ""
    usage: Usage | None = None
    error: str | None = None


def chunk_of(data: bytes) -> Chunk:
    """The chunk that `data` is. Raises ChunkError."""
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        raise ChunkError("something that is no JSON") from None
    return read_chunk(body)


def read_chunk(body: Any) -> Chunk:
    """The chunk in a decoded JSON object: of a stream (delta), whole (message), or of a plain completion (text).

    Raises ChunkError."""
    if not isinstance(body, dict):
        raise ChunkError("JSON that is no object")
    if body.get("error"):
        return Chunk(error=words_of(body))
    choices = body.get("choices")
    usage = _usage(body.get("usage"))
    if not isinstance(choices, list) or (choices and not isinstance(choices[0], dict)):
        if usage is not None and choices is None:
            return Chunk(usage=usage)
        raise ChunkError("JSON without choices")
    if not choices:
        return Chunk(usage=usage)
    choice = choices[0]
    said = choice.get("delta") or choice.get("message") or choice
    if not isinstance(said, dict):
        raise ChunkError("a choice without text")
    return Chunk(
        _text(said, "content", "text"),
        _text(said, "reasoning_content", "reasoning"),
        _text(choice, "finish_reason"),
        usage,
    )


def _text(body: dict[str, Any], *names: str) -> str:
    """The first of these fields that is there; a server may leave any of them out or null."""
    for name in names:
        value = body.get(name)
        if isinstance(value, str):
            # Half a character (a lone surrogate in an escape) can be neither shown nor stored.
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if value is not None:
            raise ChunkError(f"a {name} that is no text")
    return ""


def _usage(body: Any) -> Usage | None:
    if not isinstance(body, dict):
        return None
    return Usage(
        _count(body, "prompt_tokens"),
        _count(body.get("prompt_tokens_details"), "cached_tokens"),
        _count(body, "completion_tokens"),
        _count(body.get("completion_tokens_details"), "reasoning_tokens"),
    )


def _count(body: Any, name: str) -> int | None:
    value = body.get(name) if isinstance(body, dict) else None
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST_TOKENS
    return value if good else None
