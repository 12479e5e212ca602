"""Prompts from a file: text with one a line, JSON lines, a JSON array, CSV, TOML or Parquet. A broken line costs its
prompt and is named, the rest is kept."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, TypeVar

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.parquet.reader import read_rows
from weighin.core.prompts.prompt_csv import csv_prompts, has_header
from weighin.core.prompts.prompt_rows import (
    MAX_PROMPT,
    TEXT_KEYS,
    TOO_LONG,
    Imported,
    gathered,
    gsm8k_solution,
    misplaced,
    prompt_of,
)
from weighin.core.prompts.prompt_set import SetPrompt
from weighin.core.prompts.prompt_toml import is_toml, toml_prompts
from weighin.core.text_bytes import as_utf8

T = TypeVar("T")

MAX_FILE = 64 << 20
# As a text file hardly begins: "[INST]" is text.
_ARRAY = re.compile(rb'^\s*\[\s*["{]')
_COLUMNS = (*TEXT_KEYS, "title", "tag", "system", "answer")
_NOT_UTF8 = "it is not UTF-8 text"


def parse_prompts(data: bytes) -> Imported:
    """Prompts of a text file (one a line), of JSON lines or a JSON array (strings, or objects with "prompt" or "text"
    and perhaps "title", "tag", "system" and "expect"; rows of GSM8K too), of CSV with such columns, or of TOML with
    [[prompts]]; or of Parquet with such columns, as the hub keeps GSM8K. Raises AppError where the whole file is of no
    use."""
    if len(data) > MAX_FILE:
        raise AppError(f"The file is too large: at most {MAX_FILE >> 20} MiB.", kind="too_large")
    if data.startswith(b"PAR1"):
        rows = enumerate(read_rows(data, "The file", _COLUMNS), 1)
        return _of_bodies(((f"Row {format.count(number)}", row) for number, row in rows), lambda row: row)
    data = as_utf8(data)
    if _ARRAY.match(data):
        entries = ((f"Entry {format.count(number)}", entry) for number, entry in enumerate(_array(data), 1))
        return _of_bodies(entries, lambda entry: entry)
    if is_toml(data):
        return toml_prompts(data)
    if has_header(data):
        return csv_prompts(data)
    lines = ((f"Line {format.count(n)}", line) for n, line in enumerate(io.BytesIO(data), 1) if line.strip())
    first = next(lines, None)
    if first is None:
        raise AppError("The file has no prompts: it is empty.", kind="empty")
    if first[1].lstrip(b" \t").startswith((b"{", b'"')):
        return _of_bodies(chain([first], lines), _json)
    return gathered(chain([first], lines), _line)


def _of_bodies(rows: Iterable[tuple[str, T]], read: Callable[[T], Any]) -> Imported:
    """Prompts of JSON values. read: makes such a value of a row, or raises ValueError."""
    notes: list[str] = []
    are_gsm8k = False

    def make(row: T) -> SetPrompt:
        nonlocal are_gsm8k
        body = read(row)
        if gsm8k_solution(body) is not None:
            are_gsm8k = True
        elif isinstance(body, dict):
            if are_gsm8k and {"question", "answer"} == set(body):
                raise ValueError('its "answer" does not end with "#### " and a number')
            if not notes and (note := misplaced(body)):
                notes.append(note)
        return prompt_of(body)

    return gathered(rows, make, notes)


def _array(data: bytes) -> list[Any]:
    """The entries of one JSON array."""
    try:
        body = json.loads(data.decode())
    except (ValueError, RecursionError):
        raise AppError("The file looks like a JSON array but is not valid JSON.", kind="damaged") from None
    assert isinstance(body, list)
    return body


def _line(line: bytes) -> SetPrompt:
    """A prompt that stands in a line as it is. Raises ValueError with the reason."""
    text = _decoded(line)
    if "\0" in text or not text:  # a line may have nothing but separators that no editor shows
        raise ValueError("it is not text")
    return SetPrompt(text)


def _json(line: bytes) -> Any:
    """Raises ValueError with the reason."""
    text = _decoded(line)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None


def _decoded(line: bytes) -> str:
    try:
        text = line.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise ValueError(_NOT_UTF8) from None
    if len(text) > MAX_PROMPT:
        raise ValueError(TOO_LONG)
    return text
