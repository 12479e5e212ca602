"""What a header may have at most, and what none has: refused before any of it costs time or memory."""

from __future__ import annotations

import io
import os
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.gguf_files import make_model
from tests.support.split_files import split

from weighin.core.errors import AppError
from weighin.core.gguf import reader, writer
from weighin.core.gguf.reader import Tensor, read_header, read_header_of, read_headers_of
from weighin.core.models.header_facts import model_facts

U32, F32, BOOL, TEXT, ARRAY = 4, 6, 7, 8, 9
ARCHITECTURE = writer.words("general.architecture", "llama")


def of(*entries: bytes, tensors: tuple[Tensor, ...] = ()) -> bytes:
    return writer.header([ARCHITECTURE, *entries], tensors)


def refusal(data: bytes) -> AppError:
    with pytest.raises(AppError) as refused:
        read_header(io.BytesIO(data))
    return refused.value


def numbers(count: int) -> bytes:
    """Many entries that are lists of a thousand numbers."""
    one = struct.pack("<IIQ1024f", ARRAY, F32, 1024, *[1e9] * 1024)
    return b"".join(writer.text(f"{n:07}") + one for n in range(count))


def texts(count: int) -> bytes:
    """Many entries that are lists of a thousand texts of two letters."""
    one = struct.pack("<IIQ", ARRAY, TEXT, 1024) + writer.text("ab") * 1024
    return b"".join(writer.text(f"{n:07}") + one for n in range(count))


def long_texts(count: int) -> bytes:
    return b"".join(writer.words(f"{n:07}", "x" * (3 << 20)) for n in range(count))


@pytest.mark.parametrize(("make", "count"), [(numbers, 1_000), (texts, 400), (long_texts, 16)])
def test_what_is_kept_of_a_header_is_bounded(make: Callable[[int], bytes], count: int) -> None:
    data = b"GGUF" + struct.pack("<IQQ", 3, 0, count) + make(count)
    assert len(data) < 60 << 20
    stream = io.BytesIO(data)
    del data
    tracemalloc.start()
    with pytest.raises(AppError, match="far too large"):
        read_header(stream)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 80 << 20


@pytest.mark.parametrize(("tensors", "entries"), [(0, 65_537), (65_537, 0), (0, 1 << 63), (1 << 63, 1 << 63)])
def test_more_entries_or_tensors_than_any_model_has_are_not_read(tensors: int, entries: int) -> None:
    refused = refusal(b"GGUF" + struct.pack("<IQQ", 3, tensors, entries) + b"\0" * 100)
    assert "entries" in refused.user_text and refused.kind == "header"


def test_as_many_entries_as_there_may_be_are_read() -> None:
    entries = b"".join(writer.whole(f"k{n}", n) for n in range(65_536))
    assert len(read_header(io.BytesIO(b"GGUF" + struct.pack("<IQQ", 3, 0, 65_536) + entries)).metadata) == 65_536


def test_lists_of_more_texts_than_any_vocabulary_are_not_walked_through() -> None:
    listed = struct.pack("<IIQ", ARRAY, TEXT, 3 << 19) + bytes(8 * (3 << 19))
    assert "lists of" in refusal(of(writer.text("a") + listed, writer.text("b") + listed)).user_text


def test_a_text_of_many_megabytes_is_passed_over() -> None:
    header = read_header(
        io.BytesIO(of(writer.words("tokenizer.huggingface.json", "x" * (17 << 20)), writer.whole("a", 7)))
    )
    assert header.metadata["tokenizer.huggingface.json"] is None
    assert header.metadata["a"] == 7


def test_the_parts_of_a_model_may_have_no_more_than_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = split(make_model(tmp_path / "m.gguf"), tmp_path, "p", 3)
    assert len(read_headers_of(parts)) == 3
    monkeypatch.setattr(reader, "MAX_HEADER", sum(read_header_of(part).data_start for part in parts) - 1)
    with pytest.raises(AppError, match="far too large"):
        read_headers_of(parts)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (writer.whole("general.alignment", 0), "an alignment of 0"),
        (writer.whole("general.alignment", 3), "an alignment of 3"),
        (writer.whole("general.alignment", 24), "an alignment of 24"),
        (writer.whole("general.alignment", 1 << 31), "an alignment of 2147483648"),
        (writer.text("general.alignment") + struct.pack("<IB", BOOL, 1), "an alignment of True"),
        (writer.words("general.alignment", "3" * 500), "an alignment of 333"),
        (writer.real("general.alignment", 32.0), "an alignment of 32.0"),
        (writer.whole("", 1), "an entry without a name"),
        (writer.words("general.architecture", "qwen2"), "names “general.architecture” twice"),
        (writer.whole("general.architecture", 5), "names “general.architecture” twice"),
        (writer.whole("k" * (5 << 20), 1), "a name that is far too long"),
    ],
)
def test_entries_that_no_header_has_are_refused(entry: bytes, words: str) -> None:
    refused = refusal(of(entry))
    assert words in refused.user_text and refused.kind == "header"
    assert len(refused.user_text) < 150


