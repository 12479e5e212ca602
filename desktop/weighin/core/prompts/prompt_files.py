"""Prompts from a file: one a line, as text or as JSON. A broken line costs that line and is named, the rest is kept."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.prompts.prompt_set import MAX_PROMPTS, SetPrompt
from weighin.core.safe_text import safe_name
from weighin.core.text_bytes import as_utf8

MAX_FILE = 64 << 20
_MAX_PROMPT = 1 << 20
_TOO_MANY = f"only the first {format.count(MAX_PROMPTS)} prompts are used"
_NAMED_PROBLEMS = 20
# As a text file hardly begins: "[INST]" is text.
_ARRAY = re.compile(rb'^\s*\[\s*["{]')
_TEXT_KEYS = ("prompt", "text", "question", "instruction")


@dataclass(frozen=True)
class Imported:
    """What a file gave. problems: a sentence for each line that was left out, at most 20 and one for the others."""

    prompts: tuple[SetPrompt, ...]
    problems: tuple[str, ...] = ()


def parse_prompts(data: bytes) -> Imported:
    """Prompts of a text file (one a line), of JSON lines or of a JSON array: strings, or objects with "prompt" (or
    "text") and perhaps "system" and "title". Raises AppError where the whole file is of no use."""
    if len(data) > MAX_FILE:
        raise AppError(f"The file is too large: at most {MAX_FILE >> 20} MiB.", kind="too_large")
    data = as_utf8(data)
    if _ARRAY.match(data):
        return _array(data)
    lines = [(number, line) for number, line in enumerate(data.split(b"\n"), 1) if line.strip()]
    if not lines:
        raise AppError("The file has no prompts: it is empty.", kind="empty")
    as_json = lines[0][1].lstrip(b" \t").startswith((b"{", b'"'))
    prompts: list[SetPrompt] = []
    problems: list[str] = []
    for number, line in lines:
        if len(prompts) == MAX_PROMPTS:
            problems.append(f"From line {format.count(number)} on: {_TOO_MANY}.")
            break
        try:
            prompts.append(_prompt(line, as_json))
        except ValueError as error:
            problems.append(f"Line {format.count(number)}: {error}.")
    if not prompts:
        raise AppError(f"The file has no prompts. {problems[0]}", kind="damaged")
    return Imported(tuple(prompts), _shortened(problems))


def _array(data: bytes) -> Imported:
    """The entries of one JSON array."""
    try:
        body = json.loads(data.decode())
    except (ValueError, RecursionError):
        raise AppError("The file looks like a JSON array but is not valid JSON.", kind="damaged") from None
    prompts: list[SetPrompt] = []
    problems: list[str] = []
    for number, entry in enumerate(body, 1):
        if len(prompts) == MAX_PROMPTS:
            problems.append(f"From entry {format.count(number)} on: {_TOO_MANY}.")
            break
        try:
            prompts.append(_of_json(entry))
        except ValueError as error:
            problems.append(f"Entry {format.count(number)}: {error}.")
    if not prompts:
        raise AppError(f"The file has no prompts. {problems[0]}", kind="damaged")
    return Imported(tuple(prompts), _shortened(problems))


def _prompt(line: bytes, as_json: bool) -> SetPrompt:
    """Raises ValueError with the reason."""
    try:
        text = line.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8 text") from None
    if len(text) > _MAX_PROMPT:
        raise ValueError("it has more than a million characters")
    if not as_json:
        if "\0" in text:
            raise ValueError("it is not text")
        return SetPrompt(text)
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    return _of_json(body)


def _of_json(body: object) -> SetPrompt:
    """Raises ValueError with the reason."""
    if isinstance(body, str):
        body = {"prompt": body}
    if not isinstance(body, dict):
        raise ValueError('it is not a string or an object with "prompt"')
    found = next((body[key] for key in _TEXT_KEYS if isinstance(body.get(key), str)), "")
    if not found.strip():
        raise ValueError('it has no "prompt"')
    if len(found) > _MAX_PROMPT:
        raise ValueError("it has more than a million characters")
    return SetPrompt(found, safe_name(_text(body, "title")), _text(body, "system"))


def _text(body: dict[str, object], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""


def _shortened(problems: list[str]) -> tuple[str, ...]:
    if len(problems) <= _NAMED_PROBLEMS:
        return tuple(problems)
    return (*problems[:_NAMED_PROBLEMS], f"… and {format.count(len(problems) - _NAMED_PROBLEMS)} more.")
