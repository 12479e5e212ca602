"""Sets with endings on disk: as they were released, as the hub has them, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from weighin.core.downloads.download import DownloadPlan, WantedFile
from weighin.core.errors import AppError
from weighin.core.evaluations.evaluation import CHAT, EvaluationChoice
from weighin.core.evaluations.evaluation_outlook import drawn, most_shots, reading_tokens
from weighin.core.evaluations.forms import ARC, HELLASWAG, WINOGRANDE
from weighin.core.evaluations.question_files import read_path
from weighin.core.evaluations.standard_sets import BY_KEY, STANDARD_SETS, included
from weighin.paths import resources

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "parquet"
SWAG = {"activity_label": "L", "ctx_a": "A b.", "ctx_b": "c", "endings": ["d", "e", "f", "g"], "label": 1}
HUB_ARC = {"question": "W?", "choices": {"text": ["a", "b", "c"], "label": ["A", "B", "C"]}, "answerKey": "C"}
SCHEMA = {"sentence": "The _ fell.", "option1": "cup", "option2": "jug", "answer": "2"}


def write(path: Path, *rows: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "row", "form", "split"),
    [
        ("hellaswag_val.jsonl", SWAG, HELLASWAG, "val"),
        ("ARC-Easy-Test.jsonl", HUB_ARC, ARC, "test"),
        ("dev.jsonl", SCHEMA, WINOGRANDE, "val"),
        ("mine.json", SCHEMA, WINOGRANDE, "test"),
    ],
)
def test_a_released_file_is_recognised_by_its_fields(tmp_path: Path, name: str, row: Any, form: str, split: str):
    found = read_path(write(tmp_path / name, row, row))
    assert (found.form, found.splits, len(found.questions)) == (form, (split,), 2)
    assert found.title == name and not found.is_mmlu
    assert "questions from a file of your own, not checked against the released ones." in found.note


def test_an_array_of_rows_as_well(tmp_path: Path):
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([SCHEMA, SCHEMA]), "utf-8")
    assert read_path(path).form == WINOGRANDE


def test_rows_of_two_forms_and_rows_without_answers_are_refused(tmp_path: Path):
    with pytest.raises(AppError, match="line 2 is not of the same form"):
        read_path(write(tmp_path / "a.jsonl", SWAG, SCHEMA))
    with pytest.raises(AppError, match="test files are released without answers"):
        read_path(write(tmp_path / "test.jsonl", {**SCHEMA, "answer": ""}))


def test_a_folder_gives_its_examples_and_leaves_out_a_test_split_without_answers(tmp_path: Path):
    folder = tmp_path / "winogrande_1.1"
    write(folder / "dev.jsonl", SCHEMA, SCHEMA)
    write(folder / "test.jsonl", {**SCHEMA, "answer": ""})
    for size in ("l", "xl"):
        write(folder / f"train_{size}.jsonl", *[SCHEMA] * 30)
    found = read_path(folder)
    assert found.splits == ("val", "dev")
    assert most_shots(found, "val") == 5
    write(folder / "val.jsonl", SCHEMA)
    with pytest.raises(AppError, match="holds its val questions twice"):
        read_path(folder)
    (folder / "val.jsonl").unlink()
    write(folder / "test.jsonl", SWAG)
    with pytest.raises(AppError, match="different forms"):
        read_path(folder)


def test_a_file_of_the_hub(tmp_path: Path):
    for name, form in (("hellaswag", HELLASWAG), ("arc", ARC), ("winogrande", WINOGRANDE)):
        found = read_path(FIXTURES / f"hub-{name}.parquet")
        assert found.form == form
        beside = read_path(write(tmp_path / f"{name}.jsonl", *json.loads((FIXTURES / f"hub-{name}.json").read_text())))
        assert [(q.text, q.choices, q.answer) for q in found.questions] == [
            (q.text, q.choices, q.answer) for q in beside.questions
        ]
    with pytest.raises(AppError, match="its columns are not those of HellaSwag, ARC or WinoGrande"):
        read_path(FIXTURES / "floats.parquet")
    damaged = tmp_path / "cut.parquet"
    damaged.write_bytes((FIXTURES / "snappy.parquet").read_bytes()[:-20])
    with pytest.raises(AppError, match=r"cut.parquet cannot be read as Parquet: .*cut off"):
        read_path(damaged)


@pytest.mark.parametrize("standard", STANDARD_SETS, ids=lambda standard: standard.key)
def test_the_included_sets(standard: Any):
    found = included(standard, resources() / "questions")
    split = found.splits[0]
    rows = found.of_split(split)
    assert 20 <= len(rows) <= 40 and found.form == standard.form
    assert most_shots(found, split) == 5
    assert found.note.startswith(f"Not the real {standard.title}: ")
    assert len({q.text for q in rows}) == len(rows)
    # No place is right much more often than the others.
    places = [sum(q.answer == place for q in rows) for place in range(min(len(q.choices) for q in rows))]
    assert max(places) - min(places) <= 6
    choice = EvaluationChoice(questions=found.key, shots=0, split=split)
    protocol, sample = drawn(found, choice)
    assert (protocol.form, protocol.note, sample.n) == (standard.form, found.note, len(rows))
    assert reading_tokens(found, split, (), None, 5) > reading_tokens(found, split, (), None, 0) > 100
    with pytest.raises(AppError, match="is scored as raw text: choose the standard protocol"):
        drawn(found, EvaluationChoice(questions=found.key, shots=0, split=split, protocol=CHAT))


@pytest.mark.parametrize(
    ("key", "paths", "wanted"),
    [
        (
            "hellaswag",
            ("data/train-00000-of-00001.parquet", "data/validation-00000-of-00001.parquet", "README.md"),
            {"data/validation-00000-of-00001.parquet": "val"},
        ),
        (
            "hellaswag",
            ("default/test/0000.parquet", "default/partial-validation/0000.parquet", "default/validation/0000.parquet"),
            {"default/validation/0000.parquet": "val"},
        ),
        (
            "arc-easy",
            ("ARC-Easy/test-00000-of-00001.parquet", "ARC-Easy/train-00000-of-00001.parquet",
             "ARC-Challenge/test-00000-of-00001.parquet"),
            {"ARC-Easy/test-00000-of-00001.parquet": "test", "ARC-Easy/train-00000-of-00001.parquet": "dev"},
        ),
        (
            "winogrande",
            ("winogrande_xl/winogrande-validation.parquet", "winogrande_xs/winogrande-validation.parquet",
             "winogrande_xl/partial-train/0000.parquet"),
            {"winogrande_xl/winogrande-validation.parquet": "val"},
        ),
        (
            "winogrande",
            ("winogrande_xl/validation/0001.parquet", "winogrande_xl/validation/0000.parquet"),
            {"winogrande_xl/validation/0000.parquet": "val", "winogrande_xl/validation/0001.parquet": "val"},
        ),
        ("winogrande", ("winogrande.py", "winogrande_xl/train-00000-of-00001.parquet"), {}),
    ],
)  # fmt: skip
def test_which_files_of_the_hub_are_wanted(key: str, paths: tuple[str, ...], wanted: dict[str, str]):
    standard = BY_KEY[key]
    found = standard.wanted([WantedFile(path, 10, "a" * 64) for path in paths])
    assert {file.path: standard.split_at(file.path) for file in found} == wanted
    if found:
        assert DownloadPlan(standard.repository, "a" * 40, found).files == found