@pytest.mark.parametrize(
    ("tensors", "words"),
    [
        ((("a", (32,), 0), ("a", (32,), 0)), "names “a” twice"),
        ((("a", (0,), 0),), "a tensor without weights"),
        ((("a", (32, 0, 5), 0),), "a tensor without weights"),
        (tuple((str(n), (1 << 49,), 0) for n in range(3)), "tensors of impossible size"),
    ],
)
def test_tensors_that_no_header_has_are_refused(
    tensors: tuple[tuple[str, tuple[int, ...], int], ...], words: str
) -> None:
    assert words in refusal(of(tensors=writer.lay_out(tensors))).user_text


def test_a_number_of_no_dimension_is_a_tensor() -> None:
    (tensor,) = read_header(io.BytesIO(of(tensors=writer.lay_out([("scale", (), 0)])))).tensors
    assert tensor.elements == 1


@pytest.mark.parametrize("size", [300 << 30, 1 << 40, 70 << 20])
def test_a_file_that_goes_on_far_behind_its_weights_is_refused_with_both_sizes(tmp_path: Path, size: int) -> None:
    path = make_model(tmp_path / "m.gguf")
    whole = path.stat().st_size
    with path.open("r+b") as stream:
        stream.truncate(size)
    with pytest.raises(AppError) as refused:
        model_facts(path)
    assert refused.value.kind == "oversized"
    assert reader.format.size(size) in refused.value.user_text
    assert reader.format.size(whole) in refused.value.user_text


def test_a_little_behind_the_weights_is_no_fault(tmp_path: Path) -> None:
    path = make_model(tmp_path / "m.gguf")
    with path.open("ab") as stream:
        stream.write(bytes(1 << 20))
    assert model_facts(path).parameters


def test_tensors_of_unknown_types_may_be_large(tmp_path: Path) -> None:
    """A newer engine may know them, so their size is not known."""
    path = tmp_path / "m.gguf"
    path.write_bytes(of(tensors=(Tensor("a", (1 << 24,), 200, 0),)))
    with path.open("r+b") as stream:
        stream.truncate(120 << 20)
    assert read_header_of(path).needed_bytes == 0
    with path.open("r+b") as stream:
        stream.truncate(300 << 20)
    with pytest.raises(AppError, match="its weights end after"):
        read_header_of(path)


@pytest.mark.parametrize(("number", "count"), [(9, 1), (1, 0), (2, 2)])
def test_a_part_beyond_its_own_count_is_damaged(tmp_path: Path, number: int, count: int) -> None:
    path = make_model(tmp_path / "m.gguf", entries={"split.no": number, "split.count": count})
    with pytest.raises(AppError) as refused:
        model_facts(path)
    assert refused.value.user_text == (f"The header of this file is damaged: it says part {number + 1} of {count}.")


def test_a_million_letters_are_no_architecture(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    tensors = writer.lay_out([("a", (32,), 0)])
    path.write_bytes(writer.header([writer.words("general.architecture", "a" * 1_000_000)], tensors) + bytes(128))
    with pytest.raises(AppError, match="is no architecture") as refused:
        model_facts(path)
    assert len(refused.value.user_text) < 120


@pytest.mark.skipif(not hasattr(os, "SEEK_DATA"), reason="holes cannot be told here")
@pytest.mark.parametrize(("rows", "written"), [(1 << 30, 0), (1 << 22, 0), (1 << 22, 300 << 20)])
def test_weights_that_were_never_written_are_no_model(tmp_path: Path, rows: int, written: int) -> None:
    """Weights that a header announces, in a file of the right size: most of it is a hole."""
    path = tmp_path / "m.gguf"
    tensors = writer.lay_out([("token_embd.weight", (32, rows), 0)])
    head = of(tensors=tensors)
    with path.open("wb") as stream:
        stream.write(head)
        stream.write(b"x" * written)
        stream.truncate(len(head) + 4 * 32 * rows)
    with pytest.raises(AppError) as refused:
        model_facts(path)
    assert refused.value.kind == "sparse"
    size = reader.format.size(path.stat().st_size)
    assert f"of this file's {size} are on the disk" in refused.value.user_text


def test_a_hole_of_a_few_zeros_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    tensors = writer.lay_out([("token_embd.weight", (32, 1 << 18), 0)])
    path.write_bytes(of(tensors=tensors))
    with path.open("r+b") as stream:
        stream.truncate(path.stat().st_size + 4 * (32 << 18))
    assert model_facts(path).parameters == 32 << 18
