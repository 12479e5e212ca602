"""The released MMLU: where it comes from, how it is recognised, and what it holds.

Hendrycks et al., "Measuring Massive Multitask Language Understanding", ICLR 2021 (MIT licence).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path

from weighin.core.errors import AppError
from weighin.core.evaluations import mmlu_data
from weighin.core.evaluations.questions import LETTERS, Question, QuestionSet, canonical_lines, set_checksum

REPOSITORY = "datasets/cais/mmlu"
COMMIT = "c30699e8356da336a370243923dbaf21066bb9fe"
ARCHIVE = "data.tar"
ARCHIVE_SHA256 = "bec563ba4bac1d6aaf04141cd7d1605d7a5ca833e38f994051e818489592989b"

# sha256 of questions.canonical_lines of each split, and its rows.
CHECKSUMS = {
    "dev": "6b17de29c76d856e7b725f9a9ecd44a7af40d6aa9b7c3322db4fc4a067237666",
    "val": "e48c6a8926a879ca99d0e70e1c5cd4ae0cd700a3478ecb1c69e8808e6f3b55b8",
    "test": "f4985109e8f74e58c70d5eaae6682b818753d413e0ae36b4facbc2f4608d9616",
}
ROWS = {"dev": 285, "val": 1531, "test": 14042}

# categories.py of the authors; anatomy is "other" there (lm-evaluation-harness counts it as STEM).
_CATEGORIES = {
    "STEM": """abstract_algebra astronomy college_biology college_chemistry college_computer_science
        college_mathematics college_physics computer_security conceptual_physics electrical_engineering
        elementary_mathematics high_school_biology high_school_chemistry high_school_computer_science
        high_school_mathematics high_school_physics high_school_statistics machine_learning""",
    "humanities": """formal_logic high_school_european_history high_school_us_history high_school_world_history
        international_law jurisprudence logical_fallacies moral_disputes moral_scenarios philosophy prehistory
        professional_law world_religions""",
    "social sciences": """econometrics high_school_geography high_school_government_and_politics
        high_school_macroeconomics high_school_microeconomics high_school_psychology human_sexuality
        professional_psychology public_relations security_studies sociology us_foreign_policy""",
    "other": """anatomy business_ethics clinical_knowledge college_medicine global_facts human_aging management
        marketing medical_genetics miscellaneous nutrition professional_accounting professional_medicine virology""",
}
CATEGORIES = {subject: category for category, names in _CATEGORIES.items() for subject in names.split()}


KEY, TITLE = "mmlu", "MMLU"


def is_kept(folder: Path) -> bool:
    """Whether all three splits lie in `folder`; what is in them is looked at when they are read."""
    return all((folder / f"{split}.jsonl").is_file() for split in mmlu_data.CHECKSUMS)


def keep(found: QuestionSet, folder: Path) -> None:
    """Write all three splits of the released MMLU. Raises AppError where `found` is not all of it, OSError."""
    missing = set(mmlu_data.CHECKSUMS) - set(found.splits)
    if not found.is_mmlu or missing:
        what = f"its {min(missing)} split is missing" if missing else "its rows differ"
        raise AppError(f"This is not the complete MMLU: {what}.", kind="questions")
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
            text = f"The stored MMLU questions cannot be read ({error.strerror}): download them again."
            raise AppError(text, kind="questions") from None
        if hashlib.sha256(data).hexdigest() != expected:
            with contextlib.suppress(OSError):  # aside, so that they can be fetched again
                (folder / f"{split}.jsonl").replace(folder / f"{split}.changed")
            raise AppError("The stored MMLU questions were changed: download them again.", kind="questions")
        for line in data.decode("utf-8", "surrogatepass").split("\n")[:-1]:
            subject, row, text, *choices, letter = json.loads(line)
            questions.append(Question(subject, split, row, text, tuple(choices), LETTERS.index(letter)))
    return QuestionSet(KEY, TITLE, tuple(questions), set_checksum(tuple(questions)), True)
