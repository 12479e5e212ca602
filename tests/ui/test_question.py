"""Answers keep their question in sight, whatever stands in the prompt box by now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import FakeHistory, answer, comparison
from tests.ui.test_blind import blind  # noqa: F401 - the fixture
from tests.ui.test_blind_sets import judge, run_all
from tests.ui.test_measure_alone import finish_alone, run_together
from tests.ui.test_models_of_lanes import drop
from weighin.core.comparisons.blind import Choice
from weighin.core.runs.chat import Attachment, Prompt
from weighin.ui.reading.reading_window import ReadingWindow
from weighin.ui.theme import Theme


def test_there_is_none_before_the_first_run(kit: Kit) -> None:
    assert not kit.page.question.isVisible() and kit.page.question.text == ""


def test_answers_keep_it_while_the_next_one_is_typed(kit: Kit) -> None:
    kit.start("What is <b>7</b> + 5?\n")
    assert kit.page.question.text == "What is <b>7</b> + 5?\n"
    kit.runner.finish(answer(), answer())
    kit.page.prompt.set_text("Something else")
    assert kit.page.question.text == "What is <b>7</b> + 5?\n"
    assert kit.page.question.isVisible()
    kit.page.run()
    assert kit.page.question.text == "Something else" and kit.page.prompt.text == ""


def test_a_set_shows_each_of_its_questions(kit: Kit, qtbot: QtBot) -> None:
    kit.page.prompt.set_text("An unrelated text")
    drawer = run_all(kit)
    for number, question in ((1, "Why?"), (2, "How <b>?")):
        qtbot.waitUntil(lambda number=number: len(kit.runner.requests) == number)
        assert kit.page.question.text == question
        kit.runner.finish(answer(), answer())
    qtbot.waitUntil(drawer.stop.isHidden)
    assert kit.page.question.text == "How <b>?"
    assert kit.page.prompt.text == "An unrelated text"


def test_a_set_judged_blind_shows_them_too(blind: Kit, qtbot: QtBot) -> None:  # noqa: F811
    blind.page.prompt.set_text("An unrelated text")
    run_all(blind)
    for question in ("Why?", "How <b>?"):
        assert blind.blind.hides and blind.page.desk.is_open
        assert blind.page.question.text == question and blind.page.question.isVisible()
        judge(blind, qtbot, Choice.TIE)
    assert blind.page.question.text == "How <b>?"
    blind.page.desk.view.lanes_button.click()
    assert blind.page.question.text == "How <b>?"


def test_it_comes_with_a_record(new_kit: Callable[..., Kit]) -> None:
    old = comparison()
    files = (Attachment("notes.txt", "x"), Attachment("b\u202e.md", "y"))
    old = replace(old, request=replace(old.request, prompt=Prompt("Earlier?", attachments=files)))
    kit = new_kit(history=FakeHistory(old))
    kit.page.show_comparison(old)
    assert kit.page.question.text == "Earlier?"
    assert kit.page.question.files == "2 files: notes.txt, b\ufffd.md"
    kit.page.show_comparison(comparison())
    assert kit.page.question.files == ""


def test_what_ran_together_is_shown_with_its_question_again(kit: Kit) -> None:
    run_together(kit)
    kit.page.prompt.set_text("x")
    kit.page.panel.remedy.click()
    assert len(kit.runner.requests) == 2
    assert kit.page.question.text == "What is seven plus five?"
    finish_alone(kit)
    assert kit.page.question.text == "What is seven plus five?"


def test_a_long_one_scrolls_and_takes_no_more_than_three_lines(kit: Kit, qtbot: QtBot) -> None:
    kit.start("One line")
    low = kit.page.question.height()
    kit.runner.finish(answer(), answer())
    kit.start("word " * 20_000 + "x" * 100_000)
    box = kit.page.question
    qtbot.waitUntil(lambda: low < box.height() < 3 * low)
    text = box.findChild(QPlainTextEdit)
    assert text.verticalScrollBar().maximum() > 0
    text.setFocus()
    qtbot.keyClick(text, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert text.verticalScrollBar().value() > 0
    qtbot.keyClicks(text, "y")
    assert "y" not in box.text


def test_a_file_dropped_on_it_is_a_model(kit: Kit) -> None:
    kit.start()
    kit.runner.finish(answer(), answer())
    text = kit.page.question.findChild(QPlainTextEdit)
    assert not text.acceptDrops() and not text.viewport().acceptDrops()
    drop(kit.window, "/m/one.gguf")
    assert kit.page.panes[0].header.picker.chosen.path == "/m/one.gguf"


def test_the_window_of_differences_has_it(qtbot: QtBot, theme: Theme) -> None:
    window = ReadingWindow(theme, comparison())
    qtbot.addWidget(window)
    assert window.question.toPlainText() == "What is seven plus five?"
    window.close()
