"""Questions in JSON: an object a line, one array, or an object that holds them; pretty-printed or not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from weighin.core.evaluations.question_rows import Row, decoded, line_of, questions_of, trouble
from weighin.core.evaluations.question_subjects import subject_name
from weighin.core.evaluations.questions import LETTERS, Question

_BLANK = re.compile(r"[ \t\r\n]*")
_HOLDERS = ("questions", "data")
_WANTED = "wanted is one object a line, or one array of objects"


def json_rows(data: bytes, subject: str, name: str) -> tuple[Question, ...]:
    """Questions of a JSON file: objects with "question", "choices" (four texts), "answer" (a letter or 0..3), and if
    they like "subject" and "split" ("test" otherwise, "dev" for worked examples). They stand one a line, in an array,
    or in an array that an object calls "questions" or "data". Raises AppError."""
    rows = [_row(where, body, subject, name) for where, body in _bodies(decoded(data, name), name)]
    return questions_of(rows, name)


def _bodies(text: str, name: str) -> Iterator[tuple[str, Any]]:
    """Every question as it stands there, and where."""
    for line, value in _values(text, name):
        held = value if isinstance(value, list) else _held(value)
        if held is None:
            yield f"line {line}", value
        else:
            yield from ((f"question {number}", body) for number, body in enumerate(held, 1))


def _held(value: Any) -> list[Any] | None:
    """The list in an object that is no question itself."""
    if not isinstance(value, dict) or "choices" in value:
        return None
    return next((value[key] for key in _HOLDERS if isinstance(value.get(key), list)), None)


def _values(text: str, name: str) -> Iterator[tuple[int, Any]]:
    """The values that follow each other in `text`, each with the line it begins in."""
    decoder = json.JSONDecoder()
    line, counted, place = 1, 0, _BLANK.match(text).end()  # type: ignore[union-attr]  # it matches nothing as well
    while place < len(text):
        line, counted = line + line_of(text[counted:place], place - counted) - 1, place
        try:
            value, end = decoder.raw_decode(text, place)
        except json.JSONDecodeError as error:
            # What is missing at the end of a line is missed at the beginning of the next one.
            wrong = error.pos if error.pos == place else len(text[: error.pos].rstrip())
            raise trouble(name, f"line {line_of(text, wrong)} is no JSON; {_WANTED}") from None
        except (ValueError, RecursionError):
            raise trouble(name, f"line {line} is no JSON that can be read; {_WANTED}") from None
        yield line, value
        place = _BLANK.match(text, end).end()  # type: ignore[union-attr]


def _row(where: str, body: Any, subject: str, name: str) -> Row:
    if not isinstance(body, dict):
        raise trouble(name, f"{where} is no JSON object; {_WANTED}")
    topic, split, choices = body.get("subject"), body.get("split"), body.get("choices")
    if not isinstance(topic, (str, type(None))) or split not in (None, "dev", "val", "test"):
        raise trouble(name, f'{where}: "subject" must be text and "split" one of dev, val and test')
    if not isinstance(choices, list) or len(choices) != len(LETTERS):
        count = len(choices) if isinstance(choices, list) else "no"
        raise trouble(name, f'{where} has {count} options; "choices" must be four')
    cells = (body.get("question"), *choices)
    return Row(where, subject_name(topic) if topic else subject, split or "test", cells, body.get("answer"))
