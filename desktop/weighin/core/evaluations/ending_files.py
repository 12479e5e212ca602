"""Question sets with endings on disk: a file of rows as released, or a folder of them, JSON lines or Parquet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from weighin.core.errors import AppError
from weighin.core.evaluations.ending_rows import FIELDS, UNANSWERED, ending_questions, form_of
from weighin.core.evaluations.evaluation import MAX_SHOTS
from weighin.core.evaluations.forms import ENDING_FORMS
from weighin.core.evaluations.question_rows import trouble
from weighin.core.evaluations.questions import Question, QuestionSet, set_checksum, subject_name
from weighin.core.parquet import read_rows

PARQUET = ".parquet"
_KINDS = (".jsonl", ".ndjson", PARQUET)
# What released files are called: WinoGrande's "dev" is a validation split, no worked examples.
_SPLITS = (
    ("dev", re.compile(r"train", re.I)),
    ("val", re.compile(r"val|dev", re.I)),
    ("test", re.compile(r"test", re.I)),
)
# Test files are released without answers, and training files larger than anybody needs for a few examples.
TOO_LARGE = "large"
_PASSED_OVER = (("test", UNANSWERED), ("dev", TOO_LARGE))
_OWN = "{name} questions from a file of your own, not checked against the released ones."


def parquet_questions(data: bytes, subject: str, split: str, name: str) -> tuple[Question, ...]:
    """Questions with endings of a Parquet file as the hub has them. Raises AppError."""
    rows = [(f"row {number}", row) for number, row in enumerate(read_rows(data, name, FIELDS), 1)]
    if rows and form_of(rows[0][1]) is None:
        raise trouble(name, "its columns are not those of HellaSwag, ARC or WinoGrande")
    return ending_questions(rows, subject, split, name)


def split_of(stem: str) -> str:
    """The split that a file of this name holds: "val" or "test"."""
    found = next((split for split, name in _SPLITS if name.search(stem)), "test")
    return "test" if found == "dev" else found


def ending_set(path: Path, questions: tuple[Question, ...]) -> QuestionSet:
    """The set of a file or folder of the user's own."""
    note = _OWN.format(name=ENDING_FORMS[questions[0].form].name)
    return QuestionSet(str(path), path.name, questions, set_checksum(questions), note=note)


def ending_paths(folder: Path) -> tuple[Path, ...]:
    """The files of a folder that may hold questions with endings, also one folder deeper ("data")."""
    return tuple(sorted(p for at in (folder, folder / "data") for p in at.glob("*") if p.suffix.lower() in _KINDS))


def folder_questions(
    folder: Path, read: Callable[[Path, str, str], tuple[Question, ...]]
) -> Iterator[tuple[Question, ...]]:
    """The questions of each split of `folder`, and the first of its training rows as worked examples (split "dev").
    read(path, subject, split) reads one file. Raises AppError where a split is there twice or a file says nothing."""
    subject, seen, form = subject_name(folder.name), set(), ""
    for path in ending_paths(folder):
        split = next((split for split, name in _SPLITS if name.search(path.stem)), None)
        if split is None or (split == "dev" and split in seen):
            continue  # no questions, or the same training rows in another size
        if split in seen:
            raise trouble(folder.name, f"it holds its {split} questions twice; open one of the files")
        try:
            found = read(path, subject, split)
        except AppError as error:
            if (split, error.kind) in _PASSED_OVER:
                continue
            raise
        seen.add(split)
        form = form or found[0].form
        if found[0].form != form:
            raise trouble(folder.name, "its files are of different forms; open one of them")
        yield found[:MAX_SHOTS] if split == "dev" else found
