"""Rows of question files: CSV without a header as MMLU was released, and JSON lines. Nothing is repaired or guessed."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from weighin.core.errors import AppError
from weighin.core.evaluations.questions import LETTERS, Question
from weighin.core.safe_text import safe_name

# Far above any real question; a worker's line must hold a question with room to spare.
LONGEST = 100_000
MOST_ROWS = 100_000
_SUBJECT = re.compile(r"[^\W_](?:[\w .()+&-]{0,98}[\w.()+&-])?")
_HEADERS = ("answer", "letter")


def check_subject(name: str) -> str:
    """`name` where it can stand in a prompt and in an id. Raises AppError(kind="questions")."""
    if not _SUBJECT.fullmatch(name):
        raise AppError(f"{safe_name(name)!r} is no name for a subject.", kind="questions")
    return name


def csv_rows(data: bytes, subject: str, split: str, name: str) -> tuple[Question, ...]:
    """Questions of one CSV file: question, A, B, C, D, letter. `name`: of the file, for what went wrong. Quoted cells
    may hold line breaks; "None" stays text. Raises AppError(kind="questions")."""
    text = _text(data, name)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    except csv.Error as error:
        raise _trouble(name, f"it is no CSV file ({error})") from None
    if rows and len(rows[0]) == 6 and rows[0][5].strip().lower() in _HEADERS:
        raise _trouble(name, "its first row is a header; the rows must begin at once")
    _check_count(len(rows), name)
    return tuple(_csv_row(row, subject, split, number, name) for number, row in enumerate(rows))


def json_rows(data: bytes, subject: str, name: str) -> tuple[Question, ...]:
    """Questions of a JSON-lines file: objects with "question", "choices" (four texts), "answer" (a letter or 0..3), and
    if they like "subject" and "split" ("test" otherwise, "dev" for worked examples). Raises AppError."""
    lines = [line for line in _text(data, name).split("\n") if line.strip()]
    _check_count(len(lines), name)
    found: list[Question] = []
    counts: dict[tuple[str, str], int] = {}
    for number, line in enumerate(lines, 1):
        try:
            body = json.loads(line)
        except (ValueError, RecursionError):
            raise _trouble(name, f"line {number} is no JSON") from None
        where = f"line {number}"
        if not isinstance(body, dict):
            raise _trouble(name, f"{where} is no JSON object")
        topic, split = body.get("subject", subject), body.get("split", "test")
        if not isinstance(topic, str) or split not in ("dev", "val", "test"):
            raise _trouble(name, f'{where}: "subject" must be text and "split" one of dev, val and test')
        choices = body.get("choices")
        if not isinstance(choices, list) or len(choices) != len(LETTERS):
            count = len(choices) if isinstance(choices, list) else "no"
            raise _trouble(name, f"{where} has {count} options; there must be four")
        key = (check_subject(topic), split)
        row = counts[key] = counts.get(key, -1) + 1
        cells = [body.get("question"), *choices]
        found.append(_question(topic, split, row, cells, _answer(body.get("answer")), name, where))
    return tuple(found)


def check_filled(questions: tuple[Question, ...], name: str) -> None:
    """Raise where a question or an option is nothing but white space."""
    for question in questions:
        if not all(cell.strip() for cell in (question.text, *question.choices)):
            raise _trouble(name, f"row {question.row + 1} of {question.subject} ({question.split}) has an empty cell")


def _csv_row(row: list[str], subject: str, split: str, number: int, name: str) -> Question:
    where = f"row {number + 1}"
    if len(row) != 6:
        options = "five options?" if len(row) == 7 else "question, four options, letter"
        raise _trouble(name, f"{where} has {len(row)} cells instead of 6 ({options})")
    return _question(subject, split, number, row[:5], _answer(row[5]), name, where)


def _question(
    subject: str, split: str, row: int, cells: list[Any], answer: int | None, name: str, where: str
) -> Question:
    """A question from its five texts."""
    if any(not isinstance(cell, str) for cell in cells):
        raise _trouble(name, f"{where}: question and options must be texts")
    if sum(len(cell) for cell in cells) > LONGEST:
        raise _trouble(name, f"{where} is longer than {LONGEST:,} characters")
    if answer is None:
        raise _trouble(name, f"{where}: the answer must be one of A, B, C and D")
    return Question(subject, split, row, cells[0], tuple(cells[1:]), answer)


def _answer(value: Any) -> int | None:
    """0..3 for a letter or such a number."""
    if isinstance(value, str) and value.strip() in LETTERS:
        return LETTERS.index(value.strip())
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(LETTERS):
        return value
    return None


def _text(data: bytes, name: str) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _trouble(name, f"it is not UTF-8 text (byte {error.start:,})") from None
    if "\0" in text:
        raise _trouble(name, "it holds zero bytes: it is no text")
    return text


def _check_count(count: int, name: str) -> None:
    if not count:
        raise _trouble(name, "it is empty")
    if count > MOST_ROWS:
        raise _trouble(name, f"it holds more than {MOST_ROWS:,} rows")


def _trouble(name: str, what: str) -> AppError:
    return AppError(f"{safe_name(name)}: {what}.", kind="questions")
