"""Why servers say that an answer ended, in all their spellings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from weighin.core.runs.answer import StopReason
from weighin.core.safe_text import safe_name

_NONE_YET = ("", "null", "none")
# In this order: "malformed_function_call" is no call, "incomplete" not complete.
_BROKEN = re.compile(
    r"abort|error|fail|cancel|interrupt|time.?out|timed.out|disconnect|overload|preempt|insufficient|malformed|unfinished"
)
_TOOLS = re.compile(r"tool|function")
_FILTERED = re.compile(r"filter|safety|sensitive|blocklist|prohibit|recitation|spii|refus|guardrail|moderat")
_CONTEXT = re.compile(r"context")
_LENGTH = re.compile(r"length|max|token.*limit|^limit|limit.reached|truncat|incomplete")
_END = re.compile(r"stop|eos|eot|end|complete|finish|done|normal")


@dataclass(frozen=True)
class Ending:
    """reason: why the answer is not longer. notice: what else is to be said, "" where nothing is. broken: it was broken
    off, so what there is of it is not whole."""

    reason: StopReason = StopReason.END
    notice: str = ""
    broken: bool = False


def said_ending(value: Any) -> str:
    """What a field "finish_reason" says; "" where the answer goes on."""
    if isinstance(value, dict):
        value = value.get("type") or value.get("reason") or "unknown"
    if value is None or value is False:
        return ""
    said = str(value)[:80].strip()
    return "" if said.lower() in _NONE_YET else said


def ending_of(said: str, tools: tuple[str, ...] = ()) -> Ending:
    """What an answer that ended with `said` is worth; `tools`: names of those it called."""
    word = said.lower()
    if _BROKEN.search(word):
        return Ending(broken=True)
    if tools or _TOOLS.search(word):
        names = ", ".join(dict.fromkeys(filter(None, tools)))
        named = f" ({safe_name(names, 80)})" if names else ""
        reason = StopReason.LENGTH if _LENGTH.search(word) else StopReason.END
        return Ending(reason, f"The model called a tool{named}; tools are not run here.")
    if _FILTERED.search(word):
        return Ending(notice="The server's content filter ended the answer.")
    if _CONTEXT.search(word):
        return Ending(StopReason.CONTEXT)
    if _LENGTH.search(word):
        return Ending(StopReason.LENGTH)
    if not word or _END.search(word):
        return Ending()
    return Ending(notice=f"The server's stop reason is not known: {safe_name(said, 40)}.")
