"""Parquet files that pyarrow wrote, read by our own reader; and whatever is wrong with one is a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from weighin.core.errors import AppError
from weighin.core.parquet import read_rows
from weighin.core.parquet.snappy import decompress
from weighin.core.parquet.thrift import ParquetError

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "parquet"
WAYS = (
    "snappy", "gzip-v2", "snappy-v2", "none-plain", "none-v2-plain", "old-names", "many-pages", "small-dictionary",
)  # fmt: skip


def data_of(name: str) -> bytes:
    return (FIXTURES / f"{name}.parquet").read_bytes()


def rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FIXTURES / "rows.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("way", WAYS)
def test_values_are_those_that_pyarrow_reads(way: str):
    assert read_rows(data_of(way), way) == rows()


def test_only_named_fields_are_read():
    wanted = [{"ind": row["ind"], "choices": row["choices"]} for row in rows()]
    assert read_rows(data_of("snappy"), "f", ("ind", "choices", "unknown")) == wanted
    assert read_rows(data_of("floats"), "f", ("text",)) == [{}]


def test_a_list_of_structures_is_a_structure_of_lists():
    found = read_rows(data_of("structures"), "f")
    assert found == [{"choices": {"text": ["a", "b"], "label": ["A", "B"]}}, {"choices": {"text": [], "label": []}}]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (data_of("zstd"), "compressed with Zstandard, and only Snappy, gzip and none can be read"),
        (data_of("delta"), "written in a way that cannot be read"),
        (data_of("nested"), "lists within lists"),
        (data_of("floats"), "neither texts nor whole numbers"),
        (b"", "no such file"),
        (b"PK\x03\x04 and more than that", "no such file"),
        (data_of("snappy")[:-9], "was cut off"),
        (data_of("snappy")[:2000] + data_of("snappy")[2400:], "cannot be read as Parquet"),
        (b"PAR1" + b"\xff" * 40 + (40).to_bytes(4, "little") + b"PAR1", "cannot be read as Parquet"),
        (b"PAR1" + b"\x19" * 40 + (40).to_bytes(4, "little") + b"PAR1", "cannot be read as Parquet"),
        (b"PAR1" + b"\x1c" * 40 + (40).to_bytes(4, "little") + b"PAR1", "nested too deeply"),
        (b"PAR1" + b"\x00" * 40 + (2**31).to_bytes(4, "little") + b"PAR1", "was cut off"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(data: bytes, said: str):
    with pytest.raises(AppError) as refused:
        read_rows(data, "set.parquet")
    assert refused.value.user_text.startswith("set.parquet cannot be read as Parquet: ")
    assert said in refused.value.user_text


@pytest.mark.parametrize(
    ("data", "size", "found"),
    [
        (b"\x05\x10hello", 5, b"hello"),
        (b"\x0a\x04ab\x15\x02\x00\x00", 10, None),  # a copy of more than was stated
        (b"\x0a\x04ab\x1e\x02\x00", 10, b"ababababab"),  # a copy that reaches into itself
        (b"\x08\x04ab\x09\x02", 8, b"ab" + b"ab" * 3),
        (b"\x05\x10hell", 5, None),
        (b"\x05\x10hello", 6, None),
        (b"\x02\x09\x02", 2, None),  # nothing stands before it
        (b"\xff\xff\xff\xff\x0f\x00a", 5, None),
        (b"\xff" * 30, 5, None),
    ],
)
def test_snappy(data: bytes, size: int, found: bytes | None):
    if found is None:
        with pytest.raises(ParquetError):
            decompress(data, size)
    else:
        assert decompress(data, size) == found


def test_a_file_that_claims_more_than_it_holds_takes_no_memory():
    """A run of a billion equal values costs five bytes; it is not believed."""
    data = bytearray(data_of("snappy"))
    with pytest.raises(AppError):
        read_rows(bytes(data).replace(b"\x16\x90\x03", b"\x16\xfe\x7f"), "f")
