"""The texts that come along, and files of the user's own: every encoding, size and kind of trouble."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from tests.support.apart import apart
from tests.support.plain_logits import plain_counts

from weighin.core.errors import AppError
from weighin.core.fidelity import texts
from weighin.core.fidelity.texts import BUILT_IN_NAME, built_in_text, read_text_file
from weighin.paths import resources

FOLDER = resources() / "fidelity"


def _refusal(path: Path) -> str:
    with pytest.raises(AppError) as caught:
        read_text_file(path)
    assert caught.value.kind == "text"
    return caught.value.user_text


def _file(folder: Path, data: bytes, name: str = "a.txt") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_the_included_texts_are_of_five_kinds():
    text = built_in_text(resources())
    assert text.name == BUILT_IN_NAME
    assert [part.kind for part in text.parts] == ["prose", "code", "chat", "numbers", "german"]
    assert all(bool(part.text) != bool(part.conversations) for part in text.parts)
    order = ("prose.txt", "code.txt", "chat.json", "numbers.txt", "german.txt")
    assert text.sha256 == hashlib.sha256(b"".join((FOLDER / name).read_bytes() for name in order)).hexdigest()


def test_the_included_texts_are_plain_utf8():
    for path in FOLDER.iterdir():
        text = path.read_bytes().decode("utf-8")
        assert "\r" not in text
        assert "\ufffd" not in text
        assert text.endswith("\n")
        assert not text.startswith("\ufeff")
    assert "Licence: MIT" in (FOLDER / "README.md").read_text("utf-8")


def test_conversations_take_turns_and_end_with_an_answer():
    chat = next(part for part in built_in_text(resources()).parts if part.conversations)
    for messages in chat.conversations:
        # No system text: not every template takes one.
        assert [message.role for message in messages] == ["user", "assistant"] * (len(messages) // 2)
        assert all(message.content.strip() for message in messages)
    assert len(chat.conversations) >= 10


def test_there_are_forty_chunks_at_least_and_seven_of_a_kind():
    parts = built_in_text(resources()).parts
    texts = [part.text or "".join(m.content for messages in part.conversations for m in messages) for part in parts]
    tokens = apart(plain_counts, resources() / "starter" / "weighin-starter-dense-Q8_0.gguf", texts)
    counts = {part.kind: count // 512 for part, count in zip(parts, tokens, strict=True)}
    assert sum(counts.values()) >= 40
    assert min(counts.values()) >= 7


def test_missing_or_damaged_included_texts_are_told(tmp_path: Path):
    with pytest.raises(AppError, match="missing or damaged"):
        built_in_text(tmp_path)
    (tmp_path / "fidelity").mkdir()
    for name in ("prose.txt", "code.txt", "numbers.txt", "german.txt"):
        (tmp_path / "fidelity" / name).write_text("words")
    for damaged in ("{", "7", "[7]", "[[7]]", '[[{"role": 1}]]', "[[]"):
        (tmp_path / "fidelity" / "chat.json").write_text(damaged)
        with pytest.raises(AppError, match="missing or damaged"):
            built_in_text(tmp_path)
    (tmp_path / "fidelity" / "chat.json").write_text(json.dumps([[{"role": "user", "content": "Hello"}]]))
    assert built_in_text(tmp_path).parts[2].conversations[0][0].content == "Hello"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_file_is_read_in_the_encoding_its_mark_names(tmp_path: Path, encoding: str):
    data = "Grüße 🌍\r\nzweite Zeile".encode(encoding)
    found = read_text_file(_file(tmp_path, data))
    # Line ends stay as they are: they are what the model reads.
    assert found.parts[0].text == "Grüße 🌍\r\nzweite Zeile"
    assert (found.name, found.parts[0].kind, found.notices) == ("a.txt", "", ())
    assert found.sha256 == hashlib.sha256(data).hexdigest()


def test_one_line_without_end_is_a_text(tmp_path: Path):
    assert len(read_text_file(_file(tmp_path, b"word " * 100_000)).parts[0].text) == 500_000


@pytest.mark.parametrize(("encoding", "character"), [("utf-8", "ü"), ("utf-8", "🌍"), ("utf-16", "🌍"), ("utf-8", "a")])
def test_of_a_large_file_only_the_beginning_is_read_in_whole_characters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, character: str
):
    monkeypatch.setattr(texts, "MAX_BYTES", 1 << 20)
    data = ("x" + character * (1 << 20)).encode(encoding)
    found = read_text_file(_file(tmp_path, data))
    text = found.parts[0].text
    assert text == "x" + character * (len(text) - 1)
    assert (1 << 20) - 8 <= len(text.encode(encoding)) <= 1 << 20
    assert found.notices == ("Only the first 1 MiB of a.txt are read.",)


def test_a_file_of_many_gigabytes_costs_no_memory(tmp_path: Path):
    path = _file(tmp_path, b"words and words\n" * 1_000_000)
    os.truncate(path, 8 << 30)  # sparse: zeros behind the text
    found = read_text_file(path)
    assert found.notices == ("Only the first 8 MiB of a.txt are read.",)
    assert found.parts[0].text.startswith("words and words\n")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "a.txt is empty."),
        (b" \n\t\r\n", "a.txt is empty."),
        (b"\xef\xbb\xbf", "a.txt is empty."),
        ("first\nsecond: größer".encode("latin-1"), "a.txt is not in UTF-8 (line 2): save it as UTF-8 and try again."),
        ("Привет".encode("cp1251"), "a.txt is not in UTF-8 (line 1): save it as UTF-8 and try again."),
        ("日本語のテキスト".encode("shift_jis"), "a.txt is not in UTF-8 (line 1): save it as UTF-8 and try again."),
        (b"cut off \xf0\x9f", "a.txt is not in UTF-8 (line 1): save it as UTF-8 and try again."),
        ("no mark".encode("utf-16-le"), "a.txt is not a text file: it holds binary data."),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.txt is not a text file: it holds binary data."),
        (b"GGUF\x03\0\0\0", "a.txt is not a text file: it holds binary data."),
        (bytes(range(1, 32)) * 20, "a.txt is not a text file: it holds binary data."),
    ],
)
def test_what_is_no_text_is_refused_in_one_sentence(tmp_path: Path, data: bytes, sentence: str):
    assert _refusal(_file(tmp_path, data)) == sentence


def test_a_log_in_colour_is_a_text(tmp_path: Path):
    assert read_text_file(_file(tmp_path, b"\x1b[31mred\x1b[0m and plain\f\n")).parts[0].text.startswith("\x1b[31m")


def test_what_is_no_file_is_refused(tmp_path: Path):
    assert _refusal(tmp_path) == f"{tmp_path.name} is not a file."
    assert _refusal(tmp_path / "gone.txt") == "gone.txt does not exist."
    os.mkfifo(tmp_path / "pipe")
    assert _refusal(tmp_path / "pipe") == "pipe is not a file."
    assert _refusal(Path("/dev/zero")) == "zero is not a file."
    assert _refusal(tmp_path / "a\0b") in ("a\ufffdb does not exist.", "a\ufffdb cannot be read: embedded null byte.")


def test_a_name_cannot_reorder_the_sentence(tmp_path: Path):
    assert _refusal(_file(tmp_path, b"", "a\u202eb.txt")) == "a\ufffdb.txt is empty."
