"""The small widgets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QRect, Qt
from PySide6.QtGui import QColor, QTextOption
from PySide6.QtWidgets import QTextEdit, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Kit
from tests.ui.fakes import DENSE, OTHER, answer
from weighin.core import format
from weighin.core.safe_text import safe_name, safe_text
from weighin.ui.rail import Rail
from weighin.ui.theme import Theme
from weighin.ui.widgets.chart_scale import ChartScale, round_up
from weighin.ui.widgets.elided_button import ElidedButton
from weighin.ui.widgets.elided_combo_box import ElidedComboBox
from weighin.ui.widgets.flow_layout import FlowLayout
from weighin.ui.widgets.growing_edit import GrowingEdit
from weighin.ui.widgets.label import PlainLabel, plain_tooltip
from weighin.ui.widgets.least_height import least_height
from weighin.ui.widgets.page_scroll import PageScroll
from weighin.ui.widgets.search_line import SearchLine
from weighin.ui.widgets.sparkline import Sparkline
from weighin.ui.widgets.table import Column, RowTable


@given(st.floats(1e-6, 1e12))
def test_a_scale_ends_at_a_round_number_not_far_above(value: float) -> None:
    top = round_up(value)
    assert value * 0.99999 <= top <= value * 1.7


def test_only_a_text_with_an_endless_word_is_broken_within_words(qtbot: QtBot) -> None:
    edit = GrowingEdit("x", 1, 3)
    qtbot.addWidget(edit)
    pasted = QMimeData()
    for text, mode in (
        ("ordinary words " * 5000, QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere),
        ("x" * 5000, QTextOption.WrapMode.WrapAnywhere),
    ):
        edit.setPlainText("")
        pasted.setText(text)
        edit.insertFromMimeData(pasted)
        assert (edit.toPlainText(), edit.wordWrapMode()) == (text, mode)
        edit.setPlainText("")
        assert edit.wordWrapMode() is QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
        edit.setPlainText(text)
        assert edit.wordWrapMode() is mode


def test_a_scale_never_shrinks_until_reset() -> None:
    scale = ChartScale()
    scale.include(90, 1)
    scale.include(20, 30, "B")
    assert (scale.top, scale.span) == (100, 30)
    scale.reset()
    assert (scale.top, scale.span) == (0, 0)


def test_a_scale_recovers_from_an_outlier(qtbot: QtBot) -> None:
    """Seen: one tick of 5,000 tok/s flattened two lanes of 4 tok/s for good."""
    scale = ChartScale()
    scale.include(4.0, 1)
    scale.include(5000.0, 2)
    scale.include(4.2, 3)
    assert scale.top == 5
    for second in range(4, 120):
        scale.include(4.0 if second % 50 else 3000.0, second)
    assert scale.top == 5
    scale.include(11.0, 121)
    assert scale.top == 15, "what is only faster is no outlier"


def test_an_hour_of_points_costs_no_more_than_minutes(qtbot: QtBot, theme: Theme) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    chart = Sparkline(theme, "Tokens/s", "A", ChartScale(), format.figure, parent)
    for number in range(15_000):
        chart.add(number / 4, float(number))
    assert 300 <= len(chart.points) <= 1_200
    assert chart.points[0] == (0.0, 0.0)
    assert chart.points[-1] == (14_999 / 4, 14_999.0)
    assert [s for s, _ in chart.points] == sorted(s for s, _ in chart.points)
    assert chart.accessibleDescription() == format.figure(14_999.0)


def test_equal_columns_give_wide_items_several_of_them(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    layout = FlowLayout(parent, spacing=10, column=90)
    items = []
    for width in (50, 150, 80, 60):
        item = QWidget()
        item.setFixedSize(width, 20)
        item.setFixedHeight(20)
        layout.addWidget(item)
        items.append(item)
    layout.setGeometry(QRect(0, 0, 290, 100))
    assert [item.x() for item in items] == [0, 100, 0, 100]
    assert items[0].y() == items[1].y() < items[2].y() == items[3].y()
    assert layout.heightForWidth(290) == 45
    assert layout.heightForWidth(1000) == 20


def test_panes_stay_aligned_when_one_says_more(kit: Kit, qtbot: QtBot) -> None:
    kit.window.resize(1000, 700)
    a, b = kit.page.panes
    a.header.picker.choose(DENSE)
    b.header.picker.choose(OTHER)
    a.header.refuse("A sentence that is so long that it takes several lines where a pane is as narrow as this. " * 3)
    qtbot.waitUntil(lambda: a.header.height() > 100)
    qtbot.waitUntil(lambda: a.header.height() == b.header.height())
    a.header.refuse("")
    qtbot.waitUntil(lambda: a.header.height() < 100 and a.header.height() == b.header.height())


def test_what_was_counted_is_there_for_a_screen_reader(kit: Kit) -> None:
    kit.start()
    kit.runner.finish(answer(), answer())
    assert kit.details
    table = kit.page.card.details.table
    assert "Tokens generated, less one, divided by the time from the first to the last." in table.counted(
        "Generation speed"
    )
    told = table.accessibleDescription()
    assert table.counted("Generation speed") in told and "RssAnon" in told
    assert "Load time: A 210 ms, B 210 ms. " in told


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "-"), (0.0042, "4.2 ms"), (0.25, "250 ms"), (1.254, "1.25 s"), (12.34, "12.3 s"), (125.0, "2 min 05 s")],
)
def test_durations(value: float | None, said: str) -> None:
    assert format.seconds(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "-"), (0, "0 bytes"), (1_500, "1.5 kB"), (4_700_000, "4.7 MB"), (387_000_000, "387 MB"), (2.5e9, "2.5 GB")],
)
def test_sizes(value: int | None, said: str) -> None:
    assert format.size(value) == said


def test_an_unreadable_date_is_shown_as_it_is() -> None:
    assert format.moment("yesterday\u202e") == "yesterday\ufffd"


@given(st.text())
def test_a_safe_name_is_one_short_visible_line(text: str) -> None:
    shown = safe_name(text, 40)
    assert len(shown) <= 40
    assert not set(shown) & {"\n", "\r", "\x00", "\u202e", "\u2066", "\u200b", "\u2028"}
    shown.encode("utf-8")


@given(st.text())
def test_safe_text_can_always_be_encoded(text: str) -> None:
    safe_text(text).encode("utf-8")


def test_a_tooltip_shows_html_as_text() -> None:
    assert plain_tooltip("<img src='file:///x'> & \n") == "<qt>&lt;img src='file:///x'&gt; &amp; <br></qt>"


def speeds(**more: object) -> RowTable:
    """A table of names and speeds."""
    columns = (
        Column("Name", lambda r: str(r[0]), "name", 1.0, order=lambda r: r[0], tip=lambda r: "a<b" if r[1] else ""),
        Column(
            "Speed",
            lambda r: str(r[1]),
            "12.3",
            number=True,
            room=300,
            order=lambda r: r[1],
            colour=lambda r: "" if r[1] is None else "#ff0000",
            spoken=lambda r: f"{r[1]} tokens a second",
        ),
    )
    return RowTable("Speeds", columns, lambda r: r[0], lambda r: "of the row", **more)


def names(table: RowTable) -> str:
    return "".join(record[0] for record in table.records)


def test_rows_are_sorted_by_what_is_known_of_them_and_stay_chosen(qtbot: QtBot) -> None:
    table = speeds(several=True)
    qtbot.addWidget(table)
    table.show_records((("c", 1), ("a", None), ("b", 3), ("d", 1)))
    assert names(table) == "cabd", "as they came"
    table.choose(("b", "gone", "a"))
    table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert names(table) == "cdba", "those that are alike as they came, the unknown one last"
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert names(table) == "bcda"
    assert sorted(table.all_chosen) == [("a", None), ("b", 3)] and table.chosen is None
    table.show_records((("a", 9), ("b", 0), ("c", 1), ("d", 1)))
    assert names(table) == "acdb", "the order that was asked for"
    assert sorted(table.all_chosen) == [("a", 9), ("b", 0)], "with their new numbers"
    table.show_records((("b", 2), ("e", 5)))
    assert names(table) == "eb" and table.chosen == ("b", 2)
    table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert names(table) == "be"


def test_what_is_chosen_is_told_only_when_records_change(qtbot: QtBot) -> None:
    table = speeds(sorted_by=0)
    qtbot.addWidget(table)
    told: list[object] = []
    table.chosen_changed.connect(lambda: told.append(table.chosen))
    table.show_records((("b", 1), ("a", 2)))
    assert names(table) == "ab"
    table.selectRow(1)
    table.show_records((("b", 1), ("a", 2)))
    assert told == [None, ("b", 1)]
    table.show_records((("b", 7), ("a", 2)))
    assert told[2:] == [("b", 7)]


def test_a_column_says_what_it_says_in_every_way(qtbot: QtBot) -> None:
    table = speeds()
    qtbot.addWidget(table)
    table.show_records((("a", 2), ("b", None)))
    roles = Qt.ItemDataRole
    told = {role: [table.model().index(0, n).data(role) for n in (0, 1)] for role in roles}
    assert told[roles.ToolTipRole] == [plain_tooltip("a<b"), plain_tooltip("of the row")]
    assert told[roles.AccessibleTextRole] == ["Name: a", "2 tokens a second"]
    assert told[roles.ForegroundRole] == [None, QColor("#ff0000")]
    assert table.model().index(1, 0).data(roles.ToolTipRole) is None
    assert table.model().index(1, 1).data(roles.ForegroundRole) is None
    table.resize(500, 200)
    table.show()
    assert not table.isColumnHidden(1)
    table.resize(250, 200)
    assert table.isColumnHidden(1), "no room"
    table.resize(500, 200)
    table.leave_out(("Speed",))
    assert table.isColumnHidden(1)


LONG_NAME = "Llama-3.3-70B_Instruct_" + "x" * 280


def test_a_label_that_wraps_breaks_a_word_that_is_wider_than_it(qtbot: QtBot, theme: Theme) -> None:
    label, short = PlainLabel(f"{'x' * 300} is no model.", wrap=True), PlainLabel("It is no model.", wrap=True)
    for one in (label, short):
        qtbot.addWidget(one)
        one.resize(200, 400)
        one.show()
    line = label.fontMetrics().height()
    lines = -(-label.fontMetrics().horizontalAdvance(label.text()) // 200)
    assert lines * line <= label.heightForWidth(200) <= (lines + 1) * line
    assert label.minimumSizeHint().width() <= 200, "it does not hold the window wide"
    assert short.heightForWidth(200) == line
    ink = label.grab().toImage()
    rows = [y for y in range(ink.height()) if any(ink.pixelColor(x, y) != ink.pixelColor(0, 0) for x in range(200))]
    assert rows[-1] - rows[0] > (lines - 2) * line, "all of it is painted, in lines"


def test_a_button_with_a_long_name_is_elided_and_tells_all(qtbot: QtBot, theme: Theme) -> None:
    button = ElidedButton(f"Q&A {LONG_NAME}")
    qtbot.addWidget(button)
    button.resize(200, 30)
    button.show()
    assert "Q&amp;A" in button.toolTip() and LONG_NAME in button.toolTip()
    button.resize(button.sizeHint())
    assert button.toolTip() == "" and button.whole.startswith("Q&A ")


def test_a_combo_box_with_a_long_name_is_elided_and_tells_all(qtbot: QtBot, theme: Theme) -> None:
    combo = ElidedComboBox()
    qtbot.addWidget(combo)
    combo.addItems([LONG_NAME, "Short"])
    combo.resize(200, 30)
    combo.show()
    combo.grab()
    assert LONG_NAME in combo.toolTip()
    combo.setCurrentIndex(1)
    combo.grab()
    assert combo.toolTip() == ""
    combo.setToolTip("Another one")
    combo.setCurrentIndex(0)
    combo.grab()
    assert combo.toolTip() == "Another one"


def test_a_search_line_that_is_too_narrow_for_its_words_has_them_as_tooltip(qtbot: QtBot, theme: Theme) -> None:
    line = SearchLine("Search names, prompts, answers and models", "Search in History")
    qtbot.addWidget(line)
    line.resize(100, 30)
    line.show()
    assert line.accessibleName() == "Search in History"
    assert "Search names, prompts" in line.toolTip()
    line.resize(700, 30)
    assert line.toolTip() == ""


def test_a_page_scrolls_only_where_its_texts_would_be_cut(qtbot: QtBot, theme: Theme) -> None:
    page = QWidget()
    column = QVBoxLayout(page)
    column.addWidget(PlainLabel("Some words. " * 100, wrap=True))
    answer = QTextEdit()
    column.addWidget(answer, 1)
    scroll = PageScroll(page)
    qtbot.addWidget(scroll)
    scroll.resize(600, 400)
    with qtbot.waitExposed(scroll):
        scroll.show()
    assert page.size() == scroll.viewport().size() == scroll.size(), "nothing scrolls"
    assert answer.height() > answer.minimumSizeHint().height()
    scroll.resize(200, 400)
    qtbot.waitUntil(lambda: scroll.verticalScrollBar().isVisible())
    assert page.height() == least_height(page, page.width()) > 400
    assert page.width() == scroll.viewport().width()
    scroll.resize(600, 400)
    qtbot.waitUntil(lambda: page.size() == scroll.size())


@pytest.mark.parametrize(("height", "named"), [(900, True), (340, False)])
def test_a_low_rail_has_icons_only(qtbot: QtBot, theme: Theme, height: int, named: bool) -> None:
    rail = Rail(theme, tuple((name, f"Ctrl+{n}") for n, name in enumerate(("Compare", "Models", "MMLU", "Help"))), 1)
    qtbot.addWidget(rail)
    rail.resize(rail.width(), height * 4 // 7)
    rail.show()
    style = Qt.ToolButtonStyle
    wanted = style.ToolButtonTextUnderIcon if named else style.ToolButtonIconOnly
    buttons = rail.findChildren(QToolButton)
    assert {button.toolButtonStyle() for button in buttons} == {wanted}
    assert buttons[1].toolTip() == "Models (Ctrl+1)" and buttons[1].accessibleName() == "Models page"
