"""What one looks at stays where it is while a run goes on: heads, question, scale and composer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, QRect
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import MEMORY, answer, timing
from tests.ui.test_measure_alone import timed
from weighin.core.comparisons.blind import Choice
from weighin.core.runs.answer import Failure, StopReason
from weighin.core.runs.conditions import Conditions
from weighin.core.runs.lane import Mode
from weighin.core.runs.progress import LaneState

SIZES = [(1000, 700), (1366, 768), (1440, 900)]
LONG = "".join(f"Line {number} of a long answer with `code`.\n\n" for number in range(120))
BUSY = Conditions(other_cores=1.4, used_cores=2.0)


def places(kit: Kit) -> dict[str, QRect]:
    """Where everything is that may not move, in pixels of the window."""
    page = kit.page
    parts: dict[str, QWidget] = {
        "head of A": page.panes[0].header,
        "head of B": page.panes[1].header,
        "swap": page.heads.swap,
        "card": page.card,
        "question": page.question,
        "answer of A": page.panes[0],
        "answer of B": page.panes[1],
        "scale": page.panel,
        "composer": page.prompt,
        "run": page.prompt.run_button,
    }
    return {
        name: QRect(part.mapTo(kit.window, QPoint(0, 0)), part.size())
        for name, part in parts.items()
        if part.isVisibleTo(kit.window)
    }


class Watch:
    """Looks after every step whether something has moved since the first."""

    def __init__(self, kit: Kit, qtbot: QtBot) -> None:
        self._kit, self._qtbot = kit, qtbot
        self._settle()
        self.first = places(kit)
        assert len(self.first) == 10, "everything is in sight"

    def _settle(self) -> None:
        for _ in range(4):
            QCoreApplication.processEvents()

    def look(self, step: str) -> None:
        self._settle()
        now = places(self._kit)
        moved = {name: (self.first[name], place) for name, place in now.items() if place != self.first[name]}
        assert moved == {}, step
        assert now.keys() == self.first.keys(), step


def opened(kit: Kit, qtbot: QtBot, size: tuple[int, int]) -> None:
    kit.window.resize(*size)
    qtbot.waitUntil(lambda: (kit.window.width(), kit.window.height()) == size)


@pytest.mark.parametrize(
    ("size", "question"),
    [
        (SIZES[0], "word " * 2000),
        (SIZES[1], "word " * 2000),
        (SIZES[2], "word " * 2000),
        (SIZES[0], "What is 7 plus 5?"),
    ],
)
def test_from_the_start_to_the_end_of_a_run(kit: Kit, qtbot: QtBot, size: tuple[int, int], question: str) -> None:
    opened(kit, qtbot, size)
    kit.start(question)
    watch = Watch(kit, qtbot)
    copies = []
    for lanes, label in enumerate(("A", "B"), 1):
        lane = kit.runner.begin_round(label)
        lane.be(LaneState.STARTING)
        watch.look(f"{label} starts")
        lane.be(LaneState.LOADING, "loading", 43, 100)
        watch.look(f"{label} loads")
        lane.be(LaneState.BUSY, "reading", 128, 512)
        watch.look(f"{label} reads")
        lane.be(LaneState.BUSY, "writing", 1, 0)
        for number in range(1, 6):
            lane.write(LONG[number * 200 : (number + 1) * 200], 9)
            lane.draw(number * 0.25, number * 9, 1_234.5, 50_000_000 * number)
            lane.be(LaneState.BUSY, "writing", number * 9, 0, silent_s=21.0 if number == 3 else 0.0)
            watch.look(f"{label} writes {number}")
        qtbot.waitUntil(lambda lanes=lanes: kit.page.panel.rows.texts[0].count("tok/s") == lanes)
        watch.look(f"{label} has numbers")
        copy = kit.page.panes["AB".index(label)].copy
        assert copy.isVisible()
        copies.append((copy, copy.mapTo(kit.window, QPoint(0, 0))))
        kit.runner.give(label, answer(LONG, timing=timing(300, 30)))
        watch.look(f"{label} is done")
    kit.runner.finish(
        answer(LONG, timing=replace(timing(300, 5), conditions=BUSY), notices=("A notice.", "Another one.")),
        answer(LONG, StopReason.LENGTH, timing=replace(timing(300, 6), conditions=BUSY)),
    )
    watch.look("the end")
    assert kit.page.panes[0].rerun.isVisible() and all(
        copy.mapTo(kit.window, QPoint(0, 0)) == place for copy, place in copies
    )
    assert kit.page.panel.remedy.isVisible(), "what is offered at the end needs no room of its own"
    qtbot.waitUntil(lambda: all(pane.answer.view.is_settled for pane in kit.page.panes))
    watch.look("everything is written")


@pytest.mark.parametrize("size", SIZES)
def test_with_reasoning_and_rounds(kit: Kit, qtbot: QtBot, size: tuple[int, int]) -> None:
    opened(kit, qtbot, size)
    kit.page.drawer.field_of_rounds().set_text("3")
    kit.start()
    watch = Watch(kit, qtbot)
    for number, label in enumerate("ABBAAB"):
        lane = kit.runner.begin_round(label, number // 2 + 1, 3, warm_up=number < 2)
        lane.be(LaneState.BUSY, "writing", 1, 0)
        lane.write("Hm, seven and five. " * 40, 9, "reasoning")
        watch.look(f"{label} reasons")
        kit.page.panes["AB".index(label)].reasoning.set_open(number % 2 == 0)
        watch.look(f"the reasoning of {label} is unfolded or folded")
        lane.write(LONG, 9)
        lane.draw(1.0, 9, 88.0, 50_000_000)
        watch.look(f"{label} writes")
        kit.runner.give(label, answer(LONG, reasoning="Hm, seven and five. " * 40))
        watch.look(f"{label} is done")
    rounds = tuple(timing(generation_s=seconds) for seconds in (0.4, 0.5, 0.6))
    kit.runner.finish(answer(LONG, reasoning="Hm."), answer(LONG), rounds)
    watch.look("the end")


@pytest.mark.parametrize("size", SIZES)
def test_where_both_run_at_once_and_one_fails(kit: Kit, qtbot: QtBot, size: tuple[int, int]) -> None:
    opened(kit, qtbot, size)
    kit.page.prompt.mode.set_mode(Mode.TOGETHER)
    kit.start()
    watch = Watch(kit, qtbot)
    lanes = [kit.runner.begin_round(label) for label in "AB"]
    for lane in lanes:
        lane.be(LaneState.BUSY, "writing", 5, 0)
        lane.write(LONG, 5)
        lane.draw(1.0, 5, 12.0, 50_000_000)
    watch.look("both write")
    failure = Failure(
        "crash", "The model’s process stopped (SIGABRT) with a sentence that takes its room. " * 3, "x\n" * 9
    )
    kit.runner.give("B", answer("Twel", StopReason.FAILED, failure=failure))
    watch.look("B failed")
    kit.runner.finish(answer(LONG, timing=timed(10.0, 9.0)), answer("Twel", StopReason.FAILED, failure=failure))
    watch.look("the end")


def test_what_is_measured_apart_afterwards_moves_nothing(kit: Kit, qtbot: QtBot) -> None:
    opened(kit, qtbot, (1366, 768))
    kit.start()
    made = kit.runner.finish(answer(timing=timing(2, 0.01)), answer(timing=timing(2, 0.01)))
    watch = Watch(kit, qtbot)
    for waits in (True, False):
        kit.speed_tests.be(made.id, waits)
        watch.look("it is tested")
    kit.speed_tests.be()
    watch.look("it was tested")
    kit.history.completed.emit(made)
    watch.look("more is known")


def test_notices_lie_over_the_page(kit: Kit, qtbot: QtBot) -> None:
    opened(kit, qtbot, (1000, 700))
    kit.start()
    watch = Watch(kit, qtbot)
    kit.window.show_notice("Written: comparison-2026-11-29.md")
    watch.look("something was written")
    kit.window.add_notice("Not kept in History: the disk is full. " * 6)
    watch.look("a notice more")
    kit.runner.begin_round("A").write(LONG)
    watch.look("A writes under it")
    bar = kit.window._notice
    assert bar.isVisible() and kit.window.centralWidget().rect().contains(bar.rect().translated(
        bar.mapTo(kit.window.centralWidget(), QPoint(0, 0))
    ))  # fmt: skip
    kit.window.show_notice("")
    watch.look("it is gone")
    kit.runner.finish(answer(LONG), answer(LONG))
    kit.page.panel.remedy.click()
    watch.look("measured again")


BLIND = ("question", "heads", "composer", "run", "left", "right", "below")


def places_of_blind(kit: Kit) -> dict[str, QRect]:
    page, view = kit.page, kit.page.desk.view
    parts = (page.question, page.heads, page.prompt, page.prompt.run_button, *view._sides, page.card.vote_place)
    return {
        name: QRect(part.mapTo(kit.window, QPoint(0, 0)), part.size()) for name, part in zip(BLIND, parts, strict=True)
    }


@pytest.mark.parametrize("size", SIZES)
def test_a_blind_round_from_waiting_to_the_reveal(kit: Kit, qtbot: QtBot, size: tuple[int, int]) -> None:
    opened(kit, qtbot, size)
    kit.page.desk.view.bar.patience_ms = 0
    kit.page.prompt.blind.setChecked(True)
    seen = {}
    for number in range(2):
        kit.start(f"Question {number}")
        for step in ("waits", "writes", "appears", "is asked", "is told"):
            if step == "writes":
                kit.runner.begin_round("A").write(LONG)
            elif step == "appears":
                kit.runner.finish(answer("Twelve."), answer("It is **twelve**."))
            elif step == "is asked":
                qtbot.waitUntil(lambda: kit.page.desk.view.bar.is_open, timeout=5000)
            elif step == "is told":
                kit.page.desk.view.bar.buttons[Choice.A_BETTER].click()
            for _ in range(6):
                QCoreApplication.processEvents()
            seen[number, step] = places_of_blind(kit)
    first = seen[0, "waits"]
    moved = {step: {n: (first[n], p) for n, p in now.items() if p != first[n]} for step, now in seen.items()}
    assert {step: parts for step, parts in moved.items() if parts} == {}


def test_a_set_goes_from_prompt_to_prompt_in_the_same_places(kit: Kit, qtbot: QtBot) -> None:
    opened(kit, qtbot, (1440, 900))
    kit.page.prompt.set_sets_open(True)
    drawer = kit.window.sets_controller.drawer
    drawer.run.click()
    watch = Watch(kit, qtbot)
    for number in (1, 2):
        qtbot.waitUntil(lambda number=number: len(kit.runner.requests) == number)
        watch.look(f"prompt {number}")
        kit.runner.begin_round("A").write(LONG)
        watch.look(f"A answers prompt {number}")
        kit.runner.finish(answer(LONG), answer("Short."))
        watch.look(f"prompt {number} is answered")
    qtbot.waitUntil(lambda: not drawer.stop.isVisible())
    watch.look("the set is done")


def test_one_run_after_the_other_begins_in_the_same_places(kit: Kit, qtbot: QtBot) -> None:
    opened(kit, qtbot, (1440, 900))
    kit.start()
    kit.runner.finish(answer(LONG), answer(LONG))
    watch = Watch(kit, qtbot)
    kit.page.run_again()
    watch.look("again")
    kit.runner.finish(answer(LONG, memory=replace(MEMORY, peak_bytes=9_999_000_000)), answer(LONG))
    watch.look("again done")
    kit.page.rerun("A")
    watch.look("one side again")
    kit.runner.finish(answer("Short."), answer(LONG))
    watch.look("one side again done")


@pytest.mark.parametrize("size", SIZES)
def test_drawers_lie_over_the_page(kit: Kit, qtbot: QtBot, size: tuple[int, int]) -> None:
    opened(kit, qtbot, size)
    kit.start()
    kit.runner.finish(answer(LONG), answer(LONG))
    watch = Watch(kit, qtbot)
    prompt = kit.page.prompt
    drawers = (
        (prompt.set_options_open, lambda: kit.page.drawer),
        (prompt.set_sets_open, lambda: kit.window.sets_controller.drawer),
    )
    for set_open, drawer in drawers:
        set_open(True)
        watch.look("opened")
        place = drawer().geometry()
        assert drawer().isVisible() and kit.page.rect().contains(place)
        assert place.right() > kit.page.width() - 20 and place.height() > 200
        assert not place.intersects(prompt.geometry()), "what is typed stays in sight"
        kit.window.resize(size[0] + 40, size[1])
        qtbot.waitUntil(lambda drawer=drawer: drawer().geometry().right() > kit.page.width() - 20)
        kit.window.resize(*size)
        qtbot.waitUntil(lambda place=place, drawer=drawer: drawer().geometry() == place)
        set_open(False)
        watch.look("closed")
        assert not drawer().isVisible()
