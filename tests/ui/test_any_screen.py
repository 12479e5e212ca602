"""MMLU and Workstation on small and large windows, with fonts of twice the size, and with names as people and strangers
give them: nothing is cut off, everything can be reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.support.layout import unreadable
from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, MOE, OTHER, FakeLibrary
from tests.ui.mmlu_fakes import answered, evaluation_services, plan, request, starter_set
from weighin.core.models.model import ModelFacts
from weighin.ui.main_window import MMLU, WORKSTATION
from weighin.ui.widgets.folded_section import FoldedSection

SIZES = ((1000, 700), (1366, 768), (1440, 900), (2500, 1400))
NAMES = ("x" * 300, "\u0645\u0631\u062d\u0628\u0627 " * 30, "\u6a21\u578b" * 60, "")


@pytest.fixture(params=[1.0, 2.0], ids=["100 %", "200 %"])
def scale(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[float]:
    usual = qapp.font()
    font = qapp.font()
    font.setPointSizeF(usual.pointSizeF() * request.param)
    qapp.setFont(font)
    yield request.param
    qapp.setFont(usual)


def walked(kit: Kit, page: int, size: tuple[int, int]) -> Iterator[tuple[str, QWidget]]:
    """Every view of a page at a size, each with its name."""
    window = kit.window
    window.resize(*size)
    window.show_page(page)
    for name, view in (_views_of_mmlu if page == MMLU else _views_of_workstation)(kit):
        for _ in range(3):
            QApplication.processEvents()
        yield name, view


def _views_of_mmlu(kit: Kit) -> Iterator[tuple[str, QWidget]]:
    page = kit.window.mmlu_page
    yield "setup", page
    for section in page.setup.findChildren(FoldedSection):
        section.set_open(True)
    page.setup.forecast.why.setChecked(True)
    yield "setup, unfolded", page
    page.show_record(answered(request(*(field.chosen for field in page.setup.models))))
    page.run.verdict.set_open(True)
    for number in range(page.run.tabs.count()):
        page.run.tabs.setCurrentIndex(number)
        page.run.questions.table.selectRow(1)
        yield f"run, {page.run.tabs.tabText(number)}", page
    for number in (1, 2):
        page.tabs.setCurrentIndex(number)
        yield page.tabs.tabText(number), page
    page.tabs.setCurrentIndex(0)
    page.run.bar.new.emit()


def _views_of_workstation(kit: Kit) -> Iterator[tuple[str, QWidget]]:
    page = kit.window.workstation_page
    page.runs.table.clearSelection()
    yield "nothing chosen", page
    page.card.more.set_open(True)
    page.runs.table.selectRow(0)
    yield "one chosen", page
    page.runs.table.choose([page.runs.table.records[number].candidate.key for number in (0, 1)])
    yield "two chosen", page
    page.tabs.setCurrentIndex(1)
    yield "ledger", page
    page.tabs.setCurrentIndex(0)
    page.card.more.set_open(False)


def shown(new_kit: Callable[..., Kit], qtbot: QtBot, *models: ModelFacts) -> Kit:
    library = FakeLibrary(*models) if models else FakeLibrary()
    kit = new_kit(library=library, evaluations=evaluation_services(answered()))
    with qtbot.waitExposed(kit.window):
        kit.window.show()
    return kit


@pytest.mark.parametrize("page", [MMLU, WORKSTATION], ids=["MMLU", "Workstation"])
def test_nothing_is_cut_off_at_any_size(new_kit: Callable[..., Kit], qtbot: QtBot, scale: float, page: int) -> None:
    kit = shown(new_kit, qtbot)
    found = {}
    for size in SIZES:
        for name, view in walked(kit, page, size):
            if lines := unreadable(view):
                found[size, name] = lines
    assert found == {}


@pytest.mark.parametrize("page", [MMLU, WORKSTATION], ids=["MMLU", "Workstation"])
@pytest.mark.parametrize("name", NAMES, ids=["300 letters", "right to left", "Chinese", "none"])
def test_no_name_breaks_a_page(new_kit: Callable[..., Kit], qtbot: QtBot, name: str, page: int) -> None:
    one, other = (DENSE, MOE) if page == MMLU else (replace(OTHER, path="/small.gguf"), OTHER)
    kit = shown(new_kit, qtbot, replace(one, name=name), replace(other, name=name))
    for view_name, view in walked(kit, page, (1000, 700)):
        assert unreadable(view) == [], view_name
        assert kit.window.width() == 1000


def against_the_reading(page: QWidget) -> list[str]:
    """Steps of Tab that lead back up without leading to the right, or to the left in a row."""
    places = []
    widget = page.nextInFocusChain()
    while widget is not page:
        reached = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None
        if reached and widget.isEnabled() and widget.isVisible() and page.isAncestorOf(widget):
            places.append((widget, QRect(widget.mapTo(page, QPoint(0, 0)), widget.size())))
        widget = widget.nextInFocusChain()
    assert len(places) > 2
    wrong = []
    for (one, here), (other, there) in pairwise(places):
        up, beside = there.bottom() <= here.top(), there.top() < here.bottom() and here.top() < there.bottom()
        if (up and there.left() < here.right()) or (beside and there.left() < here.left()):
            wrong.append(f"{one.accessibleName()} {here.getRect()} -> {other.accessibleName()} {there.getRect()}")
    return wrong


@pytest.mark.parametrize("page", [MMLU, WORKSTATION], ids=["MMLU", "Workstation"])
def test_tab_goes_as_one_reads(new_kit: Callable[..., Kit], qtbot: QtBot, page: int) -> None:
    kit = shown(new_kit, qtbot)
    found = {}
    for name, view in walked(kit, page, (1440, 900)):
        if wrong := against_the_reading(view):
            found[name] = wrong
    assert found == {}


def test_the_walk_finds_what_is_cut(new_kit: Callable[..., Kit], qtbot: QtBot) -> None:
    kit = shown(new_kit, qtbot)
    kit.window.resize(1000, 700)
    kit.window.show_page(MMLU)
    page = kit.window.mmlu_page
    label = QLabel("A text that is much longer than its room", page)
    label.setGeometry(10, 10, 40, 20)
    label.show()
    assert [line[:4] for line in unreadable(page)] == ["cut:"]
    label.setGeometry(page.width() - 20, 10, 400, 20)
    assert [line[:8] for line in unreadable(page)] == ["outside:"]


def test_a_table_of_two_thousand_subjects_is_shown_and_sorted(new_kit: Callable[..., Kit], qtbot: QtBot) -> None:
    kit = shown(new_kit, qtbot)
    kit.window.show_page(MMLU)
    page = kit.window.mmlu_page
    page.show_record(answered(questions=starter_set({f"subject_{number}": 1 for number in range(2000)})))
    page.run.tabs.setCurrentIndex(1)
    assert len(page.run.subjects.records) == 2000
    page.run.tabs.setCurrentIndex(2)
    page.run.questions.search.setText("subject 1999")
    assert len(page.run.questions.table.records) == 1
    assert unreadable(page) == []


def test_nothing_moves_while_a_run_goes_on(new_kit: Callable[..., Kit], qtbot: QtBot) -> None:
    kit = shown(new_kit, qtbot, DENSE, replace(MOE, name="A model with a name of some length, Q4_K_M"))
    kit.window.resize(1000, 700)
    kit.window.show_page(MMLU)
    page, runner = kit.window.mmlu_page, kit.evaluations.runner
    page.setup.amount.choose(60)
    page.setup.start.click()
    runner.begin(plan(runner.requests[0]))
    places = set()
    for skill in ((0.25, 0.25), (0.7, 0.8), (0.3, 0.99)):
        items = answered(runner.requests[0], skill).items
        for upto in (3, 20, 45, 60):
            runner.answer("A", tuple(item.a for item in items[:upto]))
            runner.answer("B", tuple(item.b for item in items[:upto]))
            QApplication.processEvents()
            view = page.run
            widgets = (view.verdict, *view.lanes, view.tabs, view.scores)
            places.add(tuple(widget.mapTo(page, widget.rect().topLeft()).toTuple() for widget in widgets))
    runner.finish()
    QApplication.processEvents()
    assert page.run.verdict.winner == "B"
    places.add(tuple(widget.mapTo(page, widget.rect().topLeft()).toTuple() for widget in widgets))
    assert len(places) == 1
