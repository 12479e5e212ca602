"""Rows of the standard sets as they were released, in JSON lines or at the hub, made into questions with endings.

A row is recognised by its fields: HellaSwag has `endings`, WinoGrande `option1`, ARC an `answerKey`. Nothing is
guessed: a row without its answer is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.evaluations.ending_prompt import BLANK
from weighin.core.evaluations.forms import ARC, HELLASWAG, WINOGRANDE
from weighin.core.evaluations.question_rows import LONGEST, MOST_ROWS, trouble
from weighin.core.evaluations.questions import OPTION_LETTERS, Question
from weighin.core.safe_text import safe_name

# lm-evaluation-harness, tasks/hellaswag/utils.py: brackets are left over from WikiHow.
_BRACKETS = re.compile(r"\[.*?\]")
_MOST = len(OPTION_LETTERS)


# Of an AppError: rows without answers, as test files are released.
UNANSWERED = "unanswered"


class _UnansweredError(ValueError):
    """A row does not say what is right."""


@dataclass(frozen=True)
class _Row:
    """What a row comes to. answer: index of the right option."""

    text: str
    choices: tuple[str, ...]
    answer: int


# What is read of rows that hold more.
FIELDS = (
    *("activity_label", "ctx_a", "ctx_b", "endings", "label", "question", "choices", "answerKey"),
    *("sentence", "option1", "option2", "answer"),
)


def form_of(body: Any) -> str | None:
    """The form of a row, None where it is of none with endings."""
    if not isinstance(body, dict):
        return None
    marks = ((HELLASWAG, "endings"), (WINOGRANDE, "option1"), (ARC, "answerKey"))
    return next((form for form, field in marks if field in body), None)


def ending_questions(rows: Sequence[tuple[str, Any]], subject: str, split: str, name: str) -> tuple[Question, ...]:
    """The questions of `rows`, each with where it stands; all are of the form of the first. `name`: of the file, for
    what went wrong. Raises AppError(kind="questions")."""
    if len(rows) > MOST_ROWS:
        raise trouble(name, f"it contains more than {format.count(MOST_ROWS)} questions")
    form = form_of(rows[0][1]) if rows else None
    if form is None:
        raise trouble(name, "it is empty")
    found = []
    for number, (where, body) in enumerate(rows):
        if form_of(body) != form:
            raise trouble(name, f"{where} is not of the same form as the rows before it")
        try:
            row = _READERS[form](body)
            _check(row)
        except _UnansweredError as error:
            raise AppError(trouble(name, f"{where} {error}").user_text, kind=UNANSWERED) from None
        except ValueError as error:
            raise trouble(name, f"{where} {error}") from None
        found.append(Question(subject, split, number, row.text, row.choices, row.answer, form))
    return tuple(found)


def cleaned(text: str) -> str:
    """`text` as lm-evaluation-harness cleans what HellaSwag took from WikiHow."""
    text = text.strip().replace(" [title]", ". ")
    return _BRACKETS.sub("", text).replace("  ", " ")


def _hellaswag(body: dict[str, Any]) -> _Row:
    endings = body["endings"]
    if not isinstance(endings, list) or not all(isinstance(ending, str) and ending.strip() for ending in endings):
        raise ValueError("has no list of texts as its endings")
    context = f"{_text(body, 'ctx_a')} {_text(body, 'ctx_b', optional=True).capitalize()}"
    label = body.get("label")
    number = int(label) if isinstance(label, str) and re.fullmatch(r" *[0-9]{1,3} *", label) else label
    if not isinstance(number, int) or isinstance(number, bool):
        raise _UnansweredError(_unanswered("label"))
    text = cleaned(f"{_text(body, 'activity_label')}: {context}")
    return _Row(text, tuple(cleaned(ending) for ending in endings), number)


def _arc(body: dict[str, Any]) -> _Row:
    """As AI2 released it ("question" holds stem and choices), or as at the hub (texts and labels of "choices")."""
    asked = body.get("question")
    held = asked if isinstance(asked, dict) else body
    choices = held.get("choices")
    texts: list[Any]
    labels: list[Any]
    if isinstance(choices, dict):  # a list of texts beside a list of labels
        texts, labels = choices.get("text") or [], choices.get("label") or []
    elif isinstance(choices, list) and all(isinstance(choice, dict) for choice in choices):
        texts, labels = [choice.get("text") for choice in choices], [choice.get("label") for choice in choices]
    else:
        texts, labels = [], []
    if not _are_texts(texts) or not _are_texts(labels) or len(texts) != len(labels):
        raise ValueError('has no "choices" with a text and a label each')
    key = str(body["answerKey"] or "").strip()
    if not key:
        raise _UnansweredError(_unanswered("answerKey"))
    if labels.count(key) != 1:
        raise ValueError(f"has the answer {safe_name(key, 20)!r}, which is not the label of one of its choices")
    stem = _text(held, "stem") if isinstance(asked, dict) else _text(body, "question")
    return _Row(stem, tuple(texts), labels.index(key))


def _winogrande(body: dict[str, Any]) -> _Row:
    sentence = _text(body, "sentence")
    if not sentence.partition(BLANK)[2].strip():
        raise ValueError(f'needs a blank "{BLANK}" in its sentence, and text behind it')
    answer = str(body.get("answer", "")).strip()
    if answer not in ("1", "2"):
        raise _UnansweredError(_unanswered("answer"))
    return _Row(sentence, (_text(body, "option1"), _text(body, "option2")), int(answer) - 1)


_READERS: dict[str, Callable[[dict[str, Any]], _Row]] = {HELLASWAG: _hellaswag, ARC: _arc, WINOGRANDE: _winogrande}


def _text(body: dict[str, Any], field: str, optional: bool = False) -> str:
    """The text of a field; "" where it may be missing. Raises ValueError."""
    value = body.get(field)
    if optional and (value is None or value == ""):
        return ""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f'has no text as its "{field}"')
    return value


def _are_texts(values: Any) -> bool:
    return (
        isinstance(values, list) and bool(values) and all(isinstance(value, str) and value.strip() for value in values)
    )


def _unanswered(field: str) -> str:
    return f'does not say what is right: its "{field}" is missing (test files are released without answers)'


def _check(row: _Row) -> None:
    """Raises ValueError where a row is no question."""
    if not 2 <= len(row.choices) <= _MOST:
        raise ValueError(f"has {len(row.choices)} options instead of 2 to {_MOST}")
    if not 0 <= row.answer < len(row.choices):
        raise ValueError(f"has the answer {row.answer}, but {len(row.choices)} options")
    if len(row.text) + sum(map(len, row.choices)) > LONGEST:
        raise ValueError(f"is longer than {format.count(LONGEST)} characters")
