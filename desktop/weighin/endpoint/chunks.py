"""What a server sends piece by piece, checked field by field: nothing in it is trusted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from weighin.core.safe_text import safe_name
from weighin.endpoint.endings import said_ending
from weighin.endpoint.errors import words_of
from weighin.endpoint.sse import Event
from weighin.endpoint.usage import Usage, usage_of

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


_MOST_WORDS = 300
_TEXTS = ("content", "text", "refusal", "tool_calls", "function_call", *REASONING_FIELDS)
_FAILURES = ("error", "exception", "failure", "failed")
_FINE = (None, 0, 200, "0", "200", "", "ok", "success")


class ChunkError(Exception):
    """No chunk of an answer; the text says what it is instead."""


@dataclass(frozen=True)
class Chunk:
    """New text of answer and reasoning. finish: why the answer ends, "" while it goes on. error: the server's own words
    where it failed. odd: words that belong to no answer, and may be said of a failure. refused: the text is a refusal.
    tools: names of those it calls. whole: the text came all at once. unread: kinds of parts that are no text. others:
    more answers than one came."""

    text: str = ""
    reasoning: str = ""
    finish: str = ""
    usage: Usage | None = None
    error: str | None = None
    odd: str = ""
    refused: bool = False
    tools: tuple[str, ...] = ()
    whole: bool = False
    unread: tuple[str, ...] = ()
    others: bool = False


class ChunkReader:
    """Reads the chunks of one answer. is_answer: whether anything of an answer was among them."""

    def __init__(self) -> None:
        self.is_answer = False
        self._answer, self._reasoning = _Told(), _Told()

    def read(self, event: Event) -> list[Chunk]:
        """The chunks that an event carries: mostly one. Raises ChunkError."""
        data, failed = event.data.strip(), event.name.lower() in _FAILURES
        try:
            body = json.loads(data)
        except (ValueError, RecursionError):
            words = safe_name(" ".join(data.decode("utf-8", "replace").split()), _MOST_WORDS)
            if failed:
                return [Chunk(error=words)]
            if b"{" in data:
                raise ChunkError("something that is not JSON") from None
            return [Chunk(odd=words)]
        return [self._read(entry, failed) for entry in (body if isinstance(body, list) else [body])]

    def finish(self) -> Chunk:
        """What was held back, once nothing more comes."""
        return Chunk(self._answer.finish(), self._reasoning.finish())

    def _read(self, body: Any, failed: bool) -> Chunk:
        if not isinstance(body, dict):
            return Chunk(error=str(body)[:_MOST_WORDS]) if failed else Chunk(odd=_shown(body))
        if (said := failure_in(body, failed)) is not None:
            return Chunk(error=said)
        choices = body.get("choices")
        if not isinstance(choices, list):
            return Chunk(usage=usage_of(body, {}), odd=words_of({"message": body.get("message")}))
        choice, others = _first(choices)
        if choice is None:
            return Chunk(usage=usage_of(body, {}), others=others)
        self.is_answer = True
        return replace(self._read_choice(choice), usage=usage_of(body, choice), others=others)

    def _read_choice(self, choice: dict[str, Any]) -> Chunk:
        if choice.get("error"):
            return Chunk(error=words_of({"error": choice["error"]}))
        said, whole = _said(choice)
        found = _content(said)
        beside = reasoning_of(said)
        return Chunk(
            self._answer.add(found.text + found.refusal, whole),
            self._reasoning.add(beside or found.reasoning, whole),
            said_ending(choice.get("finish_reason")) or said_ending(said.get("finish_reason")),
            refused=bool(found.refusal),
            tools=_tools(said),
            whole=whole,
            unread=found.unread,
        )


class _Told:
    """One of the texts of an answer, as far as it came."""

    def __init__(self) -> None:
        self._half = ""
        self._so_far = ""
        self._streamed = False

    def add(self, text: str, whole: bool) -> str:
        """What `text` adds. Half a character at its end, as an escape can hold it, waits for the other half. Where a
        message comes in the place of a delta it may repeat what came before it."""
        if whole:
            text, told = self._rest(text), text
            self._so_far = told if told.startswith(self._so_far) else self._so_far + text
        elif text:
            self._streamed = True
        text = self._half + text
        self._half = text[-1:] if text and "\ud800" <= text[-1] <= "\udbff" else ""
        return _repaired(text[: len(text) - len(self._half)])

    def finish(self) -> str:
        """The half that stayed alone."""
        half, self._half = self._half, ""
        return _repaired(half)

    def _rest(self, text: str) -> str:
        if self._streamed:
            return ""
        return text[len(self._so_far) :] if text.startswith(self._so_far) else text


def failure_in(body: dict[str, Any], failed: bool = False) -> str | None:
    """The server's own words where `body` reports a failure, in any of the shapes servers use; None where it does not.
    failed: what it came in says so already."""
    failed = failed or bool(body.get("error")) or "error" in (body.get("object"), body.get("type"))
    reply = body.get("base_resp")
    failed = failed or (isinstance(reply, dict) and reply.get("status_code") not in _FINE)
    if not isinstance(body.get("choices"), list) or not body["choices"]:
        failed = failed or any(body.get(name) for name in ("detail", "errors", "error_msg", "error_message", "errmsg"))
        failed = failed or body.get("status") in ("error", "failed") or body.get("success") is False
        said = body.get("message") or body.get("msg")
        failed = failed or (bool(said) and any(body.get(name) not in _FINE for name in ("code", "error_code")))
    return words_of(body) if failed else None


def _first(choices: list[Any]) -> tuple[dict[str, Any] | None, bool]:
    """The choice that is followed, and whether there are others beside it. Raises ChunkError."""
    if any(choice is not None and not isinstance(choice, dict) for choice in choices):
        raise ChunkError("JSON without choices")
    found = [choice for choice in choices if choice is not None]
    mine = [choice for choice in found if choice.get("index") in (0, "0", None)]
    return (mine[0] if mine else None), len(found) > len(mine[:1])


def _said(choice: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """What a choice says, and whether that is a message in place of a delta."""
    delta, message = choice.get("delta"), choice.get("message")
    if isinstance(delta, str):
        return {"content": delta}, False
    if isinstance(message, dict) and not (isinstance(delta, dict) and any(delta.get(name) for name in _TEXTS)):
        return message, True
    return (delta if isinstance(delta, dict) else choice), False


def _content(said: dict[str, Any]) -> Content:
    """What is said in all the fields for it. Raises ChunkError."""
    try:
        found = content_of(said.get("content"))
        if found == Content():
            found = content_of(said.get("text"))
    except NoTextError:
        raise ChunkError("content that is not text") from None
    refusal = text_in(said.get("refusal"))
    return Content(found.text, found.reasoning, found.refusal or refusal, found.unread)


def _tools(said: dict[str, Any]) -> tuple[str, ...]:
    calls = said.get("tool_calls") or []
    functions = [call.get("function") for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    if isinstance(said.get("function_call"), dict):
        functions.append(said["function_call"])
    names = [function.get("name") for function in functions if isinstance(function, dict)]
    return tuple(name if isinstance(name, str) else "" for name in names)


def _shown(value: Any) -> str:
    return "" if value is None else safe_name(str(value), _MOST_WORDS)


def _repaired(text: str) -> str:
    """Half a character (a lone surrogate in an escape) can be neither shown nor stored."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
