"""What every question file comes to: texts, answers, and one sentence where something is wrong. Nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.evaluations.questions import LETTERS, Question
from weighin.core.safe_text import safe_name
from weighin.core.text_bytes import unmarked

# Far above any real question; a worker's line must hold a question with room to spare.
LONGEST = 100_000
MOST_ROWS = 100_000
_LINE_END = re.compile(r"\r\n|\r|\n")
_LETTER = re.compile(r"\(?([A-Da-d])[).:]?")
_NUMBER = re.compile(r"([0-4])(?:\.0+)?")
_SAVE_AS = "save it as UTF-8 (a spreadsheet calls that “CSV UTF-8”)"
ANSWERS_WANTED = "the answer must be A, B, C or D, or the number of an option"


@dataclass(frozen=True)
class QuestionRow:
    """What one question of a file says. where: for a sentence, such as "line 3"; cells: the question and its options;
    answer: a letter or a number as text, or an index as a whole number."""

    where: str
    subject: str
    split: str
    cells: tuple[Any, ...]
    answer: Any


def trouble(name: str, what: str) -> AppError:
    """What is wrong with the file `name`."""
    return AppError(f"{safe_name(name)}: {what}.", kind="questions")


def decoded(data: bytes, name: str) -> str:
    """The text of a file in UTF-8, or in whatever its byte order mark names; without the mark. Raises AppError."""
    body, encoding = unmarked(data)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        before = body[: error.start].decode(encoding, "replace")
        kind = encoding[:6].upper().rstrip("-")
        raise trouble(name, f"line {line_of(before, len(before))} is not {kind} text: {_SAVE_AS}") from None
    if "\0" in text:
        raise trouble(name, f"it contains zero bytes: not text, or UTF-16 without a byte-order mark: {_SAVE_AS}")
    return text


def line_of(text: str, place: int) -> int:
    """The line of `text`, from 1, in which the character at `place` stands."""
    return len(_LINE_END.findall(text, 0, place)) + 1


def is_answer(text: str) -> bool:
    """Whether `text` can stand where the answer is given: a letter, or a number up to 4."""
    return bool(_LETTER.fullmatch(text.strip()) or _NUMBER.fullmatch(text.strip()))


def questions_of(rows: Sequence[QuestionRow], name: str) -> tuple[Question, ...]:
    """The questions that `rows` state, counted from 0 in each subject and split. Raises AppError."""
    if not rows:
        raise trouble(name, "it is empty")
    if len(rows) > MOST_ROWS:
        raise trouble(name, f"it contains more than {format.count(MOST_ROWS)} questions")
    for row in rows:
        _check_texts(row, name)
    first = _first_number(rows, name)
    counts: dict[tuple[str, str], int] = {}
    found = []
    for row in rows:
        key = (row.subject, row.split)
        number = counts[key] = counts.get(key, -1) + 1
        answer = _index(row.answer, first)
        if answer is None:
            raise trouble(name, f"{row.where}: {ANSWERS_WANTED}")
        found.append(Question(row.subject, row.split, number, row.cells[0], tuple(row.cells[1:]), answer))
    return tuple(found)


def check_filled(questions: tuple[Question, ...], name: str) -> None:
    """Raise where a question or an option is nothing but white space."""
    for question in questions:
        if not all(cell.strip() for cell in (question.text, *question.choices)):
            where = f"question {format.count(question.row + 1)} of {question.subject} ({question.split})"
            raise trouble(name, f"{where} has an empty cell; it needs a question and four options")


def with_plain_lines(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    """The same with newlines for the line ends of other systems, which a model would read as other text."""
    return tuple(
        Question(q.subject, q.split, q.row, _plain(q.text), tuple(_plain(c) for c in q.choices), q.answer)
        for q in questions
    )


def _plain(text: str) -> str:
    return _LINE_END.sub("\n", text)


def _check_texts(row: QuestionRow, name: str) -> None:
    if any(not isinstance(cell, str) for cell in row.cells):
        raise trouble(name, f"{row.where}: question and options must be texts")
    if sum(len(cell) for cell in row.cells) > LONGEST:
        raise trouble(name, f"{row.where} is longer than {format.count(LONGEST)} characters")


def _first_number(rows: Sequence[QuestionRow], name: str) -> int:
    """Whether the numbers among the answers count the options from 0 or from 1. Raises AppError where that, or whether
    they are places at all, cannot be told."""
    numbered = [(row, int(match[1])) for row in rows if (match := _number(row.answer))]
    if not numbered:
        return 0
    lowest, highest = min(n for _, n in numbered), max(n for _, n in numbered)
    if (lowest > 0) == (highest < len(LETTERS)):
        said = f"its answers are numbers from {lowest} to {highest}"
        raise trouble(name, f"{said}, which may count from 0 or from 1: write A, B, C or D")
    first = 0 if lowest == 0 else 1
    # In a set of sums the right option may itself be written down as the answer.
    places = [(row, number, row.cells[1:]) for row, number in numbered]
    if all(str(number) in options for _, number, options in places):
        for row, number, options in places:
            if options[number - first] != str(number):
                raise trouble(
                    name, f"{row.where}: {number} is both an option and the number of another: write its letter"
                )
    return first


def _number(answer: Any) -> re.Match[str] | None:
    return _NUMBER.fullmatch(answer.strip()) if isinstance(answer, str) else None


def _index(answer: Any, first: int) -> int | None:
    """0..3 for a letter, a number in a text, which counts from `first`, or an index."""
    if isinstance(answer, str):
        if letter := _LETTER.fullmatch(answer.strip()):
            return LETTERS.index(letter[1].upper())
        number = _number(answer)
        return int(number[1]) - first if number else None
    if isinstance(answer, (int, float)) and not isinstance(answer, bool) and answer in range(len(LETTERS)):
        return int(answer)
    return None
