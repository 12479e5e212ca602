"""Results to stdout, everything else to stderr."""

from __future__ import annotations

import codecs
import contextlib
import errno
import json
import os
import re
import sys
from collections.abc import Callable
from typing import Any, TextIO

from weighin.core.errors import AppError

_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


class Console:
    """The two streams of a command. What they cannot encode is escaped; a reader that leaves early is no error."""

    def __init__(self, out: TextIO | None, err: TextIO | None) -> None:
        self._out, self._err = _Stream(out), _Stream(err)
        self._live = err is not None and err.isatty()

    def result(self, text: str) -> None:
        """A result, for stdout. Raises AppError where it cannot be written."""
        self._to_out(_Stream.text, text.rstrip("\n") + "\n")

    def json(self, body: Any) -> None:
        """Exactly one JSON object, for stdout. Raises AppError where it cannot be written."""
        self.json_text(json.dumps(body, ensure_ascii=False, indent=1))

    def json_text(self, text: str) -> None:
        """JSON that is text already, for stdout: UTF-8, or pure ASCII where the stream is anything else. Raises
        AppError where it cannot be written."""
        self._to_out(_Stream.json, text.rstrip("\n") + "\n")

    def say(self, text: str) -> None:
        """A sentence, for stderr."""
        self._to_err(("\r\x1b[K" if self._live else "") + text + "\n")

    def progress(self, text: str) -> None:
        """A line that replaces itself, only on a terminal."""
        if self._live:
            self._to_err(f"\r\x1b[K{text[:100]}")

    def end_progress(self) -> None:
        """Take the progress line away."""
        if self._live:
            self._to_err("\r\x1b[K")

    def _to_out(self, write: Callable[[_Stream, str], None], text: str) -> None:
        try:
            write(self._out, text)
        except OSError as error:
            self._out.give_up()
            if not _reader_left(error):
                raise AppError(f"Cannot write the output: {error.strerror or error}.", kind="output") from None

    def _to_err(self, text: str) -> None:
        try:
            self._err.text(text)
        except OSError:  # there is nowhere left to say so
            self._err.give_up()


class _Stream:
    """One stream. None, or closed by whoever started us: what is written is lost."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._encoding = (stream.encoding if stream is not None else None) or "utf-8"

    def text(self, text: str) -> None:
        """Write and flush. Raises OSError."""
        if self._stream is None or self._stream.closed:
            return
        self._stream.write(text.encode(self._encoding, "backslashreplace").decode(self._encoding))
        self._stream.flush()

    def json(self, text: str) -> None:
        """Write JSON as bytes that every reader of JSON takes, and flush. Raises OSError."""
        if codecs.lookup(self._encoding).name != "utf-8":
            text = _NOT_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text)
        binary = getattr(self._stream, "buffer", None)
        if binary is None or binary.closed:
            self.text(text)
            return
        binary.write(text.encode("utf-8", "backslashreplace"))
        binary.flush()

    def give_up(self) -> None:
        """Write nothing more, and keep Python from trying again at its exit with what is still in the buffer."""
        stream, self._stream = self._stream, None
        if stream is not None:
            with contextlib.suppress(OSError, ValueError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, stream.fileno())
                os.close(nowhere)


def _reader_left(error: OSError) -> bool:
    """Whether nobody reads the pipe any more, as behind `| head`; Windows calls that an invalid argument."""
    return isinstance(error, BrokenPipeError) or (sys.platform == "win32" and error.errno == errno.EINVAL)
