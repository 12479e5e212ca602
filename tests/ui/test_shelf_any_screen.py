"""Models and History on any screen: every size, light and dark, fonts at 100 and 200 %, whatever the names are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.support.layout import unreadable
from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, LISTING, MOE, OTHER, FakeHistory, FakeModels, comparison, on_shelf
from weighin.core.comparisons.comparison import Comparison, ComparisonRequest
from weighin.core.downloads.download import DownloadState, DownloadView, plan_of
from weighin.core.downloads.repository import LeftOut, Repository
from weighin.core.errors import AppError
from weighin.core.models.shelf import Condition
from weighin.core.runs.chat import Prompt
from weighin.core.runs.lane import LaneSetup, Mode
from weighin.ui.main_window import HISTORY, MODELS
from weighin.ui.reading.reading_window import ReadingWindow
from weighin.ui.widgets.table import RowTable

LONG = "Qwen3-" + "very-long-name-" * 20  # more than 300 characters
NAMES = (LONG[:300], "نموذج عربي طويل الاسم", "通义千问大模型指令版", "", "Same", "Same")
SIZES = [(1000, 700), (1366, 768), (1440, 900), (2500, 1400)]


def made(number: int, name: str) -> Comparison:
    """A comparison whose model and prompt are called `name`."""
    lanes = (LaneSetup(replace(DENSE, name=name)), LaneSetup(replace(MOE, name=name)))
    return comparison(request=ComparisonRequest(Prompt(name * 2 or "?"), Mode.ALONE, lanes), number=number)


@pytest.fixture
def grown(qapp: QApplication) -> Iterator[Callable[[float], None]]:
    """Sets how large the font of the program is, before there is a window."""
    before = qapp.font()

    def grow(scale: float) -> None:
        font = qapp.font()
        font.setPointSizeF(before.pointSizeF() * scale)
        qapp.setFont(font)

    yield grow
    qapp.setFont(before)


@pytest.fixture
def full(new_kit: Callable[..., Kit]) -> Callable[[int, int], Kit]:
    """A window of this size with models and comparisons of all kinds."""

    def make(width: int, height: int) -> Kit:
        shelf = [on_shelf(replace(OTHER, name=name, path=f"/m/{n}/x.gguf")) for n, name in enumerate(NAMES)]
        broken = replace(shelf[0], path="/m/broken.gguf", condition=Condition.BROKEN, problem=f"{LONG}: no model.")
        kit = new_kit(
            history=FakeHistory(*(made(n, name) for n, name in enumerate(NAMES))), models=FakeModels(*shelf, broken)
        )
        kit.history.mark("id0", blind=True, name=LONG[:300], follows="x", rounds=3)
        for number in (3, 4, 5):
            kit.history.mark(f"id{number}", set_run="r", set_name=LONG, starred=True)
        kit.window.resize(width, height)
        kit.window.show()
        return kit

    return make


def models_tabs(kit: Kit) -> Iterator[str]:
    """Every tab of the Models page in its states."""
    page = kit.window.models_page
    page.shelf.table.selectRow(0)
    yield "shelf"
    page.shelf.remove.click()
    page.shelf.error.say(f"{LONG}: There is no such file.")
    yield "shelf with a question and an error"
    page.tabs.setCurrentIndex(1)
    yield "pairs"
    page.tabs.setCurrentIndex(2)
    yield "hub before a search"
    kit.models.hub.left_out = tuple(LeftOut(f"{LONG}-{n}.gguf", "the vision part of a model") for n in range(9))
    page.hub._ask_for("qwen")
    page.hub.repositories.show_records((Repository("o/" + "r" * 90), Repository(LISTING.repo)))
    page.hub.show_repository(LISTING.repo)
    page.hub.look.click()
    yield "hub with a repository"
    kit.models.hub.error = AppError(f"Cannot reach {LONG}. Check your internet connection.", kind="offline")
    page.hub._ask_for(LONG)
    page.hub.progress.say(LONG)
    yield "hub without a connection"
    page.tabs.setCurrentIndex(3)
    yield "systems"
    for number, variant in enumerate(LISTING.variants[:2]):
        plan = plan_of(f"o/{'r' * 90}", LISTING.commit, variant)
        note = "The disk is full: the download is paused. Free some space to resume it." * number
        kit.models.downloads.put(DownloadView(plan, list(DownloadState)[1 + number], 10**9, "loading", 1e6, 9e4, note))
    page.downloads.rows[LISTING.variants[0].files[0].sha256].cancel.click()
    yield "downloads"


def history_tabs(kit: Kit) -> Iterator[str]:
    """The History page in its states."""
    page = kit.window.history_page
    page.table.selectRow(0)
    yield "plain"
    page._ask_name()
    page._ask()
    page.refuse(f"{LONG} cannot be read.")
    yield "name, question and error"
    page._fold(next(entry for entry in page.table.records if entry.group))
    yield "unfolded"
    page.search.setText("nothing like it")
    page.refresh()
    yield "nothing found"


@pytest.mark.parametrize("face", ["light", "dark"])
@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_is_cut_off(
    full: Callable[[int, int], Kit],
    grown: Callable[[float], None],
    qtbot: QtBot,
    width: int,
    height: int,
    scale: float,
    face: str,
) -> None:
    if face == "dark" and (width, height) not in (SIZES[0], SIZES[2]):
        pytest.skip("colours change no sizes: two of them are enough")
    grown(scale)
    kit = full(width, height)
    kit.theme.choose(face)
    said = {}
    for number, states in ((MODELS, models_tabs), (HISTORY, history_tabs)):
        kit.window.show_page(number)
        page = kit.window.models_page if number == MODELS else kit.window.history_page
        for state in states(kit):
            for _ in range(3):
                QApplication.processEvents()
            if lines := unreadable(page):
                said[state] = lines
    assert said == {}
    assert (kit.window.width(), kit.window.height()) == (width, height)


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize(("width", "height"), [(640, 400), *SIZES[:1]])
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
    assert unreadable(window) == []


def test_each_cell_that_is_cut_has_a_tooltip(full: Callable[[int, int], Kit]) -> None:
    kit = full(1000, 700)
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


def places(kit: Kit, qtbot: QtBot, first: QWidget) -> list[QWidget]:
    """Where Tab leads from `first` on, until it leaves the page."""
    page = kit.window.models_page if kit.window.page == MODELS else kit.window.history_page
    kit.window.activateWindow()
    qtbot.waitUntil(kit.window.isActiveWindow)
    first.setFocus()
    found = [first]
    while len(found) < 40:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        at = QApplication.focusWidget()
        if at is None or not page.isAncestorOf(at) or at in found:
            return found
        found.append(at)
    return found


@pytest.mark.parametrize("part", ["shelf", "hub", "systems", "history"])
def test_tab_goes_as_one_reads(full: Callable[[int, int], Kit], qtbot: QtBot, part: str) -> None:
    kit = full(1440, 900)
    kit.window.show_page(HISTORY if part == "history" else MODELS)
    if part == "history":
        page = kit.window.history_page
        page.table.selectRow(0)
        first: QWidget = page.search
    else:
        models = kit.window.models_page
        models.tabs.setCurrentIndex(("shelf", "pairs", "hub", "systems").index(part))
        if part == "hub":
            models.hub._ask_for("qwen")
            models.hub.repositories.selectRow(0)
        models.shelf.table.selectRow(0)
        first = {"shelf": models.shelf, "hub": models.hub, "systems": models.systems}[part].search
    visited = places(kit, qtbot, first)
    assert len(visited) > 3
    frames = [QRect(widget.mapTo(kit.window, QPoint()), widget.size()) for widget in visited]
    for before, after, here, there in zip(visited, visited[1:], frames, frames[1:], strict=False):
        # The next one stands below, or further to the right.
        reads_on = there.top() >= here.bottom() - 4 or there.left() >= here.right() - 4
        assert reads_on, f"{before.accessibleName()} -> {after.accessibleName()}"


def test_rows_grow_with_the_font(full: Callable[[int, int], Kit], grown: Callable[[float], None], qtbot: QtBot) -> None:
    kit = full(1440, 900)
    kit.window.show_page(HISTORY)
    table = kit.window.history_page.table
    before = table.rowHeight(0)
    grown(2.0)
    kit.theme.choose("dark" if not kit.theme.colours.dark else "light")
    qtbot.waitUntil(lambda: table.rowHeight(0) >= table.fontMetrics().height() + 14 > before)
