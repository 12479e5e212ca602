"""Whatever is gone for good is asked about first, and every such question is answered by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import OTHER, FakeHistory, FakeModels, comparison, on_shelf
from tests.ui.mmlu_fakes import answered, evaluation_services
from weighin.ui.main_window import HISTORY, MODELS
from weighin.ui.widgets.confirmation import Confirmation

KEY = Qt.Key


class Page(QWidget):
    """A question beside something else, on a page that has an Escape of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.stops: list[str] = []
        self.answers: list[str] = []
        self.other = QPushButton("Other")
        self.question = Confirmation("Delete", "Delete it", "Keep it")
        layout = QVBoxLayout(self)
        layout.addWidget(self.other)
        layout.addWidget(self.question)
        shortcut = QShortcut(QKeySequence("Escape"), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(lambda: self.stops.append("stop"))


@pytest.fixture
def page(qtbot: QtBot) -> Page:
    made = Page()
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(made.isActiveWindow)
    made.question.ask("Delete it?", lambda: made.answers.append("deleted"), made.other)
    return made


def press(qtbot: QtBot, key: Qt.Key) -> None:
    qtbot.keyClick(QApplication.focusWidget(), key)


@pytest.mark.parametrize("key", [KEY.Key_Return, KEY.Key_Enter, KEY.Key_Space, KEY.Key_Escape])
def test_the_safe_answer_has_the_focus(page: Page, qtbot: QtBot, key: Qt.Key) -> None:
    assert page.question.no.hasFocus()
    press(qtbot, key)
    assert page.question.text == ""
    assert page.answers == page.stops == []
    assert page.other.hasFocus()


@pytest.mark.parametrize("key", [KEY.Key_Return, KEY.Key_Enter, KEY.Key_Space])
def test_the_other_one_takes_a_step(page: Page, qtbot: QtBot, key: Qt.Key) -> None:
    page.question.yes.setFocus()
    press(qtbot, key)
    assert page.answers == ["deleted"]
    assert page.question.text == ""
    assert page.other.hasFocus()


def test_escape_keeps_from_either_button_and_is_the_pages_own_again_afterwards(page: Page, qtbot: QtBot) -> None:
    page.question.yes.setFocus()
    press(qtbot, KEY.Key_Escape)
    assert page.answers == page.stops == []
    press(qtbot, KEY.Key_Escape)
    assert page.stops == ["stop"]


def test_what_is_asked_now_is_what_is_answered(page: Page) -> None:
    page.question.ask("Delete another?", lambda: page.answers.append("another"), page.other)
    page.question.yes.click()
    assert page.answers == ["another"]
    page.question.yes.click()
    assert page.answers == ["another"], "once"


@pytest.fixture
def whole(new_kit: Callable[..., Kit], qtbot: QtBot) -> Kit:
    made = new_kit(
        history=FakeHistory(comparison()),
        models=FakeModels(on_shelf(OTHER)),
        evaluations=evaluation_services(answered(number=1)),
    )
    with qtbot.waitExposed(made.window):
        made.window.show()
    qtbot.waitUntil(made.window.isActiveWindow)
    return made


def of_history(kit: Kit) -> tuple[Confirmation, QWidget, Callable[[], bool]]:
    kit.window.show_page(HISTORY)
    page = kit.window.history_page
    page.table.selectRow(0)
    return page._confirm, page.table, lambda: bool(kit.history.deleted)


def of_evaluations(kit: Kit) -> tuple[Confirmation, QWidget, Callable[[], bool]]:
    kit.window.show_page(HISTORY)
    kit.window.history_page.tabs.setCurrentIndex(1)
    past = kit.window.history_page.evaluations
    past.table.selectRow(0)
    return past.confirm, past.table, lambda: not kit.evaluations.kept.records


def of_models(kit: Kit) -> tuple[Confirmation, QWidget, Callable[[], bool]]:
    kit.window.show_page(MODELS)
    shelf = kit.window.models_page.shelf
    shelf.table.selectRow(0)
    return shelf.confirm, shelf.table, lambda: bool(kit.models.shelf.removed)


@pytest.mark.parametrize("place", [of_history, of_evaluations, of_models])
def test_deleting_a_row_by_keyboard(whole: Kit, qtbot: QtBot, place: Callable[..., object]) -> None:
    question, table, gone = place(whole)
    table.setFocus()
    qtbot.keyClick(table, KEY.Key_Delete)
    assert question.no.hasFocus()
    press(qtbot, KEY.Key_Return)
    assert question.text == "" and table.hasFocus() and not gone()
    qtbot.keyClick(table, KEY.Key_Delete)
    press(qtbot, KEY.Key_Escape)
    assert question.text == "" and table.hasFocus() and not gone()
    qtbot.keyClick(table, KEY.Key_Delete)
    question.yes.setFocus()
    press(qtbot, KEY.Key_Return)
    assert gone()
