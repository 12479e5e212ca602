"""The Workstation page: the computer, what runs on it, and how right that was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, LISTING, OTHER, FakeModels, on_shelf
from tests.ui.workstation_fakes import GB
from weighin.core.errors import AppError
from weighin.core.plans.candidates import Origin
from weighin.core.plans.memory_formula import rough_line
from weighin.core.plans.plan import SpeedForecast, SpeedMethod
from weighin.core.plans.prediction import Measured, Prediction
from weighin.core.plans.verdict import Budget
from weighin.core.runs.options import LoadOptions
from weighin.ui.main_window import COMPARE, MMLU, MODELS, WORKSTATION
from weighin.ui.workstation.memory_bar import parts_of
from weighin.ui.workstation.workstation_page import WorkstationPage

SMALL = replace(
    OTHER,
    path="/m/small.gguf",
    name="Small",
    file_bytes=5 * GB,
    parameters=8 * GB,
    active_parameters=8 * GB,
    experts=None,
    layers=32,
    kv_heads=8,
    key_length=128,
)


@pytest.fixture
def shown(new_kit: Callable[..., Kit], qtbot: QtBot) -> Kit:
    kit = new_kit(models=FakeModels(on_shelf(OTHER), on_shelf(SMALL)))
    kit.library.known = [OTHER, SMALL]
    kit.window.resize(1500, 900)
    kit.window.show_page(WORKSTATION)
    with qtbot.waitExposed(kit.window):
        kit.window.show()
    qtbot.waitUntil(lambda: kit.station.workstation.computer.hardware is not None)
    return kit


@pytest.fixture
def page(shown: Kit) -> WorkstationPage:
    return shown.window.workstation_page


def names(page: WorkstationPage) -> list[str]:
    return [row.candidate.name for row in page.runs.table.records]


def heads(page: WorkstationPage) -> list[str]:
    model = page.runs.table.model()
    return [str(model.headerData(n, Qt.Orientation.Horizontal)) for n in range(model.columnCount())]


def cell(page: WorkstationPage, key: str, head: str) -> str:
    place = [row.candidate.key for row in page.runs.table.records].index(key)
    return str(page.runs.table.model().index(place, heads(page).index(head)).data())


def choose(page: WorkstationPage, *keys: str) -> None:
    page.runs.table.choose(keys)


# ------------------------------------------------------------------ the card


def test_the_card_says_what_this_computer_is(page: WorkstationPage) -> None:
    assert page.card.facts["Processor"] == "AMD EPYC <b>9554</b>, 8 cores, 16 threads"
    assert page.card.facts["Memory"] == "32.0 GB, 21.0 GB free now"
    assert page.card.facts["Memory bandwidth"] == "40.0 GB/s with all cores"
    assert page.card.facts["GPU"] == "NVIDIA T4, 16.0 GB, 15.0 GB free now"
    page.card.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert "llama.cpp 0.5.0" in copied and "AVX2 FMA" in copied


def test_measuring_again(shown: Kit, page: WorkstationPage) -> None:
    bandwidth = shown.station.bandwidth
    page.card.measure.click()
    assert page.card.facts["Memory bandwidth"] == "Measuring…"
    assert not page.card.measure.isEnabled()
    bandwidth.finish(50e9)
    assert page.card.facts["Memory bandwidth"].startswith("50.0 GB/s")
    page.card.measure.click()
    bandwidth.finish(None)
    assert "could not be measured" in page.error.label.text()
    assert page.card.facts["Memory bandwidth"].startswith("50.0 GB/s")


def test_nothing_is_measured_or_planned_while_a_comparison_runs(shown: Kit, page: WorkstationPage) -> None:
    asked = list(shown.station.planner.asked)
    shown.runner.running = True
    page.card.measure.click()
    assert "Models are running" in page.error.label.text()
    assert shown.station.bandwidth.asked == 0
    shown.station.planner.give(OTHER, 18 * GB)
    assert shown.station.planner.asked == asked


# ------------------------------------------------------------------ the table


def test_files_stand_before_the_catalogue(page: WorkstationPage) -> None:
    assert names(page)[:2] == ["Qwen3-30B-A3B-Instruct", "Small"]
    assert len(names(page)) > 250
    assert cell(page, OTHER.path, "Kind") == "MoE 30.5B, 3.3B active"
    assert cell(page, SMALL.path, "Needs").startswith("~5.")
    assert cell(page, SMALL.path, "Fits?") == "Fits"
    assert cell(page, SMALL.path, "Speed, tok/s") == "? 6.00 (3.20 to 8.80)"
    assert cell(page, "qwen3.5-397b-a17b:Q4_K_M", "Fits?") == "Does not fit"


def test_the_engine_is_asked_about_one_file_after_the_other(shown: Kit, page: WorkstationPage) -> None:
    planner = shown.station.planner
    assert planner.asked == [OTHER.path]
    planner.give(OTHER, 18 * GB)
    assert planner.asked == [OTHER.path, SMALL.path]
    assert cell(page, OTHER.path, "Needs") == "18.6 GB"
    planner.give(SMALL, 5 * GB, "This engine build does not know `xyz`.")
    assert cell(page, SMALL.path, "Fits?") == "Does not fit"
    assert planner.asked == [OTHER.path, SMALL.path]


def test_searching_and_filtering(page: WorkstationPage) -> None:
    page.runs.search.setText("qwen3.5 397B q8")
    assert [row.candidate.key for row in page.runs.table.records] == ["qwen3.5-397b-a17b:Q8_0"]
    page.runs.only_running.setChecked(True)
    assert names(page) == []
    page.runs.search.clear()
    assert "Small" in names(page)
    page.runs.origin.setCurrentIndex(page.runs.origin.findData(Origin.HERE))
    assert names(page) == ["Qwen3-30B-A3B-Instruct", "Small"]


def test_sorting_keeps_what_is_unknown_at_the_end(page: WorkstationPage) -> None:
    table = page.runs.table
    speed = heads(page).index("Speed, tok/s")
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        table.sortByColumn(speed, order)
        found = [row.forecast.generation_tokens_per_s if row.forecast else None for row in table.records]
        known = [f for f in found if f is not None]
        assert found[: len(known)] == known == sorted(known, reverse=order == Qt.SortOrder.DescendingOrder)
        assert None in found


def test_the_slider_judges_everything_again_and_the_choice_stays(page: WorkstationPage) -> None:
    choose(page, OTHER.path)
    before = cell(page, OTHER.path, "Needs")
    page.runs.slider.slider.setValue(page.runs.slider.slider.maximum())
    assert page.runs.slider.context == 262_144
    assert cell(page, OTHER.path, "Needs") != before
    assert "256k context" in page.runs.detail.row.sentence.text()
    page.runs.table.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    assert [row.candidate.key for row in page.runs.table.all_chosen] == [OTHER.path]
    page.runs.search.setText("30B-A3B-Instruct")
    assert [row.candidate.key for row in page.runs.table.all_chosen] == [OTHER.path]


def test_memory_that_others_take_changes_the_verdict(shown: Kit, page: WorkstationPage, qtbot: QtBot) -> None:
    choose(page, SMALL.path)
    shown.station.memory.append(Budget(1 * GB, 32 * GB))
    shown.station.workstation.computer.look_at_memory()
    qtbot.waitUntil(lambda: cell(page, SMALL.path, "Fits?") == "Does not fit")
    assert "1.0 GB free" in page.runs.detail.row.sentence.text()
    assert page.runs.detail.row.compare.text() == "Try anyway"
    shown.station.memory.append(None)
    shown.station.workstation.computer.look_at_memory()
    qtbot.waitUntil(lambda: cell(page, SMALL.path, "Fits?") == "-")
    assert "does not tell how much memory" in page.runs.detail.row.sentence.text()


# ------------------------------------------------------------------ one row


def test_a_chosen_file_is_explained(shown: Kit, page: WorkstationPage) -> None:
    shown.station.planner.give(SMALL, 5 * GB)
    choose(page, SMALL.path)
    detail = page.runs.detail.row
    assert detail.sentence.text().endswith(" at 4k context, 21.0 GB free.")
    assert detail.memory.legend[0] == "Weights (mapped) 5.0 GB"
    assert detail.memory.legend[-1] == "21.0 GB free now"
    assert "KV cache" in detail.memory.bar.accessibleDescription()
    assert "from memory bandwidth" in detail.forecast.text()
    assert detail.measured.isHidden()
    detail.compare.click()
    assert shown.window.page == COMPARE
    assert shown.page.panes[0].header.picker.chosen == SMALL


def test_what_lies_on_a_gpu_is_not_in_the_bar(page: WorkstationPage) -> None:
    plan = replace(rough_line(10 * GB, 100_000).at(4096), gpu_bytes=6 * GB, mapped_bytes=2 * GB, idle_bytes=GB)
    parts = parts_of(plan)
    assert sum(part.value for part in parts) == plan.ram_bytes
    assert [part.value for part in parts if part.hatched] == [GB]
    assert sum(part.value for part in parts_of(replace(plan, gpu_bytes=0))) == plan.ram_bytes + 6 * GB


def test_the_bar_of_two_leaves_out_what_lies_on_gpus_and_the_peak_while_loading_is_said(
    shown: Kit, page: WorkstationPage
) -> None:
    for facts in (OTHER, SMALL):
        shown.station.planner.give(facts, facts.file_bytes)
    known = shown.station.planner.plans[SMALL.path]
    points = tuple(replace(p, gpu_bytes=3 * GB, mapped_bytes=2 * GB) for p in known.line.points)
    shown.station.planner.plans[SMALL.path] = replace(known, line=replace(known.line, points=points))
    shown.station.planner.planned.emit(known)
    choose(page, SMALL.path)
    assert "Peak while loading: " in page.runs.detail.row.notice.text()
    choose(page, OTHER.path, SMALL.path)
    rows = {row.candidate.key: row for row in page.runs.table.records}
    bar = page.runs.detail.pair.memory.bar
    assert sum(part.value for part in bar.parts) == sum(rows[p].needs for p in (OTHER.path, SMALL.path))


def test_what_was_measured_stands_beside_the_forecast(shown: Kit, page: WorkstationPage) -> None:
    choose(page, SMALL.path)
    shown.station.ledger.keep(prediction(SMALL))
    assert cell(page, SMALL.path, "Measured") == "5.50"
    assert page.runs.detail.row.measured.text() == "Measured: 5.50 tok/s, 5.4 GB."


def test_the_table_has_the_room_until_something_is_chosen(shown: Kit, page: WorkstationPage, qtbot: QtBot) -> None:
    shown.window.resize(1000, 700)
    table, detail = page.runs.table, page.runs.detail
    qtbot.waitUntil(lambda: table.height() > 2.5 * detail.height())
    table.selectRow(1)
    qtbot.waitUntil(lambda: detail.height() > table.height() / 2)
    assert table.visualRect(table.currentIndex()).bottom() < table.viewport().height()
    chosen = detail.height()
    page.runs._judge()
    assert detail.height() == chosen, "judging again moves nothing"
    table.clearSelection()
    qtbot.waitUntil(lambda: table.height() > 2.5 * detail.height())


def test_the_other_way_round(page: WorkstationPage) -> None:
    choose(page, SMALL.path)
    demand = page.runs.detail.row.demand
    demand.speed.setText("30")
    assert "For 30.0 tok/s at 4k context: 8 GB of memory and a bandwidth of about 200 GB/s." in demand.sentence.text()
    assert "This computer has 32.0 GB and 40.0 GB/s." in demand.sentence.text()
    for nonsense in ("", "many", "-1", "nan", "1e99"):
        demand.speed.setText(nonsense)
        assert demand.sentence.text() == "A number from 0.1 to 10\u202f000."


def test_what_is_not_here_can_be_got(shown: Kit, page: WorkstationPage, qtbot: QtBot) -> None:
    page.runs.search.setText("qwen3 30b q4_k_m")
    choose(page, "qwen3-30b-a3b:Q4_K_M")
    assert not page.runs.detail.row.compare.isVisible()
    page.runs.detail.row.get.click()
    assert shown.window.page == MODELS
    assert shown.models.hub.asked == ["Qwen/Qwen3-30B-A3B-GGUF"]
    shown.window.show_page(WORKSTATION)
    qtbot.keyClick(page.runs.table, Qt.Key.Key_Return)
    assert shown.models.hub.asked == ["Qwen/Qwen3-30B-A3B-GGUF"] * 2


def test_a_repository_that_was_looked_at_is_judged_too(shown: Kit, page: WorkstationPage) -> None:
    shown.station.workstation.offered.show(LISTING)
    page.runs.origin.setCurrentIndex(page.runs.origin.findData(Origin.HUB))
    assert page.runs.origin.currentText() == LISTING.repo
    assert [row.candidate.quantization for row in page.runs.table.records] == ["Q4_K_M", "Q8_0"]


# ------------------------------------------------------------------ slices

SLICE = SpeedForecast(12.0, 11.0, 13.0, 140.0, SpeedMethod.SLICE)


def test_a_slice_is_timed_and_its_forecast_shown(shown: Kit, page: WorkstationPage) -> None:
    choose(page, SMALL.path)
    detail = page.runs.detail.row
    detail.slice.setFocus()
    detail.slice.click()
    assert "Timing a slice" in detail.forecast.text()
    assert shown.window.focusWidget() is detail.stop
    assert detail.slice.isHidden() and detail.stop.isVisible()
    choose(page, OTHER.path)
    assert detail.slice.isHidden() and detail.stop.isHidden()
    choose(page, SMALL.path)
    shown.station.forecaster.give(SLICE)
    assert detail.forecast.text() == (
        "Generation speed ~ 12.0 (11.0 to 13.0) tok/s, prompt speed ~ 140 tok/s, from a timed slice of the model"
    )
    assert cell(page, SMALL.path, "Speed, tok/s") == "~ 12.0 (11.0 to 13.0)"
    assert detail.slice.isVisible() and detail.stop.isHidden()


def test_a_slice_can_be_stopped_and_a_refusal_is_said(shown: Kit, page: WorkstationPage) -> None:
    choose(page, SMALL.path)
    detail = page.runs.detail.row
    detail.slice.click()
    detail.stop.click()
    assert page.runs.error.isHidden()
    assert detail.slice.isVisible()
    detail.slice.click()
    shown.station.forecaster.give(AppError("There is too little memory free to time a slice of this model."))
    assert "too little memory" in page.runs.error.label.text()
    detail.slice.click()
    assert page.runs.error.isHidden()


def test_nothing_is_planned_beside_a_slice(shown: Kit, page: WorkstationPage) -> None:
    planner = shown.station.planner
    choose(page, SMALL.path)
    asked = list(planner.asked)
    page.runs.detail.row.slice.click()
    planner.give(OTHER, 18 * GB)
    planner.give(SMALL, 5 * GB)
    assert planner.asked == asked


def test_a_model_at_the_hub_is_looked_into_and_sliced_before_any_download(shown: Kit, page: WorkstationPage) -> None:
    shown.station.workstation.offered.show(LISTING)
    key = f"{LISTING.repo}/Qwen3-4B-Q8_0.gguf"
    choose(page, key)
    detail = page.runs.detail.row
    assert cell(page, key, "Needs") == "~5.1 GB"
    assert detail.slice.isHidden()
    detail.look.click()
    assert cell(page, key, "Needs") == "5.2 kB"
    assert cell(page, key, "Kind") == "MoE 30.5B, 3.3B active"
    assert detail.look.isHidden()
    ((model, load, plan, forecast, _threads),) = shown.station.ledger.promised
    assert (model.path, load, plan.context, forecast) == ("hub:x", LoadOptions(), 4096, None)
    detail.slice.click()
    assert shown.station.forecaster.asked == [("hub:x", "/tmp/stand-in.gguf")]
    shown.station.forecaster.give(SLICE)
    assert cell(page, key, "Speed, tok/s") == "~ 12.0 (11.0 to 13.0)"
    assert shown.station.ledger.promised[-1][3] == SLICE


def test_a_header_that_cannot_be_read_is_said(shown: Kit, page: WorkstationPage) -> None:
    shown.station.workstation.offered.show(LISTING)
    choose(page, f"{LISTING.repo}/Qwen3-4B-Q8_0.gguf")
    shown.models.hub.error = AppError("The hub does not answer.")
    page.runs.detail.row.look.click()
    assert page.runs.error.label.text() == "The hub does not answer."
    assert page.runs.detail.row.look.isVisible()


def test_earlier_runs_correct_the_bandwidth_forecasts_and_it_says_so(shown: Kit, page: WorkstationPage) -> None:
    shown.station.ledger.corrections = {"dense": 0.5}
    shown.station.ledger.keep()
    assert cell(page, SMALL.path, "Speed, tok/s") == "? 3.00 (1.60 to 4.40)"
    choose(page, SMALL.path)
    assert "corrected by earlier runs here" in page.runs.detail.row.forecast.text()


# ------------------------------------------------------------------ two rows


def test_two_models_on_one_bar(shown: Kit, page: WorkstationPage) -> None:
    for facts in (OTHER, SMALL):
        shown.station.planner.give(facts, facts.file_bytes)
    choose(page, OTHER.path, SMALL.path)
    pair = page.runs.detail.pair
    assert pair.isVisible()
    assert pair.sentence.text().endswith("4k context, 21.0 GB free.")
    assert pair.largest.text().startswith("Largest context: ")
    assert [part.label[0] for part in pair.memory.bar.parts] == ["A", "A", "B", "B"]
    assert pair.cost.text().startswith("The MoE needs ~3.")
    assert pair.cells[1] == ("~ 2.0 GB", "~ 5.0 GB")
    pair.compare.click()
    assert [p.header.picker.chosen for p in shown.page.panes] == [OTHER, SMALL]


def test_measured_costs_carry_their_mark(shown: Kit, page: WorkstationPage) -> None:
    shown.station.ledger.keep(prediction(OTHER, 20 * GB, 6.0), prediction(SMALL, 5 * GB, 5.0))
    choose(page, OTHER.path, SMALL.path)
    pair = page.runs.detail.pair
    assert pair.cost.text() == "The MoE needs 4.0 times the memory and is 1.2 times as fast."
    assert pair.cells[2] == ("6.00 tok/s", "5.00 tok/s")
    assert pair.cells[3] == ("30 %", "62 %")


def test_a_refused_model_is_named_in_a_pair(shown: Kit, page: WorkstationPage) -> None:
    shown.station.planner.give(SMALL, 5 * GB, "This engine build does not know `xyz`.")
    choose(page, OTHER.path, SMALL.path)
    assert page.runs.detail.pair.sentence.text() == "This engine build does not know `xyz`."


def test_three_rows_are_no_pair(page: WorkstationPage) -> None:
    model = page.runs.table.selectionModel()
    for row in range(3):
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        model.select(page.runs.table.model().index(row, 0), flags)
    assert not page.runs.detail.pair.isVisible() and not page.runs.detail.row.isVisible()


def test_a_speed_test_is_told_with_its_moment(shown: Kit, page: WorkstationPage) -> None:
    choose(page, SMALL.path)
    made = prediction(SMALL)
    assert made.measured is not None
    taken = replace(made.measured, from_test=True, tested="2026-11-22T10:31:00+00:00", at="2026-11-24")
    shown.station.ledger.keep(replace(made, measured=taken))
    assert cell(page, SMALL.path, "Measured") == "5.50"
    said = page.runs.detail.row.measured.text()
    assert said.startswith("Measured: 5.50 tok/s in a speed test of 2026-11-22 ")


# ------------------------------------------------------------------ the ledger


def prediction(facts: object, memory: int = 5_400_000_000, rate: float = 5.5, number: int = 1) -> Prediction:
    forecast = SpeedForecast(6.0, 5.0, 7.0, None, SpeedMethod.SLICE)
    plan = rough_line(5 * GB, 100_000).at(4096)
    created = f"2026-11-22T10:31:{number:02d}+00:00"
    measured = Measured(memory, rate, None, is_measured=True)
    return Prediction(f"p{number}{facts.path}", created, facts, LoadOptions(), plan, forecast, 8, measured)


def test_the_ledger_states_past_errors(shown: Kit, page: WorkstationPage) -> None:
    page.tabs.setCurrentIndex(1)
    assert page.ledger.table.isHidden()
    assert page.ledger.errors.isHidden()
    shown.station.ledger.keep(prediction(SMALL), prediction(DENSE, memory=5_800_000_000, number=2))
    table = page.ledger.table
    row = [table.model().data(table.model().index(0, column)) for column in range(table.model().columnCount())]
    assert row[1:] == [
        "Small · Q4_K_M",
        "5.6 GB",
        "5.4 GB",
        "+4.0 %",
        "~ 6.00 (5.00 to 7.00)",
        "5.50",
        "+9.1 %",
    ]
    assert "dense: memory median 3." in page.ledger.errors.text()
    assert "in 2 runs" in page.ledger.errors.text()


# ------------------------------------------------------------------ sizes


def test_everything_fits_a_small_window(shown: Kit, page: WorkstationPage, qtbot: QtBot) -> None:
    assert page.minimumSizeHint().width() <= 900
    shown.window.resize(1000, 820)
    qtbot.waitUntil(lambda: page.runs.table.viewport().width() < 1000)
    table = page.runs.table
    total = sum(table.columnWidth(n) for n in range(len(heads(page))) if not table.isColumnHidden(n))
    assert total <= table.viewport().width()
    assert table.isColumnHidden(heads(page).index("KV cache"))
    shown.window.resize(2500, 1200)
    qtbot.waitUntil(lambda: not table.isColumnHidden(heads(page).index("KV cache")))


def test_everything_is_said_for_the_cache_that_is_chosen(page: WorkstationPage) -> None:
    before = {row.candidate.key: row for row in page.runs.table.records}
    page.runs.kv_type.setCurrentText("KV cache q8_0")
    after = {row.candidate.key: row for row in page.runs.table.records}
    small = SMALL.path
    assert after[small].plan.kv_bytes == round(before[small].plan.kv_bytes * 34 / 64)
    assert all(after[key].needs <= before[key].needs for key in before)


def test_a_file_that_was_replaced_is_planned_again(shown: Kit) -> None:
    station = shown.station.workstation
    station.plan(SMALL)
    station.plan(SMALL)
    assert shown.station.planner.asked.count(SMALL.path) == 1
    station.plan(replace(SMALL, file_bytes=SMALL.file_bytes + 1))
    assert shown.station.planner.asked.count(SMALL.path) == 2


def test_neither_a_comparison_nor_an_evaluation_begins_beside_a_slice(shown: Kit, page: WorkstationPage) -> None:
    shown.station.forecaster.timing = True
    shown.start()
    assert shown.runner.requests == []
    assert "being measured on the Workstation page" in shown.page.prompt.error
    shown.window.show_page(MMLU)
    shown.window.mmlu_page.setup.start.click()
    assert shown.evaluations.runner.requests == []
    shown.station.forecaster.timing = False
    shown.start()
    assert len(shown.runner.requests) == 1
