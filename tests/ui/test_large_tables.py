"""Tables of Models and History with much in them, and the window of differences on a small screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.layout import unreadable_at_last
from tests.ui.conftest import Kit
from tests.ui.fakes import OTHER, FakeHistory, FakeModels, on_shelf
from tests.ui.page_states import LONG, full_kit, made
from weighin.ui.main_window import HISTORY, MODELS
from weighin.ui.reading.reading_window import ReadingWindow
from weighin.ui.widgets.table import RowTable


@pytest.fixture
def full(new_kit: Callable[..., Kit]) -> Kit:
    """A window with models and comparisons of all kinds."""
    kit = full_kit(new_kit)
    kit.window.resize(1440, 900)
    kit.window.show()
    return kit


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize(("width", "height"), [(640, 400), (1000, 700)])
def test_the_differences_window(
    grown: Callable[[float], None], qtbot: QtBot, theme: object, width: int, height: int, scale: float
) -> None:
    grown(scale)
    record = made(1, LONG[:300])
    window = ReadingWindow(theme, record)  # type: ignore[arg-type]
    qtbot.addWidget(window)
    window.resize(width, height)
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(lambda: window.line.text() != "Comparing…")
    QApplication.processEvents()
    assert unreadable_at_last(window) == []


def test_each_cell_that_is_cut_has_a_tooltip(full: Kit) -> None:
    kit = full
    kit.window.resize(1000, 700)
    for page in (kit.window.models_page, kit.window.history_page):
        for table in page.findChildren(RowTable):
            model = table.model()
            for row in range(model.rowCount()):
                for column in range(model.columnCount()):
                    index = model.index(row, column)
                    text = str(index.data())
                    if table.fontMetrics().horizontalAdvance(text) > table.columnWidth(column):
                        assert index.data(Qt.ItemDataRole.ToolTipRole), (table.accessibleName(), text)


def test_two_thousand_rows(new_kit: Callable[..., Kit], qtbot: QtBot) -> None:
    models = [on_shelf(replace(OTHER, name=f"Model {n}", path=f"/m/{n}.gguf")) for n in range(2000)]
    same = [on_shelf(replace(OTHER, name="Same", path=f"/m/{n}/same.gguf")) for n in range(500)]
    kit = new_kit(
        history=FakeHistory(*(replace(made(n, "x"), id=f"id{n}") for n in range(2000))),
        models=FakeModels(*models, *same),
    )
    kit.window.show()
    for number in range(1, 400):
        kit.history.marks[f"id{number}"] = {"set_run": "r", "set_name": "Puzzles"}
    kit.window.show_page(MODELS)
    shelf = kit.window.models_page.shelf
    assert len(shelf.table.records) == 2502
    named = [shelf._titled(model) for model in shelf.table.records if model.name == "Same"]
    assert len(set(named)) == 500
    shelf.search.setText("model 1999")
    assert len(shelf.table.records) == 1
    kit.window.show_page(HISTORY)
    page = kit.window.history_page
    assert len(page.table.records) == 500 - 399 + 1
    assert page._note.text() == "The newest 500 are shown: search to find older ones."
    page._fold(next(entry for entry in page.table.records if entry.group))
    assert len(page.table.records) == 501


def test_rows_grow_with_the_font(full: Kit, grown: Callable[[float], None], qtbot: QtBot) -> None:
    kit = full
    kit.window.show_page(HISTORY)
    table = kit.window.history_page.table
    before = table.rowHeight(0)
    grown(2.0)
    kit.theme.choose("dark" if not kit.theme.colours.dark else "light")
    qtbot.waitUntil(lambda: table.rowHeight(0) >= table.fontMetrics().height() + 14 > before)
