"""What is chosen on the Fidelity page before a measurement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import FakeLibrary, FakeSettings
from tests.ui.fidelity_fakes import F16, Q2, Q4, Q8, conditions, measured, request
from weighin.core.models.server import ServerAddress, server_facts
from weighin.core.runs.options import LoadOptions
from weighin.ui.fidelity.fidelity_page import FidelityPage
from weighin.ui.fidelity.setup.setup_view import SetupView
from weighin.ui.main_window import COMPARE, FIDELITY
from weighin.ui.pickers.lane_header import ModelPopover


@pytest.fixture
def kit(new_kit: Callable[..., Kit], qtbot: QtBot) -> Kit:
    made = new_kit(library=FakeLibrary(F16, Q4, Q8))
    with qtbot.waitExposed(made.window):
        made.window.show()
    return made


@pytest.fixture
def page(kit: Kit) -> FidelityPage:
    kit.window.show_page(FIDELITY)
    return kit.window.fidelity_page


@pytest.fixture
def setup(page: FidelityPage) -> SetupView:
    return page.setup


def chosen(setup: SetupView) -> list[str]:
    return [field.chosen.quantization for field in setup.sides.fields if field.chosen is not None]


def combo(setup: SetupView, name: str) -> QComboBox:
    return next(one for one in setup.findChildren(QComboBox) if one.accessibleName() == name)


def test_the_larger_model_of_compare_is_the_base(kit: Kit) -> None:
    a, b = (pane.header.picker for pane in kit.page.panes)
    a.choose(Q4)
    b.choose(F16)
    kit.window.show_page(FIDELITY)
    assert chosen(kit.window.fidelity_page.setup) == ["F16", "Q4_K_M"]


def test_nothing_of_it_is_made_before_it_is_wanted(kit: Kit) -> None:
    assert "fidelity" not in vars(kit.window.pages)
    kit.window.show_page(FIDELITY)
    assert "fidelity" in vars(kit.window.pages)


def test_models_are_added_and_removed_and_their_numbers_stay_in_order(setup: SetupView, qtbot: QtBot) -> None:
    assert setup.sides.others[0].remove.isHidden()
    qtbot.mouseClick(setup.sides.add, Qt.MouseButton.LeftButton)
    assert chosen(setup) == ["F16", "Q4_K_M", "Q8_0"], "one that is not there yet"
    setup.sides.others[1].choose(Q2)
    qtbot.mouseClick(setup.sides.others[0].remove, Qt.MouseButton.LeftButton)
    assert chosen(setup) == ["F16", "Q2_K"]
    assert [field.label for field in setup.sides.fields] == ["Base", "1"]
    for _ in range(20):
        setup.sides.add.click()
    assert len(setup.sides.others) == 12 and not setup.sides.add.isEnabled()
    assert len(setup.request.others) == 12


def test_a_base_smaller_than_what_it_is_compared_with_is_remarked(setup: SetupView) -> None:
    assert setup.sides.note == "The file you trust most: usually the largest."
    setup.sides.base.choose(Q4)
    setup.sides.others[0].choose(F16)
    assert setup.sides.note.startswith("The base is smaller than a model it is compared with.")


def test_one_file_under_other_conditions(setup: SetupView) -> None:
    setup.sides.others[0].choose(F16)
    assert setup.sides.note == "The same file under the same conditions: only the noise of the arithmetic is measured."
    combo(setup, "KV cache of 1").setCurrentText("q8_0")
    assert setup.sides.note == "The file you trust most: usually the largest."
    asked = setup.request
    assert (asked.base.load, asked.others[0].load) == (LoadOptions(), LoadOptions(kv_type="q8_0"))
    assert setup.sides.others[0].conditions.title == "Conditions: q8_0 cache, flash attention auto"
    combo(setup, "Flash attention of 1").setCurrentText("off")
    assert setup.request is None
    assert "needs flash attention" in setup.sides.others[0].error


def test_a_server_is_refused_where_it_is_chosen(page: FidelityPage, setup: SetupView) -> None:
    setup.sides.others[0].choose(server_facts(ServerAddress("http://127.0.0.1:8080/v1", "big")))
    assert setup.request is None and not page.go.isEnabled()
    assert setup.sides.others[0].header.refusal.startswith("A server does not return the probabilities of all tokens.")


def test_numbers_that_make_no_sense_are_refused_where_they_stand(page: FidelityPage, setup: SetupView) -> None:
    setup.text.show_amount(0, 512)
    assert setup.text.chunks.error.startswith("Number of chunks must be a whole number from 1")
    assert setup.request is None and not page.go.isEnabled()
    setup.text.show_amount(20, 9)
    assert setup.text.context.error.startswith("Tokens per chunk must be a whole number from 32")
    setup.text.show_amount(20, 256)
    assert (setup.request.chunks, setup.request.context) == (20, 256)
    assert setup._options.title == "Text: Included texts, chunks: 20, 256 tokens each"


def test_what_it_takes_is_said_before(kit: Kit, setup: SetupView) -> None:
    assert setup.takes.text.startswith("2 models at once: about ")
    assert "of memory, with 50.1 MB for what the base predicts; 21.0 GB free." in setup.takes.text
    assert setup.takes.text.endswith("Up to ~40 chunks of 512 tokens.")
    setup.sides.base.choose(replace(F16, path="/m/other.gguf", vocabulary=None))
    assert setup.takes.text.startswith("Memory and disk are planned and shown before anything is read.")


def test_an_own_text_warns_of_imatrix(setup: SetupView) -> None:
    setup._options.set_open(True)
    setup.text.choose("/texts/wiki.txt")
    assert setup.request.text == "/texts/wiki.txt"
    assert "imatrix" in setup.text._note.text()
    setup.text.choose("")
    assert setup.request.text == "" and "imatrix" not in setup.text._note.text()


def test_a_run_and_back_keeps_what_was_chosen(page: FidelityPage, setup: SetupView) -> None:
    page.show_record(measured(conditions(Q4, kv_type="q8_0")))
    assert "8-bit cache" in page.run.sentences.texts[0]
    page.run.bar.new.emit()
    assert chosen(setup) == ["Q4_K_M", "Q4_K_M"]
    assert setup.request.others[0].load.kv_type == "q8_0"
    page.show_record(measured(request(F16, Q8, Q4, text="/texts/own.txt", chunks=30)))
    page.run.bar.new.emit()
    assert chosen(setup) == ["F16", "Q8_0", "Q4_K_M"]
    assert (setup.request.text, setup.request.chunks, setup.request.context) == ("/texts/own.txt", 30, 64)


def test_what_is_chosen_is_there_at_the_next_start(new_kit: Callable[..., Kit], qtbot: QtBot) -> None:
    settings = FakeSettings()
    library = FakeLibrary(F16, Q4, Q8)
    first = new_kit(library=library, settings=settings).window
    first.show()
    setup = first.fidelity_page.setup
    setup.sides.show_sides(((Q8, LoadOptions()), (Q4, LoadOptions(kv_type="q4_0"))))
    setup.text.choose("/texts/own.txt")
    setup.text.show_amount(25, 256)
    first.close()
    again = new_kit(library=library, settings=settings).window.fidelity_page.setup
    assert chosen(again) == ["Q8_0", "Q4_K_M"]
    assert again.request.others[0].load.kv_type == "q4_0"
    assert (again.request.text, again.request.chunks, again.request.context) == ("/texts/own.txt", 25, 256)
    for broken in (["x"], [{"model": 3}], [{"model": {}}, {"model": {"path": "http://x"}}], "no list"):
        settings.set("fidelity", {"sides": broken, "text": 5, "chunks": "many", "context": None})
        assert len(chosen(new_kit(library=library, settings=settings).window.fidelity_page.setup)) == 2


@pytest.mark.parametrize(("lane", "base", "other"), [(0, "F16", "Q4_K_M"), (1, "Q4_K_M", "F16")])
def test_compare_asks_how_faithful_one_is_to_the_other(
    kit: Kit, qtbot: QtBot, lane: int, base: str, other: str
) -> None:
    a, b = (pane.header for pane in kit.page.panes)
    a.picker.choose(F16)
    b.picker.choose(Q4)
    (a, b)[lane]._more.click()
    popover = kit.window.findChild(ModelPopover)
    assert popover.question.text() == ("How faithful is B to A?", "How faithful is A to B?")[lane]
    qtbot.mouseClick(popover.question, Qt.MouseButton.LeftButton)
    assert kit.window.page == FIDELITY
    assert chosen(kit.window.fidelity_page.setup) == [base, other]


def test_the_palette_asks_it_too_but_not_in_a_blind_round(kit: Kit) -> None:
    def command(name: str) -> object:
        return next(one for one in kit.window.commands() if one.name == name)

    command("How faithful is B to A?").run()
    assert kit.window.page == FIDELITY
    kit.window.show_page(COMPARE)
    kit.page.prompt.blind.setChecked(True)
    kit.start()
    assert command("How faithful is B to A?").why_not().startswith("Vote first")
    assert command("Run measurement").why_not()
    kit.window.pages.measure_fidelity(0)
    assert kit.window.page == COMPARE


def test_a_picker_of_another_page_asks_nothing(setup: SetupView, kit: Kit) -> None:
    setup.sides.base.header._more.click()
    assert kit.window.findChild(ModelPopover).question.isHidden()


def test_files_that_are_dropped_become_models(setup: SetupView) -> None:
    field = setup.sides.others[0]
    field.dropped.emit(["/drop/one.gguf", "/drop/two.gguf"])
    assert [one.chosen.path for one in setup.sides.others] == ["/drop/one.gguf", "/drop/two.gguf"]
    field.dropped.emit(["/drop/no-model.txt"])
    assert field.header.refusal
    field.dropped.emit([f"/drop/{number}.gguf" for number in range(13)])
    assert field.header.refusal.startswith("At most 12 models")
    assert len(setup.sides.others) == 2


def test_the_buttons_have_names_of_their_own(setup: SetupView) -> None:
    setup.sides.add.click()
    names = [button.accessibleName() for button in setup.findChildren(QPushButton)]
    assert "" not in names
