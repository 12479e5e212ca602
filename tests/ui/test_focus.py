"""The keyboard stays where the user was: never on the navigation because what had it went away."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import answer, comparison, failed
from tests.ui.mmlu_fakes import plan
from tests.ui.test_blind import blind, read, work  # noqa: F401 - the fixture too
from tests.ui.test_measure_alone import run_together
from weighin.core.comparisons.blind import Choice
from weighin.core.runs.answer import StopReason
from weighin.core.runs.run_state import RunState
from weighin.ui.main_window import COMPARE, HISTORY, MMLU
from weighin.ui.widgets.focus import KeepsOff


@pytest.fixture
def active(kit: Kit, qtbot: QtBot) -> Kit:
    kit.window.activateWindow()
    qtbot.waitUntil(kit.window.isActiveWindow)
    return kit


def edit(kit: Kit) -> QPlainTextEdit:
    return kit.page.prompt.findChild(QPlainTextEdit)


def named(where: QWidget, name: str) -> QToolButton | QPushButton:
    buttons = [*where.findChildren(QToolButton), *where.findChildren(QPushButton)]
    return next(b for b in buttons if name in (b.text(), b.accessibleName()))


def press(where: QWidget, name: str, qtbot: QtBot) -> None:
    qtbot.mouseClick(named(where, name), Qt.MouseButton.LeftButton)


def at(kit: Kit) -> QWidget | None:
    return kit.window.focusWidget()


@pytest.mark.parametrize(("opener", "cross"), [("Options", "Close the options"), ("Prompts", "Close the prompts")])
def test_a_closed_drawer_gives_it_back_to_its_button(active: Kit, qtbot: QtBot, opener: str, cross: str) -> None:
    button = named(active.page.prompt, opener)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    press(active.page, cross, qtbot)
    assert at(active) is button and not button.isChecked()


@pytest.mark.parametrize("opener", ["Options", "Prompts"])
def test_a_drawer_takes_it_and_escape_closes_the_drawer_before_it_stops_a_run(
    active: Kit, qtbot: QtBot, opener: str
) -> None:
    page = active.page
    drawer = page.drawer if opener == "Options" else active.window.sets_controller.drawer
    active.start()
    press(page.prompt, opener, qtbot)
    now = at(active)
    assert now is not None and drawer.isAncestorOf(now)
    qtbot.keyClick(now, Qt.Key.Key_Escape)
    assert drawer.isHidden() and active.runner.stops == 0
    assert not named(page.prompt, opener).isChecked() and at(active) is named(page.prompt, opener)
    page.prompt.take_focus()
    page.prompt.set_options_open(True)
    page.prompt.take_focus()
    qtbot.keyClick(edit(active), Qt.Key.Key_Escape)
    assert page.drawer.isHidden() and active.runner.stops == 0, "wherever the keyboard is"
    qtbot.keyClick(edit(active), Qt.Key.Key_Escape)
    assert active.runner.stops == 1


def test_escape_closes_the_search_for_words_from_anywhere(active: Kit, qtbot: QtBot) -> None:
    active.start()
    active.runner.finish(answer(), answer())
    active.page.find_words()
    bar = active.page.card._find_bar
    active.page.prompt.take_focus()
    qtbot.keyClick(edit(active), Qt.Key.Key_Escape)
    assert bar.isHidden()


def test_one_drawer_is_open_at_a_time(active: Kit) -> None:
    """Seen: the options lay over the prompts, and both buttons were pressed."""
    prompt, sets = active.page.prompt, active.window.sets_controller.drawer
    prompt.set_options_open(True)
    prompt.set_sets_open(True)
    assert active.page.drawer.isHidden() and sets.isVisible() and not named(prompt, "Options").isChecked()
    prompt.set_options_open(True)
    assert active.page.drawer.isVisible() and sets.isHidden() and not named(prompt, "Prompts").isChecked()


def test_a_closed_drawer_gives_it_back_to_the_prompt(active: Kit, qtbot: QtBot) -> None:
    """It was opened by a key, or by the program."""
    active.page.prompt.take_focus()
    active.page.prompt.set_options_open(True)
    active.page.drawer.form("A").field("seed").setFocus()
    press(active.page, "Close the options", qtbot)
    assert at(active) is edit(active)


def test_who_works_elsewhere_is_not_called_away_by_a_closing_drawer(active: Kit, qtbot: QtBot) -> None:
    press(active.page.prompt, "Options", qtbot)
    active.page.panes[0].answer.view.setFocus()
    active.page.prompt.set_options_open(False)
    assert at(active) is active.page.panes[0].answer.view


def test_a_drawer_stays_as_it_is_while_another_page_is_looked_at(active: Kit, qtbot: QtBot) -> None:
    button = named(active.page.prompt, "Options")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    seed = active.page.drawer.form("A").field("seed")
    seed.setFocus()
    active.window.show_page(HISTORY)
    active.window.show_page(COMPARE)
    seed.setFocus()
    press(active.page, "Close the options", qtbot)
    assert at(active) is button


def test_run_and_stop_leave_one_ready_to_type(active: Kit, qtbot: QtBot) -> None:
    active.page.prompt.set_text("Hello")
    press(active.page.prompt, "Run", qtbot)
    assert at(active) is edit(active)
    press(active.page.prompt, "Stop", qtbot)
    assert at(active) is edit(active)
    active.runner.finish(answer(stop=StopReason.CANCELLED), answer(stop=StopReason.CANCELLED))
    assert at(active) is edit(active)


def test_what_goes_away_when_a_run_begins_gives_it_to_the_prompt(active: Kit, qtbot: QtBot) -> None:
    active.page.prompt.set_text("Hello")
    active.page.panes[0].header.picker.setFocus()
    active.page.run()
    assert at(active) is edit(active)
    active.runner.finish(failed("memory", "Needs 21.4 GB."), answer())
    press(active.page.panes[0], "Try anyway", qtbot)
    assert at(active) is edit(active)
    active.runner.finish(answer(), answer())
    run_together(active)
    press(active.page, "Run each alone", qtbot)
    assert at(active) is edit(active)


@pytest.mark.parametrize(
    "name",
    [
        "Run again",
        "New seed",
        "Edit",
        "Rerun",
        "Measure with 4 rounds",
        "Measure with a longer answer",
        "Back to the answers",
    ],
)
def test_a_link_that_goes_away_when_it_is_pressed_gives_it_to_the_prompt(active: Kit, qtbot: QtBot, name: str) -> None:
    active.speed_tests.loaded = name.endswith("a longer answer")
    active.start()
    active.runner.finish(answer(), answer())
    if name == "Back to the answers":
        press(active.page.panel, "Details", qtbot)
    button = next(b for b in active.page.findChildren(QPushButton) if b.text() == name and b.isVisible())
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert at(active).isVisible() and at(active).isEnabled()
    assert not active.window._rail.isAncestorOf(at(active))
    assert at(active) in (edit(active), named(active.page.panel, "Details"))


def test_the_first_question_of_all_leaves_one_ready_to_type(active: Kit, qtbot: QtBot) -> None:
    button = active.page.card.first_start.findChildren(QPushButton)[0]
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert len(active.runner.requests) == 1 and at(active) is edit(active)


def test_a_side_that_is_run_again_by_a_key_leaves_one_who_reads_the_other_there(active: Kit) -> None:
    active.start()
    active.runner.finish(answer(), answer())
    view = active.page.panes[1].answer.view
    view.setFocus()
    active.page.rerun("A")
    assert at(active) is view
    active.runner.finish(answer(), answer())
    assert at(active) is view


def test_who_reads_an_answer_goes_on_reading(active: Kit) -> None:
    view = active.page.panes[1].answer.view
    view.setFocus()
    active.start()
    active.runner.finish(answer(), answer())
    assert at(active) is view


def test_run_all_leaves_it_in_the_drawer(active: Kit, qtbot: QtBot) -> None:
    active.page.prompt.set_sets_open(True)
    drawer = active.window.sets_controller.drawer
    qtbot.mouseClick(drawer.run, Qt.MouseButton.LeftButton)
    assert at(active) is drawer.stop
    active.runner.finish(answer(), answer())
    qtbot.waitUntil(lambda: len(active.runner.requests) == 2)
    assert at(active) is drawer.stop
    active.runner.finish(answer(), answer())
    qtbot.waitUntil(drawer.stop.isHidden)
    assert at(active) is drawer.run


def test_who_types_while_a_set_runs_goes_on_typing(active: Kit, qtbot: QtBot) -> None:
    active.page.prompt.set_sets_open(True)
    drawer = active.window.sets_controller.drawer
    qtbot.mouseClick(drawer.run, Qt.MouseButton.LeftButton)
    active.page.prompt.take_focus()
    for number in (1, 2):
        qtbot.waitUntil(lambda number=number: len(active.runner.requests) == number)
        active.runner.finish(answer(), answer())
    qtbot.waitUntil(drawer.stop.isHidden)
    assert at(active) is edit(active)


@pytest.mark.parametrize("from_drawer", [True, False])
def test_after_a_blind_round_one_is_ready_to_type(blind: Kit, qtbot: QtBot, from_drawer: bool) -> None:  # noqa: F811
    if from_drawer:
        blind.page.prompt.set_sets_open(True)
        qtbot.mouseClick(blind.window.sets_controller.drawer.run, Qt.MouseButton.LeftButton)
        blind.window.sets_controller.set_runner.stop()
        blind.runner.finish(answer(stop=StopReason.CANCELLED), answer())
        assert at(blind) in (edit(blind), named(blind.page.prompt, "Prompts"))
    blind.page.prompt.take_focus()
    blind.start()
    work(blind)
    read(blind, qtbot)
    qtbot.mouseClick(blind.page.desk.view.bar.buttons[Choice.TIE], Qt.MouseButton.LeftButton)
    press(blind.page, "Show details", qtbot)
    assert at(blind) is edit(blind)


def test_giving_up_a_blind_round_leaves_one_ready_to_type(blind: Kit, qtbot: QtBot) -> None:  # noqa: F811
    blind.start()
    work(blind)
    read(blind, qtbot)
    press(blind.page, "Skip", qtbot)
    assert at(blind) is edit(blind)


def test_using_the_options_of_a_record_and_putting_a_bundle_away(active: Kit, qtbot: QtBot) -> None:
    active.page.drawer.field_of_rounds().set_text("3")
    active.page.show_comparison(comparison())
    press(active.page, "Use these options", qtbot)
    assert at(active) is edit(active)
    active.window.open_bundle("/x/good.weighin.json")
    qtbot.waitUntil(active.window.bundle_controller.box.isVisible)
    press(active.page, "Close the bundle", qtbot)
    assert at(active) is edit(active)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert at(active) is edit(active)


@pytest.mark.parametrize("page", [COMPARE, HISTORY])
def test_a_closed_notice_does_not_give_it_to_the_navigation(active: Kit, qtbot: QtBot, page: int) -> None:
    active.window.show_page(page)
    active.window.show_notice("Something")
    press(active.window, "Close this notice", qtbot)
    assert not active.window._rail.isAncestorOf(at(active))


@pytest.mark.parametrize("how", ["hide", "disable"])
@pytest.mark.parametrize("name", ["inner", "last"])
def test_qt_may_not_move_on_to_the_navigation(qtbot: QtBot, how: str, name: str) -> None:
    window, navigation, place = QWidget(), QWidget(), QWidget()
    qtbot.addWidget(window)
    layouts = [QVBoxLayout(widget) for widget in (window, navigation, place)]
    buttons = {key: QPushButton(key) for key in ("page", "home", "inner", "last")}
    layouts[1].addWidget(buttons["page"])
    layouts[2].addWidget(buttons["inner"])
    for widget in (navigation, buttons["home"], place, buttons["last"]):
        layouts[0].addWidget(widget)
    KeepsOff(navigation, buttons["home"].setFocus)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    buttons["last"].setVisible(name == "last")
    buttons[name].setFocus()
    leaving = place if name == "inner" else buttons["last"]
    leaving.hide() if how == "hide" else leaving.setEnabled(False)
    assert window.focusWidget() is buttons["home"]
    buttons["page"].setFocus()
    assert window.focusWidget() is buttons["page"]


def test_where_the_opener_is_gone_the_prompt_has_it(active: Kit, qtbot: QtBot) -> None:
    button = named(active.page.prompt, "Options")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    active.page.drawer.form("A").field("seed").setFocus()
    button.setEnabled(False)
    press(active.page, "Close the options", qtbot)
    assert at(active) is edit(active)


def test_the_navigation_can_be_used_all_the_same(active: Kit, qtbot: QtBot) -> None:
    button = named(active.window._rail, "Models")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert at(active) is button
    button = named(active.window._rail, "History")
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert at(active) is button and active.window.page == HISTORY


def test_each_start_on_the_mmlu_page_leaves_it_on_the_buttons_of_the_run(active: Kit, qtbot: QtBot) -> None:
    active.window.show_page(MMLU)
    page, runner = active.window.mmlu_page, active.evaluations.runner
    for _ in range(3):
        qtbot.mouseClick(page.setup.start, Qt.MouseButton.LeftButton)
        assert page.shows_run and page.run.bar.isAncestorOf(at(active)) and at(active).isVisible()
        runner.begin(plan(runner.requests[-1]))
        assert page.run.bar.isAncestorOf(at(active)) and at(active).isVisible()
        runner.finish(RunState.FINISHED)
        assert page.run.bar.isAncestorOf(at(active)) and at(active).isVisible()
        press(page.run, "New run", qtbot)
        assert page.setup.isAncestorOf(at(active))
