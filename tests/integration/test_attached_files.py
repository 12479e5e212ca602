"""Tokens of attached files, counted by real workers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from tests.support.lanes import fake_model
from tests.support.worker_client import WorkerClient

from weighin.core.errors import AppError
from weighin.core.models.header_facts import model_facts
from weighin.core.runs.chat import Attachment, Message
from weighin.protocol.messages import Tokenize
from weighin.services.comparisons.attached_files import AttachedFiles
from weighin.wiring.lanes import new_worker


@pytest.fixture
def files(qapp: Any) -> Iterator[AttachedFiles]:
    made = AttachedFiles(new_worker)
    yield made
    made.close()
    QObject.deleteLater(made)


def test_tokens_are_those_of_the_models_own_vocabulary(files: AttachedFiles, tiny: Path, qtbot: Any) -> None:
    text = "one two three, and a <|im_end|> that is only text\n"
    with WorkerClient() as worker:
        worker.loaded(tiny)
        whole = worker.ask(Tokenize(worker.next_id(), (Message("user", text),), raw=True))[-1]
    found: list[int] = []
    files.count(model_facts(tiny), text, found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=30_000)
    assert found == [len(whole.tokens)]
    files.count(model_facts(tiny), text, found.append)
    assert len(found) == 2, "known by now"


def test_a_model_that_cannot_be_read_costs_only_its_own_number(
    files: AttachedFiles, tiny: Path, tmp_path: Path, qtbot: Any
) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + b"\xff" * 200)
    found: list[str] = []
    files.count(replace(fake_model(), path=str(broken)), "x", lambda _: found.append("broken"))
    files.count(model_facts(tiny), "one two", lambda _: found.append("tiny"))
    qtbot.waitUntil(lambda: bool(found), timeout=30_000)
    assert found == ["tiny"]


def test_nothing_is_counted_while_models_run(files: AttachedFiles, tiny: Path, qtbot: Any) -> None:
    found: list[int] = []
    files.hold()
    files.count(model_facts(tiny), "one", found.append)
    assert files._running is None
    files.go_on()
    qtbot.waitUntil(lambda: bool(found), timeout=30_000)


def test_files_are_read_away_from_the_windows_thread(files: AttachedFiles, tmp_path: Path, qtbot: Any) -> None:
    (tmp_path / "n.txt").write_text("hello")
    read: list[Attachment] = []
    errors: list[AppError] = []
    files.read(str(tmp_path / "n.txt"), read.append, errors.append)
    files.read(str(tmp_path), read.append, errors.append)
    qtbot.waitUntil(lambda: bool(read and errors), timeout=5_000)
    assert read == [Attachment("n.txt", "hello")]
    assert "is not a file" in errors[0].user_text
