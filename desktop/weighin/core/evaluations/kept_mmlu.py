"""MMLU as this program keeps it: one file of canonical lines a split, whose sha256 is the known checksum."""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path

from weighin.core.errors import AppError
from weighin.core.evaluations import mmlu_data
from weighin.core.evaluations.questions import LETTERS, Question, QuestionSet, canonical_lines, set_checksum

KEY, TITLE = "mmlu", "MMLU"


def is_kept(folder: Path) -> bool:
    """Whether all three splits lie in `folder`; what is in them is looked at when they are read."""
    return all((folder / f"{split}.jsonl").is_file() for split in mmlu_data.CHECKSUMS)


def keep(found: QuestionSet, folder: Path) -> None:
    """Write all three splits of the released MMLU. Raises AppError where `found` is not all of it, OSError."""
    missing = set(mmlu_data.CHECKSUMS) - set(found.splits)
    if not found.is_mmlu or missing:
        what = f"its {min(missing)} split is missing" if missing else "its rows are others"
        raise AppError(f"This is not the whole of MMLU: {what}.", kind="questions")
    folder.mkdir(parents=True, exist_ok=True)
    for split in mmlu_data.CHECKSUMS:
        temporary = folder / f"{split}.tmp"
        temporary.write_bytes(canonical_lines(found.of_split(split)))
        temporary.replace(folder / f"{split}.jsonl")


def read(folder: Path) -> QuestionSet:
    """The kept MMLU. Raises AppError where a file is missing or changed."""
    questions: list[Question] = []
    for split, expected in mmlu_data.CHECKSUMS.items():
        try:
            data = (folder / f"{split}.jsonl").read_bytes()
        except OSError as error:
            text = f"The kept MMLU questions cannot be read ({error.strerror}): fetch them again."
            raise AppError(text, kind="questions") from None
        if hashlib.sha256(data).hexdigest() != expected:
            with contextlib.suppress(OSError):  # aside, so that they can be fetched again
                (folder / f"{split}.jsonl").replace(folder / f"{split}.changed")
            raise AppError("The kept MMLU questions were changed: fetch them again.", kind="questions")
        for line in data.decode("utf-8", "surrogatepass").split("\n")[:-1]:
            subject, row, text, *choices, letter = json.loads(line)
            questions.append(Question(subject, split, row, text, tuple(choices), LETTERS.index(letter)))
    return QuestionSet(KEY, TITLE, tuple(questions), set_checksum(tuple(questions)), True)
