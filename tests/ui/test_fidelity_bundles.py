"""Bundles of measurements of fidelity in the window: saved from the page and from History, opened, only looked at."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import FakeLibrary
from tests.ui.fidelity_fakes import F16, Q4, Q8, failed_at, fidelity_services, measured, request
from tests.ui.test_models_of_lanes import drop
from weighin.core import format
from weighin.core.bundles.fidelity_bundle import fidelity_bundle_text, read_fidelity_bundle
from weighin.core.bundles.privacy import Owner
from weighin.core.computer.hardware import UNKNOWN_MACHINE, MachineFacts
from weighin.core.fidelity.fidelity import FidelityRecord
from weighin.core.fidelity.report import fidelity_csv, fidelity_markdown
from weighin.core.runs.run_state import RunState
from weighin.ui.fidelity.fidelity_page import PAST, FidelityPage
from weighin.ui.fidelity.measurement_files import FORMATS
from weighin.ui.main_window import COMPARE, FIDELITY, HISTORY

PLACE = "/x/theirs.weighin.json"
THEIRS = replace(
    measured(request(F16, Q8, Q4), number=7, state=RunState.STOPPED), machine=MachineFacts("Ryzen 7", "Linux", 8)
)
MINE = measured(number=1)


@pytest.fixture
def kit(new_kit: Callable[..., Kit], qtbot: QtBot) -> Kit:
    made = new_kit(library=FakeLibrary(F16, Q4), fidelity=fidelity_services(MINE))
    made.window.parts.bundles.files[PLACE] = THEIRS
    with qtbot.waitExposed(made.window):
        made.window.show()
    return made


def buttons(page: FidelityPage) -> list[str]:
    return [b.text() for b in page.run.bar.findChildren(QPushButton) if not b.isHidden()]


def looks_at(kit: Kit, record: FidelityRecord = THEIRS) -> bool:
    page = kit.window.fidelity_page
    return kit.window.page == FIDELITY and page.shows_run and len(page.run.sentences.texts) == len(record.others)


def test_it_is_shown_and_says_where_and_when_it_was_made(kit: Kit) -> None:
    kit.window.open_bundle(PLACE)
    assert looks_at(kit) and kit.window.notice == ""
    page = kit.window.fidelity_page
    made = f"{format.moment(THEIRS.created)} on Ryzen 7, 8 cores · llama.cpp 0.5.0"
    assert page.run.origin.label.text() == f"Bundle of {made}. It is not saved in History."
    assert page.run.origin.isVisible()
    assert kit.fidelity.runner.requests == [] and list(kit.fidelity.kept.records) == ["fid1"]
    assert page.run.sentences.texts[0].startswith("Q8_0 picks another word in ")


def test_it_is_only_looked_at(kit: Kit) -> None:
    page = kit.window.fidelity_page
    before = page.setup.request
    kit.window.open_bundle(PLACE)
    assert buttons(page) == ["Export…", "New measurement"]
    page.show_setup()
    assert page.setup.request == before, "their files are not here: nothing of theirs is chosen"
    stopped = failed_at(THEIRS, 0, "Not enough memory.", "memory")
    kit.window.parts.bundles.files[PLACE] = stopped
    kit.window.open_bundle(PLACE)
    failure = page.run.sentences.others[0].failure
    assert failure.sentence == "Not enough memory." and not failure.can_insist
    mine = failed_at(replace(THEIRS, machine=None), 0, "Not enough memory.", "memory")
    page.show_record(mine)
    assert failure.can_insist and "Resume" in buttons(page)
    kit.window.open_bundle(PLACE)
    assert not failure.can_insist


def test_what_is_looked_at_next_is_no_bundle(kit: Kit) -> None:
    kit.window.open_bundle(PLACE)
    page = kit.window.fidelity_page
    page.show_record(MINE)
    assert page.run.origin.isHidden()
    kit.window.open_bundle(PLACE)
    page.setup.measure(F16, Q4)
    page.start()
    assert page.run.origin.isHidden()


def test_one_that_does_not_say_where_it_was_made(kit: Kit) -> None:
    kit.window.parts.bundles.files[PLACE] = replace(THEIRS, machine=UNKNOWN_MACHINE, engine=None)
    kit.window.open_bundle(PLACE)
    said = kit.window.fidelity_page.run.origin.label.text()
    assert said == f"Bundle of {format.moment(THEIRS.created)}. It is not saved in History."


@pytest.mark.parametrize("way", ["dropped on the window", "dropped on a lane", "handed over", "Ctrl+O", "History"])
def test_every_way_to_open_it(kit: Kit, way: str) -> None:
    window = kit.window
    if way.startswith("dropped"):
        drop(window if way.endswith("window") else kit.page.panes[1], PLACE)
    elif way == "handed over":
        window.show_page(HISTORY)
        window.open_files([PLACE], 1)
    elif way == "Ctrl+O":
        kit.page.choice.open(kit.page.panes[0], PLACE)
    else:
        window.show_page(HISTORY)
        window.history_page.bundle_wanted.emit()
        dialog = window.findChild(QFileDialog)
        assert any("*.weighin.json" in name for name in dialog.nameFilters())
        dialog.fileSelected.emit(PLACE)
        dialog.reject()
    assert looks_at(kit)


def test_a_comparison_that_runs_goes_on_beside_it(kit: Kit) -> None:
    kit.start("Mine")
    kit.window.open_files([PLACE])
    assert looks_at(kit) and kit.runner.running and kit.window.notice == ""


def test_nothing_is_opened_over_a_running_measurement(kit: Kit) -> None:
    kit.window.show_page(FIDELITY)
    page = kit.window.fidelity_page
    page.start()
    kit.fidelity.runner.begin(replace(MINE, state=RunState.RUNNING))
    kit.window.open_bundle(PLACE)
    assert page.run.error.label.text().startswith("A measurement is running.") and page.run.error.isVisible()
    assert page.running and page.run.origin.isHidden()


def test_nothing_is_shown_in_a_blind_round(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(kit.window), "why_hidden", "Vote first.")
    kit.window.open_bundle(PLACE)
    assert kit.window.page == COMPARE and kit.window.notice == "Vote first."
    assert not kit.window.pages.has_fidelity


def test_what_is_none_is_said_in_one_sentence(kit: Kit) -> None:
    kit.window.open_files(["/x/bad.weighin.json"])
    assert kit.window.notice == "bad.weighin.json: This is not a Weigh-In bundle."
    assert kit.window.page == COMPARE


@pytest.mark.parametrize("where", ["page", "history"])
def test_it_is_saved_beside_the_other_formats(kit: Kit, where: str) -> None:
    said = _ask(kit, where)
    dialog = kit.window.findChild(QFileDialog)
    assert dialog.nameFilters() == [
        "Markdown (*.md)", "JSON (*.json)", "CSV (*.csv)", "Weigh-In bundle (*.weighin.json)"
    ]  # fmt: skip
    dialog.selectNameFilter(dialog.nameFilters()[-1])
    dialog.filterSelected.emit(dialog.nameFilters()[-1])
    assert dialog.defaultSuffix() == "weighin.json"
    dialog.fileSelected.emit("/out/x.weighin.json")
    assert kit.window.parts.bundles.written == {"/out/x.weighin.json": MINE}
    assert kit.fidelity.kept.exported == [] and said() == "Saved: x.weighin.json"
    dialog.reject()


def test_the_other_formats_are_as_they_were_and_trouble_is_said(kit: Kit) -> None:
    said = _ask(kit, "page")
    dialog = kit.window.findChild(QFileDialog)
    dialog.selectNameFilter("CSV (*.csv)")
    dialog.fileSelected.emit("/out/x")
    assert kit.fidelity.kept.exported == [("fid1", "csv", "/out/x.csv")] and said() == "Saved: x.csv"
    dialog.selectNameFilter("Weigh-In bundle (*.weighin.json)")
    dialog.fileSelected.emit("/full/x")
    assert "No space left" in kit.window.fidelity_page.run.error.label.text()
    assert list(FORMATS) == ["md", "json", "csv", "weighin.json"]
    dialog.reject()


def _ask(kit: Kit, where: str) -> Callable[[], str]:
    """Press Export; what is said then."""
    if where == "page":
        kit.window.show_page(FIDELITY)
        page = kit.window.fidelity_page
        page.show_record(MINE)
        page.export()
        return page.run.notice.label.text
    kit.window.show_page(HISTORY)
    kit.window.history_page.tabs.setCurrentIndex(2)
    past = kit.window.history_page.measurements
    past.table.selectRow(0)
    past.export.click()
    return past.note.text  # type: ignore[no-any-return]


def test_what_an_opened_one_is_saved_as_is_theirs(kit: Kit) -> None:
    kit.window.open_bundle(PLACE)
    page = kit.window.fidelity_page
    page.export()
    dialog = kit.window.findChild(QFileDialog)
    dialog.selectNameFilter("Weigh-In bundle (*.weighin.json)")
    dialog.fileSelected.emit("/out/again")
    assert kit.window.parts.bundles.written == {"/out/again.weighin.json": THEIRS}
    dialog.reject()
    page.tabs.setCurrentIndex(PAST)
    assert len(page.past.table.records) == 1


def at_the_limits() -> dict[str, Any]:
    """Bundles as large and as odd as those that are read can be, by what is odd in them."""
    owner, here = Owner("/home/x", "x"), MachineFacts("", "", 0)
    whole = json.loads(fidelity_bundle_text(replace(THEIRS, machine=None), "1", owner, here))
    odd = "\u202e<img src=http://x>\n" * 20
    changes = {
        "name": ("base", "setup", "model", "name", odd),
        "quantization": ("others", 0, "side", "setup", "model", "quantization", odd),
        "machine": ("machine", {"processor": odd * 10, "system": "", "physical_cores": 1 << 53, "gpus": [odd] * 64}),
        "engine": ("engine", "build", odd * 10),
        "text": ("text", "name", odd),
        "notices": ("text", "notices", [odd] * 100),
        "side notices": ("others", 1, "side", "notices", [odd] * 100),
        "failure": ("others", 0, "side", "failure", {"kind": "memory", "message": odd * 20, "detail": odd * 200}),
        "pieces": ("chunks", 0, "pieces", ["\x00\u202e<b>" * 100] * 64),
        "kld": ("others", 0, "chunks", 0, "kld", [1e9] * 31),
        "no kld": ("others", 0, "chunks", 0, "kld", [-1e-300] * 31),
        "kind": ("chunks", 0, "kind", odd),
        "nothing read": ("others", 0, "chunks", []),
        "nothing at all": ("chunks", []),
        "seconds": ("seconds", 1 << 53),
        "speeds": ("others", 0, "side", "read_tokens_per_s", 1e-300),
        "sizes": ("base", "setup", "model", "file_bytes", 0),
        "first date": ("created", "1970-01-01T00:00:00+23:59"),
        "last date": ("created", "9998-12-31T23:59:59-23:59"),
    }
    made = {}
    for name, (*way, value) in changes.items():
        inner = changed = copy.deepcopy(whole)
        for key in ["record", *way[:-1]]:
            inner = inner[key]
        inner[way[-1]] = value
        made[name] = changed
    return made


@pytest.mark.parametrize("name", list(at_the_limits()))
def test_whatever_is_read_can_be_shown(kit: Kit, name: str) -> None:
    record = read_fidelity_bundle(json.dumps(at_the_limits()[name]).encode())
    kit.window.parts.bundles.files[PLACE] = record
    kit.window.open_bundle(PLACE)
    assert looks_at(kit, record)
    page = kit.window.fidelity_page
    for tab in range(page.run.tabs.count()):
        page.run.tabs.setCurrentIndex(tab)
        QApplication.processEvents()
    assert "\u202e" not in page.run.origin.label.text() + page.run.bar.text + "".join(page.run.sentences.texts)
    assert page.width() <= kit.window.width(), "whatever is shown, it fits the window"
    assert fidelity_markdown(record) and fidelity_csv(record) and page.run.caption()
