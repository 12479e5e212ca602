"""Bytes of a file somebody wrote as text: UTF-8, or whatever its byte order mark names.

Windows writes UTF-16 in places nobody expects: PowerShell 5 does so with all that `>` puts into a file.
"""

from __future__ import annotations

import codecs

# The longer mark first: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def unmarked(data: bytes) -> tuple[bytes, str]:
    """`data` without its byte order mark, and the encoding the mark names; UTF-8 where there is none."""
    mark, encoding = next(((m, e) for m, e in _MARKS if data.startswith(m)), (b"", "utf-8"))
    return data[len(mark) :], encoding


def decoded(data: bytes) -> str:
    """The text in `data`, without a mark. Raises UnicodeDecodeError."""
    body, encoding = unmarked(data)
    return body.decode(encoding)


def as_utf8(data: bytes) -> bytes:
    """The same text in UTF-8 and without a mark, where the mark names another encoding or UTF-8; any other bytes, and
    what does not fit its mark, as they are."""
    body, encoding = unmarked(data)
    try:
        return body if encoding == "utf-8" else body.decode(encoding).encode()
    except UnicodeError:
        return data
