"""Commands in the process of the tests: everything is real but the interpreter, which takes half a second to start."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import pytest

from weighin.__main__ import main

Ask = Callable[..., CompletedProcess[str]]


def asking(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Carries out `weighin ARGUMENTS` as it is called; `status`: how it must end."""

    def run(*arguments: Any, status: int | None = None) -> CompletedProcess[str]:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["weighin", *map(str, arguments)])
        try:
            code = main()
        except SystemExit as end:  # from argparse
            code = int(end.code or 0)
        gc.collect()  # a command leaves the rest to the end of its process
        told = capsys.readouterr()
        assert status in (None, code), told.err
        return CompletedProcess(arguments, code, told.out, told.err)

    return run
