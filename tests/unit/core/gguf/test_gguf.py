import io
import os
import random
import struct
import tracemalloc
from pathlib import Path
from typing import Any

import gguf
import pytest
from tests.support.gguf_files import make_header, make_model
from tests.support.split_files import split

from weighin.core.errors import AppError
from weighin.core.gguf.cursor import KnownTexts
from weighin.core.gguf.reader import read_header, read_header_of
from weighin.core.models.header_facts import model_facts


def test_the_facts_of_a_dense_model(tmp_path: Path) -> None:
    facts = model_facts(make_model(tmp_path / "m.gguf"))
    assert (facts.name, facts.header_name) == ("m", "Tiny llama")
    assert (facts.architecture, facts.license, facts.layers) == ("llama", "mit", 2)
    assert facts.parameters == facts.active_parameters
    assert (facts.heads, facts.kv_heads, facts.key_length, facts.context_length) == (4, 2, 16, 512)
    assert not facts.is_moe
    assert facts.vocabulary == 267
    assert facts.template and len(facts.template_sha256 or "") == 64


def test_active_parameters_leave_idle_experts_out(tmp_path: Path) -> None:
    facts = model_facts(make_model(tmp_path / "m.gguf", arch="qwen3moe", experts=8))
    one_expert = 3 * 64 * 96
    assert facts.is_moe
    assert facts.parameters - facts.active_parameters == 2 * 6 * one_expert


def test_a_block_of_a_number_with_thousands_of_digits_is_no_block(tmp_path: Path) -> None:
    """Python itself refuses to read such a number."""
    assert model_facts(make_header(tmp_path / "m.gguf", "llama", {}, (f"blk.{'9' * 5000}.x", "blk.0.y"))).parameters


@pytest.mark.parametrize("cut", range(16))
def test_truncation_anywhere_is_refused_with_what_is_missing(tmp_path: Path, cut: int) -> None:
    whole = make_model(tmp_path / "m.gguf")
    size = whole.stat().st_size
    part = tmp_path / "cut.gguf"
    part.write_bytes(whole.read_bytes()[: size * cut // 16])
    with pytest.raises(AppError) as refusal:
        read_header_of(part)
    assert refusal.value.kind == {0: "empty"}.get(cut, "truncated")


def test_missing_bytes_are_counted(tmp_path: Path) -> None:
    whole = make_model(tmp_path / "m.gguf")
    part = tmp_path / "cut.gguf"
    part.write_bytes(whole.read_bytes()[:-1000])
    with pytest.raises(AppError, match="1\u202f000 of"):
        read_header_of(part)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html><html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "LFS pointer"),
        (b"PK\x03\x04 and more", "zip"),
        (b"\x1f\x8b\x08\x00 gz", "gzip"),
        (b"GG", "too short"),
        (b"something else", "other bytes"),
    ],
)
def test_what_is_no_model_is_called_by_its_name(tmp_path: Path, content: bytes, words: str) -> None:
    """Fault 11."""
    path = tmp_path / "x.gguf"
    path.write_bytes(content)
    with pytest.raises(AppError, match=words) as refusal:
        read_header_of(path)
    assert refusal.value.kind == "not_gguf"


def test_folders_missing_and_special_files(tmp_path: Path) -> None:
    for path, kind in ((tmp_path, "directory"), (tmp_path / "none", "missing"), (Path("/dev/null"), "not_a_file")):
        with pytest.raises(AppError) as refusal:
            read_header_of(path)
        assert refusal.value.kind == kind


def test_a_pipe_is_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")
    with pytest.raises(AppError):
        read_header_of(tmp_path / "pipe.gguf")


def test_lengths_that_lie_cost_no_memory() -> None:
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"k"
    lies = [
        b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 1 << 60),
        head + struct.pack("<IQ", 8, 1 << 62),
        head + struct.pack("<IIQ", 9, 8, 1 << 62),
        head + struct.pack("<IIQ", 9, 4, (1 << 24) - 1),
        head + struct.pack("<I", 77),
    ]
    tracemalloc.start()
    for lie in lies:
        with pytest.raises(AppError):
            read_header(io.BytesIO(lie))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 << 20


