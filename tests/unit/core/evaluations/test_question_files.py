"""Question sets on disk, good and bad."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.questions import make_questions, write_csv, write_folder

from weighin.core.errors import AppError
from weighin.core.evaluations import mmlu_data
from weighin.core.evaluations import mmlu_data as kept_mmlu
from weighin.core.evaluations.question_csv import csv_rows
from weighin.core.evaluations.question_files import read_path
from weighin.core.evaluations.questions import checksum, named_subjects

STARTER = Path(__file__).resolve().parents[4] / "resources" / "questions" / "starter"


def pack(folder: Path, archive: Path, below: str = "data", mode: str = "w") -> Path:
    with tarfile.open(archive, mode) as tar:
        for path in sorted(folder.rglob("*.csv")):
            tar.add(path, f"{below}/{path.relative_to(folder)}")
    return archive


def record(row: tuple[str, ...]) -> dict[str, object]:
    """A row as JSON files state it."""
    return {"question": row[0], "choices": list(row[1:5]), "answer": row[5]}


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
    assert "is not a question file" in refusal(packed)
    (tmp_path / "page.tar").write_text("<html>no</html>" * 100)
    assert "expected a folder, a tar archive, CSV or JSON" in refusal(tmp_path / "page.tar")


def test_a_foreign_archive_is_refused(tmp_path: Path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "readme.csv").write_text("hello")
    assert "contains no questions" in refusal(pack(tmp_path / "x", tmp_path / "other.tar"))
    assert "There is no nothing.tar" in refusal(tmp_path / "nothing.tar")


ROW = ("What is 1+1?", "One", "Two", "Three", "Four", "B")
OTHER = ("Which flies, and why?", "Stone", 'A "bird"', "Table", "Spoon", "A")
PLAIN = ",".join(ROW) + '\n"Which flies, and why?",Stone,"A ""bird""",Table,Spoon,A\n'
TABBED = "\t".join(ROW) + '\n"Which flies, and why?"\tStone\t"A ""bird"""\tTable\tSpoon\tA\n'
SEMICOLONS = ";".join(ROW) + '\nWhich flies, and why?;Stone;"A ""bird""";Table;Spoon;A\n'
GOOD_TABLES: list[tuple[str, str, bytes]] = [
    ("as released", "a.csv", PLAIN.encode()),
    ("mark", "a.csv", b"\xef\xbb\xbf" + PLAIN.encode()),
    ("CRLF", "a.csv", PLAIN.replace("\n", "\r\n").encode()),
    ("CR", "a.csv", PLAIN.replace("\n", "\r").encode()),
    ("semicolons", "a.csv", SEMICOLONS.encode()),
    ("tabs", "a.tsv", TABBED.encode()),
    ("Excel's Unicode text", "a.txt", TABBED.replace("\n", "\r\n").encode("utf-16")),
    ("UTF-16, big-endian", "a.csv", b"\xfe\xff" + PLAIN.encode("utf-16-be")),
    ("UTF-32", "a.csv", PLAIN.encode("utf-32")),
    ("declared", "a.csv", b"\xef\xbb\xbfsep=;\r\n" + SEMICOLONS.encode()),
    ("declared as anything", "a.csv", b"sep=|\n" + SEMICOLONS.replace(";", "|").encode()),
    ("declared tab", "a.csv", b"sep=\t\n" + TABBED.encode()),
    ("blank rows and columns", "a.csv", PLAIN.replace("\n", ",,,\n,,,,,\n \n").encode() + b"\n\n,,,,,,,,\n"),
    ("header", "a.csv", b"question,A,B,C,D,answer\n" + PLAIN.encode()),
    ("header of words", "a.csv", b"Prompt;Option 1;Option 2;Option 3;Option 4;Correct answer\n" + SEMICOLONS.encode()),
    ("small letters", "a.csv", PLAIN.replace(",B\n", ", b\n").replace(",A\n", ",(a)\n").encode()),
    ("from 0", "a.csv", PLAIN.replace(",B\n", ",1\n").replace(",A\n", ",0\n").encode()),
    ("from 0, as floats", "a.csv", PLAIN.replace(",B\n", ",1.0\n").replace(",A\n", ",0.0\n").encode()),
    ("jsonl", "a.jsonl", "".join(json.dumps(record(row)) + "\n" for row in (ROW, OTHER)).encode()),
    ("jsonl, mark, CR", "a.jsonl", "\r".join(json.dumps(record(row)) for row in (ROW, OTHER)).encode("utf-8-sig")),
    ("jsonl, UTF-16", "a.jsonl", "\n".join(json.dumps(record(row)) for row in (ROW, OTHER)).encode("utf-16")),
    ("array", "a.json", json.dumps([record(ROW), record(OTHER)], indent=1).encode()),
    ("array on a line", "a.jsonl", json.dumps([record(ROW), record(OTHER)]).encode("utf-8-sig")),
    ("questions", "a.json", json.dumps({"title": "t", "questions": [record(ROW), record(OTHER)]}, indent=2).encode()),
    ("data", "a.json", json.dumps({"data": [record(ROW), record(OTHER)]}).encode()),
    ("objects of many lines", "a.json", "\n".join(json.dumps(record(row), indent=2) for row in (ROW, OTHER)).encode()),
    ("null", "a.json", json.dumps([record(row) | {"subject": None, "split": None} for row in (ROW, OTHER)]).encode()),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data"), [c[1:] for c in GOOD_TABLES], ids=[c[0] for c in GOOD_TABLES])
def test_what_spreadsheets_and_scripts_write_is_the_same_questions(tmp_path: Path, name: str, data: bytes):
    (tmp_path / name).write_bytes(data)
    found = read_path(tmp_path / name)
    assert [(q.text, *q.choices, q.letter) for q in found.questions] == [ROW, OTHER]
    assert [q.id for q in found.questions] == ["a/test/0", "a/test/1"]


@pytest.mark.parametrize("data", [PLAIN.encode("utf-8-sig"), PLAIN.encode("utf-16"), SEMICOLONS.encode("utf-8-sig")])
@pytest.mark.parametrize("packed", [False, True])
def test_in_a_folder_and_an_archive_too(tmp_path: Path, data: bytes, packed: bool):
    (tmp_path / "set" / "test").mkdir(parents=True)
    (tmp_path / "set" / "test" / "my_things_test.csv").write_bytes(data)
    path = pack(tmp_path / "set", tmp_path / "set.tar") if packed else tmp_path / "set"
    assert [(q.text, *q.choices, q.letter) for q in read_path(path).questions] == [ROW, OTHER]


def test_numbers_count_from_one_where_there_is_a_four(tmp_path: Path):
    (tmp_path / "a.csv").write_text("Q?,a,b,c,d,4\nQ?,a,b,c,d,1\nQ?,a,b,c,d,B\n", "utf-8")
    assert [q.letter for q in read_path(tmp_path / "a.csv").questions] == ["D", "A", "B"]


def test_line_breaks_in_cells_are_newlines(tmp_path: Path):
    (tmp_path / "a.csv").write_bytes(b'"Read:\r\nQ?","a\rb",b,c,d,A\r\n')
    (question,) = read_path(tmp_path / "a.csv").questions
    assert (question.text, question.choices[0]) == ("Read:\nQ?", "a\nb")


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("kid's quiz.csv", "kid's quiz"),
        ("_private.csv", "_private"),
        ("#1 (v2).csv", "#1 (v2)"),
        ("a, b.csv", "a, b"),
        ("A & B [x].csv", "A & B [x]"),
        ("v1.2 quiz.csv", "v1.2 quiz"),
        ("数学.csv", "数学"),
        ("me\u0301tier.csv", "m\u00e9tier"),
        ("50% done!.csv", "50% done!"),
        ("two\nlines\u202e.csv", "two lines"),
        ("\u200b.csv", "questions"),
        ("x" * 140 + ".csv", "x" * 100),
    ],
)
def test_a_file_is_named_as_its_user_named_it(tmp_path: Path, name: str, subject: str):
    (tmp_path / name).write_text(PLAIN, "utf-8")
    assert {q.subject for q in read_path(tmp_path / name).questions} == {subject}


