"""How long lists and texts of a bundle can be: whatever is longer no run has given, and would stop the window."""

from __future__ import annotations

import re
from typing import Any

from weighin.core.comparisons.answer import MOST_PIECES
from weighin.core.comparisons.attachments import MAX_FILES
from weighin.core.comparisons.pace import MOST_MARKS
from weighin.core.errors import AppError
from weighin.core.safe_text import safe_name

_MOST_TURNS = 1000
# Entries of a list, by its name.
_MOST_ENTRIES = {
    "results": 2, "models": 2, "lanes": 2, "slowdowns": 2, "threads": _MOST_TURNS, "rounds": 200, "spoiled": 200,
    "round_memory": 200, "notices": 100, "tokens": MOST_PIECES, "pieces": MOST_PIECES,
    "generation_rates": 200, "prompt_rates": 200,
    "mark_s": MOST_MARKS, "mark_tokens": MOST_MARKS, "votes": 100, "gpus": 64,
    "devices": 64, "differences": 100, "stop": 100, "attachments": MAX_FILES, "files": 1000,
    "items": 20_000, "choices": 4, "logprobs": 4, "subjects": 1000,
}  # fmt: skip
# All others, which are of a newer version or long by nature.
_MOST_OTHERS = 100_000
# Characters of a text, by its name: as many as a model with the longest contexts reads at once.
_LONG = 1 << 20
_MOST_CHARACTERS = {
    "text": _LONG, "reasoning": _LONG, "content": _LONG, "system": _LONG, "rendered_prompt": 2 * _LONG,
    "detail": 100_000, "notices": 2000, "pieces": 512,
}  # fmt: skip
_MOST_OTHER_CHARACTERS = 10_000
# Text without a space is laid out in the square of its length.
_UNBROKEN = 1 << 16
_UNBROKEN_RUN = re.compile(rf"\S{{{_UNBROKEN + 1}}}")


def check_limits(body: Any) -> None:
    """Raise AppError where something in this JSON value is longer than it can be."""
    waiting = [("bundle", body)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.items()
        elif isinstance(value, list):
            if len(value) > _MOST_ENTRIES.get(name, _MOST_OTHERS):
                raise AppError(f"its list of {_said(name)} is longer than one can be.")
            waiting += ((name, inner) for inner in value)
            if name == "threads":
                _check_thread(value)
        elif isinstance(value, str):
            _check_text(name, value)


def _check_text(name: str, text: str) -> None:
    if len(text) > _MOST_CHARACTERS.get(name, _MOST_OTHER_CHARACTERS):
        raise AppError(f"its {_said(name)} is longer than one can be.")
    if len(text) > _UNBROKEN and _UNBROKEN_RUN.search(text):
        raise AppError(f"its {_said(name)} goes on for {_UNBROKEN:,} characters without a space.")


def _check_thread(messages: list[Any]) -> None:
    """Either the threads of both lanes, or the messages of one, which are read as a whole."""
    said = [message.get("content") for message in messages if isinstance(message, dict)]
    if sum(len(text) for text in said if isinstance(text, str)) > _LONG:
        raise AppError("its earlier turns are longer than a conversation can be.")


def _said(name: str) -> str:
    return safe_name(name.replace("_", " "), 40)
