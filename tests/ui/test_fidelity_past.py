"""Stored measurements of fidelity: on the page and in History, opened, resumed, exported, deleted; pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fidelity_fakes import F16, Q4, Q8, conditions, failed_at, fidelity_services, measured, request
from weighin.core import format
from weighin.core.runs.run_state import RunState
from weighin.ui.charts.chart_picture import KINDS, picture_of
from weighin.ui.fidelity.fidelity_page import PAST, FidelityPage
from weighin.ui.fidelity.past_tab import PastTab
from weighin.ui.main_window import FIDELITY, HISTORY
from weighin.ui.theme import load_colours
from weighin.ui.widgets.saving import export


@pytest.fixture
def kit(new_kit: Callable[..., Kit], qtbot: QtBot) -> Kit:
    records = (
        measured(request(F16, Q8, Q4), number=1),
        measured(number=2, state=RunState.INTERRUPTED),
        failed_at(measured(conditions(Q4, kv_type="q8_0"), number=3), 0, "The model's process stopped."),
    )
    made = new_kit(fidelity=fidelity_services(*records))
    with qtbot.waitExposed(made.window):
        made.window.show()
    made.window.show_page(FIDELITY)
    made.window.fidelity_page.tabs.setCurrentIndex(PAST)
    return made


@pytest.fixture
def page(kit: Kit) -> FidelityPage:
    return kit.window.fidelity_page


@pytest.fixture
def past(page: FidelityPage) -> PastTab:
    return page.past


def cells(past: PastTab, row: int) -> list[str]:
    model = past.table.model()
    return [str(model.index(row, column).data()) for column in range(model.columnCount())]


def test_a_row_says_what_was_compared_and_what_came(past: PastTab) -> None:
    when, base, others, text, chunks, kld, state = cells(past, 0)
    assert when == format.moment("2026-11-22T10:31:01+00:00")
    assert (base, others, text, chunks) == ("SmolLM2 135M Instruct, F16", "Q8_0, Q4_K_M", "Included texts", "20")
    assert kld.count(" ± ") == 2 and state == "Finished"
    assert cells(past, 1)[-1] == "Interrupted, can be resumed"
    assert cells(past, 2)[-1].startswith("Failed")


def test_opening_shows_it_as_it_was(page: FidelityPage, past: PastTab, qtbot: QtBot) -> None:
    past.table.selectRow(1)
    qtbot.mouseClick(past.open, Qt.MouseButton.LeftButton)
    assert page.shows_run and page.tabs.currentIndex() == 0
    assert page.run.bar.text.startswith("Interrupted · 20 chunks · took 1 min 15 s · started 2026-11-22")
    assert page.go.isHidden()


def test_resuming_asks_the_runner(kit: Kit, page: FidelityPage, past: PastTab, qtbot: QtBot) -> None:
    past.table.selectRow(0)
    assert not past.resume.isEnabled()
    past.table.selectRow(1)
    qtbot.mouseClick(past.resume, Qt.MouseButton.LeftButton)
    assert kit.fidelity.runner.resumed == ["fid2"]
    kit.fidelity.runner.begin(replace(kit.fidelity.kept.records["fid2"], state=RunState.RUNNING))
    assert page.shows_run and page.go.text() == "Stop"
    past.refresh()
    assert cells(past, 1)[-1] == "Running"
    page.tabs.setCurrentIndex(PAST)
    past.table.selectRow(0)
    qtbot.mouseClick(past.open, Qt.MouseButton.LeftButton)
    assert past.error.label.text().startswith("A measurement is running.")


def test_nothing_is_resumed_beside_a_running_comparison(kit: Kit, past: PastTab, qtbot: QtBot) -> None:
    kit.runner.running = True
    past.table.selectRow(1)
    qtbot.mouseClick(past.resume, Qt.MouseButton.LeftButton)
    assert kit.fidelity.runner.resumed == []
    assert past.error.label.text().startswith("A comparison is running.")


def test_deleting_asks_first(kit: Kit, past: PastTab, qtbot: QtBot) -> None:
    past.table.selectRow(0)
    qtbot.keyClick(past.table, Qt.Key.Key_Delete)
    assert past.confirm.text.startswith("Delete the measurement of 2026-11-22")
    assert "SmolLM2 135M Instruct, F16 / Q8_0, Q4_K_M" in past.confirm.text
    qtbot.mouseClick(past.confirm.yes, Qt.MouseButton.LeftButton)
    assert list(kit.fidelity.kept.records) == ["fid2", "fid3"]


def test_trouble_is_said_on_the_tab(kit: Kit, past: PastTab, qtbot: QtBot) -> None:
    kit.fidelity.kept.broken = True
    past.table.selectRow(0)
    qtbot.mouseClick(past.open, Qt.MouseButton.LeftButton)
    assert past.error.label.text() == "This measurement is not there any more."


def test_history_has_the_measurements_and_opens_and_resumes_them(kit: Kit, qtbot: QtBot) -> None:
    kit.window.show_page(HISTORY)
    history = kit.window.history_page
    history.tabs.setCurrentIndex(2)
    past = history.measurements
    assert past.table.isVisibleTo(history)
    past.search.setText("q8_0")
    assert [cells(past, row)[2] for row in range(past.table.model().rowCount())] == ["Q8_0, Q4_K_M"]
    past.table.selectRow(0)
    past.open.click()
    assert kit.window.page == FIDELITY
    assert len(kit.window.fidelity_page.run.sentences.texts) == 2
    kit.window.show_page(HISTORY)
    past.search.clear()
    past.table.choose(["fid2"])
    past.resume.click()
    assert kit.window.page == FIDELITY and kit.fidelity.runner.resumed == ["fid2"]


def test_history_does_not_make_the_page(new_kit: Callable[..., Kit]) -> None:
    kit = new_kit(fidelity=fidelity_services(measured()))
    kit.window.show_page(HISTORY)
    assert not kit.window.pages.has_fidelity


def test_a_measurement_is_exported_in_three_formats(kit: Kit, page: FidelityPage, tmp_path: Path) -> None:
    record = kit.fidelity.kept.records["fid1"]
    said: list[str] = []
    for kind in ("md", "json", "csv"):
        export(kit.fidelity.kept, record, kind, str(tmp_path / "out"), said.append, said.append)
    assert [kind for _id, kind, _path in kit.fidelity.kept.exported] == ["md", "json", "csv"]
    assert said == ["Saved: out.md", "Saved: out.json", "Saved: out.csv"]
    kit.fidelity.kept.broken = True
    export(kit.fidelity.kept, record, "md", str(tmp_path / "out"), said.append, said.append)
    assert said[-1] == "The file cannot be written: the disk is full."
    page.show_record(record)
    page.export()
    dialog = kit.window.findChild(QFileDialog)
    assert dialog.windowTitle() == "Export the measurement"
    dialog.reject()


@pytest.mark.parametrize("face", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_scale_is_saved_as_a_picture(kit: Kit, page: FidelityPage, tmp_path: Path, kind: str, face: str) -> None:
    page.show_record(kit.fidelity.kept.records["fid1"])
    path = tmp_path / "scale"
    page.pictures.write(page.run.scale.chart, page.run.caption(), load_colours(face), kind, str(path))
    content = path.with_suffix(f".{kind}").read_bytes()
    assert len(content) > 3000
    if kind == "png":
        image = QImage.fromData(content)
        assert image.pixelColor(2, 2).name() == load_colours(face).surface
    if kind == "svg":
        assert "Q5_K_M" in content.decode() and "Base: SmolLM2" in content.decode()
    assert page.run.notice.label.text() == f"Saved: scale.{kind}"


def test_the_picture_holds_the_sentences(kit: Kit, page: FidelityPage) -> None:
    page.show_record(kit.fidelity.kept.records["fid1"])
    drawing = picture_of("svg", page.run.scale.chart, page.run.caption(), load_colours("light"))().decode()
    assert "Q8_0 picks another word in" in drawing