def test_forty_bytes_on_the_disk_that_announce_an_array_cost_no_memory(tmp_path: Path) -> None:
    """An ordinary file sets memory aside for all that it is asked to read, unlike one in memory."""
    path = tmp_path / "x.gguf"
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"k"
    tracemalloc.start()
    for kind in (struct.pack("<IIQ", 9, 10, 7 << 20), struct.pack("<IQ", 8, 60 << 20)):
        path.write_bytes(head + kind)
        with pytest.raises(AppError, match="ends inside its header"):
            read_header_of(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20


def test_a_thousand_damaged_headers_never_raise_anything_else(tmp_path: Path) -> None:
    whole = make_model(tmp_path / "m.gguf").read_bytes()
    draw = random.Random(4)
    for _ in range(1000):
        damaged = bytearray(whole[:20_000])
        for _ in range(draw.randrange(1, 12)):
            damaged[draw.randrange(4, 6000)] = draw.randrange(256)
        try:
            read_header(io.BytesIO(bytes(damaged)))
        except AppError:
            continue


@pytest.mark.parametrize(
    "add", [lambda w: w.add_array("general.file_type", [1, 2]), lambda w: w.add_uint64("llama.rope", 1 << 63)]
)
def test_values_of_the_wrong_kind_are_only_ignored(tmp_path: Path, add: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    real = gguf.GGUFWriter.add_license
    monkeypatch.setattr(gguf.GGUFWriter, "add_license", lambda w, text: (real(w, text), add(w)))
    monkeypatch.setattr(
        gguf.GGUFWriter, "add_context_length", lambda w, _: w.add_uint64("llama.context_length", 1 << 63)
    )
    facts = model_facts(make_model(tmp_path / "m.gguf"))
    assert facts.quantization == "F32"
    assert facts.context_length is None


def test_split_models_know_their_parts(tmp_path: Path) -> None:
    """Fault 16."""
    whole = make_model(tmp_path / "m.gguf").read_bytes()
    (tmp_path / "big-00001-of-00003.gguf").write_bytes(whole)
    (tmp_path / "big-00003-of-00003.gguf").write_bytes(whole)
    with pytest.raises(AppError, match="Only 2 of 3 parts") as refusal:
        model_facts(tmp_path / "big-00003-of-00003.gguf")
    assert refusal.value.kind == "parts"
    (tmp_path / "big-00002-of-00003.gguf").write_bytes(whole)
    facts = model_facts(tmp_path / "big-00003-of-00003.gguf")
    assert facts.path.endswith("big-00001-of-00003.gguf")
    assert facts.file_bytes == 3 * len(whole)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("none", ""),
        ("swapped", "Part 1 of this model says of itself that it is part 2"),
        ("of another split", "belongs to one of 2 parts, not of 3"),
        ("of another model", "do not belong together"),
    ],
)
def test_parts_in_the_wrong_order_or_of_other_models_are_refused(tmp_path: Path, harm: str, words: str) -> None:
    """Fault 16: a part missing is refused above; here the names are right and the contents are not."""
    whole = make_model(tmp_path / "m.gguf")
    parts = split(whole, tmp_path, "big", 3)
    (tmp_path / "other").mkdir()
    if harm == "swapped":
        first, second = parts[0].read_bytes(), parts[1].read_bytes()
        parts[0].write_bytes(second)
        parts[1].write_bytes(first)
    elif harm == "of another split":
        parts[1].write_bytes(split(whole, tmp_path / "other", "big", 2)[1].read_bytes())
    elif harm == "of another model":
        larger = make_model(tmp_path / "moe.gguf", arch="qwen3moe", experts=8)
        parts[1].write_bytes(split(larger, tmp_path / "other", "big", 3)[1].read_bytes())
    if not words:
        assert model_facts(parts[1]).parameters == model_facts(whole).parameters
        return
    with pytest.raises(AppError, match=words) as refusal:
        model_facts(parts[0])
    assert refusal.value.kind == "parts"


def _with_vocabulary(words: list[bytes], cut: int | None = None) -> bytes:
    """A header whose only entries are a long list of texts and a number after it."""

    def text(value: bytes) -> bytes:
        return struct.pack("<Q", len(value)) + value

    listed = struct.pack("<IIQ", 9, 8, len(words)) + b"".join(map(text, words))
    body = text(b"a.words") + listed + text(b"a.number") + struct.pack("<II", 4, 7)
    return (b"GGUF" + struct.pack("<IQQ", 3, 0, 2) + body)[:cut]


class _Slow(io.BytesIO):
    """Gives little at a time, so that texts lie across the seams."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 0, 777) if size and size > 0 else 777)


def test_long_lists_are_passed_over_whatever_the_seams() -> None:
    words = [bytes([65 + n % 26]) * (n % 40) for n in range(5000)]
    texts = KnownTexts()
    for _ in range(2):  # walked through, then recognised
        header = read_header(_Slow(_with_vocabulary(words)), texts)
        assert (header.lengths["a.words"], header.metadata["a.number"]) == (5000, 7)
    other = [*words[:-1], b"another"]
    assert read_header(_Slow(_with_vocabulary(other)), texts).metadata["a.number"] == 7


@pytest.mark.parametrize("cut", [100, 5000, 60_000, -3])
def test_a_list_that_breaks_off_is_noticed(cut: int) -> None:
    words = [b"x" * (n % 40) for n in range(5000)]
    texts = KnownTexts()
    read_header(io.BytesIO(_with_vocabulary(words)), texts)
    for known in (texts, None):
        with pytest.raises(AppError) as error:
            read_header(io.BytesIO(_with_vocabulary(words, cut)), known)
        assert error.value.kind == "truncated"


def test_a_text_of_impossible_length_inside_a_list_is_refused() -> None:
    data = bytearray(_with_vocabulary([b"abc"] * 2000))
    place = data.index(b"abc", 10_000) - 8
    data[place : place + 8] = struct.pack("<Q", 1 << 60)
    with pytest.raises(AppError, match="damaged"):
        read_header(io.BytesIO(bytes(data)))