def test_subjects_of_json_lines_are_named_as_they_are(tmp_path: Path):
    names = {"kid's": "kid's", "../x": ".. x", "": "a", "a/b": "a b", "line\nbreak": "line break", "_": "_"}
    lines = [json.dumps(record(ROW) | {"subject": name}) for name in names]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), "utf-8")
    assert [q.subject for q in read_path(tmp_path / "a.jsonl").questions] == list(names.values())


def test_names_with_commas_can_be_listed():
    known = ("tides", "History, ancient", "a,b,c")
    assert named_subjects("History, ancient,tides", known) == ("History, ancient", "tides")
    assert named_subjects(" tides , a,b,c", known) == ("tides", "a,b,c")
    assert named_subjects("none, tides", known) == ("none", "tides")
    assert named_subjects("", known) == ()


BAD_TABLES: list[tuple[str, bytes, str]] = [
    ("five options", b"Q?,a,b,c,d,e,A\n", "line 1 has 7 cells instead of 6 (five options?"),
    ("five options, semicolons", b"Q?;a;b;c;d;e;A\n", "line 1 has 7 cells instead of 6 (five options?"),
    ("three options", b"Q?,a,b,c,d,A\n\nQ?,a,b,c,A\n", "line 3 has 5 cells instead of 6"),
    ("behind a line break", b'"Q\r\n?",a,b,c,d,A\r\nQ?,a\r\n', "line 3 has 2 cells instead of 6"),
    ("below a declaration", b"sep=;\nQ?;a\n", "line 2 has 2 cells instead of 6"),
    ("empty cell", b"Q?,a,,c,d,A\n", "question 1 of bad (test) has an empty cell"),
    ("blank question", b'" ",a,b,c,d,A\n', "has an empty cell"),
    ("letter", b"Q?,a,b,c,d,A\nQ?,a,b,c,d,E\n", "line 2: the answer must be A, B, C or D"),
    (
        "unknown header",
        b"Frage,A,B,C,D,Antwort\nQ?,a,b,c,d,A\n",
        "line 1: the answer must be A, B, C or D, or the number "
        "of an option; in a header line the last column must be \u201canswer\u201d",
    ),
    (
        "other columns",
        b"id,question,A,B,C,D,answer\n1,Q?,a,b,c,d,A\n",
        "line 1: its columns are id, question, A, B, C, D, answer; expected question, A, B, C, D, answer in this order",
    ),
    (
        "another order",
        b"question,D,C,B,A,answer\nQ?,a,b,c,d,A\n",
        "expected question, A, B, C, D, answer in this order",
    ),
    ("nothing but a header", b"question,A,B,C,D,answer\n", "it is empty"),
    (
        "0 and 4",
        b"Q?,a,b,c,d,0\nQ?,a,b,c,d,4\n",
        "its answers are numbers from 0 to 4, which may count from 0 or from 1",
    ),
    (
        "neither 0 nor 4",
        b"Q?,a,b,c,d,1\nQ?,a,b,c,d,3\n",
        "numbers from 1 to 3, which may count from 0 or from 1: write A",
    ),
    ("5", b"Q?,a,b,c,d,0\nQ?,a,b,c,d,5\n", "line 2: the answer must be A, B, C or D"),
    ("sums", b"1+1?,1,2,3,4,2\n2+2?,4,1,2,3,4\n", "line 2: 4 is both an option and the number of another"),
    ("empty", b"", "it is empty"),
    ("blank", b"\xef\xbb\xbf\r\n,,,,,\r\n", "it is empty"),
    (
        "latin-1",
        "Q?,a,b,c,d,A\r\nWie groß?,a,b,c,d,A\n".encode("latin-1"),
        "line 2 is not UTF-8 text: save it as UTF-8",
    ),
    ("cp1252", "Say “yes”,a,b,c,d,A\n".encode("cp1252"), "line 1 is not UTF-8 text: save it as UTF-8"),
    ("half a UTF-16", PLAIN.encode("utf-16")[:-1], "line 2 is not UTF-16 text"),
    (
        "UTF-16 without its mark",
        PLAIN.encode("utf-16-le"),
        "it contains zero bytes: not text, or UTF-16 without a byte-order mark",
    ),
    ("long", b'"' + b"x" * 120_000 + b'",a,b,c,d,A\n', "line 1 is longer than 100\u202f000 characters"),
    ("far too long", b'Q?,a,b,c,d,A\n"' + b"x" * 140_000 + b'",a,b,c,d,A\n', "line 2 cannot be read as CSV"),
    ("open quote", b'Q?,a,b,c,d,A\n"Q,a,b,c,d,A\nQ,a,b,c,d,A\n', "line 2 has 1 cell instead of 6 (is a quotation mark"),
    ("workbook", b"PK\x03\x04" + bytes(100), "is a workbook or a ZIP archive: save its sheet as"),
    ("old workbook", b"\xd0\xcf\x11\xe0" + bytes(100), "is a workbook or a ZIP archive"),
]


