"""Results to stdout, everything else to stderr."""

from __future__ import annotations

import json
from typing import Any, TextIO


class Console:
    """The two streams of a command."""

    def __init__(self, out: TextIO | None, err: TextIO | None) -> None:
        self._out, self._err = out, err
        self._live = err is not None and err.isatty()

    def result(self, text: str) -> None:
        """A result, for stdout."""
        self._write(self._out, text.rstrip("\n") + "\n")

    def json(self, body: Any) -> None:
        """Exactly one JSON object, for stdout."""
        self._write(self._out, json.dumps(body, ensure_ascii=False, indent=1) + "\n")

    def say(self, text: str) -> None:
        """A sentence, for stderr."""
        self._write(self._err, ("\r\x1b[K" if self._live else "") + text + "\n")

    def progress(self, text: str) -> None:
        """A line that replaces itself, only on a terminal."""
        if self._live:
            self._write(self._err, f"\r\x1b[K{text[:100]}")

    def end_progress(self) -> None:
        """Take the progress line away."""
        if self._live:
            self._write(self._err, "\r\x1b[K")

    @staticmethod
    def _write(stream: TextIO | None, text: str) -> None:
        if stream is None:  # closed by whoever started us
            return
        encoding = stream.encoding or "utf-8"
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
