"""The standard sets with endings: where they are at the hub, how they are kept, and the small ones that come along.

What the hub serves is not known to this program beforehand. The revision and the sha256 of its files are noted when a
set is first fetched; from then on nothing else is taken for it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from weighin.core.downloads.download import DownloadPlan, WantedFile
from weighin.core.errors import AppError
from weighin.core.evaluations.ending_files import parquet_questions
from weighin.core.evaluations.evaluation import MAX_SHOTS
from weighin.core.evaluations.forms import ARC, HELLASWAG, WINOGRANDE
from weighin.core.evaluations.question_files import read_path
from weighin.core.evaluations.questions import Question, QuestionSet, set_checksum

# Where the hub keeps files of a data set, and where it puts those that it made itself of others.
REVISIONS = (None, "refs/convert/parquet")
_PIN = "pin.json"


@dataclass(frozen=True)
class StandardSet:
    """One set at the hub. config: the folder of its files, "" for any; splits: how the hub calls ours, the first of
    which must be there; megabytes: about what is downloaded."""

    key: str
    title: str
    form: str
    repository: str
    config: str
    splits: tuple[tuple[str, str], ...]
    megabytes: int

    @property
    def subject(self) -> str:
        """The one subject of its questions."""
        return self.key.replace("-", "_")

    def files_of(self, split: str, files: Sequence[WantedFile]) -> tuple[WantedFile, ...]:
        """The Parquet files of the hub's `split` among `files`, in their order."""
        # A part of a split that is too large to be shown whole is called "partial-".
        name = re.compile(rf"(?:.*/)?(?:(?!partial)[^/]+-)?{split}(?:-\d+-of-\d+)?(?:/\d+)?\.parquet")
        found = (file for file in files if name.fullmatch(file.path) and self._is_of_config(file.path))
        return tuple(sorted(found, key=lambda file: file.path))

    def wanted(self, files: Sequence[WantedFile]) -> tuple[WantedFile, ...]:
        """What is downloaded of `files`; () where the questions are not there."""
        found = [self.files_of(split, files) for _, split in self.splits]
        return tuple(file for split in found for file in split) if found[0] else ()

    def split_at(self, path: str) -> str:
        """Our split of a file that is `wanted`."""
        file = (WantedFile(path, 0, ""),)
        return next(ours for ours, theirs in self.splits if self.files_of(theirs, file))

    def _is_of_config(self, path: str) -> bool:
        return not self.config or path.startswith(f"{self.config}/")


_AI2_ARC, _WINOGRANDE_AT = "datasets/allenai/ai2_arc", "datasets/allenai/winogrande"
_TESTED = (("test", "test"), ("val", "validation"), ("dev", "train"))
STANDARD_SETS = (
    StandardSet("hellaswag", "HellaSwag", HELLASWAG, "datasets/Rowan/hellaswag", "", (("val", "validation"),), 7),
    StandardSet("arc-easy", "ARC-Easy", ARC, _AI2_ARC, "ARC-Easy", _TESTED, 1),
    StandardSet("arc-challenge", "ARC-Challenge", ARC, _AI2_ARC, "ARC-Challenge", _TESTED, 1),
    StandardSet(
        "winogrande", "WinoGrande", WINOGRANDE, _WINOGRANDE_AT, "winogrande_xl",
        (("val", "validation"), ("dev", "train")), 3,
    ),
)  # fmt: skip
BY_KEY = {standard.key: standard for standard in STANDARD_SETS}


def included_key(standard: StandardSet) -> str:
    """The key of the small set in the form of `standard` that comes with the program."""
    return f"{standard.key}-style"


def included_title(standard: StandardSet) -> str:
    """The name of that set."""
    return f"{standard.title} style (included)"


def included_note(standard: StandardSet) -> str:
    """What a score on that set may be called."""
    return f"Not the real {standard.title}: a few questions written for this program, to try things out."


def included(standard: StandardSet, folder: Path) -> QuestionSet:
    """That set, which lies below `folder`. Raises AppError."""
    key = included_key(standard)
    found = read_path(folder / key)
    return replace(found, key=key, title=included_title(standard), note=included_note(standard))


def pinned(folder: Path) -> DownloadPlan | None:
    """What was fetched first; None where nothing was. Raises AppError where the note of it cannot be read."""
    return _noted(folder)[0] if (folder / _PIN).exists() else None


