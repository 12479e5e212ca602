"""Multiple-choice questions, sets of them, and their subjects."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from weighin.core.evaluations.forms import ENDING_FORMS, LETTERS_FORM
from weighin.core.safe_text import safe_name

# Of MMLU's four options; endings may be fewer or one more.
LETTERS = ("A", "B", "C", "D")
OPTION_LETTERS = (*LETTERS, "E")


@dataclass(frozen=True)
class Question:
    """One row exactly as released. row: counted from 0 in its file; choices: four, of endings two to five; answer:
    index of the right one. form: of forms.py; texts of HellaSwag are cleaned as lm-evaluation-harness does."""

    subject: str
    split: str
    row: int
    text: str
    choices: tuple[str, ...]
    answer: int
    form: str = LETTERS_FORM

    @property
    def id(self) -> str:
        """SUBJECT/SPLIT/ROW."""
        return f"{self.subject}/{self.split}/{self.row}"

    @property
    def letter(self) -> str:
        """The right letter."""
        return OPTION_LETTERS[self.answer]

    @property
    def lengths(self) -> tuple[int, ...] | None:
        """Bytes of each ending, by which acc_norm divides; None where the form has no acc_norm."""
        form = ENDING_FORMS.get(self.form)
        if form is None or not form.normed:
            return None
        return tuple(max(1, len(choice.encode("utf-8", "surrogatepass"))) for choice in self.choices)


@dataclass(frozen=True)
class QuestionSetInfo:
    """A set as the list shows it. key: "starter", "mmlu", another name or the path of one's own. available: it is on
    this computer. counts: rows by split, empty while it is not here. label: what scores on it may be called.
    megabytes: about so many are downloaded, 0 where it cannot be."""

    key: str
    title: str
    available: bool
    is_mmlu: bool = False
    counts: dict[str, int] | None = None
    label: str = ""
    megabytes: int = 0


@dataclass(frozen=True)
class QuestionSet:
    """All rows of one set, split by split, in file order. sha256: of `canonical_lines` of all its rows.

    is_mmlu: its rows are those of the released MMLU, by checksum; only then a score may be called MMLU. note: what a
    score on it may be called, where that is another thing than MMLU or not MMLU."""

    key: str
    title: str
    questions: tuple[Question, ...]
    sha256: str
    is_mmlu: bool = False
    note: str = ""

    @property
    def form(self) -> str:
        """What its questions look like: all of a set are of one form."""
        return self.questions[0].form if self.questions else LETTERS_FORM

    def of_split(self, split: str) -> tuple[Question, ...]:
        """Rows of one split."""
        return tuple(q for q in self.questions if q.split == split)

    @property
    def splits(self) -> tuple[str, ...]:
        """Splits with rows, in the order test, val, dev, then others."""
        found = {q.split for q in self.questions}
        return tuple(s for s in ("test", "val", "dev") if s in found) + tuple(sorted(found - {"test", "val", "dev"}))

    def subjects(self, split: str) -> dict[str, int]:
        """Number of rows of each subject in one split, by name."""
        return dict(sorted(Counter(q.subject for q in self.of_split(split)).items()))

    def examples(self, subject: str) -> tuple[Question, ...]:
        """The worked examples of a subject: its dev rows in file order."""
        return tuple(q for q in self.questions if q.split == "dev" and q.subject == subject)


def canonical_lines(questions: tuple[Question, ...]) -> bytes:
    """JSON lines [subject, row, question, A, B, C, D, letter], by subject and row: what checksums are taken of."""
    rows = sorted(questions, key=lambda q: (q.subject, q.row))
    lines = [json.dumps([q.subject, q.row, q.text, *q.choices, q.letter], ensure_ascii=False, separators=(",", ":"))
             for q in rows]  # fmt: skip
    return "".join(line + "\n" for line in lines).encode("utf-8", "surrogatepass")


def checksum(questions: tuple[Question, ...]) -> str:
    """sha256 of the canonical lines of `questions`, which are of one split."""
    return hashlib.sha256(canonical_lines(questions)).hexdigest()


def set_checksum(questions: tuple[Question, ...]) -> str:
    """One sha256 for a whole set: of its splits' names and checksums."""
    splits = sorted({q.split for q in questions})
    parts = [f"{s} {checksum(tuple(q for q in questions if q.split == s))}\n" for s in splits]
    return hashlib.sha256("".join(parts).encode()).hexdigest()


UNNAMED = "questions"
_LONGEST = 100
# "/" parts the id of a question; U+FFFD is what a control or an unseen character becomes.
_REPLACED = re.compile("[/\ufffd\\s]+")


def subject_name(text: str) -> str:
    """`text` as the name of a subject: on one line, without "/" and unseen characters, at most 100 characters;
    "questions" where nothing is left."""
    shown = safe_name(unicodedata.normalize("NFC", text), len(text) + 1)
    return _REPLACED.sub(" ", shown).strip()[:_LONGEST].strip() or UNNAMED


def named_subjects(text: str, known: Collection[str]) -> tuple[str, ...]:
    """The subjects in a list "a,b", where a name of `known` may hold commas itself. A name that is not known stays one
    word of the list."""
    parts = [part for part in text.split(",") if part.strip()]
    found: list[str] = []
    while parts:
        joined = (",".join(parts[:end]).strip() for end in range(len(parts), 1, -1))
        name = next((one for one in joined if one in known), parts[0].strip())
        found.append(name)
        parts = parts[name.count(",") + 1 :]
    return tuple(found)
