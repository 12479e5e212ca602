"""Whoever uses a keyboard or a screen reader can use everything."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import LISTING, OTHER, FakeHistory, FakeModels, answer, comparison, failed, on_shelf
from tests.ui.fidelity_fakes import fidelity_services, measured
from tests.ui.mmlu_fakes import answered, evaluation_services
from weighin.core.downloads.download import plan_of
from weighin.ui.main_window import MMLU, PAGES
from weighin.ui.widgets.folded_section import FoldedSection


@pytest.fixture
def full(new_kit: Callable[..., Kit], qtbot: QtBot) -> Kit:
    """A window in which as much as possible is shown."""
    kit = new_kit(
        history=FakeHistory(comparison()),
        models=FakeModels(on_shelf(OTHER)),
        evaluations=evaluation_services(answered()),
        fidelity=fidelity_services(measured()),
    )
    kit.window.resize(1600, 1400)
    with qtbot.waitExposed(kit.window):
        kit.window.show()
    for pane in kit.page.panes:
        assert pane.header.picker.popup is not None
    kit.page.prompt.set_options_open(True)
    kit.page.drawer.set_separate(True)
    kit.page.show_comparison(comparison(failed("memory", text="x"), answer(reasoning="r")))
    kit.window.show_notice("A notice.")
    for section in kit.window.findChildren(FoldedSection):
        section.set_open(True)
    kit.window.history_page.table.selectRow(0)
    kit.window.models_page.shelf.table.selectRow(0)
    kit.window.workstation_page.runs.table.selectRow(0)
    kit.window.mmlu_page.show_record(answered())
    kit.window.mmlu_page.run.questions.table.selectRow(0)
    for section in kit.window.mmlu_page.findChildren(FoldedSection):
        section.set_open(True)
    kit.window.fidelity_page.show_record(measured())
    kit.models.downloads.add(plan_of(LISTING.repo, LISTING.commit, LISTING.variants[0]))
    return kit


def focusable(window: QWidget) -> list[QWidget]:
    """Widgets of ours that can have the focus, shown or not."""
    found = []
    for widget in window.findChildren(QWidget):
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or widget.objectName().startswith("qt_"):
            continue
        inner = widget.parent()
        # What Qt itself puts into its composite widgets speaks through them.
        if isinstance(inner, (QComboBox, QAbstractScrollArea, QLineEdit, QTabBar)) and not isinstance(
            inner.parent(), QScrollArea
        ):
            continue
        if isinstance(inner, QWidget) and inner.metaObject().className() == "QComboBoxPrivateContainer":
            continue
        found.append(widget)
    return found


def test_every_focusable_widget_has_a_name(full: Kit) -> None:
    for page in range(len(PAGES)):
        full.window.show_page(page)
        widgets = focusable(full.window)
        assert len(widgets) > 20
        nameless = [f"{type(w).__name__} {w.objectName()}" for w in widgets if not w.accessibleName().strip()]
        assert nameless == [], PAGES[page]


def test_the_walk_finds_a_widget_without_a_name(full: Kit) -> None:
    stray = QLineEdit(full.page)
    assert stray in focusable(full.window)


def test_names_of_both_lanes_differ(full: Kit) -> None:
    for kind in (QComboBox,):
        names = [w.accessibleName() for w in full.window.findChildren(kind)]
        assert len(names) == len(set(names))


def test_every_button_can_be_reached_by_keyboard(full: Kit) -> None:
    buttons = [b for b in full.window.findChildren(QAbstractButton) if not b.objectName().startswith("qt_")]
    ours = [b for b in buttons if not isinstance(b.parent(), (QTabBar, QLineEdit, QAbstractScrollArea))]
    assert len(ours) > 15
    # Within a group the arrow keys move, and Tab reaches the chosen one.
    alone = [b for b in ours if b.group() is None or b.isChecked()]
    assert [b.accessibleName() for b in alone if not b.focusPolicy() & Qt.FocusPolicy.TabFocus] == []


def walk(window: QWidget, qtbot: QtBot) -> list[QWidget]:
    """Where Tab leads, until it comes round."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    visited: list[QWidget] = []
    for _ in range(150):
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        assert now is not None
        if visited and now is visited[0]:
            return visited
        visited.append(now)
    pytest.fail("Tab never came round")


def test_tab_walks_through_every_page_and_comes_round(full: Kit, qtbot: QtBot) -> None:
    window = full.window
    wanted = (
        full.page.panes[0].answer.view,
        window.models_page.shelf.table,
        window.workstation_page.runs.table,
        window.mmlu_page.run.scores.difference,
        window.pages.prompt_sets.results.table,
        window.fidelity_page.run.ladder,
        window.history_page.table,
    )
    for page, widget in enumerate(wanted):
        window.show_page(page)
        visited = walk(window, qtbot)
        assert widget in visited, PAGES[page]
        assert all(widget.isVisible() for widget in visited), PAGES[page]


@pytest.mark.parametrize("part", ["setup", "subjects", "questions", "account", "past", "claims"])
def test_tab_reaches_every_part_of_the_mmlu_page(full: Kit, qtbot: QtBot, part: str) -> None:
    page = full.window.mmlu_page
    full.window.show_page(MMLU)
    if part == "setup":
        page.run.bar.new.emit()
    elif part in ("past", "claims"):
        page.tabs.setCurrentIndex(1 if part == "past" else 2)
    else:
        page.run.tabs.setCurrentIndex(("scores", "subjects", "questions", "account").index(part))
    questions = page.run.questions
    wanted = {
        "setup": (page.setup.start, page.setup.set._open, page.setup.subjects.list, page.setup.protocol._shots),
        "subjects": (page.run.subjects,),
        "questions": (questions.table, questions.detail, questions.search, questions.boxes._buttons["Both right"]),
        "account": (page.run.account,),
        "past": (page.past.table, page.past.open),
        "claims": (page.claims.claims, page.claims.calculator.first._edit),
    }[part]
    page.past.table.selectRow(0)
    visited = walk(full.window, qtbot)
    assert [w.accessibleName() for w in wanted if w not in visited] == []


def test_text_of_strangers_is_never_read_as_html(full: Kit) -> None:
    labels = [label for label in full.window.findChildren(QLabel) if not label.objectName().startswith("qt_")]
    assert len(labels) > 30
    rich = [label.text() for label in labels if label.textFormat() != Qt.TextFormat.PlainText]
    assert rich == []
