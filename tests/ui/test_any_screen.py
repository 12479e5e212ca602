"""Every page, drawer and window on small and large screens, with letters of twice the size, and with names as people
and strangers give them: nothing is cut off, everything can be reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from tests.support.layout import unreadable, unreadable_at_last
from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, MOE, FakeLibrary
from tests.ui.mmlu_fakes import answered, evaluation_services, plan, starter_set
from tests.ui.page_states import STATES, full_kit
from weighin.core.models.model import ModelFacts
from weighin.ui.main_window import MMLU
from weighin.ui.widgets.page_scroll import PageScroll

# The least that a window can be, and sizes of screens.
LEAST = (640, 560)
SIZES = ((1000, 700), LEAST, (1366, 768), (2500, 1400), (1440, 900))
NAMES = (("x" * 300, "\u0645\u0631\u062d\u0628\u0627 " * 30), ("\u6a21\u578b" * 60, ""))


# What takes so much room that the page scrolls on a small screen, with letters of any size.
HIGH = ("composer with files and a refusal",)


def scrolled(kit: Kit) -> list[str]:
    """The bars by which a whole page scrolls."""
    areas = [area for area in kit.window.findChildren(PageScroll) if area.isVisible()]
    bars = [bar for area in areas for bar in (area.verticalScrollBar(), area.horizontalScrollBar()) if bar.isVisible()]
    return [f"{bar.orientation().name} up to {bar.maximum()}" for bar in bars]


@pytest.mark.parametrize("scale", [1.0, 2.0], ids=["100 %", "200 %"])
@pytest.mark.parametrize("part", STATES)
def test_nothing_is_cut_off_at_any_size(
    new_kit: Callable[..., Kit], grown: Callable[[float], None], qtbot: QtBot, scale: float, part: str
) -> None:
    grown(scale)
    found = {}
    kit = full_kit(new_kit, "x" * 300, "Qwen3-30B-A3B-Instruct")
    kit.window.resize(*SIZES[0])
    kit.window.show()
    for number, (name, view) in enumerate(STATES[part](kit, qtbot)):
        # There and back: each state comes up at the size that the one before it was left in.
        for size in SIZES if number % 2 == 0 else SIZES[::-1]:
            kit.window.resize(*size)
            if lines := unreadable_at_last(view):
                found[size, name] = lines
            if scale == 1.0 and size != LEAST and name not in HIGH and (bars := scrolled(kit)):
                found[size, f"{name}, page"] = bars
            if (kit.window.width(), kit.window.height()) != size:
                found[size, f"{name}, window"] = [str(kit.window.size().toTuple())]
    assert found == {}


@pytest.mark.parametrize("names", NAMES, ids=["300 letters, right to left", "Chinese, none"])
@pytest.mark.parametrize("part", STATES)
def test_no_name_breaks_a_page(new_kit: Callable[..., Kit], qtbot: QtBot, names: tuple[str, str], part: str) -> None:
    kit = full_kit(new_kit, *names)
    kit.window.resize(1000, 700)
    kit.window.show()
    found = {state: lines for state, view in STATES[part](kit, qtbot) if (lines := unreadable_at_last(view))}
    assert found == {}
    assert kit.window.width() == 1000


def test_the_walk_finds_what_is_cut(new_kit: Callable[..., Kit]) -> None:
    kit = new_kit()
    kit.window.resize(1000, 700)
    kit.window.show()
    assert unreadable_at_last(kit.window) == []
    page = kit.page
    label = QLabel("A text that is much longer than its room", page)
    label.setGeometry(10, 10, 40, 20)
    label.show()
    button = QPushButton("Press me, whoever you are", page)
    button.setGeometry(10, 40, 60, 30)
    button.show()
    assert [line[:4] for line in unreadable(page)] == ["cut:", "cut:"]
    button.deleteLater()
    label.setGeometry(10, 10, 400, 6)
    QApplication.processEvents()
    assert [line[:4] for line in unreadable(page)][:1] == ["cut:"]
    label.setGeometry(page.width() - 20, 10, 400, 20)
    assert any(line.startswith("outside:") for line in unreadable(page))


def test_a_table_of_two_thousand_subjects_is_shown_and_sorted(new_kit: Callable[..., Kit], qtbot: QtBot) -> None:
    kit = new_kit(evaluations=evaluation_services(answered()))
    kit.window.show()
    kit.window.show_page(MMLU)
    page = kit.window.mmlu_page
    page.show_record(answered(questions=starter_set({f"subject_{number}": 1 for number in range(2000)})))
    page.run.tabs.setCurrentIndex(1)
    assert len(page.run.subjects.records) == 2000
    page.run.tabs.setCurrentIndex(2)
    page.run.questions.search.setText("subject 1999")
    assert len(page.run.questions.table.records) == 1
    assert unreadable_at_last(page) == []


def test_nothing_moves_while_a_run_goes_on(new_kit: Callable[..., Kit], qtbot: QtBot) -> None:
    models: tuple[ModelFacts, ...] = (DENSE, replace(MOE, name="A model with a name of some length, Q4_K_M"))
    kit = new_kit(library=FakeLibrary(*models), evaluations=evaluation_services(answered()))
    kit.window.resize(1000, 700)
    with qtbot.waitExposed(kit.window):
        kit.window.show()
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
