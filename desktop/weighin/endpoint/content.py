"""The text in what servers put where text belongs: a string, parts of several kinds, or an object around it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

REASONING_FIELDS = ("reasoning_content", "reasoning", "thinking", "thought", "reasoning_text", "reasoning_details")
_HOLDERS = ("text", "thinking", "reasoning", "content", "value", "parts")
_DEEPEST = 6


class NoTextError(Exception):
    """Neither text nor anything that could hold some."""


@dataclass(frozen=True)
class Content:
    """New text of the answer, of the reasoning and of a refusal. unread: what parts were that are no text."""

    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    unread: tuple[str, ...] = ()


def content_of(value: Any) -> Content:
    """What stands in a field "content" or "text". Raises NoTextError."""
    if value is None:
        return Content()
    if isinstance(value, str):
        return Content(value)
    if isinstance(value, dict):
        return _part(value)
    if isinstance(value, list):
        return _joined(map(_part, value))
    raise NoTextError


def reasoning_of(said: dict[str, Any]) -> str:
    """The reasoning beside a content: of the first field that holds any, as some servers send it under two names."""
    return next((text for name in REASONING_FIELDS if (text := text_in(said.get(name)))), "")


def text_in(value: Any, depth: int = 0) -> str:
    """All text in `value`, whatever its shape; "" where there is none."""
    if isinstance(value, str):
        return value
    if depth >= _DEEPEST:
        return ""
    if isinstance(value, list):
        return "".join(text_in(entry, depth + 1) for entry in value)
    if not isinstance(value, dict):
        return ""
    names = ("summary",) if "summary" in str(value.get("type", "")) else _HOLDERS
    return next((text for name in names if (text := text_in(value.get(name), depth + 1))), "")


def _part(part: Any) -> Content:
    if isinstance(part, (str, list)):
        return Content(text_in(part))
    if not isinstance(part, dict):
        return Content(unread=(type(part).__name__,))
    kind, text = str(part.get("type", "text")).lower(), text_in(part)
    if "refusal" in kind or part.get("refusal"):
        return Content(refusal=text_in(part.get("refusal")) or text)
    thinks = "think" in kind or "reason" in kind or "summary" in kind or part.get("thought") is True
    if thinks or not {"thinking", "reasoning"}.isdisjoint(part):
        return Content(reasoning=text)
    # A part of text may be empty; a picture is none.
    return Content(text) if text or "text" in kind else Content(unread=(kind[:40],))


def _joined(contents: Iterable[Content]) -> Content:
    found = tuple(contents)
    return Content(
        "".join(c.text for c in found),
        "".join(c.reasoning for c in found),
        "".join(c.refusal for c in found),
        tuple(name for c in found for name in c.unread),
    )
