"""Tables and task lists in an answer, while they are written and afterwards."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor, QTextListFormat, QTextTable
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from weighin.ui.answer.answer_panel import AnswerPanel
from weighin.ui.answer.answer_view import AnswerView
from weighin.ui.answer.tables import is_head, is_row
from weighin.ui.answer.writer import MOST_CELLS
from weighin.ui.theme import Theme

ALIGNED = "| l | c | r | n |\n|:--|:-:|--:|---|\n| `a \\| b` | **c** | 3 | 4 |\n| only |\n\nAfter."


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> AnswerPanel:
    made = AnswerPanel(theme, "Answer of lane A")
    qtbot.addWidget(made)
    made.resize(500, 400)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def view(panel: AnswerPanel) -> AnswerView:
    return panel.view


def settle(qtbot: QtBot, view: AnswerView) -> str:
    qtbot.waitUntil(lambda: view.is_settled, timeout=20_000)
    return view.toPlainText()


def show(qtbot: QtBot, view: AnswerView, text: str) -> str:
    view.show_answer(text)
    return settle(qtbot, view)


def tables(view: AnswerView) -> list[QTextTable]:
    return [frame for frame in view.document().rootFrame().childFrames() if isinstance(frame, QTextTable)]


def rows(table: QTextTable) -> list[list[str]]:
    return [
        [table.cellAt(row, column).firstCursorPosition().block().text() for column in range(table.columns())]
        for row in range(table.rows())
    ]


def test_columns_are_aligned_as_the_model_asked(qtbot: QtBot, view: AnswerView) -> None:
    shown = show(qtbot, view, ALIGNED)
    (table,) = tables(view)
    assert rows(table) == [["l", "c", "r", "n"], ["a | b", "c", "3", "4"], ["only", "", "", ""]]
    sides = [table.cellAt(1, column).firstCursorPosition().blockFormat().alignment() for column in range(4)]
    flag = Qt.AlignmentFlag
    assert [bool(side & flag.AlignRight) for side in sides] == [False, False, True, False]
    assert [bool(side & flag.AlignHCenter) for side in sides] == [False, True, False, False]
    assert sides[0] & flag.AlignAbsolute
    assert shown.endswith("After.")


@pytest.mark.parametrize("seed", range(4))
def test_a_streamed_table_ends_as_one_shown_at_once(qtbot: QtBot, view: AnswerView, seed: int) -> None:
    text = f"Look:\n{ALIGNED}\n\n> | q |\n> |---|\n> | 1 |\n\n{ALIGNED}\n- [ ] a\n  - [x] b\n"
    show(qtbot, view, text)
    html = view.toHtml()
    chance = random.Random(seed)
    view.begin()
    at = 0
    while at < len(text):
        size = chance.choice((1, 2, 7, 40))
        view.feed(text[at : at + size])
        view.render_now()
        at += size
    view.finish()
    settle(qtbot, view)
    assert view.toHtml() == html


def test_the_row_being_written_is_in_sight(qtbot: QtBot, view: AnswerView) -> None:
    view.begin()
    view.feed("| a | b |\n|---|---|\n| 1 | 2 |\n| thr")
    view.render_now()
    assert rows(tables(view)[0])[1:] == [["1", "2"], ["thr", ""]]
    view.feed("ee | 4 |\n")
    view.render_now()
    assert rows(tables(view)[0])[1:] == [["1", "2"], ["three", "4"]]


def test_two_tables_stay_two(qtbot: QtBot, view: AnswerView) -> None:
    show(qtbot, view, "| a |\n|---|\n| 1 |\n\n| b |\n|---|\n| 2 |")
    assert [rows(table) for table in tables(view)] == [[["a"], ["1"]], [["b"], ["2"]]]


LONG = "| n | square |\n|---|---|\n" + "".join(f"| {n} | {n * n} |\n" for n in range(2_000)) + "\nThe end."


def test_a_table_above_coloured_code_has_its_columns(qtbot: QtBot, view: AnswerView) -> None:
    """Both written in one stretch, as an answer from History is."""
    view.show_answer('| a | b |\n|---|---|\n| c | d |\n\n```python\nprint("a", 1)\n```\n')
    while not view.is_settled:
        view.render_now()
    (table,) = tables(view)
    lines = [table.cellAt(row, column).firstCursorPosition().block().layout() for row in (0, 1) for column in (0, 1)]
    assert all(0 < line.boundingRect().width() < 100 for line in lines), "each cell is laid out in its column"
    code = view.document().lastBlock().layout()
    assert code.formats() and code.lineCount() == 1
    assert view.find_all("a") == 2


@pytest.mark.parametrize("streamed", [True, False])
def test_of_a_long_table_the_rest_is_counted_and_shown_when_asked_for(
    qtbot: QtBot, panel: AnswerPanel, view: AnswerView, theme: Theme, streamed: bool
) -> None:
    view.begin()
    if streamed:
        for at in range(0, len(LONG), 700):
            view.feed(LONG[at : at + 700])
            view.render_now()
    view.complete(LONG)
    shown = settle(qtbot, view)
    left = 2_000 - MOST_CELLS // 2 + 1
    assert f"1\u202f{left - 1000} more rows not shown." in shown and shown.endswith("The end.")
    assert "| 1999 |" not in shown
    assert "more characters not shown" in panel.overflow_notice
    button = next(b for b in panel.findChildren(QPushButton) if b.text() == "Show all")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    for _ in range(2):
        shown = settle(qtbot, view)
        assert "\n| 1999 | 3996001 |\nThe end." in shown
        assert "more rows" not in shown and panel.overflow_notice == ""
        assert view.raw_text == LONG
        theme.choose("dark")
    show(qtbot, view, LONG)
    assert panel.overflow_notice, "the next answer is kept back again"


def test_while_a_long_table_is_written_the_count_grows_under_it(qtbot: QtBot, view: AnswerView) -> None:
    view.begin()
    view.feed(LONG[:-10])
    qtbot.waitUntil(lambda: "more rows not shown." in view.toPlainText(), timeout=20_000)
    before = view.toPlainText().split("\n")[-1]
    view.feed("\n| 1 | 2 |\n| 3 ")
    qtbot.waitUntil(lambda: view.toPlainText().split("\n")[-1] != before)
    assert view.toPlainText().count("not shown") == 1


def test_a_table_too_wide_for_the_view_scrolls_sideways_and_no_other_does(
    qtbot: QtBot, panel: AnswerPanel, view: AnswerView
) -> None:
    words = "configuration " * 3
    wide = f"{'| heading ' * 12}|\n{'|---' * 12}|\n{f'| {words}' * 12}|\n\nText."
    show(qtbot, view, wide)
    bar = view.horizontalScrollBar()
    assert bar.maximum() > 0
    cell = tables(view)[0].cellAt(1, 0).firstCursorPosition().block()
    lines = [cell.layout().lineAt(n) for n in range(cell.layout().lineCount())]
    text = cell.text()
    assert {text[line.textStart() : line.textStart() + line.textLength()].strip() for line in lines} <= {
        "configuration",
        "",
    }
    panel.resize(3000, 400)
    show(qtbot, view, f"| {'a word and another ' * 20}| b |\n|---|---|\n| 1 | 2 |")
    assert bar.maximum() == 0


def test_columns_follow_the_width_of_the_view(qtbot: QtBot, panel: AnswerPanel, view: AnswerView) -> None:
    show(qtbot, view, f"{'| heading ' * 6}|\n{'|---' * 6}|\n{'| value ' * 6}|")
    assert view.horizontalScrollBar().maximum() == 0
    panel.resize(260, 400)
    qtbot.waitUntil(lambda: view.horizontalScrollBar().maximum() > 0)
    panel.resize(700, 400)
    qtbot.waitUntil(lambda: view.horizontalScrollBar().maximum() == 0)


@pytest.mark.parametrize(
    "text", ["|a" * 900 + "\n" + "|-" * 900 + "\n" + "|b" * 900, "|\n|-\n" * 300, "| |\n|-|\n" + "|\n" * 900]
)
def test_tables_of_the_worst_kind_end(qtbot: QtBot, view: AnswerView, text: str) -> None:
    show(qtbot, view, text)
    assert view.raw_text == text


TASKS = (
    "- [ ] open\n- [x] done\n  1. [X] inner **bold**\n- plain ☐\n- [ ]\n- [x](https://example.org) link\n\n[ ] no item"
)


def test_tasks_are_marked(qtbot: QtBot, view: AnswerView) -> None:
    shown = show(qtbot, view, TASKS).split("\n")
    assert shown == ["☐ open", "☑ done", "☑ inner bold", "plain ☐", "[ ]", "x link", "[ ] no item"]
    document = view.document()
    styles = [document.findBlockByNumber(n).textList().format().style() for n in range(4)]
    style = QTextListFormat.Style
    assert styles == [style.ListStyleUndefined, style.ListStyleUndefined, style.ListDecimal, style.ListDisc]


def test_a_task_is_copied_as_it_was_written(qtbot: QtBot, view: AnswerView) -> None:
    show(qtbot, view, TASKS)
    view.selectAll()
    view.copy()
    assert QGuiApplication.clipboard().text().split("\n") == [
        "[ ] open",
        "[x] done",
        "[X] inner bold",
        "plain ☐",
        "[ ]",
        "x link",
        "[ ] no item",
    ]
    cursor = QTextCursor(view.document())
    cursor.setPosition(1)
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    view.setTextCursor(cursor)
    view.copy()
    assert QGuiApplication.clipboard().text() == " open"


@pytest.mark.timeout(20)  # a pattern that tries every way to share the blanks needs hours
@pytest.mark.parametrize("middle", [" ", "-", "| - ", ": ", "\t|"])
def test_a_long_line_of_dashes_and_blanks_is_soon_told_from_a_head(middle: str) -> None:
    assert not is_head("| a |", "|-" + middle * 200_000 + "x")
    assert is_row("- " * 100_000 + "x") is False


def test_dashes_with_blanks_behind_the_last_pipe_are_a_head() -> None:
    assert is_head("| a |", "| --- | \t")
    assert is_head("a | b", "--- | :-:  ")
