"""Text files that go along with a prompt: read, and refused where they are no text."""

from __future__ import annotations

from pathlib import Path

from weighin.core.errors import AppError
from weighin.core.runs.chat import Attachment
from weighin.core.safe_text import safe_name
from weighin.core.text_bytes import decoded

MAX_BYTES = 512 << 10
MAX_FILES = 20
# Tab, line feed, form feed, carriage return: all others below a space stand in files that are no text.
_PLAIN = {9, 10, 12, 13}


def read_attachment(path: Path) -> Attachment:
    """The text of the file at `path`: UTF-8, or UTF-16 with a byte order mark. Raises AppError with one sentence."""
    name = safe_name(path.name, 120)
    try:
        if not path.is_file():
            raise AppError(f"{name} is not a file.", kind="attachment")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise AppError(f"{name}: {error.strerror or error}.", kind="attachment") from None
    if len(data) > MAX_BYTES:
        raise AppError(f"{name} is too large to attach: more than {MAX_BYTES >> 10} KiB.", kind="attachment")
    if not data.strip():
        raise AppError(f"{name} is empty.", kind="attachment")
    try:
        text = decoded(data)
    except UnicodeDecodeError:
        raise AppError(f"{name} is not a text file (UTF-8 or UTF-16).", kind="attachment") from None
    if any(ord(character) < 32 and ord(character) not in _PLAIN for character in text):
        raise AppError(f"{name} is not a text file: it holds control characters.", kind="attachment")
    return Attachment(name, text.replace("\r\n", "\n"))
