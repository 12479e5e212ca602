"""The first thing one sees: what the program is for, and questions that one click asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import MOE, OTHER, FakeHistory, FakeLibrary, answer, comparison
from weighin.core.runs.lane import Mode
from weighin.ui.compare.first_start import EXAMPLES, STARTER_EXAMPLES, TITLE
from weighin.ui.main_window import MODELS
from weighin.ui.widgets.label import PlainLabel


def example(kit: Kit, text: str) -> QPushButton:
    return next(b for b in kit.page.card.first_start.findChildren(QPushButton) if b.text() == text)


def words(kit: Kit) -> str:
    return " ".join(label.text() for label in kit.page.card.first_start.findChildren(PlainLabel))


def test_it_says_what_the_program_is(kit: Kit) -> None:
    assert kit.page.card.is_first_start and kit.page.card.first_start.isVisible()
    assert TITLE in words(kit) and "speed and memory" in words(kit)
    assert not kit.page.panel.isVisible() and not kit.page.question.isVisible()


@pytest.mark.parametrize("text", STARTER_EXAMPLES)
def test_one_click_asks(kit: Kit, qtbot: QtBot, text: str) -> None:
    kit.page.prompt.mode.set_mode(Mode.TOGETHER)
    assert example(kit, text).accessibleName() == f"Ask: {text}"
    qtbot.mouseClick(example(kit, text), Qt.MouseButton.LeftButton)
    (request,) = kit.runner.requests
    assert (request.prompt.text, request.mode) == (text, Mode.TOGETHER)
    assert not kit.page.card.is_first_start and kit.page.question.text == text
    assert kit.page.prompt.text == ""


def test_where_nothing_can_be_run_the_click_says_why(new_kit: Callable[..., Kit]) -> None:
    library = FakeLibrary()
    library.known = []
    kit = new_kit(library=library)
    example(kit, kit.page.card.first_start.examples[0]).click()
    assert kit.runner.requests == [] and kit.page.prompt.error == "Choose a model for A first."
    assert kit.page.card.is_first_start


def test_real_models_get_questions_for_real_models(kit: Kit) -> None:
    first = kit.page.card.first_start
    assert first.examples == STARTER_EXAMPLES and "teaching models" in words(kit)
    kit.page.choice.open(kit.page.panes[1], "/models/other.gguf")
    assert first.examples == EXAMPLES and "teaching models" not in words(kit)
    kit.page.panes[1].header.picker.choose(MOE)
    assert first.examples == STARTER_EXAMPLES
    assert len(first.findChildren(QPushButton)) < 20, "no buttons are left behind"


def test_the_ways_to_real_models(kit: Kit, qtbot: QtBot) -> None:
    asked: list[None] = []
    picker = kit.page.panes[0].header.picker
    picker.open_requested.disconnect()
    picker.open_requested.connect(lambda: asked.append(None))
    qtbot.mouseClick(example(kit, "Open a file…"), Qt.MouseButton.LeftButton)
    assert len(asked) == 1
    qtbot.mouseClick(example(kit, "Find models that fit this computer"), Qt.MouseButton.LeftButton)
    assert kit.window.page == MODELS


def test_pairs_that_were_compared_before_are_chosen_by_one_click(kit: Kit, qtbot: QtBot) -> None:
    first = kit.page.card.first_start
    chosen: list[str] = []
    long = "\u202e" + "x" * 300
    first.show_recent([("A and B", lambda: chosen.append("one")), (f"{long} and C", lambda: chosen.append("two"))])
    button = example(kit, "A and B")
    assert button.isVisible() and button.accessibleName().startswith("Compare A and B")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert chosen == ["one"]
    assert all(b.geometry().right() <= first.width() for b in first.findChildren(QPushButton) if b.isVisible())
    first.show_recent([])
    assert not first._recent.isVisible()


@pytest.mark.parametrize("size", [(1000, 700), (1366, 768), (2500, 1400)])
def test_nothing_of_it_is_cut_off(kit: Kit, qtbot: QtBot, size: tuple[int, int]) -> None:
    kit.page.panes[0].header.picker.choose(OTHER)
    kit.window.resize(*size)
    qtbot.waitUntil(lambda: kit.window.width() == size[0])
    first = kit.page.card.first_start
    for part in (*first.findChildren(QPushButton), *first.findChildren(PlainLabel)):
        if part.isVisible():
            place = part.mapTo(first, part.rect().topLeft())
            assert first.rect().contains(part.rect().translated(place)), part.text()
            assert part.width() >= part.minimumSizeHint().width(), part.text()
            assert part.visibleRegion().contains(part.rect()), part.text()


def test_a_record_ends_it_too(new_kit: Callable[..., Kit]) -> None:
    kit = new_kit(history=FakeHistory(comparison()))
    kit.page.show_comparison(comparison())
    assert not kit.page.card.is_first_start and kit.page.question.text == "What is seven plus five?"


def test_a_failed_start_does_not_end_it(kit: Kit) -> None:
    kit.start("   ")
    assert kit.page.card.is_first_start
    kit.start()
    kit.runner.finish(answer(), replace(answer(), text=""))
    assert not kit.page.card.is_first_start
