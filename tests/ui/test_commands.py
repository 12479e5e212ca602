"""Every action is a command: keys, palette and what a blind round forbids."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QFileDialog, QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import answer
from weighin.core.runs.lane import Mode
from weighin.ui.commands.command import Command
from weighin.ui.commands.matching import matching
from weighin.ui.commands.palette import Palette
from weighin.ui.main_window import COMPARE, HISTORY, MMLU, MODELS, WORKSTATION
from weighin.ui.widgets.confirmation import Confirmation

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def active(kit: Kit, qtbot: QtBot) -> Kit:
    kit.window.activateWindow()
    qtbot.waitUntil(kit.window.isActiveWindow)
    return kit


def command(kit: Kit, name: str) -> Command:
    return next(one for one in kit.window.commands() if one.name == name)


def opened(kit: Kit, qtbot: QtBot, typed: str = "") -> Palette:
    qtbot.keyClick(kit.window, Qt.Key.Key_K, CTRL)
    palette = kit.window.palette_of_commands
    assert palette.isVisible()
    qtbot.keyClicks(palette.search, typed)
    return palette


def names(palette: Palette) -> list[str]:
    return [one.name for one in palette.rows.shown]


def test_no_two_commands_have_one_name_or_one_key(kit: Kit) -> None:
    commands = kit.window.commands()
    assert len({one.name for one in commands}) == len(commands)
    keys = [QKeySequence(key).toString() for one in commands for key in one.keys]
    assert len(set(keys)) == len(keys)
    assert "" not in keys


def test_every_button_of_the_shell_is_a_command(kit: Kit) -> None:
    window = kit.window
    known = {one.name for one in window.commands()} | {one.name.removeprefix("Go to ") for one in window.commands()}
    pages = (window.pages.settings, window.pages.help)
    parts = (window._rail, window._notice, *pages)
    buttons = [b for part in parts for b in part.findChildren(QAbstractButton) if not isinstance(b, QCheckBox)]
    asked = [b for part in pages for c in part.findChildren(Confirmation) for b in c.findChildren(QAbstractButton)]
    names = {b.accessibleName().removesuffix(" page").removesuffix(", about") for b in buttons if b not in asked}
    assert len(names) > 20
    assert names - known - {"Close this message", ""} == set()


def test_offering_commands_makes_no_page(kit: Kit) -> None:
    for one in kit.window.commands():
        one.why_not()
    assert not {"models", "workstation", "mmlu", "history"} & set(vars(kit.window.pages))


def test_a_few_letters_find_a_command_and_enter_does_it(active: Kit, qtbot: QtBot) -> None:
    palette = opened(active, qtbot, "his")
    assert names(palette)[0] == "Go to History"
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert active.window.page == HISTORY


def test_the_best_match_comes_first() -> None:
    def made(name: str, group: str = "x") -> Command:
        return Command(name, group, lambda: None)

    commands = (made("Stop MMLU run", "MMLU"), made("Rerun A"), made("Run"), made("Theme: dark", "View"))
    assert [one.name for one in matching(commands, "run")] == ["Run", "Stop MMLU run", "Rerun A"]
    assert [one.name for one in matching(commands, "mmlu st")] == ["Stop MMLU run"]
    assert [one.name for one in matching(commands, "thd")] == ["Theme: dark"]
    assert matching(commands, "zebra") == ()
    assert matching(commands, "  ") == commands


def test_arrows_move_and_escape_gives_the_keyboard_back(active: Kit, qtbot: QtBot) -> None:
    active.page.prompt.take_focus()
    before = active.window.focusWidget()
    palette = opened(active, qtbot)
    assert active.window.focusWidget() is palette.search
    qtbot.keyClick(palette.search, Qt.Key.Key_Down)
    assert palette.list.currentIndex().row() == 1
    assert palette.rows.shown[1].name in palette.search.accessibleDescription()
    qtbot.keyClick(palette.search, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert active.window.focusWidget() is before
    assert active.runner.stops == 0


def test_what_cannot_be_done_says_why_and_does_nothing(active: Kit, qtbot: QtBot) -> None:
    palette = opened(active, qtbot, "stop")
    assert names(palette)[0] == "Stop"
    assert "not available: Nothing is running." in palette.search.accessibleDescription()
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.isVisible()
    assert active.runner.stops == 0


def test_keys_stand_beside_their_command(active: Kit, qtbot: QtBot) -> None:
    palette = opened(active, qtbot, "go to models")
    assert palette.rows.data(palette.rows.index(0), Qt.ItemDataRole.UserRole + 1) == "Ctrl+2"


def test_a_click_elsewhere_closes_it_and_a_small_window_holds_it(active: Kit, qtbot: QtBot) -> None:
    active.window.resize(700, 600)
    palette = opened(active, qtbot)
    assert active.window.rect().contains(palette.geometry())
    active.window.resize(640, 560)
    qtbot.waitUntil(lambda: active.window.rect().contains(palette.geometry()))
    active.page.prompt.take_focus()
    assert not palette.isVisible()


def test_nothing_typed_matches(active: Kit, qtbot: QtBot) -> None:
    palette = opened(active, qtbot, "qqqq")
    assert names(palette) == []
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.isVisible()


@pytest.mark.parametrize(("page", "name"), [(MODELS, "Search models on this computer"), (HISTORY, "Search in History")])
def test_ctrl_f_searches_the_page_that_is_shown(active: Kit, qtbot: QtBot, page: int, name: str) -> None:
    active.window.show_page(page)
    active.window.setFocus()
    qtbot.keyClick(active.window, Qt.Key.Key_F, CTRL)
    at = active.window.focusWidget()
    assert isinstance(at, QLineEdit)
    assert at.accessibleName() == name


def test_ctrl_f_looks_into_both_answers(active: Kit, qtbot: QtBot) -> None:
    qtbot.keyClick(active.window, Qt.Key.Key_F, CTRL)
    assert "no finished answers" in active.window.notice
    active.start()
    active.runner.finish(answer("Twelve."), answer("12"))
    qtbot.keyClick(active.window, Qt.Key.Key_F, CTRL)
    at = active.window.focusWidget()
    assert isinstance(at, QLineEdit)
    assert at.accessibleName() == "Find in both answers"


def test_ctrl_o_opens_a_model_for_lane_a(active: Kit, qtbot: QtBot) -> None:
    active.window.show_page(HISTORY)
    qtbot.keyClick(active.window, Qt.Key.Key_O, CTRL)
    dialog = active.window.findChild(QFileDialog)
    assert dialog is not None
    assert active.window.page == COMPARE
    assert "lane A" in dialog.windowTitle()
    dialog.fileSelected.emit("/models/mine.gguf")
    assert active.page.panes[0].header.picker.chosen.path == "/models/mine.gguf"
    dialog.close()


def test_text_grows_and_shrinks_within_limits_and_is_kept(
    active: Kit, qtbot: QtBot, new_kit: Callable[..., Kit]
) -> None:
    before = QApplication.font().pointSizeF()
    for _ in range(3):
        qtbot.keyClick(active.window, Qt.Key.Key_Equal, CTRL)
    assert active.theme.font_percent == 130
    assert QApplication.font().pointSizeF() == pytest.approx(1.3 * before)
    label = active.window.findChildren(QToolButton)[0]
    assert label.font().pointSizeF() > before
    for _ in range(20):
        qtbot.keyClick(active.window, Qt.Key.Key_Plus, CTRL)
    assert active.theme.font_percent == 200
    assert "largest" in active.window.notice
    qtbot.keyClick(active.window, Qt.Key.Key_0, CTRL)
    assert QApplication.font().pointSizeF() == pytest.approx(before)
    qtbot.keyClick(active.window, Qt.Key.Key_Minus, CTRL)
    assert active.theme.font_percent == 90


def test_full_screen_and_back(active: Kit, qtbot: QtBot) -> None:
    qtbot.keyClick(active.window, Qt.Key.Key_F11)
    assert active.window.isFullScreen()
    qtbot.keyClick(active.window, Qt.Key.Key_F11)
    assert not active.window.isFullScreen()


def test_a_blind_round_keeps_what_could_tell_out_of_reach(active: Kit, qtbot: QtBot) -> None:
    active.page.prompt.blind.setChecked(True)
    active.start()
    for name in ("Go to History", "Search history", "Open bundle…", "Go to Models", "Refresh workstation"):
        assert command(active, name).why_not(), name
    qtbot.keyClick(active.window, Qt.Key.Key_5, CTRL)
    assert active.window.page == COMPARE
    assert "Vote first" in active.window.notice
    active.runner.finish(answer(), answer())
    active.blind.give_up()
    assert command(active, "Go to History").why_not() == ""


def test_an_evaluation_is_started_and_stopped_from_the_palette(active: Kit, qtbot: QtBot) -> None:
    assert command(active, "Stop MMLU run").why_not() == "No evaluation is running."
    command(active, "Start MMLU run").run()
    assert active.window.page == MMLU
    qtbot.waitUntil(lambda: bool(active.evaluations.runner.requests))


@pytest.mark.parametrize(
    ("name", "page"), [("Search the hub", MODELS), ("Refresh workstation", WORKSTATION), ("Search history", HISTORY)]
)
def test_a_command_goes_to_its_page(active: Kit, name: str, page: int) -> None:
    command(active, name).run()
    assert active.window.page == page


SHOWN = (
    "Run again", "Run again with a new seed", "Rerun A", "Rerun B", "Edit question", "Details", "Differences",
    "Share…", "Copy answer A", "Copy answer B", "Scroll together: on or off",
)  # fmt: skip


def test_what_needs_a_comparison_says_so_until_there_is_one(active: Kit) -> None:
    for name in SHOWN:
        assert command(active, name).why_not() == "There is no finished comparison yet.", name
    active.start()
    for name in SHOWN:
        assert command(active, name).why_not(), name
    active.runner.finish(answer("One two three four."), answer("One two three five."))
    for name in ("Run again", "Rerun B", "Edit question", "Details", "Share…", "Copy answer B"):
        assert command(active, name).why_not() == "", name


def test_what_is_shown_is_run_again_edited_and_copied(active: Kit) -> None:
    active.start("What is seven plus five?")
    active.runner.finish(answer("Twelve."), answer("12"))
    command(active, "Copy answer B").run()
    assert QApplication.clipboard().text() == "12"
    command(active, "Edit question").run()
    assert active.page.prompt.text == "What is seven plus five?"
    command(active, "Run again with a new seed").run()
    first, second = active.runner.requests
    assert second.prompt.text == first.prompt.text
    assert second.lanes[0].sampling.seed != first.lanes[0].sampling.seed
    assert command(active, "Swap models").why_not()


def test_the_next_run_is_set_up_from_another_page(active: Kit) -> None:
    models = [pane.header.picker.chosen for pane in active.page.panes]
    active.window.show_page(HISTORY)
    command(active, "Swap models").run()
    assert active.window.page == COMPARE
    assert [pane.header.picker.chosen for pane in active.page.panes] == models[::-1]
    command(active, "Mode: simultaneous").run()
    assert active.page.prompt.mode.mode is Mode.TOGETHER
    assert command(active, "Mode: simultaneous").why_not()
    command(active, "Blind round: on or off").run()
    assert active.page.prompt.blind.isChecked()
    command(active, "Options for the next run").run()
    assert active.page.drawer.isVisible()
    command(active, "Prompts and prompt sets").run()
    assert active.window.sets_controller.drawer.isVisible()
    assert command(active, "Follow-up: on or off").why_not()
    active.start()
    assert command(active, "Copy answer A").why_not().startswith("Vote")


def test_the_theme_is_chosen_from_the_palette(active: Kit) -> None:
    command(active, "Theme: dark").run()
    assert active.theme.colours.dark
    assert command(active, "Theme: dark").why_not()
    command(active, "Theme: system").run()
