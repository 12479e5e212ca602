"""Choosing the models of the lanes."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionComboBox, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, MOE, OTHER, FakeLibrary, answer
from weighin.core.models.text import model_facts
from weighin.core.runs.answer import Failure
from weighin.ui.main_window import COMPARE, HISTORY, MMLU, MODELS
from weighin.ui.models.shelf_tab import ShelfTab
from weighin.ui.pickers.lane_header import LaneHeader, ModelPopover


def drop(target: QWidget, *paths: str) -> None:
    """Drop files on a widget."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in paths])
    action = Qt.DropAction.CopyAction
    with warnings.catch_warnings():
        # Deprecated from Qt 6.12 on, the only constructor before it.
        warnings.simplefilter("ignore", DeprecationWarning)
        enter = QDragEnterEvent(QPoint(5, 5), action, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(target, enter)
    event = QDropEvent(QPoint(5, 5), action, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(target, event)


def test_the_starter_pair_is_chosen_at_first(kit: Kit) -> None:
    assert [pane.header.picker.chosen for pane in kit.page.panes] == [DENSE, MOE]


def test_facts_of_a_model_are_one_line() -> None:
    assert model_facts(MOE) == ("Q8_0 · MoE 4.1M, 1.0M active · 8 experts, 2 used · 4.7 MB · context up to 1\u202f024")
    assert model_facts(DENSE).startswith("Q8_0 · dense 1.1M · 1.2 MB")


def test_starter_models_say_what_they_are(kit: Kit) -> None:
    header = kit.page.panes[0].header
    assert header.facts == "Tiny teaching model · dense 1.1M · 1.2 MB"
    kit.page.choice.open(kit.page.panes[0], "/models/other.gguf")
    assert header.facts == "Q4_K_M · MoE 30.5B, 3.3B active · 18.6 GB"


def test_a_file_dropped_on_a_pane_is_for_that_lane(kit: Kit) -> None:
    drop(kit.page.panes[1], "/models/some other.gguf")
    assert kit.page.panes[1].header.picker.chosen == replace(OTHER, path="/models/some other.gguf")
    assert kit.page.panes[0].header.picker.chosen == DENSE


def test_a_file_dropped_beside_the_panes_is_for_the_first_lane(kit: Kit) -> None:
    drop(kit.window, "/models/other.gguf")
    assert kit.page.panes[0].header.picker.chosen == replace(OTHER, path="/models/other.gguf")


OLLAMA = "/ollama/blobs/sha256-77.gguf"


@pytest.mark.parametrize(
    ("where", "dropped", "chosen"),
    [
        (0, ("/m/one.gguf", "/m/two.gguf"), ("/m/one.gguf", "/m/two.gguf")),
        (1, ("/m/one.gguf", "/m/two.gguf"), ("/m/two.gguf", "/m/one.gguf")),
        (None, ("/m/one.gguf", "/m/two.gguf"), ("/m/one.gguf", "/m/two.gguf")),
        (0, ("/m/one.gguf", "/m/one.gguf"), ("/m/one.gguf", MOE.path)),
        # Parts of one split model are one model.
        (1, tuple(f"/m/x-0000{number}-of-00003.gguf" for number in (2, 3, 1)), (DENSE.path, "x-00002")),
        (0, ("/m/x-00001-of-00002.gguf", OLLAMA, "/m/x-00002-of-00002.gguf"), ("x-00001", OLLAMA)),
    ],
)  # fmt: skip
def test_two_dropped_models_go_into_two_lanes(
    kit: Kit, where: int | None, dropped: tuple[str, ...], chosen: tuple[str, str]
) -> None:
    drop(kit.window if where is None else kit.page.panes[where], *dropped)
    for pane, path in zip(kit.page.panes, chosen, strict=True):
        assert path in pane.header.picker.chosen.path
        assert pane.header.refusal == ""


def test_more_than_two_models_are_refused_in_a_sentence(kit: Kit) -> None:
    a, b = kit.page.panes
    drop(b, "/m/one.gguf", "/m/two.gguf", "/m/three.gguf")
    assert (a.header.picker.chosen, b.header.picker.chosen) == (DENSE, MOE)
    assert b.header.refusal == "Drop at most two models, one for A and one for B. Nothing was changed."
    drop(b, "/m/one.gguf", "/m/x.weighin.json")
    assert (a.header.picker.chosen, b.header.picker.chosen) == (DENSE, MOE)
    assert b.header.refusal == "Drop a bundle by itself. Nothing was changed."


@pytest.mark.parametrize("paths", [("/m/one.gguf", "/m/read me.txt"), ("/m/read me.txt", "/m/one.gguf")])
def test_of_two_dropped_files_the_unfit_one_is_named(kit: Kit, paths: tuple[str, str]) -> None:
    a, b = kit.page.panes
    drop(b, *paths)
    assert b.header.picker.chosen.path == "/m/one.gguf"
    assert b.header.refusal == "read me.txt: This is not a GGUF file: it begins with other bytes."
    assert a.header.picker.chosen == DENSE
    assert a.header.refusal == ""


def test_files_dropped_on_another_page_are_shown_where_they_went(kit: Kit) -> None:
    kit.window.show_page(HISTORY)
    drop(kit.window, "/m/one.gguf", "/m/two.gguf")
    assert kit.window.page == COMPARE
    assert kit.page.panes[1].header.picker.chosen.path == "/m/two.gguf"


def test_files_that_were_read_when_a_run_had_begun_change_nothing(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting: list[Callable[[], None]] = []
    read = kit.library.open_file
    monkeypatch.setattr(kit.library, "open_file", lambda *asked: waiting.append(lambda: read(*asked)))
    drop(kit.page.panes[0], "/m/one.gguf")
    kit.start()
    waiting.pop()()
    assert kit.page.panes[0].header.picker.chosen == DENSE
    assert "is running" in kit.page.panes[0].header.refusal


def test_two_models_dropped_on_the_mmlu_page_are_both_asked(kit: Kit) -> None:
    kit.window.show_page(MMLU)
    setup = kit.window.mmlu_page.setup
    setup.second.setChecked(False)
    drop(setup.models[0], "/m/x-00001-of-00002.gguf", "/m/x-00002-of-00002.gguf")
    assert not setup.second.isChecked()
    drop(setup.models[0], "/m/one.gguf", "/m/two.gguf")
    assert setup.second.isChecked()
    assert [field.chosen.path for field in setup.models] == ["/m/one.gguf", "/m/two.gguf"]


def test_several_files_are_all_added_to_the_models_page(kit: Kit) -> None:
    kit.window.show_page(MODELS)
    tab = kit.window.models_page.findChild(ShelfTab)
    drop(tab, "/m/one.gguf", "/m/notes.txt", "/m/two.gguf")
    assert list(kit.models.shelf.known)[-2:] == ["/m/one.gguf", "/m/two.gguf"]
    assert tab.error.label.text() == "notes.txt: This is not a GGUF model: it is a web page."


def test_a_refused_file_is_said_in_its_lane_until_the_next_choice(kit: Kit) -> None:
    pane = kit.page.panes[1]
    drop(pane, "/models/readme.txt")
    assert pane.header.refusal == "This is not a GGUF file: it begins with other bytes."
    assert kit.page.panes[0].header.refusal == ""
    assert pane.header.picker.chosen == MOE
    drop(pane, "/models/other.gguf")
    assert pane.header.refusal == ""


def test_the_last_button_asks_for_a_file_and_leaves_the_choice(kit: Kit, qtbot: QtBot) -> None:
    picker = kit.page.panes[0].header.picker
    picker.open_requested.disconnect()
    picker.showPopup()
    with qtbot.waitSignal(picker.open_requested):
        qtbot.mouseClick(picker.popup.open, Qt.MouseButton.LeftButton)
    assert not picker.popup.isVisible()
    assert picker.chosen == DENSE
    assert picker.currentText() == "Starter Dense"


def test_models_stay_chosen_while_a_comparison_runs(kit: Kit) -> None:
    kit.start()
    pane = kit.page.panes[0]
    drop(pane, "/models/other.gguf")
    assert pane.header.picker.chosen == DENSE
    assert not pane.header.picker.isEnabled()
    assert "is running" in pane.header.refusal
    kit.runner.finish(answer(), answer())
    assert pane.header.picker.isEnabled()


def test_a_model_whose_file_changed_is_refused_for_its_lane_only(kit: Kit) -> None:
    refusal = Failure("changed", "Starter MoE changed on the disk since it was checked.")
    kit.library.refused = {MOE.path: refusal}
    kit.start()
    assert [setup.refusal for setup in kit.runner.requests[0].lanes] == [None, refusal]


def test_an_answer_keeps_the_name_of_its_model(kit: Kit) -> None:
    kit.start()
    kit.runner.finish(answer(), answer())
    pane = kit.page.panes[0]
    assert pane.state.text == "Finished"
    drop(pane, "/models/other.gguf")
    assert pane.state.text == "Finished · answer by Starter Dense"
    assert kit.page.panes[1].state.text == "Finished"


@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_End, Qt.Key.Key_Space])
def test_keys_in_a_closed_picker_open_it_and_choose_nothing(kit: Kit, qtbot: QtBot, key: Qt.Key) -> None:
    picker = kit.page.panes[0].header.picker
    qtbot.keyClick(picker, key)
    assert picker.chosen == DENSE
    assert picker.popup.isVisible()
    assert picker.popup.search.hasFocus()
    qtbot.keyClick(picker.popup.search, Qt.Key.Key_Escape)
    assert not picker.popup.isVisible()
    assert picker.chosen == DENSE


def test_a_model_that_appears_can_be_chosen_and_one_that_goes_stays_chosen(kit: Kit) -> None:
    picker = kit.page.panes[0].header.picker
    kit.library.known = [OTHER]
    kit.library.changed.emit()
    assert picker.chosen == DENSE
    assert [model.name for model in picker.models] == ["Qwen3-30B-A3B-Instruct", "Starter Dense"]


def test_names_cannot_hide_or_reorder_what_is_shown(new_kit: Callable[..., Kit]) -> None:
    nasty = replace(DENSE, name="safe\u202efugg.exe\x00\u200b<b>x</b>", path="/m/n.gguf", starter=False)
    kit = new_kit(library=FakeLibrary(nasty, MOE))
    shown = "safe\ufffdfugg.exe\ufffd\ufffd<b>x</b>"
    picker = kit.page.panes[0].header.picker
    assert picker.currentText() == shown
    picker.showPopup()
    assert picker.popup.models.index(0).data() == shown


def test_what_is_known_of_a_model_says_whether_the_bytes_were_checked(kit: Kit) -> None:
    header = kit.page.panes[0].header
    assert checksum(header) == "Comes with Weigh-In"
    header.picker.choose(OTHER)
    assert checksum(header) == "Not checked"
    kit.library.known = [replace(OTHER, verified=True)]
    kit.library.changed.emit()
    assert checksum(header) == "Same as on the hub"


def checksum(header: LaneHeader) -> str:
    """What stands behind the button beside the name."""
    header._more.click()
    popover = header.findChildren(ModelPopover)[-1]
    popover.close()
    return dict(popover.rows)["Checksum"]


def test_without_any_model_run_says_which_lane_lacks_one(new_kit: Callable[..., Kit]) -> None:
    empty = FakeLibrary()
    empty.known = []
    kit = new_kit(library=empty)
    kit.start()
    assert kit.runner.requests == []
    assert kit.page.prompt.error == "Choose a model for A first."


@pytest.mark.parametrize(
    "name", ["Starter MoE", "WWWWWWWW.WWWWWWWW", "iiiiiiiiiiiiiiii", "Qwen3-30B-A3B-Instruct-2507", "模型一号"]
)
def test_a_name_for_which_there_is_room_is_shown_whole(kit: Kit, qtbot: QtBot, name: str) -> None:
    kit.window.resize(1440, 900)
    picker = kit.page.panes[1].header.picker
    picker.choose(replace(OTHER, name=name, path=f"/models/{name}.gguf"))
    qtbot.wait(1)
    option = QStyleOptionComboBox()
    picker.initStyleOption(option)
    field = picker.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, picker
    )
    assert picker.fontMetrics().horizontalAdvance(picker.currentText()) <= field.width() - 2
    assert picker.width() < picker.parentWidget().width() / 2, "its arrow stands beside the name"
