"""Question sets on disk: a folder or an archive in the layout of MMLU's authors, or one file of one's own.

Layout: {dev,val,test}/SUBJECT_{dev,val,test}.csv, or the same below one folder ("data").
"""

from __future__ import annotations

import json
import lzma
import re
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from weighin.core import format
from weighin.core.errors import AppError
from weighin.core.evaluations import mmlu_data
from weighin.core.evaluations.ending_files import (
    PARQUET,
    TOO_LARGE,
    ending_paths,
    ending_set,
    folder_questions,
    parquet_questions,
    split_of,
)
from weighin.core.evaluations.ending_rows import ending_questions, form_of
from weighin.core.evaluations.forms import ENDING_FORMS
from weighin.core.evaluations.question_csv import csv_rows
from weighin.core.evaluations.question_rows import (
    QuestionRow,
    check_filled,
    decoded,
    line_of,
    questions_of,
    trouble,
    with_plain_lines,
)
from weighin.core.evaluations.questions import LETTERS, Question, QuestionSet, checksum, set_checksum, subject_name
from weighin.core.safe_text import safe_name

_BLANK = re.compile(r"[ \t\r\n]*")
_HOLDERS = ("questions", "data")
_WANTED = "expected one object per line, or one array of objects"


def json_rows(data: bytes, subject: str, name: str, split: str = "test") -> tuple[Question, ...]:
    """Questions of a JSON file: objects with "question", "choices" (four texts), "answer" (a letter or 0..3), and if
    they like "subject" and "split" ("test" otherwise, "dev" for worked examples), or rows of HellaSwag, ARC or
    WinoGrande (ending_rows.py), which are of `split`. They stand one a line, in an array, or in an array that an object
    calls "questions" or "data". Raises AppError."""
    bodies = list(_bodies(decoded(data, name), name))
    if bodies and form_of(bodies[0][1]) is not None:
        return ending_questions(bodies, subject, split, name)
    return questions_of([_row(where, body, subject, name) for where, body in bodies], name)


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
            raise trouble(name, f"line {line_of(text, wrong)} is not JSON; {_WANTED}") from None
        except (ValueError, RecursionError):
            raise trouble(name, f"line {line} is not readable JSON; {_WANTED}") from None
        yield line, value
        place = _BLANK.match(text, end).end()  # type: ignore[union-attr]


def _row(where: str, body: Any, subject: str, name: str) -> QuestionRow:
    if not isinstance(body, dict):
        raise trouble(name, f"{where} is not a JSON object; {_WANTED}")
    topic, split, choices = body.get("subject"), body.get("split"), body.get("choices")
    if not isinstance(topic, (str, type(None))) or split not in (None, "dev", "val", "test"):
        raise trouble(name, f'{where}: "subject" must be text and "split" one of dev, val and test')
    if not isinstance(choices, list) or len(choices) != len(LETTERS):
        count = len(choices) if isinstance(choices, list) else "no"
        raise trouble(name, f'{where} has {count} options; "choices" must be four')
    cells = (body.get("question"), *choices)
    return QuestionRow(where, subject_name(topic) if topic else subject, split or "test", cells, body.get("answer"))


_MEMBER = re.compile(r"(?:\./)?(?:[^/]+/)?(dev|val|test)/([^/]+)_(dev|val|test)\.csv")
_JSON, _CSV = (".jsonl", ".json", ".ndjson"), (".csv", ".tsv", ".txt")
# How a workbook of today (a ZIP archive), and one of long ago, begins.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_LARGEST_FILE, _LARGEST_SET = 16 << 20, 128 << 20
_MOST_MEMBERS, _LARGEST_ARCHIVE = 20_000, 4 << 30


