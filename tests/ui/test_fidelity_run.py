"""A measurement on the Fidelity page: while it goes on, and when it is over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import FakeLibrary
from tests.ui.fidelity_fakes import F16, Q2, Q4, Q8, FakeFidelityRunner, failed_at, measured, request
from weighin.core.errors import AppError
from weighin.core.fidelity.fidelity import SideProgress
from weighin.core.models.model import ModelFacts
from weighin.core.runs.run_state import RunState
from weighin.ui.fidelity.fidelity_page import RUN, STOP, FidelityPage
from weighin.ui.fidelity.run.ladder import QUANTIZATION
from weighin.ui.fidelity.run.run_view import FAILING, FIGURES, KINDS, TEXT
from weighin.ui.main_window import FIDELITY


@pytest.fixture
def kit(new_kit: Callable[..., Kit], qtbot: QtBot) -> Kit:
    made = new_kit(library=FakeLibrary(F16, Q4))
    made.window.resize(1440, 900)
    with qtbot.waitExposed(made.window):
        made.window.show()
    made.window.show_page(FIDELITY)
    return made


@pytest.fixture
def page(kit: Kit) -> FidelityPage:
    return kit.window.fidelity_page


@pytest.fixture
def runner(kit: Kit) -> FakeFidelityRunner:
    return kit.fidelity.runner


def shown(page: FidelityPage) -> list[str]:
    return [b.text() for b in page.run.bar.findChildren(QPushButton) if not b.isHidden()]


def cells(page: FidelityPage, row: int) -> dict[str, str]:
    model = page.run.ladder.model()
    heads = [str(model.headerData(c, Qt.Orientation.Horizontal)) for c in range(model.columnCount())]
    return {head: str(model.index(row, c).data()) for c, head in enumerate(heads)}


def begin(page: FidelityPage, runner: FakeFidelityRunner, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.go, Qt.MouseButton.LeftButton)
    runner.begin(measured(request(), 0, state=RunState.RUNNING))


def test_one_button_runs_and_stops(page: FidelityPage, runner: FakeFidelityRunner, qtbot: QtBot) -> None:
    assert (page.go.text(), page.go.accessibleName(), page.go.isEnabled()) == ("Run", RUN, True)
    place = page.go.mapTo(page, page.go.rect().topLeft())
    begin(page, runner, qtbot)
    assert (page.go.text(), page.go.accessibleName()) == ("Stop", STOP)
    assert page.shows_run and page.go.mapTo(page, page.go.rect().topLeft()) == place
    qtbot.mouseClick(page.go, Qt.MouseButton.LeftButton)
    assert runner.stops == 1 and not page.go.isEnabled()
    runner.read(12)
    runner.finish(RunState.STOPPED)
    assert page.go.isHidden()
    assert shown(page) == ["Resume", "Export…", "New measurement"]
    page.run.bar.resume.emit()
    assert runner.resumed == ["fid1"]


def test_it_says_what_it_prepares_and_what_that_takes(page: FidelityPage, runner: FakeFidelityRunner) -> None:
    page.go.click()
    runner.be(RunState.PREPARING, notice="Checking SmolLM2: 40 %", plan="1.2 GB of memory, no disk")
    assert page.run.bar.text.startswith("Preparing · Checking SmolLM2: 40 %")
    assert page.run.bar.about == "1.2 GB of memory, no disk"
    assert page.run.ladder.isHidden() and not page.run.tabs.isVisible()


def test_the_sentence_grows_into_its_place(page: FidelityPage, runner: FakeFidelityRunner, qtbot: QtBot) -> None:
    begin(page, runner, qtbot)
    places = set()
    for _ in range(8):
        QApplication.processEvents()  # the first layout takes several turns
    for chunks in (1, 4, 9, 10, 20, 40):
        runner.read(chunks)
        QApplication.processEvents()
        view = page.run
        parts = (view.bar, view.sentences, view.ladder, view.tabs, page.go)
        places.add(tuple(part.mapTo(page, part.rect().topLeft()).toTuple() for part in parts))
        if chunks < 10:
            assert page.run.sentences.texts[0].startswith(f"Too few chunks to say: {chunks} of at least 10.")
        else:
            assert page.run.sentences.texts[0].startswith("Q4_K_M picks another word in ")
            assert "KLD known to within " in page.run.sentences.others[0].certainty
    runner.finish()
    QApplication.processEvents()
    places.add(tuple(part.mapTo(page, part.rect().topLeft()).toTuple() for part in parts))
    assert len(places) == 1
    assert "costs on Llama-3-8B" in page.run.sentences.texts[0] or "cost on" in page.run.sentences.texts[0]


def test_each_model_says_how_far_it_is(page: FidelityPage, runner: FakeFidelityRunner, qtbot: QtBot) -> None:
    begin(page, runner, qtbot)
    runner.be(RunState.RUNNING, SideProgress("reading", 3), SideProgress("loading", 0, 43))
    assert [cells(page, row)["Chunks"] for row in (0, 1)] == ["3 of 45", "Loading 43 %"]
    runner.read(12)
    assert page.run.bar.text == "Running · 12 of at most 45 chunks · 1 min 15 s · about 2 min left, or less"
    assert cells(page, 0)["KLD"] == "-" and " ± " in cells(page, 1)["KLD"]
    assert cells(page, 1)["Model"] == "Q4_K_M" and cells(page, 1)["File size"] == "105 MB"


@pytest.mark.parametrize(
    ("sides", "twice"),
    [
        ((F16, Q4), True),
        ((F16, replace(F16, sha256="ab" * 32), Q4), True),
        ((F16, Q4, replace(Q4, name="Tuned", path="/models/tuned-Q4_K_M.gguf")), True),
        ((replace(F16, name="Plain"), replace(Q4, name="Tuned"), replace(Q4, name="Other", path="/o.gguf")), False),
    ],
)
def test_the_quantization_is_said_once(page: FidelityPage, sides: tuple[ModelFacts, ...], twice: bool) -> None:
    page.show_record(measured(request(*sides), 1))
    ladder = page.run.ladder
    page.run.ladder.resize(1400, 200)
    heads = [ladder.model().headerData(n, Qt.Orientation.Horizontal) for n in range(ladder.model().columnCount())]
    assert ladder.isColumnHidden(heads.index(QUANTIZATION)) is twice, [row.name for row in ladder.records]


def test_a_ladder_has_a_sentence_for_each_and_one_is_shown_below(page: FidelityPage) -> None:
    page.show_record(measured(request(F16, Q8, Q4, Q2), 20))
    view = page.run
    assert [text.split(" picks")[0] for text in view.sentences.texts] == ["Q8_0", "Q4_K_M", "Q2_K"]
    assert [view.which.itemText(n) for n in range(3)] == ["Q8_0", "Q4_K_M", "Q2_K"]
    view.ladder.choose([3])
    assert view.which.currentText() == "Q2_K"
    view.tabs.setCurrentIndex(FIGURES)
    assert view.figures.lines[0].startswith("Mean KLD | 0.")
    view.which.setCurrentIndex(0)
    assert "Mean KLD | 0.00" in view.figures.lines[0]
    assert "beside" not in view.figures.lines[0] and " ± " not in view.figures.lines[0].split("|")[1]
    view.tabs.setCurrentIndex(KINDS)
    assert [row.kind for row in view.kinds.table.records] == ["prose", "code", "chat", "numbers", "german"]


def test_the_scale_says_its_numbers(page: FidelityPage) -> None:
    page.show_record(measured(request(F16, Q8, Q4), 20))
    names = [name for name, _kld in page.run.scale.chart.points]
    said = page.run.scale.chart.accessibleDescription()
    assert names == ["Q8_0", "Q4_K_M"]
    assert said.startswith("Q8_0: KLD 0.00") and "Llama-3-8B: F16" in said


def test_where_it_fails_shows_the_text_and_both_models(page: FidelityPage) -> None:
    record = measured(request(), 20)
    page.show_record(record)
    page.run.tabs.setCurrentIndex(FAILING)
    view = page.run.failing
    worst = record.others[0].summary.worst
    assert len(view.table.records) == len(worst) == 20
    assert view.table.records[0].worst.kld == max(row.worst.kld for row in view.table.records)
    assert "⟦“" in view.detail.text and view.detail.where.startswith("KLD ")
    true = worst[0].token
    assert view.detail.text.split("⟦")[1].startswith(f"“{true}"[:3])
    assert view.detail.bars[0].lines[0].startswith("“ fox”") and view.detail.bars[0].lines[0].endswith("62.0 %")
    assert "“ <b>”" in view.detail.bars[1].accessibleName()
    view.detail.show_text.click()
    assert page.run.tabs.currentIndex() == TEXT
    text = page.run.text.text
    place, token = text.chosen
    assert text.chunks[place].base.number == worst[0].chunk and token == worst[0].position + 1
    assert "Base expects “ fox” 62 %" in page.run.text.told


def test_a_model_that_fails_says_why_and_the_others_stay(page: FidelityPage) -> None:
    record = failed_at(measured(request(F16, Q8, Q4), 20), 0, "The model's process stopped (SIGABRT).")
    page.show_record(record)
    first, second = page.run.sentences.others
    assert first.failure.sentence == "The model's process stopped (SIGABRT)."
    assert second.failure.sentence == ""
    assert cells(page, 1)["Chunks"] == "Failed"
    assert "Resume" in shown(page)


def test_memory_may_be_insisted_upon(page: FidelityPage, runner: FakeFidelityRunner, qtbot: QtBot) -> None:
    begin(page, runner, qtbot)
    runner.record = failed_at(measured(request(), 0), 0, "Needs 9 GB; 2 GB free.", "memory")
    runner.finish(RunState.FAILED)
    page.run.sentences.others[0].failure.try_anyway.emit()
    assert runner.requests[-1].try_anyway


@pytest.mark.parametrize("kind", ["vocabulary", "text"])
def test_a_refusal_stands_beside_what_it_concerns(
    page: FidelityPage, runner: FakeFidelityRunner, qtbot: QtBot, kind: str
) -> None:
    qtbot.mouseClick(page.go, Qt.MouseButton.LeftButton)
    runner.refuse(AppError("The vocabularies differ at token 17.", kind=kind))
    assert not page.shows_run and page.go.text() == "Run"
    if kind == "text":
        assert page.setup.text.error == "The vocabularies differ at token 17."
        assert page.setup.error.isHidden()
    else:
        assert page.setup.error.label.text() == "The vocabularies differ at token 17."


def test_nothing_is_measured_beside_a_comparison(kit: Kit, page: FidelityPage, runner: FakeFidelityRunner) -> None:
    kit.runner.running = True
    page.go.click()
    assert runner.requests == []
    assert page.setup.error.label.text().startswith("A comparison is running.")


def test_nothing_else_runs_beside_a_measurement(kit: Kit, page: FidelityPage, runner: FakeFidelityRunner) -> None:
    page.go.click()
    assert kit.window.pages.busy.startswith("A measurement is running on the Fidelity page.")
    assert kit.runner.reason_to_wait().startswith("A measurement is running")
    kit.window.mmlu_page.setup.start.click()
    assert kit.evaluations.runner.requests == []
    runner.begin(measured(request(), 0))
    runner.read(9)
    assert kit.window.windowTitle().startswith("Fidelity 20 %")
    runner.finish()
    assert kit.window.pages.busy == "" and kit.window.windowTitle() == "Weigh-In"


def test_the_window_asks_before_it_closes_over_a_measurement(
    kit: Kit, page: FidelityPage, runner: FakeFidelityRunner
) -> None:
    page.go.click()
    runner.begin(measured(request(), 3))
    kit.window.close()
    assert kit.window._closing.question.text.endswith("What was read is kept; it can be resumed.")
    kit.window._closing.question.stop.click()
    assert runner.stops == 1 and kit.window.isVisible()
    runner.finish(RunState.STOPPED)
    assert not kit.window.isVisible()
