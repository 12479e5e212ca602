"""Text in the encodings a byte order mark names."""

from __future__ import annotations

import codecs

import pytest

from weighin.core.text_bytes import as_utf8, decoded

TEXT = "Größe 漢 😀\r\n"


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_the_mark_names_the_encoding(mark: bytes, encoding: str) -> None:
    data = mark + TEXT.encode(encoding)
    assert decoded(data) == TEXT
    assert as_utf8(data) == TEXT.encode()


@pytest.mark.parametrize("data", [b"Gr\xfc\xdfe", codecs.BOM_UTF16_LE + b"a"])
def test_what_is_no_such_text(data: bytes) -> None:
    assert as_utf8(data) == data
    with pytest.raises(UnicodeDecodeError):
        decoded(data)