def read_path(path: Path) -> QuestionSet:
    """The set at `path`: a folder, a tar archive, or a file of one's own (_CSV, _JSON). Raises AppError."""
    try:
        if path.is_dir():
            return _folder(path)
        _check_no_workbook(path)
        suffix = path.suffix.lower()
        if suffix in (*_JSON, PARQUET):
            return _own(path, _rows(path, subject_name(path.stem), split_of(path.stem)))
        if suffix in _CSV:
            return _own(path, csv_rows(_read(path), subject_name(path.stem), "test", path.name))
        return _judged(path, _files_of_archive(path))
    except FileNotFoundError:
        raise AppError(f"There is no {safe_name(path.name)} at {path.parent}.", kind="questions") from None
    except (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise AppError(f"{safe_name(path.name)} cannot be read: {error.strerror}.", kind="questions") from None
        text = f"{safe_name(path.name)} is not a question file: expected a folder, a tar archive, CSV or JSON."
        raise AppError(text, str(error), "questions") from None


def _rows(path: Path, subject: str, split: str) -> tuple[Question, ...]:
    """The questions of a JSON or Parquet file; `split`: of rows that do not say it themselves."""
    if path.suffix.lower() == PARQUET:
        return parquet_questions(_read(path), subject, split, path.name)
    return json_rows(_read(path), subject, path.name, split)


def _folder(path: Path) -> QuestionSet:
    """The set in a folder: files with endings, or the layout of MMLU's authors."""
    released = any((at / split).is_dir() for at in (path, path / "data") for split in mmlu_data.ROWS)
    if released or not ending_paths(path):
        return _judged(path, _files_of_folder(path))
    return _own(path, tuple(q for found in folder_questions(path, _rows) for q in found))


def _files_of_folder(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    """(split, subject, content) of every question file, also one folder deeper ("data")."""
    base = folder if any((folder / split).is_dir() for split in mmlu_data.ROWS) else folder / "data"
    for split in mmlu_data.ROWS:
        for path in sorted((base / split).glob("*.csv")):
            subject = path.name.removesuffix(f"_{split}.csv")
            if subject == path.name:
                text = f"{safe_name(path.name)} in {split} should be named SUBJECT_{split}.csv."
                raise AppError(text, kind="questions")
            yield split, subject, _read(path)


def _files_of_archive(path: Path) -> Iterator[tuple[str, str, bytes]]:
    """The same of a tar archive, read in memory: nothing is unpacked, links and other files are passed over."""
    with tarfile.open(path, "r:*") as archive:
        seen, total = 0, 0
        for member in archive:
            seen, total = seen + 1, total + member.size
            if seen > _MOST_MEMBERS or total > _LARGEST_ARCHIVE:
                raise AppError(f"{safe_name(path.name)} contains far more than questions.", kind="questions")
            match = _MEMBER.fullmatch(member.name)
            if not match or not member.isreg() or match[1] != match[3]:
                continue
            if member.size > _LARGEST_FILE:
                raise AppError(f"{safe_name(member.name)} is larger than any question file.", kind="questions")
            stream = archive.extractfile(member)
            assert stream is not None
            data = stream.read()
            if len(data) != member.size:
                raise AppError(f"{safe_name(path.name)} is damaged: it ends too early.", kind="questions")
            yield match[1], match[2], data


def _judged(path: Path, files: Iterator[tuple[str, str, bytes]]) -> QuestionSet:
    """The set of many files: the released MMLU, or one of the user's own that does not pretend to be it."""
    questions: list[Question] = []
    seen: set[tuple[str, str]] = set()
    total = 0
    for split, subject, data in files:
        total += len(data)
        if total > _LARGEST_SET:
            raise AppError(f"{safe_name(path.name)} contains far more than questions.", kind="questions")
        named = subject_name(subject)
        if (split, named) in seen:
            raise AppError(f"{safe_name(path.name)} contains {named} twice.", kind="questions")
        seen.add((split, named))
        questions += csv_rows(data, named, split, f"{subject}_{split}.csv")
    if not any(q.split != "dev" for q in questions):
        text = (
            f"{safe_name(path.name)} contains no questions: there is no test/SUBJECT_test.csv or val/SUBJECT_val.csv."
        )
        raise AppError(text, kind="questions")
    found = tuple(questions)
    if {q.subject for q in found} <= set(mmlu_data.CATEGORIES):
        _check_released(path.name, found)
        return QuestionSet(str(path), f"MMLU ({path.name})", found, set_checksum(found), True)
    return _own(path, found)


def _check_released(name: str, questions: tuple[Question, ...]) -> None:
    """Raise where questions under the names of MMLU's subjects are not MMLU's."""
    for split in {q.split for q in questions} | {"dev"}:
        rows = tuple(q for q in questions if q.split == split)
        missing = sorted(set(mmlu_data.CATEGORIES) - {q.subject for q in rows})
        if missing:
            some = ", ".join(missing[:3]) + (" and more" if len(missing) > 3 else "")
            text = (
                f"{safe_name(name)} is not all of MMLU: {len(missing)} of 57 subjects are missing in {split} ({some})."
            )
            raise AppError(text, kind="questions")
        if checksum(rows) != mmlu_data.CHECKSUMS[split]:
            wanted = mmlu_data.ROWS[split]
            what = f"{format.count(len(rows))} rows instead of {format.count(wanted)}"
            what = what if len(rows) != wanted else "some rows are changed"
            text = f"{safe_name(name)} is not MMLU as it was released: in {split} {what}. It is not used."
            raise AppError(text, kind="questions")


def _own(path: Path, questions: tuple[Question, ...]) -> QuestionSet:
    if not any(q.split != "dev" for q in questions):
        raise AppError(f"{safe_name(path.name)} contains few-shot examples but no questions.", kind="questions")
    if questions[0].form in ENDING_FORMS:
        return ending_set(path, questions)
    check_filled(questions, path.name)
    found = with_plain_lines(questions)
    return QuestionSet(str(path), path.name, found, set_checksum(found))


def _read(path: Path) -> bytes:
    if path.stat().st_size > _LARGEST_FILE:
        raise AppError(f"{safe_name(path.name)} is larger than any question file.", kind=TOO_LARGE)
    return path.read_bytes()


def _check_no_workbook(path: Path) -> None:
    """Raise where `path` is what a spreadsheet keeps for itself."""
    with path.open("rb") as stream:
        if stream.read(4) in _WORKBOOKS:
            text = (
                f"{safe_name(path.name)} is a workbook or a ZIP archive: save its sheet as “CSV UTF-8” and open that."
            )
            raise AppError(text, kind="questions")
