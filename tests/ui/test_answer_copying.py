"""Copying from an answer: code, all of it, a selection; by mouse, menu and keyboard."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication, QHelpEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QMenu, QToolTip
from pytestqt.qtbot import QtBot

from weighin.ui.answer.answer_panel import AnswerPanel
from weighin.ui.answer.answer_view import AnswerView
from weighin.ui.answer.inbox import SHOWN_LINES
from weighin.ui.theme import Theme

CODE = "def f():\n\n\tif x:\n        return `1`   "


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> AnswerPanel:
    made = AnswerPanel(theme, "Answer of lane A")
    qtbot.addWidget(made)
    made.resize(500, 500)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def view(panel: AnswerPanel) -> AnswerView:
    return panel.view


def show(qtbot: QtBot, view: AnswerView, text: str) -> None:
    view.show_answer(text)
    qtbot.waitUntil(lambda: view.is_settled, timeout=20_000)


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def press_copy(qtbot: QtBot, view: AnswerView, number: int = 0) -> str:
    """What is on the clipboard after a click on the "Copy" of that code block in sight."""
    place = view.copy_places[number]
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place.center())
    return clipboard()


@pytest.mark.parametrize(
    ("written", "copied"),
    [
        (f"```python\n{CODE}\n```", CODE),
        (f"Text\n\n~~~~\n{CODE}\n```\n~~~~\nmore", f"{CODE}\n```"),
        ("1. so:\n   ```sh\n   a\n     b\n   ```\n2. end", "a\n  b"),
        ("> said\n>\n> ```\n> a\n>   b\n> ```", "a\n  b"),
        ("Text:\n\n    a\n      b\n\nend", "a\n  b"),
        ("```\r\na\r\n\r\nb\r\n```\r\n", "a\n\nb"),
        (f"```\n{'x' * 9_000} y\n  z\n```", f"{'x' * 9_000} y\n  z"),
        ("```\nunfinished\n  line", "unfinished\n  line"),
        ("```\na\x1b[31mb\n```", "a\ufffd[31mb"),
        ("```\n| a |\n|---|\n- [ ] x $y$\n```", "| a |\n|---|\n- [ ] x $y$"),
    ],
)
def test_a_code_block_is_copied_as_the_model_wrote_it(
    qtbot: QtBot, view: AnswerView, written: str, copied: str
) -> None:
    show(qtbot, view, written)
    view.verticalScrollBar().setValue(0)
    assert press_copy(qtbot, view) == copied


def test_each_block_is_copied_by_itself(qtbot: QtBot, view: AnswerView) -> None:
    show(qtbot, view, "```\none\n```\n```\ntwo\n```\n\n    three\n\n> ```\n> four\n> ```\n")
    assert [press_copy(qtbot, view, number) for number in range(4)] == ["one", "two", "three", "four"]


def test_what_is_kept_back_of_a_code_block_is_copied_too(qtbot: QtBot, view: AnswerView) -> None:
    code = "\n".join(f"line {number}" for number in range(SHOWN_LINES + 500))
    show(qtbot, view, f"```\n{code}\n```\n")
    view.verticalScrollBar().setValue(0)
    assert press_copy(qtbot, view) == code


def test_while_it_is_written_it_can_be_copied(qtbot: QtBot, view: AnswerView) -> None:
    view.begin()
    view.feed("```py\na = 1\nb =")
    view.render_now()
    assert press_copy(qtbot, view) == "a = 1\nb ="


def test_that_it_is_copied_is_said_for_a_moment(qtbot: QtBot, view: AnswerView) -> None:
    show(qtbot, view, f"```python\n{CODE}\n```")
    before = view.grab().toImage()
    press_copy(qtbot, view)
    assert view.grab().toImage() != before
    qtbot.waitUntil(lambda: view.grab().toImage() == before, timeout=10_000)


def test_the_mouse_is_shown_what_can_be_pressed(qtbot: QtBot, view: AnswerView) -> None:
    show(qtbot, view, f"Text.\n\n```python\n{CODE}\n```")
    place = view.copy_places[0].center()
    shape = view.viewport().cursor().shape()
    qtbot.mouseMove(view.viewport(), place)
    qtbot.waitUntil(lambda: view.viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor)
    help_ = QHelpEvent(QEvent.Type.ToolTip, place, view.viewport().mapToGlobal(place))
    QApplication.sendEvent(view.viewport(), help_)
    assert QToolTip.text() == "Copy this code"
    QToolTip.hideText()
    qtbot.mouseMove(view.viewport(), QPoint(5, place.y() + 60))
    qtbot.waitUntil(lambda: view.viewport().cursor().shape() == shape)


def test_a_press_that_is_let_go_elsewhere_copies_nothing(qtbot: QtBot, view: AnswerView) -> None:
    show(qtbot, view, f"```python\n{CODE}\n```")
    place = view.copy_places[0].center()
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, place.y() + 30))
    assert clipboard() == ""
    assert not view.textCursor().hasSelection()


def actions(menu: QMenu) -> dict[str, QAction]:
    return {action.text(): action for action in menu.actions() if action.text()}


def test_the_menu_says_what_can_be_copied(qtbot: QtBot, view: AnswerView) -> None:
    text = f"Some **text**.\n\n```\n{CODE}\n```"
    show(qtbot, view, text)
    found = actions(view.menu_at(QPoint(15, 15)))
    assert list(found) == ["Copy", "Copy answer", "Copy code block", "Select all"]
    assert [found[name].isEnabled() for name in found] == [False, True, False, True]
    found["Select all"].trigger()
    found = actions(view.menu_at(view.copy_places[0].center()))
    assert all(action.isEnabled() for action in found.values())
    found["Copy code block"].trigger()
    assert clipboard() == CODE
    found["Copy answer"].trigger()
    assert clipboard() == text
    found["Copy"].trigger()
    assert clipboard().startswith("Some text.")


def test_an_empty_view_has_nothing_to_copy(view: AnswerView) -> None:
    assert not any(action.isEnabled() for action in actions(view.menu_at()).values())


def test_the_menu_key_finds_the_block_of_the_text_cursor(qtbot: QtBot, view: AnswerView) -> None:
    show(qtbot, view, "Text.\n\n```\ncode\n```")
    view.moveCursor(QTextCursor.MoveOperation.End)
    actions(view.menu_at())["Copy code block"].trigger()
    assert clipboard() == "code"
    view.moveCursor(QTextCursor.MoveOperation.Start)
    assert not actions(view.menu_at())["Copy code block"].isEnabled()


def test_a_link_can_only_be_copied(qtbot: QtBot, view: AnswerView) -> None:
    show(qtbot, view, "[link](https://example.org/x)")
    found = actions(view.menu_at(QPoint(15, 18)))
    assert list(found) == ["Copy", "Copy answer", "Copy code block", "Copy link address", "Select all"]
    found["Copy link address"].trigger()
    assert clipboard() == "https://example.org/x"


def test_half_a_character_stops_nothing(qtbot: QtBot, panel: AnswerPanel) -> None:
    show(qtbot, panel.view, "a\ud83db")
    panel.copy()
    assert clipboard() == "a\ufffdb"


def test_a_selection_can_be_copied_again_and_again(qtbot: QtBot, view: AnswerView) -> None:
    show(qtbot, view, "Twelve.")
    view.selectAll()
    for _ in range(3):
        view.copy()
        gc.collect()
        assert clipboard() == "Twelve."


@pytest.mark.parametrize("language", ["python", "", "c++", "\u202egnp.exe", "x" * 300, "{.python .numberLines}"])
def test_whatever_language_is_named_copy_has_its_place(qtbot: QtBot, view: AnswerView, language: str) -> None:
    show(qtbot, view, f"```{language}\n{CODE}\n```")
    (place,) = view.copy_places
    assert view.viewport().rect().contains(place)
    assert not view.grab().isNull()
    assert view.code_at(place.center()) == CODE
    assert view.code_at(QPoint(2, 2)) == ""
