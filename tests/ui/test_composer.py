"""The composer: what is typed is counted in tokens and held against the context."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, OTHER, answer, timing
from weighin.core.format import count
from weighin.core.runs.chat import Attachment
from weighin.core.runs.lane import Mode
from weighin.core.runs.options import LoadOptions

CONTEXT = f"context {count(LoadOptions().context)}"


def amber(kit: Kit) -> bool:
    return kit.page.prompt._count.property("role") == "warning"


def says(kit: Kit, qtbot: QtBot, words: str) -> None:
    qtbot.waitUntil(lambda: kit.page.prompt.count_words == words)


def test_tokens_are_counted_with_the_tokenizer_of_each_model(kit: Kit, qtbot: QtBot) -> None:
    assert kit.page.prompt.count_words == CONTEXT
    kit.page.prompt.set_text("one two three")
    says(kit, qtbot, f"3 tokens · {CONTEXT}")
    kit.page.panes[1].header.picker.choose(OTHER)  # twice as many
    says(kit, qtbot, f"A 3, B 6 tokens · {CONTEXT}")
    kit.page.prompt.set_text("one")
    says(kit, qtbot, f"A 1, B 2 tokens · {CONTEXT}")
    kit.page.panes[1].header.picker.choose(DENSE)
    says(kit, qtbot, f"1 token · {CONTEXT}")
    kit.page.prompt.set_text("")
    says(kit, qtbot, CONTEXT)


def test_what_was_counted_of_another_text_is_not_said_of_this_one(kit: Kit, qtbot: QtBot) -> None:
    kit.page.prompt.set_text("one two three")
    says(kit, qtbot, f"3 tokens · {CONTEXT}")
    qtbot.keyClicks(kit.page.prompt.findChild(QPlainTextEdit), " four")
    assert kit.page.prompt.count_words == CONTEXT, "not before it is counted again"
    says(kit, qtbot, f"4 tokens · {CONTEXT}")


def test_files_are_counted_with_it(kit: Kit, qtbot: QtBot) -> None:
    kit.page.prompt.set_text("one two")
    says(kit, qtbot, f"2 tokens · {CONTEXT}")
    kit.page.prompt.attached.set_files((Attachment("a.txt", "three four five"),))
    qtbot.waitUntil(lambda: kit.page.prompt.tokens._counts.get("A", 0) > 5)
    kit.page.prompt.attached.set_files(())
    says(kit, qtbot, f"2 tokens · {CONTEXT}")


def test_what_the_context_cannot_hold_is_amber_before_it_is_run(kit: Kit, qtbot: QtBot) -> None:
    form = kit.page.drawer.form("A")
    form.field("context").set_text("16")
    assert kit.page.prompt.count_words == "context 16"
    kit.page.prompt.set_text("word " * 15)
    says(kit, qtbot, "15 tokens · context 16")
    assert not amber(kit), "one is left for the answer"
    kit.page.prompt.set_text("word " * 16)
    says(kit, qtbot, "16 tokens · context 16")
    assert amber(kit)
    form.field("context").set_text("32")
    assert not amber(kit) and kit.page.prompt.count_words == "16 tokens · context 32"
    kit.page.drawer.set_separate(True)
    kit.page.drawer.form("B").field("context").set_text("16")
    assert amber(kit) and kit.page.prompt.count_words == "16 tokens · context 32 / 16"


def test_a_conversation_counts_what_was_said_before(kit: Kit, qtbot: QtBot) -> None:
    kit.page.drawer.form("A").field("context").set_text("80")
    kit.start()
    kit.runner.finish(answer(timing=timing(37)), answer(timing=timing(30)))  # 23 + 37 tokens
    kit.page.prompt.follow.setChecked(True)
    assert kit.page.prompt.count_words == "60 tokens in this conversation · context 80"
    kit.page.prompt.set_text("word " * 20)
    qtbot.waitUntil(lambda: amber(kit))
    kit.page.prompt.follow.setChecked(False)
    assert not amber(kit) and kit.page.prompt.count_words == "20 tokens · context 80"
    kit.page.prompt.follow.setChecked(True)
    kit.start("More.")
    assert "conversation" not in kit.page.prompt.count_words
    kit.runner.finish(answer(timing=replace(timing(5), prompt_tokens=65)), answer())
    assert kit.page.prompt.count_words.startswith("70 tokens in this conversation")


def test_wrong_options_leave_the_count_alone(kit: Kit, qtbot: QtBot) -> None:
    kit.page.prompt.set_text("one two three")
    says(kit, qtbot, f"3 tokens · {CONTEXT}")
    kit.page.drawer.form("A").field("context").set_text("many")
    assert kit.page.prompt.count_words == f"3 tokens · {CONTEXT}"


def test_modes_stand_side_by_side_and_one_is_chosen(kit: Kit, qtbot: QtBot) -> None:
    mode = kit.page.prompt.mode
    buttons = {button.text(): button for button in mode.findChildren(QPushButton)}
    assert list(buttons) == ["Sequential", "Simultaneous"]
    assert buttons["Sequential"].isChecked() and mode.mode is Mode.ALONE
    changed: list[Mode] = []
    mode.changed.connect(lambda: changed.append(mode.mode))
    qtbot.mouseClick(buttons["Simultaneous"], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(buttons["Simultaneous"], Qt.MouseButton.LeftButton)
    assert changed == [Mode.TOGETHER] and not buttons["Sequential"].isChecked()
    mode.set_mode(Mode.ALONE)
    assert buttons["Sequential"].isChecked()
    buttons["Sequential"].setFocus()
    qtbot.keyClick(buttons["Sequential"], Qt.Key.Key_Right)
    assert mode.mode is Mode.TOGETHER, "arrow keys choose too"


@pytest.mark.parametrize("width", [1000, 1366])
def test_every_button_is_in_sight(kit: Kit, qtbot: QtBot, width: int) -> None:
    kit.window.resize(width, 700)
    qtbot.waitUntil(lambda: kit.window.width() == width)
    kit.page.prompt.attached.set_files(tuple(Attachment(f"{'n' * 60}{n}.txt", "x") for n in range(5)))
    kit.page.prompt.set_text("a\n" * 50)
    kit.page.prompt.refuse("A sentence why it is not run. " * 8)
    QCoreApplication.processEvents()
    box = kit.page.prompt
    for button in box.findChildren(QPushButton):
        place = button.rect().translated(button.mapTo(box, button.rect().topLeft()))
        assert box.rect().contains(place), button.text()
        assert button.visibleRegion().contains(button.rect()), button.text()
        assert button.width() >= button.minimumSizeHint().width(), button.text()


def test_the_count_is_shown_whole_where_there_is_room(kit: Kit, qtbot: QtBot) -> None:
    """Seen: "211 tokens in this conversation · context …" beside 300 free pixels."""
    kit.window.resize(1440, 900)
    kit.start()
    kit.runner.finish(answer(timing=timing(100)), answer(timing=timing(100)))
    kit.page.prompt.follow.setChecked(True)
    kit.page.prompt.set_text("one two three")
    qtbot.waitUntil(lambda: "3 tokens" in kit.page.prompt.count_words)
    label = kit.page.prompt._count
    assert "in this conversation" in label.text()
    qtbot.waitUntil(lambda: label.fontMetrics().horizontalAdvance(label.text()) <= label.width())
    row = {button.y() for button in (kit.page.prompt.blind, kit.page.prompt._options)}
    assert len(row) == 1, "the choices still stand in one line"
