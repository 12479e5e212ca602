"""A library of the system that PySide6 does not find."""

from __future__ import annotations

import pytest

from weighin.cli import run
from weighin.cli.parser import parse
from weighin.start import start_command


def refusing(text: str) -> object:
    def run_command(_: object) -> int:
        raise ImportError(text)

    return run_command


def test_a_command_without_qt_s_core_ends_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lacking = "libnobody.so.7: cannot open shared object file: No such file or directory"
    monkeypatch.setattr(run, "run_command", refusing(lacking))
    assert start_command(parse(["history", "list"])) == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith("Weigh-In cannot start: libnobody.so.7 is missing")


def test_another_failed_import_is_a_fault_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "run_command", refusing("cannot import name 'nobody'"))
    with pytest.raises(ImportError, match="nobody"):
        start_command(parse(["history", "list"]))
