"""File dialogs open where a file of their kind was chosen last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import FakeSettings, comparison
from tests.ui.mmlu_fakes import FakeEvaluations, answered
from weighin.ui.main_window import MMLU, MODELS
from weighin.ui.widgets.file_dialog import ANY, ATTACHMENTS, EXPORTS, FileDialog, Folders
from weighin.ui.widgets.saving import ask_export, export

_NO_NATIVE = Qt.ApplicationAttribute.AA_DontUseNativeDialogs


@pytest.fixture(autouse=True)
def qts_own() -> Iterator[None]:
    """No dialog of the desktop: one of Qt's can be asked where it is."""
    QApplication.setAttribute(_NO_NATIVE, True)
    yield
    QApplication.setAttribute(_NO_NATIVE, False)


def dialog_of(kit: Kit) -> QFileDialog:
    found = [d for d in kit.window.findChildren(QFileDialog) if d.isVisible()]
    assert len(found) == 1
    return found[0]


def choose(dialog: QFileDialog, path: Path) -> None:
    """What Qt says when somebody has chosen, wherever they had to go for it."""
    dialog.fileSelected.emit(str(path))
    dialog.filesSelected.emit([str(path)])
    dialog.done(QDialog.DialogCode.Rejected)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def open_model_of_lane(kit: Kit) -> None:
    kit.page.panes[0].header.picker.open_requested.emit()


def open_model_of_evaluation(kit: Kit) -> None:
    kit.window.show_page(MMLU)
    kit.window.mmlu_page.setup.models[0].header.picker.open_requested.emit()


def add_model_files(kit: Kit) -> None:
    kit.window.show_page(MODELS)
    kit.window.models_page.shelf.add_file.click()


def open_questions(kit: Kit) -> None:
    kit.window.show_page(MMLU)
    kit.window.mmlu_page.setup.set._ask(folder=False)


def import_prompts(kit: Kit) -> None:
    kit.window.sets_controller.drawer.import_wanted.emit()


def attach_files(kit: Kit) -> None:
    kit.page.prompt.attach_files()


def open_bundle(kit: Kit) -> None:
    kit.window.bundle_controller.ask_open(kit.window)


def export_comparison(kit: Kit) -> None:
    kit.window.bundle_controller.ask_export(comparison(), "md", kit.window)


def export_evaluation(kit: Kit) -> None:
    ask_export(FakeEvaluations(), "evaluation", answered(), kit.window, lambda _: None, lambda _: None)


PLACES: list[Callable[[Kit], None]] = [
    open_model_of_lane, open_model_of_evaluation, add_model_files, open_questions, import_prompts,
    open_bundle,
]  # fmt: skip


@pytest.mark.parametrize("ask", PLACES)
def test_it_opens_in_the_folder_of_the_file_chosen_last(kit: Kit, tmp_path: Path, ask: Callable[[Kit], None]) -> None:
    folder = tmp_path / "far" / "away"
    folder.mkdir(parents=True)
    ask(kit)
    choose(dialog_of(kit), folder / "x.bad")
    ask(kit)
    dialog = dialog_of(kit)
    assert Path(dialog.directory().absolutePath()) == folder
    dialog.reject()


@pytest.mark.parametrize(
    ("ask", "kind"), [(export_comparison, EXPORTS), (export_evaluation, EXPORTS), (attach_files, ATTACHMENTS)]
)
def test_the_others_open_there_too(kit: Kit, tmp_path: Path, ask: Callable[[Kit], None], kind: str) -> None:
    kit.settings.set("folders", {kind: str(tmp_path)})
    ask(kit)
    dialog = dialog_of(kit)
    assert Path(dialog.directory().absolutePath()) == tmp_path
    dialog.reject()


def test_models_are_looked_for_in_one_place_and_other_kinds_in_theirs(kit: Kit, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    open_model_of_lane(kit)
    choose(dialog_of(kit), tmp_path / "models" / "x.gguf")
    for ask in (open_model_of_evaluation, add_model_files):
        ask(kit)
        dialog = dialog_of(kit)
        assert Path(dialog.directory().absolutePath()) == tmp_path / "models"
        dialog.reject()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    import_prompts(kit)
    choose(dialog_of(kit), tmp_path / "x.bad")
    open_model_of_lane(kit)
    assert Path(dialog_of(kit).directory().absolutePath()) == tmp_path / "models"


@pytest.mark.parametrize("stored", [{"models": "/gone/away"}, {"models": 7}, {"models": ""}, {"x": None}])
def test_a_folder_that_is_no_longer_there_is_not_gone_to(qtbot: QtBot, stored: dict[str, Any], tmp_path: Path) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    settings = FakeSettings(folders=stored)
    folders = Folders(settings, window)
    assert folders.folder("models") == ""
    FileDialog.for_models(window, "Open").deleteLater()
    folders.remember("models", str(tmp_path / "x.gguf"))
    assert folders.folder("models") == str(tmp_path)


def test_a_name_gets_its_ending_before_anybody_is_asked_about_overwriting(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = FileDialog.to_save(window, "Save", "report", {"Markdown (*.md)": "md", "CSV (*.csv)": "csv"})
    assert dialog.defaultSuffix() == "md"
    dialog.selectNameFilter("CSV (*.csv)")
    dialog.filterSelected.emit("CSV (*.csv)")
    assert dialog.defaultSuffix() == "csv"
    assert (
        FileDialog.to_save(window, "Save", "x", {"B (*.weighin.json)": "weighin.json"})
        .selectedFiles()[0]
        .endswith("/x.weighin.json")
    )
    assert FileDialog.for_files(window, "Open", "models").nameFilters() == [ANY]


def test_an_ending_that_had_to_be_added_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "my.results.md").write_text("mine")
    said: list[str] = []
    export(FakeEvaluations(), answered(), "md", str(tmp_path / "my.results"), said.append, said.append)
    assert said == ["my.results.md exists already. Choose another name."]
    assert (tmp_path / "my.results.md").read_text() == "mine"
