"""The program as its users have it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from tests.support.commands import Ask, asking


@pytest.fixture
def ask(qapp: QApplication, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ask:
    """A command that shares the process of the tests; `weighin` starts one of its own."""
    return asking(capsys, monkeypatch)