@pytest.mark.parametrize(("data", "said"), [case[1:] for case in BAD_TABLES], ids=[case[0] for case in BAD_TABLES])
def test_bad_rows_are_named(tmp_path: Path, data: bytes, said: str):
    (tmp_path / "bad.csv").write_bytes(data)
    assert said in refusal(tmp_path / "bad.csv")
    assert refusal(tmp_path / "bad.csv").startswith("bad.csv")


def test_json_lines(tmp_path: Path):
    path = tmp_path / "mine.jsonl"
    path.write_text(
        '{"question": "Q\\n1?", "choices": ["a", "b", "c", "d"], "answer": "B"}\n\n'
        '{"question": "Q2?", "choices": ["a", "b", "c", "d"], "answer": 3, "subject": "tides"}\n'
        '{"question": "Q3?", "choices": ["a", "b", "c", "d"], "answer": 0, "subject": "tides", "split": "dev"}\n'
        '{"question": "Q4?", "choices": ["a", "b", "c", "d"], "answer": 1}\n',
        "utf-8",
    )
    found = read_path(path)
    assert [q.id for q in found.questions] == ["mine/test/0", "tides/test/0", "tides/dev/0", "mine/test/1"]
    assert [q.answer for q in found.questions] == [1, 3, 0, 1]


