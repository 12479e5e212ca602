"""What a command prints, on streams of every kind."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from weighin.cli.console import Console
from weighin.core.errors import AppError

TEXT = "Grüße 你好 😀 \ud800 ünd “so”"
FULL = Path("/dev/full")
ENCODINGS = ("utf-8", "UTF8", "utf-8-sig", "cp1252", "cp437", "latin-1", "ascii", "utf-16", "cp037", "shift_jis")


def stream(encoding: str) -> tuple[io.TextIOWrapper, io.BytesIO]:
    raw = io.BytesIO()
    return io.TextIOWrapper(raw, encoding=encoding), raw


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_is_json_on_every_stream(encoding: str) -> None:
    out, raw = stream(encoding)
    Console(out, None).json({TEXT: [TEXT]})
    data = raw.getvalue()
    assert json.loads(data) == {TEXT: [TEXT]}
    assert data.isascii() or encoding in ("utf-8", "UTF8")


def test_json_on_utf_8_is_readable() -> None:
    out, raw = stream("utf-8")
    Console(out, None).json_text('{"a": "Grüße"}')
    assert raw.getvalue() == '{"a": "Grüße"}\n'.encode()


def test_a_stream_of_text_alone_takes_json_too() -> None:
    out = io.StringIO()
    Console(out, None).json({"a": "Grüße"})
    assert json.loads(out.getvalue()) == {"a": "Grüße"}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_text_is_never_too_much_for_a_stream(encoding: str) -> None:
    out, raw = stream(encoding)
    err, errors = stream(encoding)
    console = Console(out, err)
    console.result(TEXT)
    console.say(TEXT)
    assert "ünd" in raw.getvalue().decode(encoding) or encoding in ("ascii", "shift_jis")
    assert raw.getvalue() == errors.getvalue()


def test_closed_streams_take_nothing_and_say_nothing() -> None:
    out, _ = stream("utf-8")
    out.close()
    for closed in (out, None):
        console = Console(closed, closed) if closed is None else Console(closed, None)
        console.result("a")
        console.json({"a": 1})
        console.say("b")


def printing(out: int, err: int, lines: str) -> int:
    """The exit status of a Python that prints `lines` on those descriptors."""
    code = f"import sys; from weighin.cli.console import Console; console = Console(sys.stdout, sys.stderr)\n{lines}"
    return subprocess.run([sys.executable, "-c", code], stdout=out, stderr=err, timeout=60, check=False).returncode


@pytest.mark.skipif(sys.platform == "win32", reason="pipes without a reader, as POSIX has them")
@pytest.mark.parametrize("kind", ["result", "json"])
def test_a_reader_that_leaves_early_is_no_error(kind: str, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    notes = os.open(tmp_path / "notes", os.O_CREAT | os.O_RDWR)
    try:
        assert printing(writing, notes, f"console.{kind}('x' * 100_000)\nconsole.{kind}('y')") == 0
        assert os.fstat(notes).st_size == 0, "not even Python complains at its exit"
        assert printing(notes, writing, "console.say('x' * 100_000)\nconsole.say('y')\nconsole.result('z')") == 0
        assert os.fstat(notes).st_size == 2
    finally:
        os.close(writing)
        os.close(notes)


@pytest.mark.skipif(not FULL.exists(), reason="a device that is always full")
@pytest.mark.parametrize("kind", ["result", "json"])
def test_a_full_disk_is_a_sentence(kind: str) -> None:
    with FULL.open("w", encoding="utf-8") as full:
        console = Console(full, None)
        with pytest.raises(AppError, match="Cannot write the output: No space"):
            getattr(console, kind)("a")
        console.result("nothing more is tried")
