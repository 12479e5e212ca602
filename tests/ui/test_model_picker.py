"""Finding one model among hundreds, by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, MOE, OTHER, FakeLibrary
from weighin.core.models.model import ModelFacts
from weighin.ui.pickers.model_picker import ModelPicker

MANY = tuple(
    replace(OTHER, name=f"Model {n:03d}", path=f"/m/{n}.gguf", quantization="Q8_0" if n % 10 == 0 else "Q4_K_M")
    for n in range(300)
)


@pytest.fixture
def picker(new_kit: Callable[..., Kit], qtbot: QtBot) -> ModelPicker:
    kit = new_kit(library=FakeLibrary(DENSE, MOE, *MANY))
    with qtbot.waitExposed(kit.window):
        kit.window.show()
    return kit.page.panes[0].header.picker


def names(picker: ModelPicker) -> list[str]:
    return [model.name for model in picker.popup.models.shown]


def test_all_models_are_there_with_the_chosen_one_current(picker: ModelPicker) -> None:
    picker.choose(MANY[250])
    picker.showPopup()
    assert len(names(picker)) == 302
    current = picker.popup.list.currentIndex()
    assert current.data() == "Model 250"
    assert picker.popup.list.viewport().rect().contains(picker.popup.list.visualRect(current))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("model 00", [f"Model 00{n}" for n in range(10)] + ["Model 100", "Model 200"]),
        ("27 q8_0", ["Model 270"]),
        ("starter moe", ["Starter MoE"]),
        ("LM STUDIO 299", ["Model 299"]),
        ("299 starter", []),
    ],
)
def test_every_word_narrows_the_list_by_name_quantization_and_source(
    picker: ModelPicker, qtbot: QtBot, typed: str, found: list[str]
) -> None:
    picker.showPopup()
    qtbot.keyClicks(picker.popup.search, typed)
    assert names(picker) == found


@pytest.mark.parametrize(("typed", "chosen"), [("starter m", MOE), ("starter d", DENSE), ("m", MANY[0])])
def test_enter_takes_the_model_whose_name_is_typed(
    picker: ModelPicker, qtbot: QtBot, typed: str, chosen: ModelFacts
) -> None:
    """Both starter models come from a source that is called "starter model"."""
    picker.choose(OTHER)
    picker.showPopup()
    qtbot.keyClicks(picker.popup.search, typed)
    qtbot.keyClick(picker.popup.search, Qt.Key.Key_Return)
    assert picker.chosen == chosen


def test_typing_on_the_closed_picker_begins_a_search_and_enter_chooses(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.setFocus()
    qtbot.keyClick(picker, "2")
    search = picker.popup.search
    assert (search.text(), search.hasFocus()) == ("2", True)
    qtbot.keyClicks(search, "99")
    with qtbot.waitSignal(picker.model_changed):
        qtbot.keyClick(search, Qt.Key.Key_Return)
    assert picker.chosen == MANY[299]
    assert picker.currentText() == "Model 299"
    assert not picker.popup.isVisible()


def test_arrows_and_pages_move_in_the_list_while_one_types(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.showPopup()
    search = picker.popup.search
    qtbot.keyClicks(search, "studio")
    qtbot.keyClick(search, Qt.Key.Key_Down)
    qtbot.keyClick(search, Qt.Key.Key_Down)
    assert picker.popup.list.currentIndex().data() == "Model 002"
    qtbot.keyClick(search, Qt.Key.Key_PageDown)
    assert picker.popup.list.currentIndex().row() > 5
    qtbot.keyClick(search, Qt.Key.Key_PageUp)
    qtbot.keyClick(search, Qt.Key.Key_Up)
    assert search.hasFocus()
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert picker.chosen == MANY[1]


def test_nothing_found_is_said_and_enter_does_nothing(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.showPopup()
    qtbot.keyClicks(picker.popup.search, "no such model")
    assert picker.popup.none.isVisible()
    qtbot.keyClick(picker.popup.search, Qt.Key.Key_Return)
    assert picker.popup.isVisible()
    assert picker.chosen == DENSE


def test_a_click_chooses(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.showPopup()
    view = picker.popup.list
    place = view.visualRect(picker.popup.models.index(3)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert picker.chosen == MANY[1]


def test_a_new_search_begins_empty(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.showPopup()
    qtbot.keyClicks(picker.popup.search, "moe")
    picker.hidePopup()
    picker.showPopup()
    assert picker.popup.search.text() == ""
    assert len(names(picker)) == 302


def test_a_screen_reader_hears_what_enter_would_choose(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.showPopup()
    search = picker.popup.search
    qtbot.keyClicks(search, "model 00")
    qtbot.keyClick(search, Qt.Key.Key_Down)
    assert search.accessibleDescription() == "12 models; chosen with Enter: Model 001, Q4_K_M, 18.6 GB, LM Studio"
    assert {w.accessibleName() for w in (search, picker.popup.list, picker.popup.open, picker.popup)} == {
        "Search models for A",
        "Matching models for A",
        "Open a GGUF file for A",
        "Models for A",
    }


def test_a_row_says_whether_the_model_runs_here_also_to_a_screen_reader(picker: ModelPicker) -> None:
    judged: list[str] = []

    def judge(model: ModelFacts) -> str:
        judged.append(model.path)
        return "does not fit" if model == MANY[3] else "runs here"

    picker.set_judge(judge)
    picker.showPopup()
    picker.popup.search.setText("model 003")
    (row,) = range(picker.popup.models.rowCount())
    assert "does not fit" in picker.popup.models.index(row).data(Qt.ItemDataRole.AccessibleTextRole)
    assert len(set(judged)) < len(MANY)  # only rows that are looked at