GOOD_LINE = json.dumps(record(ROW))
BAD_JSON = [
    ("{", "line 1 is not JSON"),
    ("[1]", "question 1 is not a JSON object"),
    ("1", "line 1 is not a JSON object"),
    (f"{GOOD_LINE}\n\nhello\n{GOOD_LINE}", "line 3 is not JSON; expected one object per line, or one array of objects"),
    (f"{GOOD_LINE}\n{GOOD_LINE[:-1]}\n{GOOD_LINE}", "line 2 is not JSON"),
    (f"{GOOD_LINE}\r\n{GOOD_LINE[:40]}", "line 2 is not JSON"),
    (f"[\n{GOOD_LINE},\n{GOOD_LINE[:-1]},\n{GOOD_LINE}\n]", "line 3 is not JSON"),
    (f"[{GOOD_LINE}, {{}}]", "question 2 has no options"),
    ("[" * 100_000, "line 1 is not readable JSON"),
    ('{"n": ' + "9" * 5000 + "}", "line 1 is not readable JSON"),
    ("", "it is empty"),
    ("[]", "it is empty"),
    ('{"questions": []}', "it is empty"),
    (
        '{"question": "Q", "choices": ["a", "b", "c", "d", "e"], "answer": 0}',
        'line 1 has 5 options; "choices" must be four',
    ),
    ('{"question": "Q", "answer": 0}', "line 1 has no options"),
    ('{"question": "Q", "choices": ["a", "b", "c", "d"], "answer": 4}', "must be A, B, C or D"),
    ('{"question": "Q", "choices": ["a", "b", "c", "d"], "answer": true}', "must be A, B, C or D"),
    ('{"question": "Q", "choices": ["a", "b", "c", 4], "answer": 1}', "must be texts"),
    ('{"question": "Q", "choices": ["a", "b", "c", "d"], "answer": 1, "subject": 7}', '"subject" must be text'),
    (
        '{"question": "Q", "choices": ["a", "b", "c", "d"], "answer": 1, "split": "train"}',
        '"split" one of dev, val and',
    ),
]


@pytest.mark.parametrize(("text", "said"), BAD_JSON, ids=[case[0][:30] for case in BAD_JSON])
def test_bad_json_is_named(tmp_path: Path, text: str, said: str):
    (tmp_path / "bad.jsonl").write_bytes(text.encode())
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
    with pytest.raises(AppError, match="were changed: download them again"):
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
