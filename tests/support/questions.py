"""Questions made on the spot."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from weighin.core.evaluations.forms import HELLASWAG, WINOGRANDE
from weighin.core.evaluations.questions import LETTERS, Question

WORDS = ("red", "blue", "seven", "lamp", "river", "stone", "bread", "under", "never", "always", "small", "cold", "warm")


def make_questions(subject: str, split: str, count: int, seed: int = 0) -> list[Question]:
    """`count` questions of very different lengths, some with white space around, line breaks, and odd characters."""
    draw = random.Random(f"{subject}/{split}/{seed}")

    def text(least: int, most: int) -> str:
        return " ".join(draw.choice(WORDS) for _ in range(draw.randint(least, most)))

    questions = []
    for row in range(count):
        stem = text(2, 12) + "?"
        if row % 5 == 1:
            stem = f" {stem}\n"
        if row % 7 == 2:
            stem = f"{text(1, 3)}\n\n{stem}"
        if row % 6 == 3:
            stem = f"Δ = “{stem}” 日本"
        choices = tuple("None" if row % 9 == 4 and i == 2 else text(1, 3) for i in range(4))
        questions.append(Question(subject, split, row, stem, choices, draw.randrange(4)))
    return questions


def make_endings(form: str, split: str, count: int, seed: int = 0) -> list[Question]:
    """`count` questions of a form with endings, of two to five options, some of one token and some long."""
    draw = random.Random(f"{form}/{split}/{seed}")

    def text(least: int, most: int) -> str:
        return " ".join(draw.choice(WORDS) for _ in range(draw.randint(least, most)))

    questions = []
    choices: tuple[str, ...]
    for row in range(count):
        if form == WINOGRANDE:
            before, rest = (
                "" if row % 11 == 5 else f"{text(2, 9)} ",
                draw.choice((f" {text(1, 8)}.", ".", f"'s {text(1, 4)}")),
            )
            stem, choices = f"{before}_{rest}", (text(1, 2), text(1, 2))
        else:
            stem = f"{text(1, 2)}: {text(2, 6)}." + (" " if row % 9 == 4 else "")
            options = 4 if form == HELLASWAG else 3 + row % 3
            choices = tuple("Δ日本" if row % 8 == 3 and i == 1 else text(1, 1 + 2 * (row % 3)) for i in range(options))
        questions.append(Question(form, split, row, stem, choices, draw.randrange(len(choices)), form))
    return questions


def write_folder(folder: Path, subjects: dict[str, int], splits: tuple[str, ...] = ("test",)) -> Path:
    """A set in the Hendrycks layout: five dev rows a subject and as many rows as asked in each of `splits`."""
    for split in ("dev", *splits):
        (folder / split).mkdir(parents=True, exist_ok=True)
        for subject, count in subjects.items():
            rows = make_questions(subject, split, 5 if split == "dev" else count)
            write_csv(folder / split / f"{subject}_{split}.csv", rows)
    return folder


def write_csv(path: Path, questions: list[Question]) -> None:
    """Rows without a header, as the released files have them."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        for question in questions:
            writer.writerow([question.text, *question.choices, LETTERS[question.answer]])
