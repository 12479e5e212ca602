"""Questions in CSV: as MMLU was released, without a header and with commas, and as spreadsheets write such a table."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

from weighin.core.evaluations.question_rows import (
    ANSWERS_WANTED,
    QuestionRow,
    decoded,
    is_answer,
    line_of,
    questions_of,
    trouble,
)
from weighin.core.evaluations.questions import Question
from weighin.core.safe_text import safe_name

_CELLS = 6
_WANTED = "question, four options, answer"
_SEPARATORS = (",", ";", "\t")
# Excel's own first line, which names the separator and is no row.
_DECLARED = re.compile(r'"?sep=([^"\s]|\t)"?[ ;,\t]*(\r\n|\r|\n|$)', re.IGNORECASE)
_ANSWER_HEADS = frozenset(
    ("answer", "answers", "correct", "correct answer", "right answer", "letter", "key", "solution")
)
_QUESTION_HEADS = frozenset(("question", "questions", "prompt", "input", "text"))
_OPTION_MARKS = ("abcd", "1234", "0123")


@dataclass(frozen=True)
class _Table:
    """Rows with the line each begins in. problem: why it could not be read to its end."""

    rows: tuple[tuple[int, list[str]], ...]
    problem: str = ""

    @property
    def fits(self) -> bool:
        """Whether every row is a question."""
        return bool(self.rows) and self.likeness[0] == len(self.rows)

    @property
    def likeness(self) -> tuple[int, int]:
        """How many rows are a question, and how far all are from having six cells (negative): more is better."""
        questions = sum(len(cells) == _CELLS and is_answer(cells[-1]) for _, cells in self.rows)
        return questions, -sum(abs(len(cells) - _CELLS) for _, cells in self.rows)


def csv_rows(data: bytes, subject: str, split: str, name: str) -> tuple[Question, ...]:
    """Questions of one CSV file: question, A, B, C, D, answer (a letter, or numbers where it is clear what they count).
    `name`: of the file, for what went wrong. Separated by commas, semicolons or tabs; a header in this order is passed
    over; quoted cells may hold line breaks; "None" stays text. Raises AppError(kind="questions")."""
    table = _table(decoded(data, name))
    rows = table.rows[1:] if table.rows and _is_header(table.rows[0], name) else table.rows
    for line, cells in rows:
        if len(cells) != _CELLS:
            count = f"{len(cells)} cell{'s' * (len(cells) > 1)}"
            raise trouble(name, f"line {line} has {count} instead of {_CELLS} ({_problem(cells)})")
    if table.problem:
        raise trouble(name, table.problem)
    if rows and rows[0] is table.rows[0] and not is_answer(rows[0][1][-1]):
        where = f"line {rows[0][0]}"
        raise trouble(name, f"{where}: {ANSWERS_WANTED}; in a header line the last column must be “answer”")
    return questions_of(
        [QuestionRow(f"line {n}", subject, split, tuple(cells[:5]), cells[5]) for n, cells in rows], name
    )


def _table(text: str) -> _Table:
    """`text` with the separator it declares, or else the one that makes most of its rows questions."""
    if declared := _DECLARED.match(text):
        return _read(text[declared.end() :], declared[1], line_of(text, declared.end()))
    best = _read(text, _SEPARATORS[0])
    for separator in _SEPARATORS[1:]:
        if best.fits:
            break
        other = _read(text, separator)
        best = other if other.likeness > best.likeness else best
    return best


def _read(text: str, separator: str, line: int = 1) -> _Table:
    """Rows that are not blank, without empty columns behind the sixth. `line`: in which `text` begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[tuple[int, list[str]]] = []
    begins = line
    try:
        for cells in reader:
            while len(cells) > _CELLS and not cells[-1].strip():
                cells.pop()
            if any(cell.strip() for cell in cells):
                rows.append((begins, cells))
            begins = line + reader.line_num
    except csv.Error as error:
        return _Table(tuple(rows), f"line {begins} cannot be read as CSV ({error}); is a quotation mark left open?")
    return _Table(tuple(rows))


def _is_header(row: tuple[int, list[str]], name: str) -> bool:
    """Whether the first row names the columns. Raises AppError where it names others, or in another order."""
    line, cells = row
    heads = [cell.strip().casefold() for cell in cells]
    if len(cells) == _CELLS and is_answer(cells[-1]):
        return False
    if not (_ANSWER_HEADS & {heads[-1]} or (_ANSWER_HEADS & set(heads) and _QUESTION_HEADS & set(heads))):
        return False
    marks = [head[-1:] for head in heads[1:5]]
    shuffled = any(sorted(marks) == list(order) and marks != list(order) for order in _OPTION_MARKS)
    if len(cells) != _CELLS or heads[-1] not in _ANSWER_HEADS or shuffled:
        named = safe_name(", ".join(cells), 100)
        raise trouble(
            name, f"line {line}: its columns are {named}; expected question, A, B, C, D, answer in this order"
        )
    return True


def _problem(cells: list[str]) -> str:
    """What may be wrong with a row of so many cells."""
    if len(cells) == _CELLS + 1:
        return f"five options? expected: {_WANTED}"
    if any("\n" in cell or "\r" in cell for cell in cells):
        return f"is a quotation mark left open? expected: {_WANTED}"
    return f"expected: {_WANTED}"
