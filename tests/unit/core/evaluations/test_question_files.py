"""Question sets on disk, good and bad."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.questions import make_questions, write_csv, write_folder

from weighin.core.errors import AppError
from weighin.core.evaluations import kept_mmlu, mmlu_data
from weighin.core.evaluations.question_files import read_path
from weighin.core.evaluations.question_rows import csv_rows
from weighin.core.evaluations.questions import checksum

STARTER = Path(__file__).resolve().parents[4] / "resources" / "questions" / "starter"


def pack(folder: Path, archive: Path, below: str = "data", mode: str = "w") -> Path:
    with tarfile.open(archive, mode) as tar:
        for path in sorted(folder.rglob("*.csv")):
            tar.add(path, f"{below}/{path.relative_to(folder)}")
    return archive


def refusal(path: Path) -> str:
    with pytest.raises(AppError) as caught:
        read_path(path)
    assert caught.value.kind == "questions"
    return caught.value.user_text


def test_rows_are_kept_as_they_are(tmp_path: Path):
    path = tmp_path / "odd.csv"
    path.write_bytes(b'" Say ""yes"".\n\nOr not? ",None,1.0/64,2:00 AM, d ,C\r\n')
    (question,) = read_path(path).questions
    assert question.text == ' Say "yes".\n\nOr not? '
    assert question.choices == ("None", "1.0/64", "2:00 AM", " d ")
    assert (question.answer, question.id) == (2, "odd/test/0")


def test_what_is_written_is_read_again(tmp_path: Path):
    folder = write_folder(tmp_path / "set", {"tides": 30, "odd jobs": 12}, ("test", "val"))
    found = read_path(folder)
    assert found.splits == ("test", "val", "dev")
    assert found.subjects("test") == {"odd jobs": 12, "tides": 30}
    assert found.examples("tides") == tuple(make_questions("tides", "dev", 5))
    assert found.of_split("val")[:12] == tuple(make_questions("odd jobs", "val", 12))
    assert not found.is_mmlu


@pytest.mark.parametrize(("below", "mode"), [("data", "w"), (".", "w"), ("mmlu", "w:gz")])
def test_an_archive_is_the_folder_in_it(tmp_path: Path, below: str, mode: str):
    folder = write_folder(tmp_path / "set", {"tides": 10})
    packed = read_path(pack(folder, tmp_path / "set.tar", below, mode))
    assert packed.questions == read_path(folder).questions
    assert packed.sha256 == read_path(folder).sha256


def test_the_starter_questions_are_not_mmlu():
    found = read_path(STARTER)
    assert len(found.of_split("test")) == 828
    assert len(found.subjects("test")) == 23
    assert not found.is_mmlu


def test_names_that_lead_elsewhere_links_and_other_files_are_passed_over(tmp_path: Path):
    folder = write_folder(tmp_path / "set", {"tides": 10})
    archive = pack(folder, tmp_path / "set.tar")
    with tarfile.open(archive, "a") as tar:
        for name in ("../../dev/evil_dev.csv", "/test/evil_test.csv", "data/auxiliary_train/big.csv"):
            info = tarfile.TarInfo(name)
            info.size = 5
            tar.addfile(info, io.BytesIO(b"a,b,c"))
        link = tarfile.TarInfo("data/test/linked_test.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    assert read_path(archive).questions == read_path(folder).questions


def break_at_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def test_a_damaged_archive_is_refused(tmp_path: Path):
    archive = pack(write_folder(tmp_path / "set", {"tides": 400, "jobs": 400}), tmp_path / "set.tar")
    break_at_half(archive)
    assert "set.tar" in refusal(archive)
    packed = pack(write_folder(tmp_path / "more", {"tides": 400}), tmp_path / "more.tar", mode="w:gz")
    break_at_half(packed)
    assert "is no question file" in refusal(packed)
    (tmp_path / "page.tar").write_text("<html>no</html>" * 100)
    assert "neither a folder, a tar archive, CSV nor JSON lines" in refusal(tmp_path / "page.tar")


def test_a_foreign_archive_is_refused(tmp_path: Path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "readme.csv").write_text("hello")
    assert "holds no questions" in refusal(pack(tmp_path / "x", tmp_path / "other.tar"))
    assert "There is no nothing.tar" in refusal(tmp_path / "nothing.tar")


BAD_CSV: list[tuple[str, bytes, str]] = [
    ("five options", b"Q?,a,b,c,d,e,A\n", "row 1 has 7 cells instead of 6 (five options?)"),
    ("three options", b"Q?,a,b,c,d,A\nQ?,a,b,c,A\n", "row 2 has 5 cells instead of 6"),
    ("empty cell", b"Q?,a,,c,d,A\n", "row 1 of bad (test) has an empty cell"),
    ("blank question", b"\" \",a,b,c,d,A\n", "has an empty cell"),
    ("letter", b"Q?,a,b,c,d,E\n", "row 1: the answer must be one of A, B, C and D"),
    ("header", b"question,A,B,C,D,answer\nQ?,a,b,c,d,A\n", "its first row is a header"),
    ("empty", b"", "it is empty"),
    ("latin-1", "Wie groß?,a,b,c,d,A\n".encode("latin-1"), "it is not UTF-8 text (byte 7)"),
    ("zero", b"Q?,a,b\0,c,d,A\n", "it holds zero bytes"),
    ("long", b'"' + b"x" * 120_000 + b'",a,b,c,d,A\n', "is longer than 100,000 characters"),
    ("open quote", b'Q?,a,b,c,d,A\n"Q,a,b,c,d,A\nQ,a,b,c,d,A\n', "row 2 has 1 cells"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "said"), [case[1:] for case in BAD_CSV], ids=[case[0] for case in BAD_CSV])
def test_bad_rows_are_named(tmp_path: Path, data: bytes, said: str):
    (tmp_path / "bad.csv").write_bytes(data)
    assert said in refusal(tmp_path / "bad.csv")


def test_json_lines(tmp_path: Path):
    path = tmp_path / "mine.jsonl"
    path.write_text(
        '{"question": "Q\\n1?", "choices": ["a", "b", "c", "d"], "answer": "B"}\n\n'
        '{"question": "Q2?", "choices": ["a", "b", "c", "d"], "answer": 3, "subject": "tides"}\n'
        '{"question": "Q3?", "choices": ["a", "b", "c", "d"], "answer": 0, "subject": "tides", "split": "dev"}\n',
        "utf-8",
    )
    found = read_path(path)
    assert [q.id for q in found.questions] == ["mine/test/0", "tides/test/0", "tides/dev/0"]
    assert [q.answer for q in found.questions] == [1, 3, 0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 1 is no JSON"),
        ("[1]", "line 1 is no JSON object"),
        ('{"question": "Q", "choices": ["a", "b", "c", "d", "e"], "answer": 0}', "line 1 has 5 options"),
        ('{"question": "Q", "answer": 0}', "line 1 has no options"),
        ('{"question": "Q", "choices": ["a", "b", "c", "d"], "answer": 4}', "must be one of A, B, C and D"),
        ('{"question": "Q", "choices": ["a", "b", "c", 4], "answer": 1}', "must be texts"),
        ('{"question": "Q", "choices": ["a", "b", "c", "d"], "answer": 1, "subject": "../x"}', "is no name"),
    ],
)
def test_bad_json_lines_are_named(tmp_path: Path, line: str, said: str):
    (tmp_path / "bad.jsonl").write_text(line + "\n", "utf-8")
    assert said in refusal(tmp_path / "bad.jsonl")


@pytest.fixture
def tiny_mmlu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], Path]:
    """A "release" of two subjects, with its checksums in place of the real ones."""
    monkeypatch.setattr(mmlu_data, "CATEGORIES", {"tides": "STEM", "jobs": "other"})
    folder = write_folder(tmp_path / "mmlu", {"tides": 9, "jobs": 4}, ("test", "val"))
    for split in ("dev", "val", "test"):
        names = ("jobs", "tides")
        rows = [q for s in names for q in csv_rows((folder / split / f"{s}_{split}.csv").read_bytes(), s, split, s)]
        monkeypatch.setitem(mmlu_data.CHECKSUMS, split, checksum(tuple(rows)))
        monkeypatch.setitem(mmlu_data.ROWS, split, len(rows))
    return lambda: folder


def test_the_release_is_known_by_its_rows(tiny_mmlu: Callable[[], Path], tmp_path: Path):
    assert read_path(tiny_mmlu()).is_mmlu
    assert read_path(pack(tiny_mmlu(), tmp_path / "data.tar")).is_mmlu


def test_the_release_is_kept_and_checked_when_it_is_read(tiny_mmlu: Callable[[], Path], tmp_path: Path):
    folder = tmp_path / "kept"
    assert not kept_mmlu.is_kept(folder)
    found = read_path(tiny_mmlu())
    kept_mmlu.keep(found, folder)
    assert kept_mmlu.is_kept(folder)
    again = kept_mmlu.read(folder)
    assert (set(again.questions), again.sha256, again.title) == (set(found.questions), found.sha256, "MMLU")
    path = folder / "test.jsonl"
    path.write_bytes(path.read_bytes().replace(b"lamp", b"lump", 1))
    with pytest.raises(AppError, match="were changed: fetch them again"):
        kept_mmlu.read(folder)
    assert not kept_mmlu.is_kept(folder), "it can be fetched again"
    assert not path.exists() and (folder / "test.changed").exists()
    with pytest.raises(AppError, match="cannot be read"):
        kept_mmlu.read(folder)


def test_a_part_of_the_release_is_not_kept(tiny_mmlu: Callable[[], Path], tmp_path: Path):
    for path in (tiny_mmlu() / "test").glob("*.csv"):
        path.unlink()
    found = read_path(tiny_mmlu())
    assert found.is_mmlu
    with pytest.raises(AppError, match="its test split is missing"):
        kept_mmlu.keep(found, tmp_path / "kept")


def test_changed_rows_under_its_names_are_refused(tiny_mmlu: Callable[[], Path]):
    rows = make_questions("tides", "test", 9)
    write_csv(tiny_mmlu() / "test" / "tides_test.csv", [*rows[:-1], make_questions("tides", "val", 1)[0]])
    assert "is not MMLU as it was released: in test some rows are changed" in refusal(tiny_mmlu())
    write_csv(tiny_mmlu() / "test" / "tides_test.csv", rows[:-1])
    assert "in test 12 rows instead of 13" in refusal(tiny_mmlu())


def test_missing_subjects_are_named(tiny_mmlu: Callable[[], Path]):
    (tiny_mmlu() / "test" / "jobs_test.csv").unlink()
    assert "1 of 57 subjects are missing in test (jobs)" in refusal(tiny_mmlu())


def test_all_57_subjects_have_a_category():
    assert len(mmlu_data.CATEGORIES) == 57
    sizes = {
        category: list(mmlu_data.CATEGORIES.values()).count(category) for category in mmlu_data.CATEGORIES.values()
    }
    assert sizes == {"STEM": 18, "humanities": 13, "social sciences": 12, "other": 14}


@pytest.mark.parametrize("ending", ["xz", "gz", "bz2"])
def test_a_damaged_archive_is_a_sentence_whatever_packed_it(
    tiny_mmlu: Callable[[], Path], tmp_path: Path, ending: str
) -> None:
    whole = tmp_path / f"data.tar.{ending}"
    with tarfile.open(whole, f"w:{ending}") as archive:
        archive.add(tiny_mmlu(), "data")
    data = whole.read_bytes()
    for place in range(40, len(data) - 40, max(1, len(data) // 12)):
        whole.write_bytes(data[:place] + bytes(16) + data[place + 16 :])
        with pytest.raises(AppError):
            read_path(whole)