def check_pin(standard: StandardSet, folder: Path, plan: DownloadPlan) -> None:
    """Raises AppError where `plan` is not what was fetched first."""
    before = pinned(folder)
    if before is not None and {f.sha256 for f in before.files} != {f.sha256 for f in plan.files}:
        text = f"{standard.title} on the hub has changed (its sha256 differs), so it was not downloaded."
        raise AppError(text, kind="changed")


def keep(standard: StandardSet, folder: Path, plan: DownloadPlan, paths: Sequence[Path]) -> None:
    """Read the files of `plan` at `paths`, write their questions to `folder` and note what they are. Raises AppError,
    OSError."""
    rows: dict[str, list[Question]] = {}
    for file, path in zip(plan.files, paths, strict=True):
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise AppError(f"{standard.title} was damaged on its way: download it again.", kind="questions")
        split = standard.split_at(file.path)
        rows.setdefault(split, []).extend(parquet_questions(data, standard.subject, split, file.path))
    if any(q.form != standard.form for found in rows.values() for q in found):
        raise AppError(f"The files on the hub are not {standard.title}, so they are not used.", kind="questions")
    folder.mkdir(parents=True, exist_ok=True)
    sums = {}
    for split, found in rows.items():
        data = _lines(found[:MAX_SHOTS] if split == "dev" else found)
        sums[split] = hashlib.sha256(data).hexdigest()
        _write(folder / f"{split}.jsonl", data)
    pin(folder, plan, sums)


def pin(folder: Path, plan: DownloadPlan, sums: Mapping[str, str]) -> None:
    """Note in `folder` what was fetched, and the sha256 of the questions that were kept of each split. Raises
    OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [{"path": file.path, "size": file.size, "sha256": file.sha256} for file in plan.files]
    note = {"repository": plan.repo, "revision": plan.commit, "files": files, "questions": dict(sums)}
    _write(folder / _PIN, json.dumps(note, indent=1).encode())


def is_kept(standard: StandardSet, folder: Path) -> bool:
    """Whether its questions lie in `folder`; what is in them is looked at when they are read."""
    return (folder / _PIN).is_file() and (folder / f"{standard.splits[0][0]}.jsonl").is_file()


def read(standard: StandardSet, folder: Path) -> QuestionSet:
    """The kept set. Raises AppError where a file is missing or changed."""
    plan, sums = _noted(folder)
    questions: list[Question] = []
    for split, expected in sums.items():
        path = folder / f"{split}.jsonl"
        try:
            data = path.read_bytes()
        except OSError as error:
            text = f"The stored questions of {standard.title} cannot be read ({error.strerror}): download them again."
            raise AppError(text, kind="questions") from None
        if hashlib.sha256(data).hexdigest() != expected:
            with contextlib.suppress(OSError):  # aside, so that they can be fetched again
                path.replace(path.with_suffix(".changed"))
            text = f"The stored questions of {standard.title} were changed: download them again."
            raise AppError(text, kind="questions")
        for row, line in enumerate(data.decode("utf-8", "surrogatepass").split("\n")[:-1]):
            text, choices, answer = json.loads(line)
            questions.append(Question(standard.subject, split, row, text, tuple(choices), answer, standard.form))
    found = tuple(questions)
    repository = plan.repo.removeprefix("datasets/")
    note = f"{standard.title} as at the hub: {repository}, revision {plan.commit[:12]}, checked by sha256."
    return QuestionSet(standard.key, standard.title, found, set_checksum(found), note=note)


def _noted(folder: Path) -> tuple[DownloadPlan, dict[str, str]]:
    """What was fetched first, and the sha256 of the questions of each split."""
    try:
        body: Any = json.loads((folder / _PIN).read_text("utf-8"))
        files = tuple(WantedFile(str(f["path"]), int(f["size"]), str(f["sha256"])) for f in body["files"])
        sums = {
            str(split): str(sha256) for split, sha256 in body["questions"].items() if split in ("test", "val", "dev")
        }
        return DownloadPlan(str(body["repository"]), str(body["revision"]), files), sums
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        text = f"The notes on these questions cannot be read. Delete the folder {folder.name} and download them again."
        raise AppError(text, str(error), "questions") from None


def _lines(questions: Sequence[Question]) -> bytes:
    """JSON lines [text, options, index of the right one]."""
    rows = ([q.text, list(q.choices), q.answer] for q in questions)
    text = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    return text.encode("utf-8", "surrogatepass")


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_bytes(data)
    temporary.replace(path)
